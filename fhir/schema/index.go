package schema

import "hash/maphash"

// scope is a name space of an index: a structure's properties, the codes of a
// value set, the resource types.
type scope uint16

// index maps names to numbers, all scopes in one table with open addressing: a
// member of a resource is looked up with one hash and, mostly, one comparison.
type index struct {
	seed    maphash.Seed
	entries []entry
	slots   []int32 // index in entries plus 1, 0 if free; a power of two, at least half of it free
}

type entry struct {
	name  string
	scope scope
	value int32
}

func newIndex() index { return index{seed: maphash.MakeSeed()} }

func (x *index) slot(s scope, name string) uint64 {
	// The multiplication spreads equal names of different scopes.
	return (maphash.String(x.seed, name) ^ uint64(s)*0x9E3779B97F4A7C15) & uint64(len(x.slots)-1)
}

// add notes a name, which must be new in its scope; build makes it findable.
func (x *index) add(s scope, name string, value int32) {
	x.entries = append(x.entries, entry{name, s, value})
}

func (x *index) build() {
	size := 1
	for size < 2*len(x.entries) {
		size *= 2
	}
	x.slots = make([]int32, size)
	for i, e := range x.entries {
		at := x.slot(e.scope, e.name)
		for x.slots[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		x.slots[at] = int32(i + 1)
	}
}

// find is the number of a name, -1 if the scope does not have it.
func (x *index) find(s scope, name string) int32 {
	for at := x.slot(s, name); x.slots[at] != 0; at = (at + 1) & uint64(len(x.slots)-1) {
		if e := &x.entries[x.slots[at]-1]; e.scope == s && e.name == name {
			return e.value
		}
	}
	return -1
}
