package resources

import (
	"context"
	"errors"
	"fmt"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// change is one create, update or delete that a client asks for: a request of
// its own, or an entry of a transaction. It is not altered by being tried.
type change struct {
	path     string // prefix of expressions in issues: Bundle.entry[3]. in a transaction
	method   Method
	typ      string
	id       string // of the resource; empty for a create
	resource codec.Value
	patch    Patch         // of a PATCH: how it changes what is stored
	fullURL  string        // of the entry
	criteria *search.Query // of If-None-Exist, or of a conditional update or delete

	match     Match
	validated bool // the structure has been checked with the Bundle's
}

// Match is what a client expects of the current version.
type Match struct {
	Version   uint64 // If-Match: this version, or NoVersion; 0 for none stated
	NotExists bool   // If-None-Match: *
}

// Effect is what became of a change.
type Effect uint8

// The effects.
const (
	Created   Effect = iota + 1
	Updated          // a new version of an existing resource
	Unchanged        // the update says what is stored already: no new version
	Matched          // a conditional create found the resource: nothing was stored
	Deleted
	Absent  // a delete found nothing to delete
	Refused // of a Load: the record was left out
)

// Outcome is the result of a change.
type Outcome struct {
	Effect  Effect
	Version Version // the version that is current after it; zero for Absent and for Several
	// Several is how many resources were deleted by criteria that match more
	// than one, otherwise 0.
	Several int
	// Replayed: an earlier request with the same key had the effect, and Version
	// was current after that.
	Replayed bool
}

// attempts bounds how often changes that lose a race are tried again.
const attempts = 100

// perform makes all changes or none. A lost race (another client changed what
// the changes were resolved against) is tried again, unless a client's own
// Match is what fails.
//
// With once, which may be nil, they are made only if none were under its key.
func (s *Service) perform(ctx context.Context, a Access, changes []*change, once *Once) ([]Outcome, error) {
	for _, c := range changes {
		if err := s.check(c); err != nil {
			return nil, err
		}
	}
	if err := s.checkProvenance(); err != nil {
		return nil, err
	}
	for range attempts {
		r := resolution{s: s, access: a, changes: changes, once: once}
		if err := r.resolve(ctx); err != nil {
			return nil, err
		}
		outcomes, err := r.commit(ctx)
		if errors.Is(err, ErrStale) || errors.Is(err, ErrChanged) {
			continue
		}
		return outcomes, err
	}
	return nil, ErrBusy
}

// check refuses a change that no state of the store could make acceptable.
func (s *Service) check(c *change) error {
	if err := s.checkWritable(c.typ); err != nil {
		return err
	}
	if c.id != "" && !fhir.ValidID(c.id) {
		return fhir.NewInvalid(nil, fhir.CodeValue, expression(c.path, "request.url"), "an id has 1 to 64 of the characters A-Z a-z 0-9 - .")
	}
	if c.method == DELETE || c.method == PATCH {
		return nil
	}
	return s.checkResource(c, c.resource)
}

// checkResource refuses a resource that must not be stored as the one which
// the change is about.
func (s *Service) checkResource(c *change, resource codec.Value) error {
	if !c.validated {
		if issues := s.Validate(resource); refuses(issues) {
			return &fhir.Invalid{Issues: issues}
		}
	}
	if t := resource.ResourceType(); t != c.typ {
		return fhir.NewInvalid(nil, fhir.CodeInvalid, resource.Path()+".resourceType",
			fmt.Sprintf("the resource is of type %s where %s was expected", t, c.typ))
	}
	if id := resource.Get("id").Text(); c.method != POST && c.id != "" && id != c.id {
		return fhir.NewInvalid(nil, fhir.CodeInvalid, resource.Path()+".id", "an update's resource must have an id, equal to the one in the URL")
	}
	for tag := range resource.Get("meta").Get("tag").Each() {
		if tag.Get("code").Text() == "SUBSETTED" {
			return fhir.NewInvalid(fhir.ErrUnprocessable, fhir.CodeBusinessRule, tag.Path(),
				"the resource is marked SUBSETTED: it is not whole, and storing it would lose what is missing")
		}
	}
	return nil
}

// refuses reports whether the issues forbid acceptance.
func refuses(issues []fhir.Issue) bool {
	for _, i := range issues {
		if i.Severity == fhir.Error || i.Severity == fhir.Fatal {
			return true
		}
	}
	return false
}
