package pebblestore

import (
	"errors"
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// idFilter knows of most ids that were never given that they were not, without
// asking Pebble: a Bloom filter in memory over all ids of the store. An import
// asks twice about each of its ids, and nearly all are new. It is added to within
// the turn, before a commit can be seen, and asked at any time. A nil idFilter
// knows nothing.
type idFilter struct {
	seed   maphash.Seed
	layers atomic.Pointer[[]filterLayer] // each twice as large as the one before; ids are added to the last
	room   int                           // of the last
}

// filterLayer is blocks of one cache line each. An id has a bit in every word of
// its block: with filterBytes for an id, fewer than one in 500 of those that are
// not there seem to be (TestIDFilter).
type filterLayer [][8]atomic.Uint64

const (
	filterBytes  = 2       // for each id
	filterBlocks = 1 << 15 // of the first layer, 2 MiB: a million ids
)

func newIDFilter() *idFilter {
	f := &idFilter{seed: maphash.MakeSeed()}
	f.layers.Store(new([]filterLayer))
	return f
}

// load adds the ids of a store.
func (f *idFilter) load(db *pebble.DB) error {
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceIDs}, UpperBound: []byte{spaceIDs + 1}})
	if err != nil {
		return err
	}
	for it.First(); it.Valid(); it.Next() {
		f.add(it.Key())
	}
	return errors.Join(it.Error(), it.Close())
}

// add adds the key of an id that was not there.
func (f *idFilter) add(key []byte) {
	if f == nil {
		return
	}
	layers := *f.layers.Load()
	if f.room == 0 {
		layer := make(filterLayer, filterBlocks<<len(layers))
		f.room = len(layer) * len(layer[0]) * 8 / filterBytes
		layers = append(layers[:len(layers):len(layers)], layer)
		f.layers.Store(&layers)
	}
	f.room--
	layers[len(layers)-1].add(maphash.Bytes(f.seed, key))
}

// excludes reports whether the id with this key was certainly never given.
func (f *idFilter) excludes(key []byte) bool {
	if f == nil {
		return false
	}
	hash := maphash.Bytes(f.seed, key)
	for _, layer := range *f.layers.Load() {
		if layer.has(hash) {
			return false
		}
	}
	return true
}

// place gives the number of a hash's block, and another hash for the bits in it.
func (l filterLayer) place(hash uint64) (block, bitsOf uint64) {
	block, _ = bits.Mul64(hash, uint64(len(l)))
	return block, hash * 0x9e3779b97f4a7c15
}

func (l filterLayer) add(hash uint64) {
	block, h := l.place(hash)
	for i := range l[block] {
		l[block][i].Or(1 << (h >> 58))
		h <<= 6
	}
}

func (l filterLayer) has(hash uint64) bool {
	block, h := l.place(hash)
	for i := range l[block] {
		if l[block][i].Load()&(1<<(h>>58)) == 0 {
			return false
		}
		h <<= 6
	}
	return true
}
