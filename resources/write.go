package resources

import (
	"context"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// Create stores a new resource under an id of the server's choice. With
// criteria (If-None-Exist; empty for none) it does so only if they match
// nothing: one match is the outcome itself (Matched), more are
// ErrMultipleMatches.
//
// https://hl7.org/fhir/R4/http.html#create
func (s *Service) Create(ctx context.Context, a Access, resourceType string, resource codec.Value, criteria string) (Outcome, error) {
	return s.CreateOnce(ctx, a, "", resourceType, resource, criteria)
}

// Update stores a resource under the id given, as a new version or as the
// first (update as create). If what it says is stored already, there is no new
// version (Unchanged).
//
// https://hl7.org/fhir/R4/http.html#update
func (s *Service) Update(ctx context.Context, a Access, resourceType, id string, resource codec.Value, m Match) (Outcome, error) {
	return s.performOne(ctx, a, &change{method: PUT, typ: resourceType, id: id, resource: resource, match: m}, nil)
}

// ConditionalUpdate is Update of the resource that the criteria match. If none
// does, it is a create, under the resource's own id if it has one; several are
// ErrMultipleMatches.
//
// https://hl7.org/fhir/R4/http.html#cond-update
func (s *Service) ConditionalUpdate(ctx context.Context, a Access, resourceType, criteria string, resource codec.Value, m Match) (Outcome, error) {
	q, err := s.parseCriteria(resourceType, criteria)
	if err != nil {
		return Outcome{}, err
	}
	return s.performOne(ctx, a, &change{method: PUT, typ: resourceType, criteria: q, resource: resource, match: m}, nil)
}

// Delete marks a resource as deleted; its history stays. Deleting what is not
// there is no error (Absent).
//
// https://hl7.org/fhir/R4/http.html#delete
func (s *Service) Delete(ctx context.Context, a Access, resourceType, id string, m Match) (Outcome, error) {
	return s.performOne(ctx, a, &change{method: DELETE, typ: resourceType, id: id, match: m}, nil)
}

// ConditionalDelete is Delete of all resources that the criteria match, in one
// commit. If they match more than MaxDeletes, none is deleted, and the error is
// ErrMultipleMatches; so also if they match several and m names a version. No
// match is no error (Absent).
//
// https://hl7.org/fhir/R4/http.html#3.1.0.7.1
func (s *Service) ConditionalDelete(ctx context.Context, a Access, resourceType, criteria string, m Match) (Outcome, error) {
	q, err := s.parseCriteria(resourceType, criteria)
	if err != nil {
		return Outcome{}, err
	}
	return s.performOne(ctx, a, &change{method: DELETE, typ: resourceType, criteria: q, match: m}, nil)
}

// performOne makes one change; once is nil for one that may be made again.
func (s *Service) performOne(ctx context.Context, a Access, c *change, once *Once) (Outcome, error) {
	outcomes, err := s.once(ctx, a, once, func() ([]Outcome, error) {
		return s.perform(ctx, a, []*change{c}, once)
	})
	if err != nil {
		return Outcome{}, err
	}
	return outcomes[0], nil
}

// parseCriteria reads the search of a conditional interaction.
func (s *Service) parseCriteria(resourceType, criteria string) (*search.Query, error) {
	if err := s.checkType(resourceType); err != nil {
		return nil, err
	}
	q, err := s.Search.Parse(resourceType, criteria, s.criteriaOptions())
	if err != nil {
		return nil, err
	}
	if len(q.Where) == 0 {
		return nil, fhir.NewInvalid(nil, fhir.CodeInvalid, "", "the criteria must say at least one thing that the resource has to meet")
	}
	return q, nil
}
