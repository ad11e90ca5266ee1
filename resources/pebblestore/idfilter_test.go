package pebblestore

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// twoLayers is more ids than the first layer of a filter has room for.
const twoLayers = filterBlocks*64/filterBytes + 200_000

// TestIDFilter: no id that was given is excluded, and of others most are.
func TestIDFilter(t *testing.T) {
	f := newIDFilter()
	for i := range twoLayers {
		f.add(idKey(1, fmt.Sprint(i)))
	}
	if layers := len(*f.layers.Load()); layers != 2 {
		t.Fatalf("the filter has %d layers, want 2", layers)
	}
	for i := range twoLayers {
		if f.excludes(idKey(1, fmt.Sprint(i))) {
			t.Fatalf("excludes(%d) = true, but it was given", i)
		}
	}
	taken := 0
	for i := range twoLayers {
		if !f.excludes(idKey(2, fmt.Sprint(i))) {
			taken++
		}
	}
	if taken > twoLayers/500 {
		t.Errorf("%d of %d ids that were not given are not excluded, want at most 1 in 500", taken, twoLayers)
	}
}

// TestBulkKnowsOlderIDs: a store that is opened again in bulk knows the ids that
// were given before.
func TestBulkKnowsOlderIDs(t *testing.T) {
	cfg := Config{Path: "store", FS: vfs.NewMem(), Registry: storetest.Registry(), Logger: slog.New(slog.DiscardHandler), Bulk: true}
	ids := []string{"a", "5c2b7e0e-9e3b-4c0e-8a53-7f1f3c1b2d4a", "a-longer-id-than-the-cache-keeps-as-it-is"}
	for round := range 2 {
		s, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if round == 0 {
				commit(t, s, resources.PUT, "Patient", id, 0, "")
			}
			if _, err := s.Read(t.Context(), resources.Everything(), "Patient", id); err != nil {
				t.Errorf("opened %d times: Read(%s): %v", round+1, id, err)
			}
		}
		if _, err := s.Read(t.Context(), resources.Everything(), "Patient", "other"); !errors.Is(err, resources.ErrNotFound) {
			t.Errorf("opened %d times: Read(other): %v, want ErrNotFound", round+1, err)
		}
		if !s.given.excludes(idKey(s.names.typeID("Patient"), "other")) {
			t.Errorf("opened %d times: an id that was never given is not excluded", round+1)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkIDFilter(b *testing.B) {
	f := newIDFilter()
	for i := range twoLayers {
		f.add(idKey(1, fmt.Sprint(i)))
	}
	key := idKey(2, "5c2b7e0e-9e3b-4c0e-8a53-7f1f3c1b2d4a")
	for i := 0; b.Loop(); i++ {
		key[len(key)-1], key[len(key)-2], key[len(key)-3] = byte(i), byte(i>>8), byte(i>>16)
		f.excludes(key)
	}
}
