package pebblestore_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestPatterns: what has no value is found, and sorted last, whether the resources of a
// type have few or many combinations of parameters, and however often they changed.
func TestPatterns(t *testing.T) {
	elements := []struct{ parameter, json string }{
		{"birthdate", `"birthDate":"1995-03-01"`},
		{"gender", `"gender":"male"`},
		{"active", `"active":true`},
		{"death-date", `"deceasedDateTime":"2001-02-03"`},
		{"language", `"communication":[{"language":{"coding":[{"code":"en"}]}}]`},
		{"telecom", `"telecom":[{"system":"phone","value":"555-0100"}]`},
		{"family", `"name":[{"family":"Smith"}]`},
		{"address-city", `"address":[{"city":"Salem"}]`},
	}
	const all = 1 << 8
	for _, test := range []struct {
		patterns int
		limits   pebblestore.Limits
	}{{8, pebblestore.Limits{}}, {all, pebblestore.Limits{}}, {all, pebblestore.Limits{Collect: 10}}} {
		s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: test.limits})
		lacking := map[string][]string{} // ids by parameter
		for round := range uint64(2) {
			var writes []resources.Write
			for i := range all {
				has := i * (1 + 2*int(round)) % test.patterns // each time another
				id, present := fmt.Sprintf("p%03d", i), []string(nil)
				for bit, e := range elements {
					if has&(1<<bit) != 0 {
						present = append(present, e.json)
					} else if round == 1 {
						lacking[e.parameter] = append(lacking[e.parameter], id)
					}
				}
				writes = append(writes, storetest.Put(t, resources.PUT, "Patient", id, round, strings.Join(present, ",")))
			}
			if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
				t.Fatalf("Commit: %v", err)
			}
		}
		for _, e := range elements {
			text := e.parameter + ":missing=true&_count=300"
			if got := idsOf(t, s, "Patient", text); !slices.Equal(got, lacking[e.parameter]) {
				t.Errorf("%d patterns, limits %+v: Search(%s) = %q, want %q", test.patterns, test.limits, text, got, lacking[e.parameter])
			}
			text = e.parameter + ":missing=false&_total=accurate&_count=1"
			page, err := s.Search(t.Context(), everything, query(t, "Patient", text))
			if want := all - len(lacking[e.parameter]); err != nil || page.Total != want {
				t.Errorf("%d patterns, limits %+v: Search(%s) finds %d, %v, want %d", test.patterns, test.limits, text, page.Total, err, want)
			}
		}
		got, want := idsOf(t, s, "Patient", "_sort=birthdate&_count=7"), lacking["birthdate"]
		if len(got) != all || !slices.Equal(got[all-len(want):], want) {
			t.Errorf("%d patterns, limits %+v: the last by birthdate are %q, want %q", test.patterns, test.limits, got[max(0, len(got)-len(want)):], want)
		}
	}
}

// idsOf gives the ids of all pages of a search.
func idsOf(t *testing.T, s *pebblestore.Store, resourceType, text string) []string {
	t.Helper()
	var ids []string
	for q := query(t, resourceType, text); ; {
		page, err := s.Search(t.Context(), everything, q)
		if err != nil {
			t.Fatalf("Search(%s?%s): %v", resourceType, text, err)
		}
		for _, v := range page.Versions {
			ids = append(ids, v.ID)
		}
		if q.Position = page.Next; page.Next == nil {
			return ids
		}
	}
}
