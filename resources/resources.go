// Package resources is the RESTful API of FHIR R4 without HTTP: the rules of
// each interaction (Service), and what they need of a store (Store). A lone
// request and an entry of a transaction go through the same rules: both become
// changes, and change.go says what happens to those.
//
// The stores are in resources/pebblestore (embedded) and their common proof in
// resources/storetest; routes, headers and status codes are server's matter.
package resources

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
)

// Config is what a Service is made of.
type Config struct {
	Store         Store                            // required
	Search        *search.Registry                 // required; the one the store indexes by
	Definitions   *definitions.Set                 // required
	Validate      func(codec.Value) []fhir.Issue   // required: structure, by fhir/schema
	BaseURL       string                           // as clients see it, without a slash at the end
	ComputedTypes []string                         // those that the server itself makes: clients cannot write them
	Computed      Computed                         // makes them; nil if nobody does here
	Now           func() time.Time                 // required; for searches by approximate date
	NewID         func() string                    // ids of created resources; default random UUIDs
	MaxEntries    int                              // of a batch or transaction; default 10,000
	MaxDeletes    int                              // matches that one conditional delete may delete; default 100, 1 for a single one
	PageSize      int                              // of a search without _count; default 50
	MaxPageSize   int                              // default 1,000
	SearchLimits  search.Limits                    // of searches by clients
	OnDangling    func(resourceType string, n int) // told of accepted references that point nowhere; may be nil
}

// Service carries out FHIR interactions. It keeps no state of its own and may
// be used by many goroutines.
type Service struct {
	Config
	links      *linkTable
	key        []byte      // signs cursors
	provenance codec.Value // of what is changed, without its targets; absent for none
}

// New checks the configuration and makes the Service.
func New(ctx context.Context, c Config) (*Service, error) {
	if c.Store == nil || c.Search == nil || c.Definitions == nil || c.Validate == nil || c.Now == nil {
		return nil, errors.New("resources: Store, Search, Definitions, Validate and Now are required")
	}
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	setDefault(&c.MaxEntries, 10_000)
	setDefault(&c.MaxDeletes, 100)
	setDefault(&c.PageSize, 50)
	setDefault(&c.MaxPageSize, 1_000)
	key, err := c.Store.Secret(ctx, "cursor")
	if err != nil {
		return nil, fmt.Errorf("read the key that signs page links: %w", err)
	}
	return &Service{Config: c, links: newLinkTable(c.Definitions), key: key}, nil
}

func setDefault(n *int, value int) {
	if *n == 0 {
		*n = value
	}
}

// checkType refuses a type that R4 does not have.
func (s *Service) checkType(resourceType string) error {
	if !s.Definitions.IsResource(resourceType) {
		return fhir.NewInvalid(ErrNotSupported, fhir.CodeNotSupported, "", "there is no resource type of this name in FHIR R4")
	}
	return nil
}

// checkWritable refuses a type that clients may not write.
func (s *Service) checkWritable(resourceType string) error {
	if err := s.checkType(resourceType); err != nil {
		return err
	}
	if s.isComputed(resourceType) {
		return fhir.NewInvalid(ErrNotAllowed, fhir.CodeNotSupported, "", resourceType+" is computed by this server and cannot be written")
	}
	return nil
}
