package resources

import (
	"context"
	"fmt"

	"github.com/jenner-iis/jenner/fhir/search"
)

// EachPage calls visit for each page of a search, and stops with its first error. It
// leaves q at the last position.
func EachPage(ctx context.Context, s Store, a Access, q *search.Query, visit func(Page) error) error {
	for {
		page, err := s.Search(ctx, a, q)
		if err != nil {
			return fmt.Errorf("search %s?%s: %w", q.Resource, q.Used, err)
		}
		if err := visit(page); err != nil {
			return err
		}
		if q.Position = page.Next; q.Position == nil {
			return nil
		}
	}
}
