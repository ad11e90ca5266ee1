package patch

import "github.com/jenner-iis/jenner/fhir/codec"

// equal is the equality of RFC 6902, section 4.6: members in any order,
// elements in order, strings by content, numbers by value.
func equal(a, b codec.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case codec.Object:
		return equalObjects(a, b)
	case codec.Array:
		x, y := a.First(), b.First()
		for ; x.Exists() && y.Exists(); x, y = x.Next(), y.Next() {
			if !equal(x, y) {
				return false
			}
		}
		return x.Exists() == y.Exists()
	case codec.String:
		return equalStrings(a, b)
	case codec.Number:
		return equalNumbers(a.Text(), b.Text())
	}
	return true
}

// equalStrings compares what strings say. It does not unescape a long one to
// compare it with a short one: an escape takes six bytes at most for one.
func equalStrings(a, b codec.Value) bool {
	const longestEscape = 6
	x, y := len(a.Raw())-len(`""`), len(b.Raw())-len(`""`)
	return x <= y*longestEscape && y <= x*longestEscape && a.Text() == b.Text()
}

func equalObjects(a, b codec.Value) bool {
	n := a.Len()
	if n != b.Len() {
		return false
	}
	find := b.Get
	const few = 32
	if n > few { // hostile: no object of FHIR has so many members
		members := make(map[string]codec.Value, n)
		for m := b.First(); m.Exists(); m = m.Next() {
			members[m.Name()] = m
		}
		find = func(name string) codec.Value { return members[name] }
	}
	for m := a.First(); m.Exists(); m = m.Next() {
		if other := find(m.Name()); !other.Exists() || !equal(m, other) {
			return false
		}
	}
	return true
}
