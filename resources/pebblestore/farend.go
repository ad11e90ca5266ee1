package pebblestore

import (
	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir/search"
)

// The far end of a chain or of _has is what matches at the other end of the reference.
// While it is not known, each candidate's references are followed, which costs a read
// for each; a set of rids, once gathered, is asked in no time. So a far end is gathered
// before the candidates only if that takes few keys, and later the sooner the more
// candidates have been asked in vain.

// targetCost is how many keys are looked at in the time in which a resource is read for
// what it refers to.
const targetCost = 4 * readingCost

// farEnd gives the resources of a type for which conditions hold; false when to find
// them takes more keys than most, from which it takes those that it looks at.
func (x *execution) farEnd(name string, where []search.Condition, most *int) (*roaring64.Bitmap, bool) {
	set := roaring64.New()
	var n *node
	if len(where) == 1 {
		n = x.compile(name, where[0])
	}
	if n == nil || n.not || n.open == nil && n.collect == nil {
		// An execution of its own can be given up without an end to this one.
		soft := x.soft(min(*most, x.limits.Keys-x.keys), min(*most/targetCost, x.mayRead()/2))
		ok := gather(soft.where(name, where), set, most)
		return set, soft.close() == nil && ok
	}
	if !x.gather(n, set, most) {
		return nil, false
	}
	if !n.loose {
		return set, true
	}
	// What may match has to be read.
	if left := set.GetCardinality(); left > uint64(*most/targetCost) || left > uint64(x.mayRead()) {
		return nil, false
	}
	t := x.s.names.typeID(name)
	for _, rid := range set.ToArray() {
		if !x.accept(name, t, rid, []*node{n}) {
			set.Remove(rid)
		}
	}
	return set, true
}

// mayRead is how many resources may be read to find candidates, so that as many can
// still be read to decide about these.
func (x *execution) mayRead() int {
	return max(0, min(x.limits.Targets, (x.limits.Records-x.records)/2))
}
