package schema

import (
	"math/bits"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// walk is one validation in progress.
type walk struct {
	v      *Validator
	root   codec.Value
	issues []fhir.Issue
	faults []fault // of the issues
}

// resource checks a resource of any type.
func (w *walk) resource(r codec.Value, contained bool) {
	if r.Kind() != codec.Object {
		w.add(r, notAnObject, "must be a resource, which is an object; found %s", r.Kind())
		return
	}
	name := r.Get("resourceType")
	if name.Kind() != codec.String {
		w.add(r, noResourceType, "resourceType is required and must be a string that names an R4 resource type")
		return
	}
	t := w.v.tableNamed(name.Text())
	if t == nil {
		w.add(r, unknownResourceType, "resourceType %s is not an R4 resource type; names are case-sensitive", quote(name.Text()))
		return
	}
	seen, _ := w.members(r, t, contained)
	w.required(r, t, seen)
}

// object checks an element that has elements, by its structure.
func (w *walk) object(o codec.Value, t *table) {
	if o.Kind() != codec.Object {
		w.add(o, notAnObject, "must be an object with the elements of %s; found %s", t.name, o.Kind())
		return
	}
	seen, unknown := w.members(o, t, false)
	w.required(o, t, seen)
	switch {
	case unknown: // the unknown member is the fault, not that there is no other
	case seen&^t.id == 0:
		w.add(o, noContent, "must have a value or children, an id alone is not enough (ele-1)")
	case t.rule == ruleExtension && seen&t.value != 0 && seen&t.nested != 0:
		w.add(o, extensionBoth, "must have either a value or extensions, not both (ext-1)")
	case t.rule == ruleExtension && seen&(t.value|t.nested) == 0:
		w.add(o, extensionNeither, "must have a value or extensions (ext-1)")
	}
}

// members checks what an object holds. It gives the elements that are there as
// a mask, and whether there were members that the structure does not have.
func (w *walk) members(o codec.Value, t *table, contained bool) (seen uint64, unknown bool) {
	for m := o.First(); m.Exists(); m = m.Next() {
		if w.full() {
			return seen, true
		}
		name := m.Name()
		sibling := name != "" && name[0] == '_'
		if sibling {
			name = name[1:]
		}
		p := w.v.lookup(t, name)
		switch {
		case p == nil, sibling && (p.content != primitiveContent || p.plain):
			w.unknown(m, t)
			unknown = true
			continue
		case p.content == typeContent:
			continue
		case p.never:
			w.add(m, notAllowed, "is not allowed here")
		case p.content == resourceContent && contained && p.name == "contained":
			w.add(m, nestedContained, "a contained resource cannot contain others (dom-2)")
		case sibling:
			w.sibling(o, m, p)
		default:
			w.member(o, m, p)
		}
		if bit := uint64(1) << p.element; seen&bit == 0 {
			seen |= bit
		} else if p.choice {
			w.choice(o, m, p, t)
		}
	}
	return seen, unknown
}

// member checks the value of a property, in its array if the element repeats.
func (w *walk) member(o, m codec.Value, p *member) {
	isArray := m.Kind() == codec.Array
	switch {
	case !p.many && isArray:
		w.add(m, unexpectedArray, "must be a single value, not an array: it does not repeat")
	case !p.many:
		w.value(m, p)
	case !isArray:
		w.add(m, missingArray, "must be an array, also for one entry: it may repeat; found %s", m.Kind())
	default:
		w.array(o, m, p)
	}
}

// array checks the values of a repeating element.
func (w *walk) array(o, m codec.Value, p *member) {
	if !m.First().Exists() {
		w.add(m, emptyArray, "an array must not be empty; leave the element out")
	}
	paired := false // a property _name accounts for nulls, and sibling looks at the pairs
	for e := m.First(); e.Exists() && !w.full(); e = e.Next() {
		if e.Kind() != codec.Null || p.content != primitiveContent || p.plain {
			w.value(e, p)
			continue
		}
		if paired = paired || o.Get("_"+p.name).Kind() == codec.Array; !paired {
			w.add(e, nullPair, "null may only stand where _%s has an extension at the same place", p.name)
		}
	}
}

// value checks one value of an element.
func (w *walk) value(e codec.Value, p *member) {
	switch p.content {
	case complexContent:
		t := &w.v.tables[p.table]
		w.object(e, t)
		if t.rule == ruleReference {
			w.targets(e, p.targets)
		}
		if p.codes != 0 {
			w.concept(e, &w.v.codeSets[p.codes])
		}
	case resourceContent:
		w.resource(e, p.name == "contained")
	default:
		if w.primitive(e, p.prim) && p.codes != 0 {
			w.code(e, &w.v.codeSets[p.codes])
		}
	}
}

// required reports the elements that must be there and are not.
func (w *walk) required(o codec.Value, t *table, seen uint64) {
	for missing := t.required &^ seen; missing != 0; missing &= missing - 1 {
		w.addMissing(o, t, uint8(bits.TrailingZeros64(missing)))
	}
}

// choice reports a second property of a choice element. A property and its
// _property are one.
func (w *walk) choice(o, m codec.Value, p *member, t *table) {
	for other := o.First(); other != m; other = other.Next() {
		q := w.v.lookup(t, strings.TrimPrefix(other.Name(), "_"))
		if q != nil && q.element == p.element && q != p && q.content != typeContent {
			w.add(m, secondChoice, "only one type of value is allowed, and there are %s and %s", q.name, p.name)
			return
		}
	}
}

// unknown reports a member that the structure does not have, and what may have
// been meant.
func (w *walk) unknown(m codec.Value, t *table) {
	sent := m.Name()
	name := strings.TrimPrefix(sent, "_")
	meant := ""
	for i := t.first; i < t.end && meant == ""; i++ {
		p := &w.v.members[i]
		switch {
		case sent != name && p.name == name && p.content == complexContent:
			meant = "; the extensions of " + name + " stand inside it"
		case sent != name && p.name == name:
			meant = "; " + name + " cannot have extensions"
		case strings.EqualFold(p.name, name):
			meant = "; names are case-sensitive: " + p.name
		case p.choice && t.elements[p.element] == name:
			meant = "; the name must say the type, such as " + p.name
		}
	}
	w.add(m, unknownElement, "%s has no element %s%s", t.name, quote(sent), meant)
}
