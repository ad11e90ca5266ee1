package pebblestore

import (
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestCheckFindsNoteFaults: a note is on a resource that was written, deleted or not.
func TestCheckFindsNoteFaults(t *testing.T) {
	const patient, rid = 1, 1 // the first of either
	set := func(key, value []byte) func(*Store) error {
		return func(s *Store) error { return s.db.Set(key, value, pebble.NoSync) }
	}
	sound := append(appendMoment(nil, 1), "note"...)
	for what, test := range map[string]struct {
		spoil func(s *Store) error
		want  string // empty for no fault
	}{
		"nothing":                      {func(*Store) error { return nil }, ""},
		"a note on a deleted one":      {set(noteKey(patient, rid+1), sound), ""},
		"a note on none":               {set(noteKey(patient, rid+2), sound), "Patient (number 3): a note on a resource that was never written"},
		"a note on one of another":     {set(noteKey(patient+1, rid), sound), "a note on a resource of no type"},
		"a note on one of type 0":      {set(noteKey(0, rid), sound), "a note on a resource of no type"},
		"a note with a longer key":     {set(append(noteKey(patient, rid), 0), sound), "a key of another length"},
		"a note with a shorter key":    {set([]byte{spaceNotes, 0}, sound), "a key of another length"},
		"a note that was cut":          {set(noteKey(patient, rid), sound[:momentLength]), "Patient (number 1): its note is not as it was written"},
		"a note of a time to come":     {set(noteKey(patient, rid), append(appendMoment(nil, 1<<60), "note"...)), "Patient (number 1): its note is not as it was written"},
		"a resource that is gone, too": {func(s *Store) error { return s.db.Delete(currentKey(patient, rid), pebble.NoSync) }, "Patient (number 1): a note on a resource that was never written"},
	} {
		s := openQuiet(t, vfs.NewMem(), storetest.Registry())
		commit(t, s, resources.PUT, "Patient", "a", 0, "")
		commit(t, s, resources.PUT, "Patient", "b", 0, "")
		commit(t, s, resources.DELETE, "Patient", "b", 1, "")
		if _, err := s.Commit(t.Context(), resources.Everything(), resources.Batch{Notes: []resources.Note{{Type: "Patient", ID: "a", Value: []byte("note")}}}); err != nil {
			t.Fatal(err)
		}
		if err := test.spoil(s); err != nil {
			t.Fatal(err)
		}
		if found := strings.Join(faults(t, s), "\n"); (found == "") != (test.want == "") || !strings.Contains(found, test.want) {
			t.Errorf("with %s, Check finds %q, want %q", what, found, test.want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
