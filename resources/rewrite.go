package resources

import (
	"context"
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// mapTargets notes under which Type/id each entry's resource is known once the
// changes are made.
func (r *resolution) mapTargets() {
	if r.targets == nil {
		r.targets = make(map[string]string)
	}
	for _, st := range r.steps {
		if st.fullURL != "" && st.id != "" && st.effect != Absent && st.effect != Deleted && st.effect != Refused {
			r.targets[st.fullURL] = st.typ + "/" + st.id
		}
	}
}

// rewrite makes the text of a step: references to other entries become
// Type/id, conditional references what they match.
//
// https://hl7.org/fhir/R4/http.html#trules
func (r *resolution) rewrite(ctx context.Context, st *step) error {
	if st.effect != Created && st.effect != Updated {
		return nil
	}
	var edits []codec.Edit
	var failed error
	base := fhir.ParseReference(st.fullURL).Base
	r.s.links.walk(st.source, func(kind linkKind, v codec.Value) {
		if failed != nil {
			return
		}
		text := v.Text()
		if kind == narrativeLink {
			if rewritten := r.rewriteNarrative(text, base); rewritten != text {
				edits = append(edits, codec.Edit{At: v, With: codec.AppendString(nil, rewritten)})
			}
			return
		}
		target, found := r.target(text, base)
		if !found && kind == referenceLink && strings.Contains(text, "?") {
			if ref := fhir.ParseReference(text); ref.Kind == fhir.Conditional {
				target, failed = r.resolveConditional(ctx, ref, v)
				found = true
			}
		}
		if found && target != text {
			edits = append(edits, codec.Edit{At: v, With: codec.AppendString(nil, target)})
		}
	})
	if failed != nil || len(edits) == 0 {
		st.text = st.source
		return failed
	}
	doc, err := codec.Parse(st.source.AppendCompact(nil, edits...), codec.Limits{})
	if err != nil {
		return fmt.Errorf("read %s with its references rewritten: %w", st.typ, err)
	}
	st.text = doc.Root()
	return nil
}

// target is what a link to another entry becomes. A relative link is first
// taken as relative to the base of its own entry's fullUrl.
func (r *resolution) target(text, base string) (string, bool) {
	if len(r.targets) == 0 {
		return "", false
	}
	link, version, versioned := strings.Cut(text, "/_history/")
	link, fragment, _ := strings.Cut(link, "#")
	target, found := r.targets[link]
	if !found && base != "" {
		target, found = r.targets[base+"/"+link]
	}
	if found && versioned {
		target += "/_history/" + version
	}
	if found && fragment != "" {
		target += "#" + fragment
	}
	return target, found
}

// resolveConditional finds the one resource that a conditional reference
// matches once the changes are made: among those stored that these changes
// leave alone, and among those they write.
func (r *resolution) resolveConditional(ctx context.Context, ref fhir.Reference, at codec.Value) (string, error) {
	if target, ok := r.matched[ref.Text]; ok {
		return target, nil
	}
	q, err := r.s.parseCriteria(ref.Type, ref.Query)
	if err != nil {
		return "", &EntryError{at.Path(), err}
	}
	found, err := r.search(ctx, q, 1)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, v := range found {
		if r.changed[q.Resource+"/"+v.ID] == 0 {
			ids = append(ids, v.ID)
		}
	}
	for _, st := range r.steps {
		stands := st.effect == Created || st.effect == Updated || st.effect == Unchanged
		if st.typ == q.Resource && stands && matchesAlone(q, r.s.Search.AppendEntries(nil, st.source)) {
			ids = append(ids, st.id)
		}
	}
	switch {
	case len(ids) == 0:
		return "", fhir.NewInvalid(ErrUnresolved, fhir.CodeNotFound, at.Path(), "the conditional reference matches no "+ref.Type)
	case len(ids) > 1:
		return "", fhir.NewInvalid(ErrMultipleMatches, fhir.CodeMultipleMatches, at.Path(), "the conditional reference matches more than one "+ref.Type)
	}
	if r.matched == nil {
		r.matched = map[string]string{}
	}
	r.matched[ref.Text] = ref.Type + "/" + ids[0]
	return r.matched[ref.Text], nil
}

// matchesAlone reports whether a resource that is not stored yet meets a query
// by what itself says. It meets no condition on other resources: those are
// looked up in the store, where it is not.
func matchesAlone(q *search.Query, entries []search.Entry) bool {
	return search.Match(q.Where, entries, nil)
}
