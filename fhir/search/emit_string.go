package search

import "github.com/jenner-iis/jenner/fhir/codec"

// Strings: https://hl7.org/fhir/R4/search.html#string

func (w *walker) str(l *leaf, v codec.Value) {
	if s := text(v); s != "" {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Text: s, Folded: Fold(s)})
	}
}

func (w *walker) humanName(l *leaf, v codec.Value) {
	if v.Kind() != codec.Object {
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "family", "text":
			w.str(l, m)
		case "given", "prefix", "suffix":
			for s := m.First(); s.Exists(); s = s.Next() {
				w.str(l, s)
			}
		}
	}
}

func (w *walker) address(l *leaf, v codec.Value) {
	if v.Kind() != codec.Object {
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "city", "district", "state", "postalCode", "country", "text":
			w.str(l, m)
		case "line":
			for s := m.First(); s.Exists(); s = s.Next() {
				w.str(l, s)
			}
		}
	}
}
