package pebblestore

import (
	"bytes"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestEdits: a commit touches the keys of the index that it must, each once, in the
// order of keys.
func TestEdits(t *testing.T) {
	s := openQuiet(t, vfs.NewMem(), storetest.Registry())
	defer s.Close()
	const dose = `"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}],"text":"MMR"},"patient":{"reference":"Patient/p"}`
	commit(t, s, resources.PUT, "Immunization", "a", 0, dose+`,"occurrenceDateTime":"2026-01-01"`)
	for _, tt := range []struct {
		name   string
		writes []resources.Write
		want   edited
	}{
		{"the date alone", []resources.Write{storetest.Put(t, resources.PUT, "Immunization", "a", 1, dose+`,"occurrenceDateTime":"2026-01-02"`)}, edited{Set: 1, Removed: 1}},
		{"what is not searched by", []resources.Write{storetest.Put(t, resources.PUT, "Immunization", "a", 1, dose+`,"occurrenceDateTime":"2026-01-01","primarySource":true`)}, edited{}},
		// date, patient, status, the code, its text, and which parameters have values
		{"a new resource", []resources.Write{storetest.Put(t, resources.PUT, "Immunization", "b", 0, dose+`,"occurrenceDateTime":"2026-01-01"`)}, edited{Set: 6}},
		{"a deletion", []resources.Write{storetest.Put(t, resources.DELETE, "Immunization", "a", 1, "")}, edited{Removed: 6}},
		{"several", []resources.Write{
			storetest.Put(t, resources.DELETE, "Immunization", "a", 1, ""),
			storetest.Put(t, resources.PUT, "Immunization", "c", 0, dose+`,"occurrenceDateTime":"2026-01-01"`),
			storetest.Put(t, resources.PUT, "Immunization", "b", 0, dose+`,"occurrenceDateTime":"2026-01-01"`),
		}, edited{Set: 12, Removed: 6}},
		// Keys have no units: under combo-value-quantity, both quantities have one key, and one more says that there are several.
		{"entries of one key", []resources.Write{storetest.Put(t, resources.PUT, "Observation", "o", 0,
			`"status":"final","code":{"text":"weight"},"valueQuantity":{"value":5,"code":"kg"},"component":[{"code":{"text":"weight"},"valueQuantity":{"value":5,"code":"g"}}]`)}, edited{Set: 9}},
	} {
		p, err := s.prepare(t.Context(), resources.Batch{Writes: tt.writes})
		if err != nil {
			t.Errorf("%s: prepare: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, editedBy(t, p.batch)); diff != "" {
			t.Errorf("%s: keys of the index that change (-want +got):\n%s", tt.name, diff)
		}
		p.close()
	}
}

// edited counts the keys of the index that a batch changes.
type edited struct{ Set, Removed int }

func editedBy(t *testing.T, b *pebble.Batch) (e edited) {
	t.Helper()
	var last []byte
	for r := b.Reader(); len(r) > 0; {
		kind, key, _, ok, err := r.Next()
		if !ok || err != nil {
			t.Fatalf("read the batch: %v, %v", ok, err)
		}
		if key[0] != spaceIndex {
			continue
		}
		if bytes.Compare(last, key) >= 0 {
			t.Errorf("key %x follows %x", key, last)
		}
		last = key
		if kind == pebble.InternalKeyKindDelete {
			e.Removed++
		} else {
			e.Set++
		}
	}
	return e
}
