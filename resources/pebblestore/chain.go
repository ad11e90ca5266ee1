package pebblestore

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// fewTargets is up to how many targets references are found in order, with a
// stream for each.
const fewTargets = 32

// chain is patient.name=x under way. Where few match at the far end, the references to
// these are looked up. Where many do, each candidate's references are followed.
type chain struct {
	x         *execution
	chain     *search.Chain
	parameter parameterID
	ends      []*roaring64.Bitmap // the far end, by chain.Targets; nil while not known
	tried     int                 // how many keys it has more than
	tested    int                 // candidates that were asked
}

// compileChain compiles a chain.
func (x *execution) compileChain(c *search.Chain) *node {
	p, ok := x.s.index.find(c.Parameter)
	r := &chain{x: x, chain: c, parameter: p.id}
	n := &node{test: r.test}
	if !ok {
		return n
	}
	if n.collect = r.collect; r.gather(4*fewTargets) && r.size() <= min(fewTargets, x.mayRead()) {
		x.compileTargets(n, r.prefixes())
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
	n.collect = func(into *roaring64.Bitmap, most *int) bool { return x.collectTargets(prefixes, into, most) }
}

// collectTargets adds what the keys with these prefixes are of, to a set.
func (x *execution) collectTargets(prefixes [][]byte, into *roaring64.Bitmap, most *int) bool {
	spans := make([]span, len(prefixes))
	for i, prefix := range prefixes {
		spans[i] = span{prefix, after(prefix)}
	}
	return x.collectSpans(spans, into, most, func([]byte) bool { return true })
}

// gather gathers the far end, if it takes no more keys than most, and reports whether
// it is known now.
func (r *chain) gather(most int) bool {
	if r.ends != nil || most <= r.tried {
		return r.ends != nil
	}
	r.tried = most
	ends := make([]*roaring64.Bitmap, len(r.chain.Targets))
	for i, target := range r.chain.Targets {
		var ok bool
		if ends[i], ok = r.x.farEnd(target.Resource, target.Where, &most); !ok {
			return false
		}
	}
	r.ends = ends
	return true
}

// size is how many resources the far end has.
func (r *chain) size() (n int) {
	for _, end := range r.ends {
		n += int(end.GetCardinality())
	}
	return n
}

// collect adds what refers to the far end.
func (r *chain) collect(into *roaring64.Bitmap, most *int) bool {
	if !r.gather(*most) {
		return false
	}
	n := r.size()
	if *most -= n * targetCost; *most < 0 || n > r.x.mayRead() {
		return false
	}
	return r.x.collectTargets(r.prefixes(), into, most)
}

// prefixes are those of references to the far end in the index, in order. Each of its
// resources is read for its id.
func (r *chain) prefixes() [][]byte {
	x := r.x
	var prefixes [][]byte
	for i, target := range r.chain.Targets {
		t := x.s.names.typeID(target.Resource)
		for rids := r.ends[i].Iterator(); rids.HasNext() && x.examined(); {
			c := x.load(target.Resource, t, rids.Next())
			if c == nil {
				break
			}
			reference := fhir.Reference{Type: target.Resource, ID: c.version().ID}
			prefixes = append(prefixes, appendTarget(indexPrefix(r.parameter, kindTarget), reference))
		}
	}
	slices.SortFunc(prefixes, bytes.Compare)
	return prefixes
}

// test follows the references of one candidate.
func (r *chain) test(c *candidate) bool {
	x := r.x
	var targets []fhir.Reference
	for _, e := range c.entriesOf(r.chain.Parameter) {
		if e.Aspect == search.AspectValue && isLocal(e.Target) {
			targets = append(targets, e.Target)
		}
	}
	// With each doubling of the candidates it is worth twice as much to know more.
	if r.tested++; r.tested&(r.tested-1) == 0 {
		r.gather(min(r.tested*targetCost, x.limits.Collect))
	}
	for _, target := range targets {
		for i, end := range r.chain.Targets {
			if end.Resource == target.Type && r.testTarget(target, i) {
				return true
			}
		}
	}
	return false
}

// testTarget reports whether what a reference points to is at the far end.
func (r *chain) testTarget(target fhir.Reference, end int) bool {
	x := r.x
	t := x.s.names.typeID(target.Type)
	if t == 0 {
		return false
	}
	rid, err := x.s.ridOf(x.r, t, target.ID)
	if err != nil {
		x.fail(err)
	}
	if r.ends != nil {
		return rid != 0 && r.ends[end].Contains(rid)
	}
	if rid == 0 || !x.isLive(t, rid) || !x.examined() {
		return false
	}
	c := x.load(target.Type, t, rid)
	return c != nil && x.compile(target.Type, r.chain.Targets[end].Where).test(c)
}
