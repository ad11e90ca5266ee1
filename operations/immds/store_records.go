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

// recordPage is the number of resources that are asked for at once: all there are, as
// a rule.
const recordPage = 1000

// Search visits all matches, page after page.
func (r storeRecords) Search(ctx context.Context, a resources.Access, resourceType, query string, visit func(resources.Version) error) error {
	q, err := r.registry.Parse(resourceType, query, search.Options{DefaultCount: recordPage})
	if err != nil {
		return err
	}
	q.Total = search.TotalNone
	return resources.EachPage(ctx, r.Store, a, q, func(page resources.Page) error {
		for _, v := range page.Versions {
			if err := visit(v); err != nil {
				return err
			}
		}
		return nil
	})
}
