package patch

import (
	"math/bits"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// What the library takes, in nanoseconds, as measured with resources of many
// megabytes. It reads and writes all of a resource for each stage; it copies an
// array when it adds to it or removes from it; and for every level that it goes
// down it copies and keeps all that is below.
const (
	byteCost    = 24  // of a stage, for each byte
	valueCost   = 700 // of a stage, for each value
	levelCost   = 9   // of a stage, for each byte and level
	elementCost = 10  // of an operation, for each element of an array

	// maxWork is three seconds: one stage of a resource of 32 MiB is about one.
	maxWork = 3_000_000_000
)

// extent is how large a value is.
type extent struct {
	bytes  int
	values int // in it, itself included
	widest int // elements of its longest array, or members of its largest object
}

func measure(v codec.Value) extent {
	e := extent{bytes: len(v.Raw())}
	e.count(v)
	return e
}

func (e *extent) count(v codec.Value) {
	n := 0
	for c := v.First(); c.Exists(); c = c.Next() {
		e.count(c)
		n++
	}
	e.values++
	e.widest = max(e.widest, n)
}

// plus is the extent of a value with another put into it.
func (e extent) plus(other extent) extent {
	return extent{e.bytes + other.bytes, e.values + other.values, max(e.widest, other.widest) + 1}
}

// work estimates from above what applying the patch will take. A stage that
// fails is repeated to find out where.
func (p *jsonPatch) work(resource codec.Value) int {
	e := measure(resource).plus(p.adds)
	stage := e.bytes*(byteCost+levelCost*p.deep) + e.values*valueCost
	total := 0
	for _, s := range p.stages {
		if s.test != nil {
			total += e.widest * elementCost
			continue
		}
		edits := len(s.edits)
		total += (stage + edits*e.widest*elementCost) * (1 + bits.Len(uint(edits-1)))
	}
	return total
}
