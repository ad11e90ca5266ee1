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
	through   *search.Parameter
	parameter parameterID
	targets   []target
	known     bool              // whether the far end is
	tried     int               // how many keys it has more than
	tested    int               // candidates that were asked
	found     *roaring64.Bitmap // what refers to the far end, once that was collected
}

// target is a type at the end of a chain.
type target struct {
	name  string
	where []search.Condition
	end   *roaring64.Bitmap // what matches, once that is known
}

// compileChain compiles a chain.
func (x *execution) compileChain(c *search.Chain) *node {
	p, ok := x.s.index.find(c.Parameter)
	r := &chain{x: x, through: c.Parameter, parameter: p.id}
	for _, t := range c.Targets {
		r.targets = append(r.targets, target{name: t.Resource, where: []search.Condition{t.Where}})
	}
	n := &node{test: r.test, dear: true}
	if !ok {
		return n
	}
	if n.collect = r.collect; r.gather(4*fewTargets) && r.size() <= fewTargets {
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
	n.collect = func(into *roaring64.Bitmap, most *int) bool { return x.collectPrefixes(prefixes, into, most) }
}

// compileChains compiles chains through one parameter. If the ends of each are many,
// what matches all of them may still be few.
func (x *execution) compileChains(name string, all []*search.Chain) []*node {
	parts := make([]*node, len(all))
	ordered := false
	for i, c := range all {
		parts[i] = x.compile(name, c)
		ordered = ordered || parts[i].open != nil
	}
	p, ok := x.s.index.find(all[0].Parameter)
	if len(parts) == 1 || ordered || !ok {
		return parts
	}
	r := &chain{x: x, through: all[0].Parameter, parameter: p.id}
	for _, t := range all[0].Targets {
		if where, ok := conditionsOn(t.Resource, all); ok {
			r.targets = append(r.targets, target{name: t.Resource, where: where})
		}
	}
	n := x.joint(name, p, parts, func(_ *node, into *roaring64.Bitmap, most *int) bool { return r.collect(into, most) })
	n.dear = true
	return []*node{n}
}

// conditionsOn are the conditions that chains have on a type; false if one of them
// does not lead to it.
func conditionsOn(resource string, all []*search.Chain) ([]search.Condition, bool) {
	var where []search.Condition
	for _, c := range all {
		i := slices.IndexFunc(c.Targets, func(t search.ChainTarget) bool { return t.Resource == resource })
		if i < 0 {
			return nil, false
		}
		where = append(where, c.Targets[i].Where)
	}
	return where, true
}

// gather gathers the far end, if it takes no more keys than most, and reports whether
// it is known now.
func (r *chain) gather(most int) bool {
	if r.known || most <= r.tried {
		return r.known
	}
	r.tried = most
	for i := range r.targets {
		t := &r.targets[i]
		var ok bool
		if t.end, ok = r.x.farEnd(t.name, t.where, &most); !ok {
			return false
		}
	}
	r.known = true
	return true
}

// size is how many resources the far end has.
func (r *chain) size() (n int) {
	for _, t := range r.targets {
		n += int(t.end.GetCardinality())
	}
	return n
}

// collect adds what refers to the far end.
func (r *chain) collect(into *roaring64.Bitmap, most *int) bool {
	if r.found == nil {
		if !r.gather(*most) {
			return false
		}
		n := r.size()
		if *most -= n * readingCost; *most < 0 || n > r.x.limits.Targets {
			return false
		}
		found := roaring64.New()
		if !r.x.collectPrefixes(r.prefixes(), found, most) {
			return false
		}
		r.found = found
	}
	into.Or(r.found)
	return true
}

// prefixes are those of references to the far end in the index, in order.
func (r *chain) prefixes() [][]byte {
	x := r.x
	var prefixes [][]byte
	for _, target := range r.targets {
		t := x.s.names.typeID(target.name)
		all := appendTargets(indexPrefix(r.parameter, kindTarget), target.name)
		for rids := target.end.Iterator(); rids.HasNext() && x.step(); {
			prefixes = append(prefixes, slices.Concat(all, x.candidate(target.name, t, rids.Next()).id()))
		}
	}
	slices.SortFunc(prefixes, bytes.Compare)
	return prefixes
}

// test follows the references of one candidate.
func (r *chain) test(c *candidate) bool {
	if r.found != nil {
		return r.found.Contains(c.rid)
	}
	x := r.x
	var references []fhir.Reference
	for _, e := range c.entriesOf(r.through) {
		if e.Aspect == search.AspectValue && isLocal(e.Target) {
			references = append(references, e.Target)
		}
	}
	// With each doubling of the candidates it is worth twice as much to know more.
	if r.tested++; r.tested&(r.tested-1) == 0 {
		r.gather(min(r.tested*targetCost, x.limits.Collect))
	}
	for _, reference := range references {
		for i := range r.targets {
			if r.targets[i].name == reference.Type && r.atEnd(reference, &r.targets[i]) {
				return true
			}
		}
	}
	return false
}

// atEnd reports whether what a reference points to is at the far end.
func (r *chain) atEnd(reference fhir.Reference, target *target) bool {
	x := r.x
	t := x.s.names.typeID(target.name)
	if t == 0 {
		return false
	}
	rid, err := x.s.ridOf(x.r, t, reference.ID)
	if err != nil {
		x.fail(err)
	}
	if r.known {
		return rid != 0 && target.end.Contains(rid)
	}
	return rid != 0 && x.isLive(t, rid) && x.accept(target.name, t, rid, x.compileAll(target.name, target.where))
}
