// Package codec reads and writes FHIR JSON. Parse is the gate through which
// every outside text comes: it accepts JSON that has one meaning and nothing
// else. The Document it yields is the one reading of that text which
// validation, search indexing, reference rewriting and the store share, so no
// two parts can understand the same bytes differently.
//
// What R4 allows where (elements, types, cardinalities) is fhir/schema's
// matter.
package codec

import (
	"iter"
	"strconv"
	"strings"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds. Absent is the kind of the zero Value: nothing there.
const (
	Absent Kind = iota
	Object
	Array
	String
	Number
	True
	False
	Null
)

var kindNames = [...]string{"nothing", "an object", "an array", "a string", "a number", "true", "false", "null"}

// String names the kind as messages do: "an object".
func (k Kind) String() string { return kindNames[k] }

// node is one value of the text, in the order of the text. The first child of
// a composite follows it directly.
type node struct {
	kind        Kind
	last        bool // the last of its siblings
	escaped     bool // a string with escapes
	nameEscaped bool
	nameStart   uint32 // member name without quotes; nameEnd 0 in arrays
	nameEnd     uint32
	start, end  uint32 // the value's text, with quotes
	next        uint32 // index of the node after this one and all within it
}

// Document is one JSON text, read. It does not change and may be used by
// several goroutines.
type Document struct {
	text  string
	nodes []node
}

// Root is the document's outermost value.
func (d *Document) Root() Value { return Value{d, 0} }

// Value is one value within a Document. The zero Value is absent: it has no
// kind, no text and no children, so that lookups can be chained.
type Value struct {
	doc   *Document
	index uint32
}

// Exists reports whether there is a value.
func (v Value) Exists() bool { return v.doc != nil }

// Kind is the value's kind, Absent for the zero Value.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return Absent
	}
	return v.doc.nodes[v.index].kind
}

// First is the first member of an object or element of an array; absent when
// there is none. With Next it walks without allocating:
//
//	for m := v.First(); m.Exists(); m = m.Next() { ... }
func (v Value) First() Value {
	if v.doc == nil {
		return Value{}
	}
	n := &v.doc.nodes[v.index]
	if n.kind != Object && n.kind != Array || n.next == v.index+1 {
		return Value{}
	}
	return Value{v.doc, v.index + 1}
}

// Next is the member or element after v; absent when v is the last.
func (v Value) Next() Value {
	if v.doc == nil {
		return Value{}
	}
	n := &v.doc.nodes[v.index]
	if n.last {
		return Value{}
	}
	return Value{v.doc, n.next}
}

// Name is the member name under which v stands in its object, unescaped; empty
// for an element of an array and for the root.
func (v Value) Name() string {
	if v.doc == nil {
		return ""
	}
	n := &v.doc.nodes[v.index]
	name := v.doc.text[n.nameStart:n.nameEnd]
	if n.nameEscaped {
		return unescape(name)
	}
	return name
}

// Get is the member of an object called name; absent when there is none or v
// is no object.
func (v Value) Get(name string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		if m.Name() == name {
			return m
		}
	}
	return Value{}
}

// At is element i of an array, from 0; absent when there is none.
func (v Value) At(i int) Value {
	if v.Kind() != Array || i < 0 {
		return Value{}
	}
	e := v.First()
	for ; i > 0 && e.Exists(); i-- {
		e = e.Next()
	}
	return e
}

// Len is the number of members or elements.
func (v Value) Len() int {
	n := 0
	for c := v.First(); c.Exists(); c = c.Next() {
		n++
	}
	return n
}

// Each yields the elements of an array, or v itself when it is no array and
// exists: an element that may repeat and one that may not are walked alike.
func (v Value) Each() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != Array {
			if v.Exists() {
				yield(v)
			}
			return
		}
		for e := v.First(); e.Exists(); e = e.Next() {
			if !yield(e) {
				return
			}
		}
	}
}

// Text is the content of a string, unescaped, and of a number or boolean its
// text as written (1.50 stays 1.50). It is empty for all else.
func (v Value) Text() string {
	if v.doc == nil {
		return ""
	}
	n := &v.doc.nodes[v.index]
	switch n.kind {
	case String:
		s := v.doc.text[n.start+1 : n.end-1]
		if n.escaped {
			return unescape(s)
		}
		return s
	case Number, True, False:
		return v.doc.text[n.start:n.end]
	}
	return ""
}

// Raw is the value's JSON as it stood in the text, white space included.
func (v Value) Raw() string {
	if v.doc == nil {
		return ""
	}
	n := &v.doc.nodes[v.index]
	return v.doc.text[n.start:n.end]
}

// ResourceType is the member resourceType of a resource, when it is a string.
func (v Value) ResourceType() string {
	t := v.Get("resourceType")
	if t.Kind() != String {
		return ""
	}
	return t.Text()
}

// Within reports whether v is outer or lies inside it.
func (v Value) Within(outer Value) bool {
	return v.doc != nil && v.doc == outer.doc && v.index >= outer.index && v.index < v.doc.nodes[outer.index].next
}

// Path is the FHIRPath of v from the root, such as Patient.name[0].family. A
// resource inside a Bundle, Parameters or contained keeps the outer path:
// Bundle.entry[2].resource.name[0]. Finding it walks the document from its
// start: it is for messages, not for loops.
func (v Value) Path() string {
	if v.doc == nil {
		return ""
	}
	var b strings.Builder
	at := v.doc.Root()
	b.WriteString(at.ResourceType())
	for at.index != v.index {
		inArray := at.Kind() == Array
		i := 0
		c := at.First()
		for ; !v.Within(c); c = c.Next() {
			i++
		}
		appendStep(&b, c.Name(), i, inArray)
		at = c
	}
	return b.String()
}

// appendStep adds one step of a FHIRPath: an index, or a name.
func appendStep(b *strings.Builder, name string, index int, inArray bool) {
	if inArray {
		b.WriteByte('[')
		b.WriteString(strconv.Itoa(index))
		b.WriteByte(']')
		return
	}
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	b.WriteString(printable(name))
}

// printable keeps a name that came from outside short and harmless in messages.
func printable(name string) string {
	const longest = 64
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "..."
	}
	plain := func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}
	return strings.Map(plain, name)
}

// Equal reports whether a and b mean the same: members in any order, elements
// in order, strings by content, numbers by their text (1.5 is not 1.50).
func Equal(a, b Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case Object:
		n := 0
		// Texts to be compared mostly agree in order; then other is found at once.
		other := b.First()
		for m := a.First(); m.Exists(); m = m.Next() {
			n++
			if other.Name() != m.Name() || !other.Exists() {
				if other = b.Get(m.Name()); !other.Exists() {
					return false
				}
			}
			if !Equal(m, other) {
				return false
			}
			other = other.Next()
		}
		return n == b.Len()
	case Array:
		x, y := a.First(), b.First()
		for ; x.Exists() && y.Exists(); x, y = x.Next(), y.Next() {
			if !Equal(x, y) {
				return false
			}
		}
		return !x.Exists() && !y.Exists()
	case String, Number:
		return a.Text() == b.Text()
	}
	return true
}
