package pebblestore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// indexer turns entries into keys. It knows the parameters of the types of
// which something was ever stored.
type indexer struct {
	registry *search.Registry
	mu       sync.RWMutex
	known    map[*search.Parameter]indexed
	types    map[string]parameterID // of the patterns of each
}

// indexed is a parameter as the index knows it.
type indexed struct {
	id      parameterID
	ordinal int // among the type's parameters: its bit in a pattern
}

// storeKnows reports whether the store answers a parameter from its own keys:
// _id from those of ids, _lastUpdated from the changes. What the client sent
// in meta.lastUpdated means nothing.
func storeKnows(p *search.Parameter) bool { return p.Code == "_id" || p.Code == "_lastUpdated" }

// addType gives the parameters of a type their numbers. It must be done before
// the type itself has one.
func (x *indexer) addType(db *pebble.DB, names *dictionary, name string) error {
	x.mu.RLock()
	_, done := x.types[name]
	x.mu.RUnlock()
	if done {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, done := x.types[name]; done {
		return nil
	}
	var kept []*search.Parameter
	for _, p := range x.registry.Parameters(name) {
		if !storeKnows(p) {
			kept = append(kept, p)
		}
	}
	patterns := patternsOf(name)
	if err := names.addParameters(db, append(slices.Clone(kept), patterns)); err != nil {
		return err
	}
	for ordinal, p := range kept {
		x.known[p] = indexed{names.parameters[parameterName(p)], ordinal}
	}
	x.types[name] = names.parameters[parameterName(patterns)]
	return nil
}

// patterns is the number under which the index has the patterns of a type.
func (x *indexer) patterns(name string) parameterID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.types[name]
}

// find gives a parameter's numbers; false for those that the index does not
// keep.
func (x *indexer) find(p *search.Parameter) (indexed, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	i, ok := x.known[p]
	return i, ok
}

func parameterName(p *search.Parameter) string { return p.Resource + "/" + p.Code }

// keySet is the keys of a resource in the index, one after the other.
type keySet struct {
	entries []search.Entry
	bytes   []byte
	ends    []int
	keys    [][]byte
	present []byte // a bit for each parameter of the type that has a value
}

func (k *keySet) reset() {
	k.entries, k.bytes, k.ends, k.keys, k.present = k.entries[:0], k.bytes[:0], k.ends[:0], k.keys[:0], k.present[:0]
}

// forget resets k and lets go of the resource that its entries point into.
func (k *keySet) forget() {
	clear(k.entries[:cap(k.entries)])
	k.reset()
}

// collect fills k with the keys of a resource, sorted, each once.
func (x *indexer) collect(k *keySet, rid uint64, resource codec.Value) {
	x.fill(k, rid, resource)
	k.each(func(key []byte) { k.keys = append(k.keys, key) })
	slices.SortFunc(k.keys, bytes.Compare)
	k.keys = slices.CompactFunc(k.keys, bytes.Equal)
}

// fill fills k with the keys of a resource as they come.
func (x *indexer) fill(k *keySet, rid uint64, resource codec.Value) {
	k.entries = x.registry.AppendEntries(k.entries[:0], resource)
	x.mu.RLock()
	defer x.mu.RUnlock()
	for i := range k.entries {
		e := &k.entries[i]
		p, ok := x.known[e.Parameter]
		if !ok {
			continue
		}
		if has(k.present, p.ordinal) && countsSeveral(e.Parameter.Type) {
			k.addSeveral(p.id, rid)
		}
		k.mark(p.ordinal)
		k.add(p.id, e, rid)
	}
	k.addPattern(x.types[resource.ResourceType()], rid)
}

// each calls visit with each key, as they came.
func (k *keySet) each(visit func(key []byte)) {
	start := 0
	for _, end := range k.ends {
		visit(k.bytes[start:end:end])
		start = end
	}
}

// mark notes that a parameter has a value.
func (k *keySet) mark(ordinal int) {
	for len(k.present) <= ordinal/8 {
		k.present = append(k.present, 0)
	}
	k.present[ordinal/8] |= 1 << (ordinal % 8)
}

// has reports whether the bit of a parameter is set.
func has(present []byte, ordinal int) bool {
	return ordinal/8 < len(present) && present[ordinal/8]&(1<<(ordinal%8)) != 0
}

// replace takes the keys of k that are not in other out of the index, and puts
// those in that are only in other.
func (k *keySet) replace(other *keySet, e *edits) {
	i, j := 0, 0
	for i < len(k.keys) || j < len(other.keys) {
		order := 1
		switch {
		case j == len(other.keys):
			order = -1
		case i < len(k.keys):
			order = bytes.Compare(k.keys[i], other.keys[j])
		}
		switch {
		case order < 0:
			e.add(k.keys[i], true)
			i++
		case order > 0:
			e.add(other.keys[j], false)
			j++
		default:
			i++
			j++
		}
	}
}

// edits are the changes of the index that a commit makes. A key may be among them
// twice, with the same change.
type edits struct {
	bytes []byte
	keys  []edit
}

type edit struct {
	head       uint64 // the beginning of the key behind its space, which mostly decides the order
	start, end int
	remove     bool
}

func (e *edits) add(key []byte, remove bool) {
	start := len(e.bytes)
	e.bytes = append(e.bytes, key...)
	e.keys = append(e.keys, edit{binary.BigEndian.Uint64(key[1:]), start, len(e.bytes), remove})
}

// write writes the edits in the order of keys.
func (e *edits) write(b *pebble.Batch) error {
	slices.SortFunc(e.keys, func(x, y edit) int {
		if x.head != y.head {
			return cmp.Compare(x.head, y.head)
		}
		return bytes.Compare(e.bytes[x.start:x.end], e.bytes[y.start:y.end])
	})
	var last []byte
	for _, k := range e.keys {
		key := e.bytes[k.start:k.end]
		if bytes.Equal(key, last) {
			continue
		}
		last = key
		var err error
		if k.remove {
			err = b.Delete(key, nil)
		} else {
			err = b.Set(key, nil, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
