package main

import (
	"context"

	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// records gives $immds-forecast the stored patients.
type records struct{ *resources.Service }

var _ immds.Records = records{}

// Search visits all matches, page after page.
func (r records) Search(ctx context.Context, a resources.Access, resourceType, query string, visit func(resources.Version) error) error {
	for req := (resources.SearchRequest{Query: query}); ; {
		page, err := r.Find(ctx, a, resourceType, req)
		if err != nil {
			return err
		}
		for _, v := range page.Versions {
			if err := visit(v); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		req.Query = query + "&" + resources.PageParameter + "=" + page.Next
	}
}
