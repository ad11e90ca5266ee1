package resources

import (
	"context"
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// ofPatientsPage is the number of resources that EachOfPatients asks for at once: all
// there are, as a rule.
const ofPatientsPage = 5000

// EachOfPatients calls visit for every current resource of a type that belongs to one of
// some patients, of whom there must be one, by the search parameter patient of the
// registry that the store indexes by. It stops with visit's first error.
func EachOfPatients(ctx context.Context, s Store, a Access, r *search.Registry, resourceType string, ids []string, visit func(Version) error) error {
	q, err := r.Parse(resourceType, "patient=Patient/"+strings.Join(ids, ",Patient/"), search.Options{DefaultCount: ofPatientsPage})
	if err != nil {
		return err
	}
	q.Total = search.TotalNone
	return EachPage(ctx, s, a, q, func(page Page) error {
		for _, v := range page.Versions {
			if err := visit(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// PatientsOf gives the ids of the patients to whom a version belongs, by the same rules by
// which a search finds it among theirs: none for a deletion, or a type without the search
// parameter patient.
func PatientsOf(r *search.Registry, v Version) ([]string, error) {
	p := r.Parameter(v.Type, "patient")
	if p == nil || v.Deleted() {
		return nil, nil
	}
	d, err := codec.Parse(v.JSON, codec.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read %s/%s: %w", v.Type, v.ID, err)
	}
	return r.Targets(d.Root(), p, "Patient"), nil
}
