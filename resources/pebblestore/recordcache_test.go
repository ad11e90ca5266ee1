package pebblestore

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestRecordCacheOrders goes through all orders in which two who fill the cache and
// two commits can take their steps. After each step the cache must give what reads
// of the store would find, or nothing.
func TestRecordCacheOrders(t *testing.T) {
	const first, second, commits = 0, 1, 2
	cache, _ := newRecordCache(256 << 20)
	defer cache.close()
	given, n := 0, 0
	try := func(order []int) {
		n++
		name := fmt.Sprint(n)
		id := newCachedID(1, name)
		stored := []byte("version 1") // what Pebble shows
		changes := []change{{write: &resources.Write{ID: name}, t: 1}}
		commit := func(version string) []func() {
			return []func(){
				func() { cache.begin(changes) },
				func() { stored = []byte(version) },
				func() { cache.end(changes) },
			}
		}
		fill := func() []func() {
			var asked lookedUp
			var value []byte
			return []func(){
				func() { _, asked = cache.get(&id) },
				func() { value = append(make([]byte, markLength), stored...) },
				func() { cache.put(&id, asked, value) },
			}
		}
		// Whoever asks first does not fill the cache.
		for _, step := range fill() {
			step()
		}
		steps := [...][]func(){first: fill(), second: fill(), commits: append(commit("version 2"), commit("version 3")...)}
		for i, who := range order {
			steps[who][0]()
			steps[who] = steps[who][1:]
			record, _ := cache.get(&id)
			if record != nil {
				given++
			}
			if record != nil && !bytes.Equal(record, stored) {
				t.Fatalf("after %v of %v the cache gives %q, and %q is stored", order[:i+1], order, record, stored)
			}
		}
	}
	var orders func(order []int, left [3]int)
	orders = func(order []int, left [3]int) {
		last := true
		for who := range left {
			if left[who] > 0 {
				last = false
				rest := left
				rest[who]--
				orders(append(order, who), rest)
			}
		}
		if last {
			try(order)
		}
	}
	orders(nil, [...]int{first: 3, second: 3, commits: 6})
	if want := 18480; n != want || given == 0 {
		t.Errorf("%d orders were tried, want %d; %d times the cache gave something", n, want, given)
	}
}

// TestRecordCacheUnderWrites has many read what others write. A read must find no
// less than what was acknowledged, or what any other read had found, when it began,
// and nothing that was not begun to be written when it ended.
func TestRecordCacheUnderWrites(t *testing.T) {
	const ids, readers = 4, 8
	versions := uint64(1000)
	if testing.Short() {
		versions = 200
	}
	s := openQuiet(t, vfs.NewMem(), storetest.Registry())
	defer s.Close()
	var begun, least [ids]atomic.Uint64
	raise := func(to *atomic.Uint64, version uint64) {
		for at := to.Load(); at < version && !to.CompareAndSwap(at, version); at = to.Load() {
		}
	}
	read := func(i int) (resources.Version, error) {
		from := least[i].Load()
		v, err := s.Read(t.Context(), resources.Everything(), "Patient", fmt.Sprint("p", i))
		until := begun[i].Load()
		switch {
		case errors.Is(err, resources.ErrNotFound) && from == 0:
			return v, nil
		case err != nil && !(errors.Is(err, resources.ErrGone) && v.Deleted()):
			return v, err
		case v.Version < from || v.Version > until:
			return v, fmt.Errorf("it finds version %d, want %d to %d", v.Version, from, until)
		case !v.Deleted() && !bytes.Contains(v.JSON, fmt.Appendf(nil, `"versionId":"%d"`, v.Version)):
			return v, fmt.Errorf("version %d is %s", v.Version, v.JSON)
		}
		raise(&least[i], v.Version)
		return v, nil
	}
	var writing, reading sync.WaitGroup
	var done atomic.Bool
	for i := range ids {
		writing.Go(func() {
			id := fmt.Sprint("p", i)
			for version := uint64(1); version <= versions; version++ {
				w := storetest.Put(t, resources.PUT, "Patient", id, version-1, "")
				if version%7 == 0 {
					w = resources.Write{Type: "Patient", ID: id, Method: resources.DELETE, Expect: version - 1}
				}
				begun[i].Store(version)
				if _, err := s.Commit(t.Context(), resources.Everything(), resources.Batch{Writes: []resources.Write{w}}); err != nil {
					t.Errorf("Commit(version %d of %s): %v", version, id, err)
					return
				}
				raise(&least[i], version)
				if _, err := read(i); err != nil {
					t.Errorf("Read(%s) by who wrote version %d: %v", id, version, err)
					return
				}
			}
		})
	}
	for range readers {
		reading.Go(func() {
			for n := 0; !done.Load(); n++ {
				if _, err := read(n % ids); err != nil {
					t.Errorf("Read(p%d): %v", n%ids, err)
					return
				}
			}
		})
	}
	writing.Wait()
	done.Store(true)
	reading.Wait()
	if m := s.Metrics(); m.RecordHits < int64(versions) || m.RecordMisses < int64(versions) {
		t.Errorf("%d records were in the cache and %d were not, want at least %d of both", m.RecordHits, m.RecordMisses, versions)
	}
}

// TestRecordCacheIsBounded fills the cache with twice of what it may hold.
func TestRecordCacheIsBounded(t *testing.T) {
	const size = 160 << 20
	cache, rest := newRecordCache(size)
	defer cache.close()
	share := size - rest
	if share <= 0 || share > size/recordsOf {
		t.Fatalf("newRecordCache(%d) takes %d", size, share)
	}
	value := make([]byte, markLength+1400)
	kept := 0
	for i := range int(2 * share / int64(len(value))) {
		id := newCachedID(1, fmt.Sprint(i))
		for range 2 {
			_, asked := cache.get(&id)
			cache.put(&id, asked, value)
		}
		if record, _ := cache.get(&id); record != nil {
			kept++
		}
	}
	m := cache.metrics()
	if m.bytes > share || kept == 0 || m.entries < uint64(share)/uint64(len(value))/2 {
		t.Errorf("after twice as much as there is room for, %d records, each %d bytes, take %d of %d; of %d asked for again at once, all should be there", m.entries, len(value), m.bytes, share, kept)
	}
	const little = 64 << 20
	if cache, rest := newRecordCache(little); cache != nil || rest != little {
		t.Errorf("newRecordCache(%d) takes %d, want nothing", little, little-rest)
	}
}

// BenchmarkRecordCache is what a look into the cache costs: of a record that is
// there, of one that is not, of one that is not and is put there, and what a commit
// of one change pays.
func BenchmarkRecordCache(b *testing.B) {
	cache, _ := newRecordCache(1 << 30)
	defer cache.close()
	const n = 100_000
	value := make([]byte, markLength+1300)
	ids := make([]cachedID, 2*n)
	for i := range ids {
		ids[i] = newCachedID(1, fmt.Sprintf("%08x-7b1c-4a53-9c7e-0f6a1c2b3d4e", i))
	}
	put := func(id *cachedID) {
		_, asked := cache.get(id)
		cache.put(id, asked, value)
	}
	for i := range n {
		put(&ids[i])
		put(&ids[i])
	}
	b.Run("hit", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if record, _ := cache.get(&ids[i*7919%n]); record == nil {
				b.Fatal("a record is gone")
			}
			i++
		}
	})
	b.Run("miss", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			id := &ids[n+i*7919%n]
			id[23] = byte(i) // never asked for again
			put(id)
			i++
		}
	})
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			id := &ids[i*7919%n]
			cache.put(id, lookedUp{uint64(i) << 32, 0}, value)
			cache.put(id, lookedUp{uint64(i) << 32, 0}, value)
			i++
		}
	})
	b.Run("commit", func(b *testing.B) {
		b.ReportAllocs()
		changes := []change{{write: &resources.Write{ID: "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"}, t: 1}}
		for b.Loop() {
			cache.begin(changes)
			cache.end(changes)
		}
	})
}
