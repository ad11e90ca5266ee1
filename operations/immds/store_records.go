package immds

import (
	"context"
	"fmt"

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
	for {
		page, err := r.Store.Search(ctx, a, q)
		if err != nil {
			return fmt.Errorf("search %s?%s: %w", resourceType, query, err)
		}
		for _, v := range page.Versions {
			if err := visit(v); err != nil {
				return err
			}
		}
		if q.Position = page.Next; q.Position == nil {
			return nil
		}
	}
}
