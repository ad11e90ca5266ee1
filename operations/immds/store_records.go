package immds

import (
	"context"
	"strings"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// storeRecords reads patients out of a store.
type storeRecords struct {
	resources.Store
	registry *search.Registry
}

// StoreRecords are the patients of a store; registry is the one that it indexes by.
func StoreRecords(store resources.Store, registry *search.Registry) Records {
	return storeRecords{store, registry}
}

// recordPage is the number of resources that are asked for at once: all there are, as
// a rule.
const recordPage = 5000

// OfPatients asks for all patients in one search, page after page.
func (r storeRecords) OfPatients(ctx context.Context, a resources.Access, resourceType string, ids []string, visit func(patientID string, r StoredResource) error) error {
	q, err := r.registry.Parse(resourceType, "patient=Patient/"+strings.Join(ids, ",Patient/"), search.Options{DefaultCount: recordPage})
	if err != nil {
		return err
	}
	q.Total = search.TotalNone
	patient := r.registry.Parameter(resourceType, "patient")
	return resources.EachPage(ctx, r.Store, a, q, func(page resources.Page) error {
		for _, v := range page.Versions {
			stored, err := parseStored(v)
			if err != nil {
				return err
			}
			whose := ids
			if len(ids) > 1 {
				whose = r.registry.Targets(stored.Root, patient, "Patient")
			}
			for _, id := range whose {
				if err := visit(id, stored); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
