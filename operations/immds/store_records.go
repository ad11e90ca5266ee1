package immds

import (
	"context"

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

// OfPatients asks for all patients in one search.
func (r storeRecords) OfPatients(ctx context.Context, a resources.Access, resourceType string, ids []string, visit func(patientID string, r StoredResource) error) error {
	patient := r.registry.Parameter(resourceType, "patient")
	return resources.EachOfPatients(ctx, r.Store, a, r.registry, resourceType, ids, func(v resources.Version) error {
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
		return nil
	})
}
