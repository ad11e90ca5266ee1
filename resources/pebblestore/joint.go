package pebblestore

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// date=ge2021-03-01&date=lt2021-03-08 asks for two values, one on or after the
// first day and one before the second: each may be half of all there are. In a
// resource that has only one value, it is the same that must compare with both,
// and lies where the two ranges of keys overlap. The index knows which resources
// have several.

// compileAll compiles the conditions of an AND. Comparisons of one parameter that
// are ranges of keys become one node, and so do chains through one parameter.
func (x *execution) compileAll(name string, conditions []search.Condition) []*node {
	var nodes []*node
	ranges, chains := map[*search.Parameter][]*search.Compare{}, map[*search.Parameter][]*search.Chain{}
	for _, condition := range conditions {
		if c, ok := asRange(condition); ok {
			ranges[c.Parameter] = append(ranges[c.Parameter], c)
		} else if c, ok := condition.(*search.Chain); ok {
			chains[c.Parameter] = append(chains[c.Parameter], c)
		}
	}
	for _, condition := range conditions {
		if c, ok := asRange(condition); ok {
			if same := ranges[c.Parameter]; same[0] == c {
				nodes = append(nodes, x.compileJoint(name, same))
			}
		} else if c, ok := condition.(*search.Chain); ok {
			if same := chains[c.Parameter]; same[0] == c {
				nodes = append(nodes, x.compileChains(name, same)...)
			}
		} else {
			nodes = append(nodes, x.compile(name, condition))
		}
	}
	return nodes
}

// asRange gives the comparison with one date, number or quantity that a condition
// is; false when it is another.
func asRange(condition search.Condition) (*search.Compare, bool) {
	c, ok := condition.(*search.Compare)
	if !ok || c.Modifier != search.NoModifier || len(c.Values) != 1 || !isRange(c.Parameter.Type) {
		return nil, false
	}
	return c, true
}

// compileJoint compiles comparisons of one parameter that must all hold, be it for
// different values of a resource.
func (x *execution) compileJoint(name string, all []*search.Compare) *node {
	parts := make([]*node, len(all))
	for i, c := range all {
		parts[i] = x.compile(name, c)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	parameter := all[0].Parameter
	if parameter.Code == "_lastUpdated" {
		n := allOf(parts)
		n.collect = x.jointChanges(name, all)
		return n
	}
	p, ok := x.s.index.find(parameter)
	if !ok {
		return allOf(parts)
	}
	return x.joint(name, p, parts, func(n *node, into *roaring64.Bitmap, most *int) bool {
		return x.collectJoint(n, p, all, into, most)
	})
}

// allOf is a node for which all parts must hold, by reading.
func allOf(parts []*node) *node {
	return &node{test: func(r *candidate) bool {
		return !slices.ContainsFunc(parts, func(part *node) bool { return !part.test(r) })
	}}
}

// joint is allOf of conditions on one parameter, of which collect finds what has one
// value for all. What has several values is read.
func (x *execution) joint(name string, p indexed, parts []*node, collect func(n *node, into *roaring64.Bitmap, most *int) bool) *node {
	t, n := x.s.names.typeID(name), allOf(parts)
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		n.loose = false // whatever an attempt with fewer keys has left undecided
		several, few := roaring64.New(), min(*most/targetCost, softRecords)
		if !gather(x.stream(indexPrefix(p.id, kindSeveral)), several, &few) {
			return x.collectEach(n, parts, into, most)
		}
		if !collect(n, into, most) {
			return false
		}
		for rids := several.Iterator(); rids.HasNext(); {
			if rid := rids.Next(); !into.Contains(rid) && x.accept(name, t, rid, []*node{n}) {
				into.Add(rid)
			}
		}
		return true
	}
	return n
}

// collectJoint adds what has one value that compares with all.
func (x *execution) collectJoint(n *node, p indexed, all []*search.Compare, into *roaring64.Bitmap, most *int) bool {
	parameter := all[0].Parameter
	var spans []span
	compares := make([]search.Compare, len(all))
	for i, c := range all {
		v, loose := inKeys(parameter, c.Values[0])
		n.loose = n.loose || loose
		compares[i] = search.Compare{Parameter: parameter, Values: []search.Value{v}}
		spans = overlap(spans, spansOf(parameterSpace(p.id), parameter.Type, &v))
	}
	entries := []search.Entry{{Parameter: parameter}}
	return x.collectSpans(spans, into, most, func(key []byte) bool {
		if !x.readKey(&entries[0], key) {
			return false
		}
		for i := range compares {
			if !compares[i].Match(entries) {
				return false
			}
		}
		return true
	})
}

// overlap gives what spans of the same kinds of values have in common; nil stands
// for all keys.
func overlap(a, b []span) []span {
	if a == nil {
		return b
	}
	both := make([]span, len(a))
	for i := range a {
		both[i] = a[i]
		if bytes.Compare(b[i].low, a[i].low) > 0 {
			both[i].low = b[i].low
		}
		if bytes.Compare(b[i].high, a[i].high) < 0 {
			both[i].high = b[i].high
		}
	}
	return both
}

// collectEach adds what matches all parts that can be collected, and reports false
// when none can be. The others are left to be tested.
func (x *execution) collectEach(n *node, parts []*node, into *roaring64.Bitmap, most *int) bool {
	var all *roaring64.Bitmap
	left := *most
	for _, part := range parts {
		set, budget := roaring64.New(), *most
		if !x.gather(part, set, &budget) {
			n.loose = true
			continue
		}
		n.loose = n.loose || part.loose
		left = min(left, budget)
		if all == nil {
			all = set
		} else {
			all.And(set)
		}
	}
	if all == nil {
		return false
	}
	*most = left
	into.Or(all)
	return true
}

// jointChanges collects what was changed when all comparisons of _lastUpdated hold.
func (x *execution) jointChanges(name string, all []*search.Compare) func(*roaring64.Bitmap, *int) bool {
	t := x.s.names.typeID(name)
	return func(into *roaring64.Bitmap, most *int) bool {
		from, to := fhir.EarliestMoment, fhir.LatestMoment
		for _, c := range all {
			low, high := dateBounds(&c.Values[0], 0)
			from, to = max(from, low), min(to, high)
		}
		return x.collectChanges(t, from, to, all[0].Parameter, into, most, func(entries []search.Entry) bool {
			return !slices.ContainsFunc(all, func(c *search.Compare) bool { return !c.Match(entries) })
		})
	}
}
