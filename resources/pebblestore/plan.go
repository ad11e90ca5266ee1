package pebblestore

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir/search"
)

// node is a condition on resources of one type, compiled: the ways in which it
// can be decided. test always can; the others are for conditions that the
// index knows.
type node struct {
	// test decides about one resource, by reading it.
	test func(c *candidate) bool
	// open gives the matches in the order of rids.
	open func() stream
	// not: open gives what does not match.
	not bool
	// collect adds the matches to a set in whatever order the index has them.
	// It takes the keys that it looks at off most, and stops and reports false
	// when none is left.
	collect func(into *roaring64.Bitmap, most *int) bool
	// scan: collect goes through all there is, however few match, and takes only
	// these off most.
	scan bool
	// dear: test reads more than the resource that it is about.
	dear bool
	// loose: open and collect give what may match; test has to say.
	loose bool
}

// compile compiles a condition on resources of a type.
func (x *execution) compile(name string, condition search.Condition) *node {
	if n := x.nodes[condition]; n != nil {
		return n
	}
	var n *node
	switch c := condition.(type) {
	case *search.Compare:
		n = x.compileCompare(name, c)
	case *search.AnyOf:
		n = x.compileAnyOf(name, c)
	case *search.Chain:
		n = x.compileChain(c)
	case *search.Has:
		n = x.compileHas(name, c)
	}
	x.nodes[condition] = n
	return n
}

// compileAnyOf compiles conditions of which one must hold: from the index, when
// it decides each of them.
func (x *execution) compileAnyOf(name string, c *search.AnyOf) *node {
	n := &node{}
	parts := make([]*node, len(c.Conditions))
	opens := make([]func() stream, len(c.Conditions))
	ordered, indexed := true, true
	for i, one := range c.Conditions {
		part := x.compile(name, one)
		parts[i], opens[i] = part, part.open
		ordered = ordered && part.open != nil && !part.not
		indexed = indexed && (part.open != nil && !part.not || part.collect != nil)
		n.loose = n.loose || part.loose
		n.scan = n.scan || part.scan
	}
	n.test = func(r *candidate) bool {
		return slices.ContainsFunc(parts, func(part *node) bool { return part.test(r) })
	}
	switch {
	case ordered:
		n.open = anyOf(opens)
	case indexed:
		n.collect = func(into *roaring64.Bitmap, most *int) bool {
			for _, part := range parts {
				if !x.gather(part, into, most) {
					return false
				}
				n.loose = n.loose || part.loose
			}
			return true
		}
	}
	return n
}

// where gives the current resources of a type for which all conditions hold.
func (x *execution) where(name string, conditions []search.Condition) stream {
	return x.all(name, x.compileAll(name, conditions))
}

// all is where, after compilation.
func (x *execution) all(name string, nodes []*node) stream {
	t := x.s.names.typeID(name)
	if t == 0 {
		return empty{}
	}
	var p and
	for _, n := range nodes {
		p.take(n)
	}
	x.narrow(&p)
	return x.combine(name, t, &p)
}

// and is the conditions of an AND, by the way in which they are decided.
type and struct {
	ordered   []*node           // in order, from the index
	excluded  []*node           // likewise, to be taken away
	unordered []*node           // from the index, but to be collected first
	set       *roaring64.Bitmap // what was collected has in common; nil if nothing was
	tests     []*node           // by reading
}

func (p *and) take(n *node) {
	switch {
	case n.open != nil && n.not:
		p.excluded = append(p.excluded, n)
	case n.open != nil:
		p.ordered = append(p.ordered, n)
		if n.loose {
			p.tests = append(p.tests, n)
		}
	case n.collect != nil:
		p.unordered = append(p.unordered, n)
	default:
		p.tests = append(p.tests, n)
	}
}

func (x *execution) combine(name string, t typeID, p *and) stream {
	var streams intersection
	for _, n := range p.ordered {
		streams = append(streams, n.open())
	}
	if p.set != nil {
		streams = append(streams, collected{p.set.Iterator()})
	}
	if len(streams) == 0 {
		streams = append(streams, x.live(t))
	}
	var s stream = streams
	if len(streams) == 1 {
		s = streams[0]
	}
	for _, n := range p.excluded {
		s = difference{s, n.open()}
	}
	if len(p.tests) > 0 {
		s = &filter{stream: s, accept: func(rid uint64) bool { return x.accept(name, t, rid, p.tests) }}
	}
	return s
}

// accept decides conditions on a resource, which is read if need be.
func (x *execution) accept(name string, t typeID, rid uint64, tests []*node) bool {
	if !x.examined() {
		return false
	}
	c := x.candidate(name, t, rid)
	for _, n := range tests {
		if !n.test(c) || x.err != nil {
			return false
		}
	}
	return true
}

// anyOf is the union of nodes that the index has in order; nil if there are none.
func anyOf(opens []func() stream) func() stream {
	if len(opens) == 1 {
		return opens[0]
	}
	return func() stream {
		u := make(union, len(opens))
		for i, open := range opens {
			u[i] = open()
		}
		return u
	}
}
