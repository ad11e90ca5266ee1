package search

import "github.com/jenner-iis/jenner/fhir/codec"

// Tokens: https://hl7.org/fhir/R4/search.html#token

func (w *walker) code(l *leaf, v codec.Value) {
	if code := text(v); code != "" {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Code: code})
	}
}

// tokenString indexes a string folded: a token over the data type string
// ignores case.
func (w *walker) tokenString(l *leaf, v codec.Value) {
	if s := text(v); s != "" {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Code: Fold(s)})
	}
}

func (w *walker) boolean(l *leaf, v codec.Value) {
	if k := v.Kind(); k == codec.True || k == codec.False {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Code: v.Text()})
	}
}

// existsNotFalse indexes true or false for the resource itself: whether one of
// the members is there with another value than false.
func (w *walker) existsNotFalse(l *leaf, v codec.Value) {
	code := "false"
	for _, name := range l.properties {
		if m := v.Get(name); m.Exists() && m.Kind() != codec.False {
			code = "true"
		}
	}
	w.dst = append(w.dst, Entry{Parameter: l.parameter, Code: code})
}

func (w *walker) contactPoint(l *leaf, v codec.Value) {
	w.code(l, v.Get("value"))
}

func (w *walker) codeableConcept(l *leaf, v codec.Value) {
	if v.Kind() != codec.Object {
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "coding":
			for c := m.First(); c.Exists(); c = c.Next() {
				w.coding(l, c)
			}
		case "text":
			w.forText(l, m)
		}
	}
}

func (w *walker) coding(l *leaf, v codec.Value) {
	if v.Kind() != codec.Object {
		return
	}
	e := Entry{Parameter: l.parameter}
	var display codec.Value
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "system":
			e.System = text(m)
		case "code":
			e.Code = text(m)
		case "display":
			display = m
		}
	}
	if e.System != "" || e.Code != "" {
		w.dst = append(w.dst, e)
	}
	w.forText(l, display)
}

// forText indexes a text for the modifier :text.
func (w *walker) forText(l *leaf, v codec.Value) {
	if w.valuesOnly {
		return
	}
	if s := text(v); s != "" {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Aspect: AspectText, Text: s, Folded: Fold(s)})
	}
}

func (w *walker) identifier(l *leaf, v codec.Value) {
	if v.Kind() != codec.Object {
		return
	}
	e := Entry{Parameter: l.parameter}
	var typ codec.Value
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "system":
			e.System = text(m)
		case "value":
			e.Code = text(m)
		case "type":
			typ = m
		}
	}
	if e.System != "" || e.Code != "" {
		w.dst = append(w.dst, e)
	}
	w.forText(l, typ.Get("text"))
	if e.Code == "" {
		return
	}
	for c := typ.Get("coding").First(); c.Exists(); c = c.Next() {
		of := Entry{Parameter: l.parameter, Aspect: AspectOfType, System: text(c.Get("system")), Code: text(c.Get("code")), Text: e.Code}
		if of.Code != "" {
			w.dst = append(w.dst, of)
		}
	}
}
