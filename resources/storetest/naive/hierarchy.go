package naive

import (
	"slices"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// hierarchies are the types that form a hierarchy, by their partof.
var hierarchies = []string{"Location", "Organization"}

// hierarchyTest is :above or :below on references to Location or Organization:
// the resource itself, and all that it is part of or that is part of it,
// directly or not.
//
// https://hl7.org/fhir/R4/search.html#recursive
func (e *Evaluator) hierarchyTest(p *definitions.SearchParameter, resourceType, modifier, text string) (matcher, error) {
	text, err := unescape(text)
	if err != nil {
		return nil, err
	}
	types := slices.DeleteFunc(slices.Clone(hierarchies), func(t string) bool { return !mayTarget(p, resourceType, t) })
	wanted := readReference(e.set, text, e.config.Bases)
	if idForm.MatchString(text) && len(types) == 1 {
		wanted = reference{typ: types[0], id: text}
	}
	if !wanted.local() || wanted.version != "" || !slices.Contains(hierarchies, wanted.typ) {
		return nil, invalid("no Location or Organization")
	}
	if len(types) == 0 {
		return nil, invalid("%s has no hierarchy", p.Code)
	}
	return func(v value) bool {
		return slices.ContainsFunc(e.references(v), func(r reference) bool {
			if !r.local() {
				return false
			}
			r.version = ""
			if modifier == "below" {
				return e.partOf(r, wanted, nil)
			}
			return e.partOf(wanted, r, nil)
		})
	}, nil
}

// partOf reports whether a is b, or part of it directly or not. Resources may
// be part of each other: seen are those on the way.
func (e *Evaluator) partOf(a, b reference, seen []reference) bool {
	if a == b {
		return true
	}
	r := e.find(a.typ, a.id)
	if r == nil || slices.Contains(seen, a) || !slices.Contains(hierarchies, a.typ) {
		return false
	}
	up := e.set.SearchParameter(a.typ, "partof")
	return slices.ContainsFunc(e.extract(r, up), func(v value) bool {
		return slices.ContainsFunc(e.references(v), func(parent reference) bool {
			parent.version = ""
			return parent.local() && parent.typ == a.typ && e.partOf(parent, b, append(seen, a))
		})
	})
}
