package search

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// extractor finds a parameter's values in a resource.
type extractor struct {
	root  *node
	kinds kinds
	codes []*definitions.ValueSet // required bindings of elements of type code; nil for one without
}

// node is a place in a resource: what is to be found at it, and where to go
// from it. The nodes of all parameters of a type are merged into one tree, so
// that a resource is walked once.
type node struct {
	leaves  []leaf
	tests   []edge // further conditions on the value at this place
	members []edge // members of the object at this place
	byName  map[string]*node
}

// edge leads on if its step can be taken.
type edge struct {
	step step
	to   *node
}

// leaf makes entries of a value.
type leaf struct {
	parameter  *Parameter
	emit       func(*walker, *leaf, codec.Value)
	only       string   // of references: the one type they may point to
	properties []string // of a test for existence: the members to look for
	components []*node  // of a composite: the components' walks from the value
	fromRoot   []bool   // whether a component's walk starts at the resource
}

// manyMembers is the number of members from which a map finds one faster than
// comparing names does.
const manyMembers = 6

// at is the node that the steps lead to, made if need be.
func (n *node) at(steps []step) *node {
	for _, s := range steps {
		edges := &n.tests
		if s.kind == property {
			edges = &n.members
		}
		n = follow(edges, s)
	}
	return n
}

func follow(edges *[]edge, s step) *node {
	for _, e := range *edges {
		if e.step == s {
			return e.to
		}
	}
	to := &node{}
	*edges = append(*edges, edge{s, to})
	return to
}

// finish prepares a tree for walking.
func (n *node) finish() {
	if len(n.members) > manyMembers && n.byName == nil {
		n.byName = make(map[string]*node, len(n.members))
		for _, e := range n.members {
			n.byName[e.step.name] = e.to
		}
	}
	for _, e := range n.members {
		e.to.finish()
	}
	for _, e := range n.tests {
		e.to.finish()
	}
}

// member is where the member called name leads, or nil.
func (n *node) member(name string) *node {
	if n.byName != nil {
		return n.byName[name]
	}
	for i := range n.members {
		if n.members[i].step.name == name {
			return n.members[i].to
		}
	}
	return nil
}

// walker collects the entries of one resource.
type walker struct {
	registry *Registry
	resource codec.Value
	dst      []Entry

	components []Entry // memory for those of a composite
	valuesOnly bool    // within a composite, of which no other aspect is searched
}

// walk takes v, which is element i of its array or alone, as the value at n.
func (w *walker) walk(n *node, v codec.Value, i int) {
	for j := range n.leaves {
		l := &n.leaves[j]
		l.emit(w, l, v)
	}
	for j := range n.tests {
		if e := &n.tests[j]; e.step.holds(v, i) {
			w.walk(e.to, v, i)
		}
	}
	if n.members == nil || v.Kind() != codec.Object {
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		to := n.member(m.Name())
		switch {
		case to == nil:
		case m.Kind() != codec.Array:
			w.walk(to, m, 0)
		default:
			i := 0
			for e := m.First(); e.Exists(); e = e.Next() {
				w.walk(to, e, i)
				i++
			}
		}
	}
}

// holds reports whether the condition holds for v, element i of its array.
func (s *step) holds(v codec.Value, i int) bool {
	switch s.kind {
	case item:
		return s.index == i
	case hasSome:
		return hasWithin(v, s.name, s.member, s.text)
	}
	m := v.Get(s.name)
	return m.Kind() == codec.String && m.Text() == s.text
}

// hasWithin reports whether some value, reached from v by the members that way
// names, has the text as its member.
func hasWithin(v codec.Value, way, member, text string) bool {
	if v.Kind() == codec.Array {
		for e := v.First(); e.Exists(); e = e.Next() {
			if hasWithin(e, way, member, text) {
				return true
			}
		}
		return false
	}
	if way == "" {
		m := v.Get(member)
		return m.Kind() == codec.String && m.Text() == text
	}
	name, rest, _ := strings.Cut(way, ".")
	return hasWithin(v.Get(name), rest, member, text)
}

// text is the content of a string, empty for all else.
func text(v codec.Value) string {
	if v.Kind() != codec.String {
		return ""
	}
	return v.Text()
}
