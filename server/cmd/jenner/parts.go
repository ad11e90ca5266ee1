package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// computed are the types that the server itself makes.
var computed = []string{"ImmunizationEvaluation", "ImmunizationRecommendation"}

// parts are what commands that touch a store work with.
type parts struct {
	definitions *definitions.Set
	search      *search.Registry
	store       *pebblestore.Store
}

// openParts opens the store in a folder and what it needs. Bases are the URLs
// under which the server is known.
func openParts(folder string, location *time.Location, now func() time.Time, logger *slog.Logger, bases ...string) (*parts, error) {
	p := &parts{definitions: definitions.R4()}
	var err error
	if p.search, err = search.New(p.definitions, search.Config{Zone: location, Bases: bases}); err != nil {
		return nil, fmt.Errorf("compile the search parameters: %w", err)
	}
	p.store, err = pebblestore.Open(pebblestore.Config{Path: folder, Registry: p.search, Now: now, Logger: logger})
	if errors.Is(err, pebblestore.ErrLocked) {
		return nil, fmt.Errorf("the store in %s is in use: %w", folder, pebblestore.ErrLocked)
	}
	return p, err
}

// service makes the Service over the store. It becomes the owner of nothing:
// the store is closed by who opened it.
func (p *parts) service(ctx context.Context, now func() time.Time, baseURL string, onDangling func(string, int)) (*resources.Service, error) {
	return resources.New(ctx, resources.Config{
		Store:       p.store,
		Search:      p.search,
		Definitions: p.definitions,
		Validate:    schema.New(p.definitions).Validate,
		BaseURL:     baseURL,
		Computed:    computed,
		Now:         now,
		OnDangling:  onDangling,
	})
}
