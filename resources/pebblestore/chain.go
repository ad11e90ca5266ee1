package pebblestore

import (
	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// fewTargets is up to how many targets references are found in order, with a
// stream for each.
const fewTargets = 32

// compileChain compiles patient.name=x: the resources at the end of the chain
// are found first, then those that refer to them. When the end has too many,
// it is the other way round: each candidate's references are followed.
func (x *execution) compileChain(c *search.Chain) *node {
	n := &node{test: func(r *candidate) bool { return x.testChain(r, c) }}
	p, ok := x.s.index.find(c.Parameter)
	if !ok {
		return n
	}
	if prefixes, all := x.chainTargets(p.id, c); all {
		x.compileTargets(n, prefixes)
	}
	return n
}

// compileTargets compiles references to any of some resources, which have these
// prefixes in the index.
func (x *execution) compileTargets(n *node, prefixes [][]byte) {
	if len(prefixes) <= fewTargets {
		opens := make([]func() stream, len(prefixes))
		for i, prefix := range prefixes {
			opens[i] = func() stream { return x.stream(prefix) }
		}
		n.open = anyOf(opens)
		return
	}
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		spans := make([]span, len(prefixes))
		for i, prefix := range prefixes {
			spans[i] = span{prefix, after(prefix)}
		}
		return x.collectSpans(spans, into, most, func([]byte) bool { return true })
	}
}

// chainTargets are the index prefixes of references to the resources at the
// end of a chain; false when they are too many.
func (x *execution) chainTargets(p parameterID, c *search.Chain) ([][]byte, bool) {
	var prefixes [][]byte
	for _, target := range c.Targets {
		t := x.s.names.typeID(target.Resource)
		s := x.where(target.Resource, []search.Condition{target.Where})
		for rid := s.seek(0); rid != noRid; rid = s.seek(rid + 1) {
			if len(prefixes) == x.limits.Targets {
				s.close()
				return nil, false
			}
			if !x.examined() {
				break
			}
			r := x.load(target.Resource, t, rid)
			if r == nil {
				break
			}
			reference := fhir.Reference{Type: target.Resource, ID: r.version().ID}
			prefixes = append(prefixes, appendTarget(indexPrefix(p, kindTarget), reference))
		}
		s.close()
	}
	return prefixes, true
}

// testChain follows the references of one candidate.
func (x *execution) testChain(r *candidate, c *search.Chain) bool {
	var targets []fhir.Reference
	for _, e := range r.entriesOf(c.Parameter) {
		if e.Aspect == search.AspectValue && isLocal(e.Target) {
			targets = append(targets, e.Target)
		}
	}
	for _, target := range targets {
		for _, end := range c.Targets {
			if end.Resource == target.Type && x.testTarget(target, x.compile(end.Resource, end.Where)) {
				return true
			}
		}
	}
	return false
}

// testTarget reports whether a condition holds for what a reference points to.
func (x *execution) testTarget(target fhir.Reference, n *node) bool {
	t := x.s.names.typeID(target.Type)
	if t == 0 {
		return false
	}
	rid, err := x.s.ridOf(x.r, t, target.ID)
	if err != nil {
		x.fail(err)
	}
	if rid == 0 || !x.isLive(t, rid) || !x.examined() {
		return false
	}
	r := x.load(target.Type, t, rid)
	return r != nil && n.test(r)
}
