package pebblestore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestManyToSort: more matches than are sorted in memory are noticed before any is
// read, whether the search is then refused or answered in the order of the index.
func TestManyToSort(t *testing.T) {
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: pebblestore.Limits{Sort: 10, Records: 10, Narrow: 1}})
	var writes []resources.Write
	for i := range 40 {
		writes = append(writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprintf("p%02d", i), 0, fmt.Sprintf(`"gender":%q,"birthDate":"1995-03-%02d"`, []string{"male", "female"}[i/30], 1+i%30)))
	}
	if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	for _, test := range []struct{ where, first, byTwo string }{
		{"birthdate=ge1995-03-11", "p10", ""},
		{"gender=male", "p00", ""},
		{"gender=male&birthdate=ge1995-03-11", "p10", ""},
		{"birthdate=ge1995-03-11&birthdate=lt1995-03-25", "p10", ""},
		{"gender=female", "p30", "p39"},          // 10
		{"birthdate=ge1995-03-21", "p20", "p29"}, // 10
		{"birthdate=lt1995-03-04&gender=male", "p00", "p02"},
	} {
		page, err := s.Search(t.Context(), everything, query(t, "Patient", test.where+"&_sort=birthdate&_count=2"))
		if err != nil || len(page.Versions) != 2 || page.Versions[0].ID != test.first {
			t.Errorf("Search(%s&_sort=birthdate) = %+v, %v, want %s first", test.where, page.Versions, err, test.first)
		}
		page, err = s.Search(t.Context(), everything, query(t, "Patient", test.where+"&_sort=gender,-birthdate&_count=2"))
		switch {
		case test.byTwo == "":
			if !errors.Is(err, resources.ErrTooCostly) || !strings.Contains(err.Error(), "more than 10 matches") {
				t.Errorf("Search(%s&_sort=gender,-birthdate): %v, want a refusal of more than 10 matches", test.where, err)
			}
		case err != nil || len(page.Versions) != 2 || page.Versions[0].ID != test.byTwo:
			t.Errorf("Search(%s&_sort=gender,-birthdate) = %+v, %v, want %s first", test.where, page.Versions, err, test.byTwo)
		}
	}
}
