package schema

import "github.com/jenner-iis/jenner/fhir/codec"

// A primitive element's id and extensions stand in a property of the same name
// with an underscore before it. Where the element repeats there are two arrays,
// matched by position, and null fills the places that have only the one or the
// other: https://hl7.org/fhir/R4/json.html#primitive

// sibling checks the property _name, m, of a primitive element of o.
func (w *walk) sibling(o, m codec.Value, p *member) {
	values := o.Get(p.name)
	if !p.many {
		w.siblingElement(m, values.Exists())
		return
	}
	if m.Kind() != codec.Array {
		w.add(m, missingArray, "_%s must be an array, also for one entry: the element may repeat; found %s", p.name, m.Kind())
		return
	}
	paired := values.Kind() == codec.Array
	value := values.First()
	for e := m.First(); e.Exists() && !w.full(); e = e.Next() {
		hasValue := value.Exists() && value.Kind() != codec.Null
		switch {
		case e.Kind() != codec.Null:
			w.siblingElement(e, hasValue)
		case !hasValue:
			w.add(e, nullPair, "has neither a value nor an extension: null may stand in one of %s and _%s, not in both", p.name, p.name)
		}
		value = value.Next()
	}
	if paired && values.Len() != m.Len() {
		w.add(m, unequalArrays, "%s and _%s must have the same number of entries; found %d and %d", p.name, p.name, values.Len(), m.Len())
	}
}

// siblingElement checks the id and extensions of one primitive value.
func (w *walk) siblingElement(e codec.Value, hasValue bool) {
	t := &w.v.tables[w.v.element]
	if e.Kind() != codec.Object {
		w.add(e, siblingNotAnObject, "must be an object with id and extension; found %s", e.Kind())
		return
	}
	seen, unknown := w.members(e, t, false)
	if seen&^t.id == 0 && !unknown && !hasValue {
		w.add(e, siblingNoContent, "must have a value or extensions, an id alone is not enough (ele-1)")
	}
}
