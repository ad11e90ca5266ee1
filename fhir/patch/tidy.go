package patch

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// appendTidy appends v, compact, without the objects and arrays that a patch
// has left empty, and reports whether anything is left of it. An emptied entry
// of an array goes, and those after it move up; only beside primitive values
// (_given) it becomes null, so that the others stay with their values.
//
// JSON Patch needs empty arrays on the way, since a value can only be put into
// an array that exists, and FHIR has none: https://hl7.org/fhir/R4/json.html
func appendTidy(dst []byte, v codec.Value) ([]byte, bool) {
	start := len(dst)
	switch v.Kind() {
	case codec.Object:
		dst = append(dst, '{')
		for m := v.First(); m.Exists(); m = m.Next() {
			before := len(dst)
			if dst[before-1] != '{' {
				dst = append(dst, ',')
			}
			dst = codec.AppendString(dst, m.Name())
			dst = append(dst, ':')
			var left bool
			if dst, left = appendTidy(dst, m); !left {
				dst = dst[:before]
			}
		}
		if len(dst) == start+1 {
			return dst[:start], false
		}
		return append(dst, '}'), true
	case codec.Array:
		return appendTidyArray(dst, v)
	default:
		return append(dst, v.Raw()...), true
	}
}

func appendTidyArray(dst []byte, v codec.Value) ([]byte, bool) {
	start := len(dst)
	beside := strings.HasPrefix(v.Name(), "_")
	found, emptied := false, false // a value that is not null; an entry that was emptied
	dst = append(dst, '[')
	for e := v.First(); e.Exists(); e = e.Next() {
		before := len(dst)
		if before != start+1 {
			dst = append(dst, ',')
		}
		var left bool
		if dst, left = appendTidy(dst, e); left {
			found = found || e.Kind() != codec.Null
			continue
		}
		emptied = true
		if dst = dst[:before]; beside {
			if before != start+1 {
				dst = append(dst, ',')
			}
			dst = append(dst, "null"...)
		}
	}
	if len(dst) == start+1 || beside && emptied && !found {
		return dst[:start], false
	}
	return append(dst, ']'), true
}
