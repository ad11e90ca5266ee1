package scale_test

import (
	"slices"
	"testing"

	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// bounded are the searches whose cost follows from what they find: all of an EHR,
// and those of an analyst but the one that asks for half of all doses, of which the
// first page alone is found where there are many.
var bounded = slices.Concat(sentBy("ehr", ehr), slices.DeleteFunc(sentBy("analyst", analyst), func(k kind) bool {
	return k.name == "analyst/doses-of-the-born-since"
}))

// TestBound: what is asked of a registry every day costs no more where there is six
// times as much, for each resource found. The cost is the number of blocks of the store
// that a search looks into, which no other work on the machine changes.
func TestBound(t *testing.T) {
	if testing.Short() {
		t.Skip("loads 48,000 resources")
	}
	small, large := blocks(t, 500), blocks(t, 3000)
	for _, k := range bounded {
		t.Logf("%s: %.1f and %.1f blocks a resource", k.name, small[k.name], large[k.name])
		if large[k.name] > 2*small[k.name] {
			t.Errorf("%s looks into %.1f blocks a resource among 500 patients, and into %.1f among 3,000", k.name, small[k.name], large[k.name])
		}
	}
}

// blocks gives, for each search that is bounded, into how many blocks it looks for each
// resource that it finds, and one for finding nothing.
func blocks(t *testing.T, patients int) map[string]float64 {
	t.Helper()
	// How many tables there are to look into depends on when the store finds the time
	// to merge them. Loaded in bulk it merges none before it is told to, and then all.
	c := pebblestore.Config{Path: "store", FS: pebblestore.Memory(), MemTableSize: writtenBytes, Bulk: true}
	r := open(t, c, patients)
	r.load(t)
	if err := r.store.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.close(t)
	c.Bulk = false
	r = open(t, c, patients)
	defer r.close(t)
	per := map[string]float64{}
	for _, k := range bounded {
		d := newDice(k.name, r.state, patients)
		before, of := r.store.Metrics(), 0
		for range 200 {
			a := k.draw(d)
			got, err := r.find(t.Context(), a)
			if err != nil || got.refused {
				t.Fatalf("find(%v) = %+v, %v", a, got, err)
			}
			of += 1 + got.hits
		}
		after := r.store.Metrics()
		per[k.name] = float64(after.CacheHits+after.CacheMisses-before.CacheHits-before.CacheMisses) / float64(of)
	}
	return per
}
