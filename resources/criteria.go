package resources

import (
	"context"
	"slices"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// identifyOnce identifies a step after the entries that its criteria name.
func (r *resolution) identifyOnce(ctx context.Context, st *step) error {
	if st.begun {
		return nil
	}
	st.begun = true
	err := r.nameTargets(ctx, st)
	if err == nil {
		err = r.identify(ctx, st)
	}
	st.identified = true
	return r.refuse(st, err)
}

// nameTargets makes of a step's criteria what is sought in the store: there,
// an entry of the transaction that they name by its fullUrl, as in
// patient=urn:uuid:..., has the id that it gets or was found under. Sought by
// its fullUrl, a dose that is sent again would never be found, and be created twice.
//
// https://hl7.org/fhir/R4/http.html#trules
func (r *resolution) nameTargets(ctx context.Context, st *step) error {
	st.sought = st.criteria
	if st.criteria == nil || len(r.changes) == 1 && len(r.targets) == 0 {
		return nil
	}
	var failed error
	where := withTargets(st.criteria.Where, func(url string) (string, bool) {
		i := slices.IndexFunc(r.steps, func(other *step) bool { return other.fullURL == url && other != st })
		if i < 0 {
			to, known := r.targets[url] // of a load: by an earlier commit
			return to, known
		}
		if failed != nil {
			return "", false
		}
		other := r.steps[i]
		at := expression(st.path, "request")
		switch {
		case st.method == DELETE:
			failed = fhir.NewInvalid(nil, fhir.CodeNotSupported, at, "the criteria of a DELETE cannot name another entry: what is deleted is found first")
		case other.begun && !other.identified:
			failed = fhir.NewInvalid(nil, fhir.CodeInvalid, at, "the criteria name an entry whose criteria name this one")
		default:
			failed = r.identifyOnce(ctx, other)
		}
		if failed != nil || other.effect == Absent || other.effect == Deleted || other.effect == Refused {
			return "", false
		}
		return other.typ + "/" + other.id, true
	})
	sought := *st.criteria
	sought.Where = where
	st.sought = &sought
	return failed
}

// withTargets are conditions in which the references by URN or URL that target
// knows are to what it says.
func withTargets(where []search.Condition, target func(url string) (string, bool)) []search.Condition {
	where = slices.Clone(where)
	for i, c := range where {
		where[i] = withTarget(c, target)
	}
	return where
}

func withTarget(c search.Condition, target func(url string) (string, bool)) search.Condition {
	switch c := c.(type) {
	case *search.Compare:
		named := *c
		named.Values = slices.Clone(c.Values)
		for i := range named.Values {
			v := &named.Values[i].Target
			if v.Kind != fhir.URN && v.Kind != fhir.Absolute {
				continue
			}
			if text, ok := target(v.Text); ok {
				*v = fhir.ParseReference(text)
			}
		}
		return &named
	case *search.AnyOf:
		return &search.AnyOf{Conditions: withTargets(c.Conditions, target)}
	case *search.Chain:
		named := *c
		named.Targets = slices.Clone(c.Targets)
		for i := range named.Targets {
			named.Targets[i].Where = withTarget(named.Targets[i].Where, target)
		}
		return &named
	case *search.Has:
		named := *c
		named.Where = withTarget(c.Where, target)
		return &named
	}
	return c
}
