package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/server"
)

// parts are what commands that touch a store work with.
type parts struct {
	definitions *definitions.Set
	search      *search.Registry
	store       *pebblestore.Store
}

// openSettings are what commands that open a store differ in.
type openSettings struct {
	reindex  bool // make the index anew if it was made by other settings
	bulk     bool // much will be loaded
	includes int  // most resources that a page may include; 0 for the default
}

// open opens the store and what it needs. Every command indexes alike: by the
// settings that it shares with the others, never by where it listens.
func (s storeSettings) open(o openSettings, now func() time.Time, logger *slog.Logger) (*parts, error) {
	folder, err := s.folder()
	if err != nil {
		return nil, err
	}
	base, err := s.base()
	if err != nil {
		return nil, err
	}
	indexed := search.Config{Zone: s.Timezone.Location, Loopback: server.Mount}
	if base != "" {
		indexed.Bases = []string{base}
	}
	p := &parts{definitions: definitions.R4()}
	if indexed.Extra, err = immds.SearchParameters(p.definitions); err != nil {
		return nil, fmt.Errorf("read our own search parameters: %w", err)
	}
	if p.search, err = search.New(p.definitions, indexed); err != nil {
		return nil, fmt.Errorf("compile the search parameters: %w", err)
	}
	limitMemory(int64(s.Cache))
	p.store, err = pebblestore.Open(pebblestore.Config{
		Path: folder, Registry: p.search, Now: now, Logger: logger, CacheSize: int64(s.Cache), Reindex: o.reindex, Bulk: o.bulk,
		Limits: pebblestore.Limits{Includes: o.includes},
	})
	switch {
	case errors.Is(err, pebblestore.ErrLocked):
		return nil, fmt.Errorf("the store in %s is in use: %w", folder, pebblestore.ErrLocked)
	case errors.Is(err, pebblestore.ErrIndexSettings):
		return nil, fmt.Errorf("%w. Give the settings of then, or have the index made anew by jenner serve or jenner check with --reindex", err)
	case err != nil:
		return nil, err
	}
	return p, nil
}

// besideCache is how much memory the process is meant to take beside the cache.
const besideCache = 1 << 30

// limitMemory has garbage collected sooner when the process grows beyond what it is meant
// to take: the cache lies on Go's heap, which would else grow to twice its size first.
// Who sets GOMEMLIMIT decides.
func limitMemory(cache int64) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(cache + besideCache)
	}
}

// serviceSettings are what commands that make a Service differ in.
type serviceSettings struct {
	baseURL    string
	forecasts  resources.Computed // without who keeps them, what is stored of forecasts is read
	limits     limitSettings      // the zero value for the defaults
	onDangling func(resourceType string, n int)
}

// service makes the Service over the store. It becomes the owner of nothing:
// the store is closed by who opened it.
func (p *parts) service(ctx context.Context, now func() time.Time, s serviceSettings) (*resources.Service, error) {
	return resources.New(ctx, resources.Config{
		Store:         p.store,
		Search:        p.search,
		Definitions:   p.definitions,
		Validate:      schema.New(p.definitions).Validate,
		BaseURL:       s.baseURL,
		ComputedTypes: current.Types(),
		Computed:      s.forecasts,
		MaxDeletes:    int(s.limits.MaxDeletes),
		PageSize:      int(s.limits.PageSize),
		MaxPageSize:   int(s.limits.MaxPageSize),
		SearchLimits:  s.limits.ofSearches(),
		Now:           now,
		OnDangling:    s.onDangling,
	})
}
