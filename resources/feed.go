package resources

import (
	"context"

	"github.com/jenner-iis/jenner/fhir"
)

// Feed is how what is derived from a store follows it: every version in the
// order of commits, and a place to note how far one has come.
type Feed interface {
	// Newest is the moment of the newest commit that a call beginning now sees: the
	// LastUpdated of its last version, or a later one when it did more than make
	// versions; 0 when there is none.
	Newest() fhir.Moment

	// Await returns when a commit after the moment is durable, or with the error
	// of ctx.
	Await(ctx context.Context, after fhir.Moment) error

	// Changes calls visit for versions of the types that were made after a
	// moment, oldest first, but for no more than most of them. Every version of
	// the types up to through has been visited then, and no later commit makes
	// one that is not after through. It stops with visit's first error.
	Changes(ctx context.Context, a Access, types []string, after fhir.Moment, most int, visit func(Version) error) (through fhir.Moment, err error)

	// Bookmark gives what was last set under a name, nil for nothing.
	Bookmark(ctx context.Context, name string) ([]byte, error)

	// SetBookmark keeps a few bytes under a name. A crash may take the last ones
	// back, never the commits that had answered before they were set.
	SetBookmark(ctx context.Context, name string, value []byte) error
}
