package pebblestore

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"github.com/VictoriaMetrics/fastcache"
)

// recordCache keeps the records of resources that are read again and again, of less
// than 64 KiB each and up to so many bytes, the oldest of which make room for new
// ones. A nil recordCache keeps nothing.
//
// What it gives is what Pebble would. An id has a mark, a number that is odd while
// a commit makes a new version visible, and another one after it. A record goes
// with the mark that its id had before it was read, and counts only as long as the
// id has that mark. So no commit became visible between the reading of the mark
// that filled the cache and of the mark that the record is taken out by: it is the
// current one then, whoever was faster. Ids share marks, so that now and then a
// record is forgotten for nothing.
//
// The memory is not the garbage collector's and holds no pointers.
type recordCache struct {
	records *fastcache.Cache // of a cachedID, the mark and the record
	seed    maphash.Seed
	marks   []atomic.Uint64 // a power of two
	asked   []atomic.Uint32 // as many; of each, which id was last asked for
	stale   atomic.Int64    // of those looked for, how many were there and did not count
}

const (
	// recordsOf is which part of the memory for reading is for records; the rest is
	// for blocks. A search reads blocks.
	recordsOf = 4
	// indexOf is which part of that goes to finding the records.
	indexOf = 8
	// recordUnit is of what fastcache's memory is a multiple.
	recordUnit = 32 << 20

	// indexBytes is what fastcache needs to find a record: a map's place, two thirds full.
	indexBytes = 24

	markLength = 8
)

// newRecordCache takes its part of the bytes that there are for reading, and gives
// the rest. Of few it takes none.
func newRecordCache(size int64) (r *recordCache, rest int64) {
	records := size / recordsOf * (indexOf - 1) / indexOf / recordUnit * recordUnit
	if records == 0 {
		return nil, size
	}
	marks := 1 << bits.Len64(uint64(records)>>10-1) // most records are larger than a KiB
	return &recordCache{
		records: fastcache.New(int(records)),
		seed:    maphash.MakeSeed(),
		marks:   make([]atomic.Uint64, marks),
		asked:   make([]atomic.Uint32, marks),
	}, size - records*indexOf/(indexOf-1)
}

// lookedUp is what get has found out of an id that put needs to know.
type lookedUp struct {
	hash uint64
	mark uint64
}

// get gives a copy of a current record, nil if it is not here.
func (r *recordCache) get(id *cachedID) ([]byte, lookedUp) {
	if r == nil {
		return nil, lookedUp{}
	}
	hash := maphash.Bytes(r.seed, id[:])
	l := lookedUp{hash, r.mark(hash).Load()}
	if changing(l.mark) {
		return nil, l
	}
	value := r.records.Get(nil, id[:])
	switch {
	case len(value) <= markLength:
		return nil, l
	case binary.LittleEndian.Uint64(value) != l.mark:
		r.stale.Add(1)
		return nil, l
	}
	return value[markLength:], l
}

// put keeps a record that was read after get had not found it, if the id is asked
// for again: of a large store most are not, and to keep them costs more than it
// brings. The record stands in value behind room for the mark.
func (r *recordCache) put(id *cachedID, l lookedUp, value []byte) {
	if r == nil || changing(l.mark) {
		return
	}
	asked, which := &r.asked[l.hash&uint64(len(r.asked)-1)], uint32(l.hash>>32)
	if asked.Load() != which {
		asked.Store(which)
		return
	}
	binary.LittleEndian.PutUint64(value, l.mark)
	r.records.Set(id[:], value)
}

// begin forgets the records that a commit changes, before it can be seen. Only who
// has the turn calls it.
func (r *recordCache) begin(changes []change) {
	r.each(changes, func(mark *atomic.Uint64) { mark.Store(mark.Load() | 1) })
}

// end lets the new records be kept, once reads see the commit. A commit that fails
// never comes here: nothing is read after it.
func (r *recordCache) end(changes []change) {
	r.each(changes, func(mark *atomic.Uint64) {
		if m := mark.Load(); changing(m) { // two of a commit may share a mark
			mark.Store(m + 1)
		}
	})
}

// each visits the marks of what a commit changes. What is new was never read.
func (r *recordCache) each(changes []change, visit func(mark *atomic.Uint64)) {
	if r == nil {
		return
	}
	for i := range changes {
		if c := &changes[i]; !c.isNew && !c.write.CheckOnly {
			id := newCachedID(c.t, c.write.ID)
			visit(r.mark(maphash.Bytes(r.seed, id[:])))
		}
	}
}

func changing(mark uint64) bool { return mark&1 != 0 }

func (r *recordCache) mark(hash uint64) *atomic.Uint64 {
	return &r.marks[hash&uint64(len(r.marks)-1)]
}

// recordMetrics are figures of a recordCache.
type recordMetrics struct {
	hits, misses int64
	entries      uint64
	bytes        int64 // with what finds the records
}

func (r *recordCache) metrics() recordMetrics {
	if r == nil {
		return recordMetrics{}
	}
	var s fastcache.Stats
	r.records.UpdateStats(&s)
	stale := r.stale.Load()
	return recordMetrics{
		hits:    int64(s.GetCalls-s.Misses) - stale,
		misses:  int64(s.Misses) + stale,
		entries: s.EntriesCount,
		bytes:   int64(s.BytesSize) + int64(s.EntriesCount)*indexBytes + int64(len(r.marks))*(8+4),
	}
}

// close gives the memory back.
func (r *recordCache) close() {
	if r != nil {
		r.records.Reset()
	}
}
