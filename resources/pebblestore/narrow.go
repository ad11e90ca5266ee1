package pebblestore

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// How the conditions of an AND are brought together. Those that the index has in
// order cost nothing in advance: their streams leap over one another. The matches
// of others must be collected before, or else the candidates that the rest leaves
// are read one by one. Which is cheaper depends on numbers that the index does not
// keep, so they are found out by going a little way into each.

const (
	// firstProbe is how many keys of each condition are looked at in the first
	// round of looking for the condition with the fewest matches; in each further
	// round it is probeGrowth times as many, up to lastProbe.
	firstProbe  = 64
	probeGrowth = 4
	lastProbe   = 1 << 16
	// readingCost is how many keys are looked at in about a quarter of the time in
	// which a resource is read to decide conditions: no more are looked at for each
	// candidate in the hope that it need not be read.
	readingCost = 8
)

// narrow decides about the unordered conditions: each is collected, or becomes a
// test. It begins with the condition that has the fewest matches. From then on, a
// condition is collected only as long as that takes much less time than to read
// the candidates left.
func (x *execution) narrow(p *and) {
	if len(p.unordered) == 0 {
		return
	}
	most, tried := x.limits.Collect, 0
	if len(p.unordered)+len(p.ordered) > 1 {
		tried = x.fewest(p)
	}
	for _, n := range p.unordered {
		if p.set != nil {
			most = x.worthCollecting(p, n)
		}
		budget := most
		hopeless := most == 0 || !n.scan && most <= tried || n.scan && p.set != nil || x.err != nil
		if hopeless || !x.join(p, n, &budget) {
			p.tests = append(p.tests, n)
		}
	}
	p.unordered = nil
}

// worthCollecting is how many keys may be looked at for a condition rather than to read
// the candidates left; none when these are few.
func (x *execution) worthCollecting(p *and, n *node) int {
	left := p.set.GetCardinality()
	if left <= uint64(x.limits.Narrow) {
		return 0
	}
	cost := uint64(readingCost)
	if n.dear {
		cost = targetCost
	}
	return int(min(cost*left, uint64(x.limits.Collect)))
}

// fewest looks for the condition with the fewest matches, and collects it. If all
// have many, it gives how many keys of each it has looked at in vain.
func (x *execution) fewest(p *and) (tried int) {
	for keys := firstProbe; ; keys *= probeGrowth {
		keys = min(keys, x.limits.Collect)
		for _, from := range []*[]*node{&p.ordered, &p.unordered} {
			for i, n := range *from {
				budget := keys
				if !n.scan && x.join(p, n, &budget) {
					*from = slices.Delete(slices.Clone(*from), i, i+1)
					return 0
				}
				if x.err != nil {
					return 0
				}
			}
		}
		if keys >= min(lastProbe, x.limits.Collect) {
			return keys
		}
	}
}

// join collects the matches of a condition and leaves those that it has in common
// with what was collected before; false when they are too many.
func (x *execution) join(p *and, n *node, most *int) bool {
	set := roaring64.New()
	if !x.gather(n, set, most) {
		return false
	}
	if p.set != nil {
		set.And(p.set)
	}
	p.set = set
	if n.loose && n.open == nil {
		p.tests = append(p.tests, n)
	}
	return true
}

// gather adds the matches of a condition to a set, in whatever way the index has
// them; false when they are too many.
func (x *execution) gather(n *node, into *roaring64.Bitmap, most *int) bool {
	if n.open == nil {
		return n.collect(into, most)
	}
	return gather(n.open(), into, most)
}

// gather adds what a stream yields to a set, and reports false when that is more
// than most.
func gather(s stream, into *roaring64.Bitmap, most *int) bool {
	defer s.close()
	for rid := s.seek(0); rid != noRid; rid = s.seek(rid + 1) {
		if *most--; *most < 0 {
			return false
		}
		into.Add(rid)
	}
	return true
}
