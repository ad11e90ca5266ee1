package pebblestore

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir/search"
)

// referred is _has:Immunization:patient:vaccine-code=x under way: what is referred
// to by what matches. Few resources that refer are read, to find what they refer
// to. When they are many, each candidate is asked whether one of them refers
// to it, which the index alone can tell once it is known which these are.
type referred struct {
	x         *execution
	has       *search.Has
	name      string // of the type referred to
	t         typeID
	parameter parameterID
	referring *roaring64.Bitmap // what refers and matches; nil while not known
	tried     int               // how many keys it has more than
	tested    int               // candidates that were asked
	found     *roaring64.Bitmap // what is referred to, once that was collected
	keys      *keyStream        // over the references
	key       []byte            // scratch
}

// testCost is how many keys are looked at in the time in which one candidate is asked
// while it is not known what refers and matches.
const testCost = 16 * targetCost

// compileHas compiles _has.
func (x *execution) compileHas(name string, h *search.Has) *node {
	p, ok := x.s.index.find(h.Parameter)
	if !ok { // nothing of the type that refers was ever stored
		return &node{test: func(*candidate) bool { return false }, open: func() stream { return empty{} }}
	}
	r := &referred{x: x, has: h, name: name, t: x.s.names.typeID(name), parameter: p.id}
	return &node{test: r.test, collect: r.collect}
}

// gather collects the resources that refer and match, if they have no more keys
// than most, and reports whether they are known now.
func (r *referred) gather(most int) bool {
	if r.referring != nil || most <= r.tried {
		return r.referring != nil
	}
	r.tried = most
	set, ok := r.x.farEnd(r.has.Resource, []search.Condition{r.has.Where}, &most)
	if ok {
		r.referring = set
	}
	return ok
}

// collect adds what the resources that refer and match refer to.
func (r *referred) collect(into *roaring64.Bitmap, most *int) bool {
	x := r.x
	if r.found == nil {
		if !r.gather(*most) {
			return false
		}
		n := int(r.referring.GetCardinality())
		if *most -= n * targetCost; *most < 0 || n > x.mayRead() {
			return false
		}
		r.found = r.referredTo()
	}
	into.Or(r.found)
	return true
}

// referredTo are the current resources to which those that refer and match refer. Each of
// these is read.
func (r *referred) referredTo() *roaring64.Bitmap {
	x, found := r.x, roaring64.New()
	from := x.s.names.typeID(r.has.Resource)
	for rids := r.referring.Iterator(); rids.HasNext() && x.examined(); {
		c := x.load(r.has.Resource, from, rids.Next())
		if c == nil {
			break
		}
		for _, e := range c.entriesOf(r.has.Parameter) {
			if e.Aspect != search.AspectValue || !isLocal(e.Target) || e.Target.Type != r.name {
				continue
			}
			target, err := x.s.ridOf(x.r, r.t, e.Target.ID)
			if err != nil {
				x.fail(err)
			}
			if target != 0 && x.isLive(r.t, target) {
				found.Add(target)
			}
		}
	}
	return found
}

// test looks for one resource that refers to the candidate and matches.
func (r *referred) test(c *candidate) bool {
	x := r.x
	if r.found != nil {
		return r.found.Contains(c.rid)
	}
	r.key = append(appendTargets(append(r.key[:0], indexPrefix(r.parameter, kindTarget)...), r.name), c.id()...)
	// With each doubling of the candidates it is worth twice as much to know more.
	if r.tested++; r.tested&(r.tested-1) == 0 {
		r.gather(min(r.tested*testCost, x.limits.Collect))
	}
	if r.referring != nil {
		return r.refers(r.key)
	}
	prefix := slices.Clone(r.key)
	refers := &node{open: func() stream { return x.stream(prefix) }}
	s := x.all(r.has.Resource, []*node{refers, x.compile(r.has.Resource, r.has.Where)})
	defer s.close()
	return s.seek(0) != noRid
}

// refers reports whether what refers and matches is under a key of the references.
func (r *referred) refers(prefix []byte) bool {
	if r.keys == nil {
		if r.keys = r.x.keyStream(indexPrefix(r.parameter, kindTarget)); r.keys == nil {
			return false
		}
	}
	it := r.keys.it
	for valid := it.SeekGE(prefix); valid && r.x.step() && bytes.HasPrefix(it.Key(), prefix); valid = it.Next() {
		if r.referring.Contains(keyRid(it.Key())) {
			return true
		}
	}
	if err := it.Error(); err != nil {
		r.x.fail(err)
	}
	return false
}
