package pebblestore

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestIDNewerThanSnapshot: what is known of an id by now does not show in a
// state before it.
func TestIDNewerThanSnapshot(t *testing.T) {
	s := openQuiet(t, vfs.NewMem(), storetest.Registry())
	defer s.Close()
	commit(t, s, resources.PUT, "Patient", "old", 0, "")
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	commit(t, s, resources.PUT, "Patient", "new", 0, "")
	commit(t, s, resources.PUT, "Observation", "o", 0, `"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/new"}`)
	if !s.ids.lru.Contains(newCachedID(s.names.typeID("Patient"), "new")) {
		t.Fatalf("the number of Patient/new is not in memory")
	}
	if _, _, _, err := s.find(snapshot, "Patient", "new"); !errors.Is(err, resources.ErrNotFound) {
		t.Errorf("find(Patient/new) in the state before it: %v, want ErrNotFound", err)
	}
	for _, text := range []string{"_id=new", "_id:not=old", "_has:Observation:subject:status=final"} {
		q, err := s.registry.Parse("Patient", text, search.Options{})
		if err != nil {
			t.Fatalf("Parse(%s): %v", text, err)
		}
		page, err := s.search(t.Context(), snapshot, q)
		if err != nil || len(page.Versions) != 0 {
			t.Errorf("search(%s) in the state before it finds %d, %v", text, len(page.Versions), err)
		}
	}
}

// TestNewIDs: an id that was given is never taken for a new one, and of a time
// too long ago nothing is said.
func TestNewIDs(t *testing.T) {
	const after, given = 100, newIDsKept + 50
	n := newIDs{since: after, at: map[cachedID]fhir.Moment{}}
	name := func(i int) cachedID { return newCachedID(1, fmt.Sprint(i)) }
	for i := range given {
		n.add(name(i), after+1+fhir.Moment(i))
	}
	for _, test := range []struct {
		id           int
		after        fhir.Moment
		given, known bool
	}{
		{given - 1, after + given - 1, true, true},
		{given - newIDsKept, after, true, true}, // the oldest that is kept
		{given + 1, after + given, false, true},
		{given + 1, after + 50, false, true}, // 50 are forgotten, and were given by then
		{given + 1, after + 49, false, false},
		{49, after + 49, false, false},
	} {
		if given, known := n.has(name(test.id), test.after); given != test.given || known != test.known {
			t.Errorf("has(%d, after %d) = %v, %v, want %v, %v", test.id, test.after, given, known, test.given, test.known)
		}
	}
	if len(n.at) != newIDsKept || len(n.order) != newIDsKept {
		t.Errorf("%d ids in the order of %d are kept, want %d", len(n.at), len(n.order), newIDsKept)
	}
}

// TestCachedIDs: no two ids are one in memory, whatever form they have there.
func TestCachedIDs(t *testing.T) {
	seen := map[cachedID]string{}
	uuid := "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"
	for _, id := range []string{"a", "b", "A", "0", "00", "-", "aaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaab", "aaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaa",
		uuid, strings.ToUpper(uuid), strings.ReplaceAll(uuid, "-", "."), "1" + uuid[1:], strings.Repeat("x", 64), strings.Repeat("x", 63)} {
		for _, typ := range []typeID{1, 256, 257} {
			key := newCachedID(typ, id)
			if other, found := seen[key]; found {
				t.Errorf("newCachedID(%d, %s) is that of %s", typ, id, other)
			}
			seen[key] = id
		}
	}
}

func BenchmarkRidOf(b *testing.B) {
	c, err := newRidCache(defaultCachedIDs)
	if err != nil {
		b.Fatal(err)
	}
	const id = "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"
	s := &Store{ids: c}
	c.lru.Add(newCachedID(1, id), 7)
	b.ReportAllocs()
	for b.Loop() {
		if rid, err := s.ridOf(nil, 1, id); rid != 7 || err != nil {
			b.Fatal(rid, err)
		}
	}
}
