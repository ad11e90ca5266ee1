package pebblestore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestBetween: what two ends of a range cost follows from what lies between them,
// not from what lies on the right side of each.
func TestBetween(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: pebblestore.Limits{Keys: 200, Records: 10}, Now: func() time.Time { return now }})
	for i := range 100 {
		var writes []resources.Write
		for j := range 10 {
			day := time.Date(2000, 1, 1+10*i+j, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			writes = append(writes,
				storetest.Put(t, resources.PUT, "Patient", fmt.Sprintf("p%d-%d", i, j), 0, fmt.Sprintf(`"birthDate":%q`, day)),
				storetest.Put(t, resources.PUT, "Observation", fmt.Sprintf("o%d-%d", i, j), 0, fmt.Sprintf(`"status":"final","code":{"text":"x"},"valueQuantity":{"value":%d}`, 10*i+j)),
				storetest.Put(t, resources.PUT, "Encounter", fmt.Sprintf("e%d-%d", i, j), 0, fmt.Sprintf(`"status":"finished","class":{"code":"AMB"},"period":{"start":%q,"end":%q}`, day, day)))
		}
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
		now = now.Add(time.Hour)
	}
	for _, test := range []struct {
		name, text string
		want       int
	}{
		{"Patient", "birthdate=ge2001-05-01&birthdate=lt2001-05-08", 7},
		{"Patient", "birthdate=gt2001-05-01&birthdate=le2001-05-08", 7},
		{"Patient", "birthdate=lt2001-05-08&birthdate=ge2001-05-01&birthdate=ne2001-05-03", 6},
		{"Patient", "birthdate=sa2001-05-01&birthdate=eb2001-05-08", 6},
		{"Patient", "birthdate=gt2001-05-08&birthdate=lt2001-05-08", 0},
		{"Encounter", "date=ge2001-05-01&date=lt2001-05-08", 7},
		{"Observation", "value-quantity=ge500&value-quantity=lt510", 10},
		{"Patient", "_lastUpdated=ge2026-01-02T12:00:00Z&_lastUpdated=lt2026-01-02T15:00:00Z", 30},
	} {
		for _, more := range []string{"&_count=50", "&_count=0"} {
			page, err := s.Search(t.Context(), everything, query(t, test.name, test.text+more))
			if err != nil || page.Total != test.want {
				t.Errorf("Search(%s?%s) finds %d, %v, want %d", test.name, test.text+more, page.Total, err, test.want)
			}
		}
	}
}

// TestBetweenDifferentValues: one value of a resource may be on the one side, and
// another on the other, however many resources have several.
func TestBetweenDifferentValues(t *testing.T) {
	for _, limits := range []pebblestore.Limits{{}, {Collect: 40}, {Collect: 4}, {Records: 300}} {
		s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: limits})
		n := 0
		put := func(many int, dates ...string) {
			var writes []resources.Write
			for range many {
				text := ""
				for _, date := range dates {
					text += fmt.Sprintf(`,{"date":%q}`, date)
				}
				n++
				writes = append(writes, storetest.Put(t, resources.PUT, "Immunization", fmt.Sprint("i", n), 0,
					`"status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/p"},"occurrenceString":"once","reaction":[`+text[1:]+`]`))
			}
			if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
				t.Fatalf("Commit: %v", err)
			}
		}
		check := func(text string, want int) {
			t.Helper()
			for _, more := range []string{"&_count=5000", "&_count=0"} {
				page, err := s.Search(t.Context(), everything, query(t, "Immunization", text+more))
				if err != nil || page.Total != want {
					t.Errorf("%+v, %d stored: Search(%s) finds %d, %v, want %d", limits, n, text+more, page.Total, err, want)
				}
			}
		}
		put(1, "2021-03-05")
		put(1, "2019-01-01")
		put(1, "2019-01-01", "2023-01-01")
		put(1, "2019-01-01", "2019-02-01")
		put(1, "2021-03-03", "2023-02-01")
		check("reaction-date=ge2021-03-01&reaction-date=lt2021-03-08", 3)
		check("reaction-date=ge2022&reaction-date=lt2020", 1)
		put(600, "2019-01-01", "2023-01-01")
		check("reaction-date=ge2021-03-01&reaction-date=lt2021-03-08", 603)
		check("reaction-date=ge2022&reaction-date=lt2020", 601)
		check("status=completed&reaction-date=ge2022&reaction-date=lt2020", 601)
		check("reaction-date=ge2024&reaction-date=lt2020", 0)
	}
}
