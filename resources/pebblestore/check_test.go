package pebblestore

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

func openQuiet(t *testing.T, fs vfs.FS, registry *search.Registry) *Store {
	t.Helper()
	s, err := Open(Config{Path: "store", FS: fs, Registry: registry, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return s
}

func commit(t *testing.T, s *Store, method resources.Method, resourceType, id string, expect uint64, elements string) {
	t.Helper()
	w := storetest.Put(t, method, resourceType, id, expect, elements)
	if _, err := s.Commit(t.Context(), resources.Everything(), resources.Batch{Writes: []resources.Write{w}}); err != nil {
		t.Fatalf("Commit(%v %s/%s): %v", method, resourceType, id, err)
	}
}

func faults(t *testing.T, s *Store) []string {
	t.Helper()
	var all []string
	summary, err := s.Check(context.Background(), func(fault string) { all = append(all, fault) })
	if err != nil || summary.Faults != len(all) {
		t.Fatalf("Check = %+v, %v with %d reports", summary, err, len(all))
	}
	return all
}

// TestCheckFindsFaults spoils one key after the other, and Check must see each.
func TestCheckFindsFaults(t *testing.T) {
	registry := storetest.Registry()
	fill := func() *Store {
		s := openQuiet(t, vfs.NewMem(), registry)
		commit(t, s, resources.PUT, "Patient", "a", 0, `"gender":"male","managingOrganization":{"reference":"Organization/none"}`)
		commit(t, s, resources.PUT, "Patient", "a", 1, `"gender":"female","birthDate":"2015"`)
		commit(t, s, resources.PUT, "Patient", "b", 0, `"gender":"female"`)
		commit(t, s, resources.DELETE, "Patient", "b", 1, "")
		commit(t, s, resources.PUT, "Location", "l", 0, "")
		return s
	}
	s := fill()
	if found := faults(t, s); len(found) > 0 {
		t.Fatalf("Check of a sound store: %v", found)
	}
	type pair struct{ key, value []byte }
	var pairs []pair
	it, err := s.db.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for it.First(); it.Valid(); it.Next() {
		if it.Key()[0] != spaceMeta {
			pairs = append(pairs, pair{append([]byte(nil), it.Key()...), append([]byte(nil), it.Value()...)})
		}
	}
	it.Close()
	if len(pairs) < 20 {
		t.Fatalf("the store has only %d keys", len(pairs))
	}
	sees := func(what string, change func(b *pebble.Batch) error) {
		t.Helper()
		b := s.db.NewBatch()
		if err := change(b); err != nil {
			t.Fatal(err)
		}
		if err := b.Commit(pebble.NoSync); err != nil {
			t.Fatal(err)
		}
		if len(faults(t, s)) == 0 {
			t.Errorf("Check does not see %s", what)
		}
		restore := s.db.NewBatch()
		restore.DeleteRange([]byte{0}, []byte{spaceMeta}, nil)
		restore.DeleteRange([]byte{spaceMeta + 1}, []byte{0xff}, nil)
		for _, p := range pairs {
			restore.Set(p.key, p.value, nil)
		}
		if err := restore.Commit(pebble.NoSync); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range pairs {
		sees("the loss of key "+string(p.key[:1]), func(b *pebble.Batch) error { return b.Delete(p.key, nil) })
		sees("another value of key "+string(p.key[:1]), func(b *pebble.Batch) error {
			other := append([]byte(nil), p.value...)
			if len(other) == 0 {
				other = []byte{1}
			} else {
				other[len(other)-1]++
			}
			return b.Set(p.key, other, nil)
		})
	}
	patient := s.names.typeID("Patient")
	for what, key := range map[string][]byte{
		"an entry of no resource":         appendRid(indexPrefix(s.names.parameters["Patient/gender"], kindToken), 999),
		"an entry of a deleted resource":  appendRid(indexPrefix(s.names.parameters["Patient/gender"], kindToken), 2),
		"an id of no resource":            idKey(patient, "x"),
		"an older version of no resource": olderKey(patient, 999, 1),
		"a version before the first":      olderKey(patient, 1, 0),
		"a version after the current":     olderKey(patient, 1, 7),
		"a live key of no resource":       liveKey(patient, 999),
		"a change that was none":          changeKey(patient, 1),
	} {
		sees(what, func(b *pebble.Batch) error { return b.Set(key, binary.AppendUvarint(nil, 1), nil) })
	}
	summary, err := s.Check(t.Context(), func(string) {})
	if want := (resources.CheckSummary{Resources: 2, Versions: 5, Entries: summary.Entries}); err != nil || summary != want {
		t.Errorf("Check = %+v, %v, want %+v", summary, err, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestUnresolvedReferences(t *testing.T) {
	s := openQuiet(t, vfs.NewMem(), storetest.Registry())
	commit(t, s, resources.PUT, "Organization", "here", 0, "")
	commit(t, s, resources.PUT, "Organization", "gone", 0, "")
	commit(t, s, resources.DELETE, "Organization", "gone", 1, "")
	commit(t, s, resources.PUT, "Patient", "a", 0, `"managingOrganization":{"reference":"Organization/here"},"generalPractitioner":[{"reference":"Organization/gone"},{"reference":"Practitioner/never"},{"reference":"http://example.org/Practitioner/1"},{"reference":"urn:uuid:0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"},{"reference":"#a"}]`)
	summary, err := s.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) })
	if err != nil || summary.Unresolved != 2 {
		t.Errorf("Check = %+v, %v, want 2 unresolved references", summary, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestOtherParameters opens a store with other search parameters than it was
// made with: the index is that of the new ones, and notes are left alone.
func TestOtherParameters(t *testing.T) {
	extra := &definitions.SearchParameter{
		Code: "shout", URL: "http://example.org/shout", Type: definitions.Token, MultipleOr: true,
		Bases: []definitions.SearchBase{{Type: "Patient", Expression: "Patient.gender"}},
	}
	with, err := search.New(definitions.R4(), search.Config{Extra: []*definitions.SearchParameter{extra}})
	if err != nil {
		t.Fatal(err)
	}
	fs := vfs.NewMem()
	without := storetest.Registry()
	s := openQuiet(t, fs, without)
	commit(t, s, resources.PUT, "Patient", "a", 0, `"gender":"male"`)
	commit(t, s, resources.PUT, "Patient", "b", 0, `"gender":"male"`)
	commit(t, s, resources.DELETE, "Patient", "b", 1, "")
	if _, err := s.Commit(t.Context(), resources.Everything(), resources.Batch{Notes: []resources.Note{{Type: "Patient", ID: "a", Value: []byte("note")}}}); err != nil {
		t.Fatal(err)
	}
	for _, registry := range []*search.Registry{with, without, with} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openQuiet(t, fs, registry)
		if found := faults(t, s); len(found) > 0 {
			t.Errorf("after the change of parameters: %v", found)
		}
		text := "gender=male"
		if registry == with {
			text = "shout=male"
		}
		q, err := registry.Parse("Patient", text, search.Options{})
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.Search(t.Context(), resources.Everything(), q)
		if err != nil || len(page.Versions) != 1 {
			t.Errorf("Search(%s) = %v, %v, want a", text, page, err)
		}
		if notes, err := s.Notes(t.Context(), resources.Everything(), "Patient", []string{"a"}); err != nil || string(notes[0]) != "note" {
			t.Errorf("after the change of parameters, Notes(a) = %q, %v", notes, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestNewerFormat(t *testing.T) {
	fs := vfs.NewMem()
	s := openQuiet(t, fs, storetest.Registry())
	if err := s.db.Set(metaKey(metaFormat), binary.AppendUvarint(nil, formatVersion+1), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(Config{Path: "store", FS: fs, Registry: storetest.Registry()})
	if err == nil || !strings.Contains(err.Error(), "use a newer Jenner") {
		t.Errorf("Open of a newer format = %v, want it refused with the reason", err)
	}
}
