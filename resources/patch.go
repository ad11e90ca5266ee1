package resources

import (
	"context"
	"fmt"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// Patch changes the JSON of a resource. It may be applied several times, to
// different versions, when clients race.
type Patch interface {
	// Apply gives the patched JSON, in any white space, and leaves resource alone.
	Apply(resource []byte) ([]byte, error)
}

// Patch changes parts of a resource. What comes out must be as acceptable as
// an update; a patch that changes nothing makes no new version. ErrNotFound and
// ErrGone are as for Read.
//
// https://hl7.org/fhir/R4/http.html#patch
func (s *Service) Patch(ctx context.Context, a Access, resourceType, id string, p Patch, m Match) (Outcome, error) {
	return s.performOne(ctx, a, &change{method: PATCH, typ: resourceType, id: id, patch: p, match: m})
}

// ConditionalPatch is Patch of the one resource that the criteria match:
// ErrNotFound when there is none, ErrMultipleMatches when there are several.
func (s *Service) ConditionalPatch(ctx context.Context, a Access, resourceType, criteria string, p Patch, m Match) (Outcome, error) {
	q, err := s.parseCriteria(resourceType, criteria)
	if err != nil {
		return Outcome{}, err
	}
	return s.performOne(ctx, a, &change{method: PATCH, typ: resourceType, criteria: q, patch: p, match: m})
}

// applyPatch makes the resource that a patch leads to; readErr is what reading
// the current version gave.
func (r *resolution) applyPatch(st *step, readErr error) error {
	if readErr != nil {
		return fmt.Errorf("patch %s/%s: %w", st.typ, st.id, readErr)
	}
	text, err := st.patch.Apply(st.current.JSON)
	if err != nil {
		return err
	}
	doc, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		return err
	}
	patched := *st.change
	patched.id, patched.validated = st.id, false // what was validated with a Bundle is the patch
	if err := r.s.checkResource(&patched, doc.Root()); err != nil {
		return err
	}
	st.source, st.effect = doc.Root(), Updated
	return nil
}
