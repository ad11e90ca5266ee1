package pebblestore

import (
	"context"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// criterion is a condition of a commit with the types that its answer depends
// on: when none of them was written to, it need not be searched again.
type criterion struct {
	resources.Criterion
	types []string
}

func newCriterion(c resources.Criterion) criterion {
	var types []string
	for _, b := range c.Query.Branches() {
		types = append(types, b.Resource)
		for _, where := range b.Where {
			types = appendTypes(types, where)
		}
	}
	return criterion{c, types}
}

// appendTypes appends the types that a condition looks at beside the one
// searched.
func appendTypes(types []string, c search.Condition) []string {
	switch c := c.(type) {
	case *search.Chain:
		for _, t := range c.Targets {
			types = appendTypes(append(types, t.Resource), t.Where)
		}
	case *search.AnyOf:
		for _, one := range c.Conditions {
			types = appendTypes(types, one)
		}
	case *search.Compare:
		if isHierarchical(c) {
			for i := range c.Values {
				types = append(types, c.Values[i].Target.Type)
			}
		}
	case *search.Has:
		types = appendTypes(append(types, c.Resource), c.Where)
	}
	return types
}

// checkCriterion searches for what the criterion says, in what r shows.
func (s *Store) checkCriterion(ctx context.Context, r pebble.Reader, c criterion) error {
	// One more than expected is enough to know.
	found, err := s.found(ctx, r, c.Query, len(c.Matches)+1)
	if err != nil {
		return fmt.Errorf("search %s for a condition: %w", c.Query.Resource, err)
	}
	slices.Sort(found)
	if !slices.Equal(found, slices.Sorted(slices.Values(c.Matches))) {
		return fmt.Errorf("the condition on %s: %w", c.Query.Resource, resources.ErrChanged)
	}
	return nil
}
