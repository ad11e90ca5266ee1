package importer

import (
	"context"
	"errors"
	"fmt"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// Target is where an import goes. Its methods may be called by many goroutines.
type Target interface {
	// Name tells this target from others, so that an interrupted import does not
	// go on in another one.
	Name() string

	// Load does what resources.Service.Load does: a *fhir.Invalid as error
	// refuses the records as a whole, and any other error ends the import.
	// Loading the same records again must change nothing.
	Load(ctx context.Context, records []resources.Record) ([]resources.LoadResult, error)

	// Missing tells for each of the resources, given as Type/id, whether there
	// is none.
	Missing(ctx context.Context, targets []string) ([]bool, error)
}

// Local is the target within this process.
type Local struct {
	Service *resources.Service
	Access  resources.Access
	Store   string // what the store is called, such as its path
}

var _ Target = Local{}

// Name is the store's.
func (l Local) Name() string { return l.Store }

// Load loads the records. What has begun is finished, also when ctx ends
// meanwhile: it is short, and its result is then known.
func (l Local) Load(ctx context.Context, records []resources.Record) ([]resources.LoadResult, error) {
	return l.Service.Load(context.WithoutCancel(ctx), l.Access, records)
}

// Missing reads the resources.
func (l Local) Missing(ctx context.Context, targets []string) ([]bool, error) {
	missing := make([]bool, len(targets))
	for i, target := range targets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ref := fhir.ParseReference(target)
		_, err := l.Service.Read(ctx, l.Access, ref.Type, ref.ID)
		var invalid *fhir.Invalid // R4 has no such type
		missing[i] = errors.Is(err, resources.ErrNotFound) || errors.Is(err, resources.ErrGone) || errors.As(err, &invalid)
		if err != nil && !missing[i] {
			return nil, fmt.Errorf("look for what a reference points to: %w", err)
		}
	}
	return missing, nil
}
