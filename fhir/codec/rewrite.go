package codec

import "slices"

// Edit replaces one value by other JSON text when a value is written.
type Edit struct {
	At   Value  // a value of the document that is written; edits must not lie within each other
	With []byte // compact JSON; empty removes a member of an object with its name
}

// AppendCompact appends the JSON of v without white space between its tokens,
// with the edits made. Numbers, strings and the order of members stay as they
// were written. Edits are put in document order in place.
func (v Value) AppendCompact(dst []byte, edits ...Edit) []byte {
	sortEdits(edits)
	w := writer{dst: dst, edits: edits}
	w.value(v)
	return w.dst
}

func sortEdits(edits []Edit) {
	slices.SortFunc(edits, func(a, b Edit) int { return int(a.At.index) - int(b.At.index) })
}

// writer appends values; edits are those still to be made, in order.
type writer struct {
	dst   []byte
	edits []Edit
}

func (w *writer) value(v Value) {
	for len(w.edits) > 0 && w.edits[0].At.index < v.index {
		w.edits = w.edits[1:]
	}
	if len(w.edits) > 0 && w.edits[0].At.index == v.index {
		w.dst = append(w.dst, w.edits[0].With...)
		w.edits = w.edits[1:]
		return
	}
	switch v.Kind() {
	case Object:
		w.dst = append(w.dst, '{')
		w.members(v)
		w.dst = append(w.dst, '}')
	case Array:
		w.dst = append(w.dst, '[')
		for e := v.First(); e.Exists(); e = e.Next() {
			w.comma('[')
			w.value(e)
		}
		w.dst = append(w.dst, ']')
	default:
		w.dst = append(w.dst, v.Raw()...)
	}
}

// members appends the members of an object, without its braces.
func (w *writer) members(v Value) {
	for m := v.First(); m.Exists(); m = m.Next() {
		if !w.removed(m) {
			w.comma('{')
			w.member(m)
		}
	}
}

// removed reports whether an edit takes member m out, and is then done with it.
func (w *writer) removed(m Value) bool {
	gone := len(w.edits) > 0 && w.edits[0].At.index == m.index && len(w.edits[0].With) == 0
	if gone {
		w.edits = w.edits[1:]
	}
	return gone
}

// member appends one member with its name.
func (w *writer) member(m Value) {
	n := &m.doc.nodes[m.index]
	w.dst = append(w.dst, m.doc.text[n.nameStart-1:n.nameEnd+1]...)
	w.dst = append(w.dst, ':')
	w.value(m)
}

// comma appends a comma unless the object or array has just been opened.
func (w *writer) comma(open byte) {
	if w.dst[len(w.dst)-1] != open {
		w.dst = append(w.dst, ',')
	}
}
