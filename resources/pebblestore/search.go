package pebblestore

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// Limits bounds what one search may cost. Zero values mean the defaults.
type Limits struct {
}

func (l Limits) withDefaults() Limits { return l }

func (s *Store) matches(ctx context.Context, r pebble.Reader, q *search.Query, most int) ([]string, error) {
	return nil, errors.ErrUnsupported
}

// Search gives one page of the current resources that match.
func (s *Store) Search(ctx context.Context, a resources.Access, q *search.Query) (resources.Page, error) {
	return resources.Page{}, errors.ErrUnsupported
}

// Check is to come.
func (s *Store) Check(ctx context.Context, report func(string)) (resources.CheckSummary, error) {
	return resources.CheckSummary{}, errors.ErrUnsupported
}
