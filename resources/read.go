package resources

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jenner-iis/jenner/fhir/search"
)

// Read gives the current version of a resource: ErrNotFound when there never
// was one, ErrGone with the deletion when it was deleted.
//
// https://hl7.org/fhir/R4/http.html#read
func (s *Service) Read(ctx context.Context, a Access, resourceType, id string) (Version, error) {
	if err := s.checkType(resourceType); err != nil {
		return Version{}, err
	}
	if err := s.refreshOne(ctx, a, resourceType, id); err != nil {
		return Version{}, fmt.Errorf("read %s/%s: %w", resourceType, id, err)
	}
	v, err := s.Store.Read(ctx, a, resourceType, id)
	if err != nil {
		return v, fmt.Errorf("read %s/%s: %w", resourceType, id, err)
	}
	return v, nil
}

// VersionRead gives one version; versionID is meta.versionId. A deletion is
// given together with ErrGone.
//
// https://hl7.org/fhir/R4/http.html#vread
func (s *Service) VersionRead(ctx context.Context, a Access, resourceType, id, versionID string) (Version, error) {
	if err := s.checkType(resourceType); err != nil {
		return Version{}, err
	}
	number, err := strconv.ParseUint(versionID, 10, 64)
	if err != nil || number == 0 || strconv.FormatUint(number, 10) != versionID {
		return Version{}, fmt.Errorf("read %s/%s: version: %w", resourceType, id, ErrNotFound)
	}
	v, err := s.Store.VersionRead(ctx, a, resourceType, id, number)
	switch {
	case err != nil:
		return v, fmt.Errorf("read %s/%s version %d: %w", resourceType, id, number, err)
	case v.Deleted():
		return v, fmt.Errorf("read %s/%s version %d: %w", resourceType, id, number, ErrGone)
	}
	return v, nil
}

// View is the part of a resource that the parameters of a read ask for: query is
// what follows the question mark. Under lenient handling, parameters that a read
// does not have are passed over.
//
// https://hl7.org/fhir/R4/http.html#summary
func (s *Service) View(resourceType, query string, lenient bool) (search.View, error) {
	if query == "" {
		return search.View{}, nil
	}
	if err := s.checkType(resourceType); err != nil {
		return search.View{}, err
	}
	return s.Search.ParseView(resourceType, query, s.searchOptions(lenient))
}
