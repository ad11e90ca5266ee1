package pebblestore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestMostSelectiveFirst: what a conjunction costs follows from its most selective
// condition, wherever that stands and however many match the others.
func TestMostSelectiveFirst(t *testing.T) {
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: pebblestore.Limits{Keys: 500, Records: 10}})
	for i := range 10 {
		var writes []resources.Write
		for j := range 300 {
			day := fmt.Sprintf("%04d-%02d-%02d", 1990+i, 1+j/28%12, 1+j%28)
			writes = append(writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprintf("p%d-%d", i, j), 0, fmt.Sprintf(`"name":[{"family":"Smith","given":["Anne"]}],"gender":"female","birthDate":%q`, day)))
		}
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
	}
	parts := []string{"family=smith", "given=anne", "gender=female", "birthdate=1995-03-04"}
	for range parts {
		parts = append(parts[1:], parts[0])
		text := strings.Join(parts, "&")
		page, err := s.Search(t.Context(), everything, query(t, "Patient", text))
		if err != nil || len(page.Versions) != 1 || page.Total != 1 || page.Versions[0].ID != "p5-59" {
			t.Errorf("Search(%s) = %d resources of %d, %v, want p5-59", text, len(page.Versions), page.Total, err)
		}
	}
}

// TestCollectLimit: however many matches may be held in memory, the answer is the
// same, at the very numbers too at which conditions are decided in another way.
func TestCollectLimit(t *testing.T) {
	for collect := 1; collect <= 14; collect++ {
		s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: pebblestore.Limits{Collect: collect, Narrow: 1}})
		var writes []resources.Write
		for i := range 12 {
			elements := fmt.Sprintf(`"name":[{"family":"Smith%d","given":["Anne"]}],"gender":%q,"birthDate":"1995-03-%02d"`, i%3, []string{"male", "female"}[i%2], i+1)
			if i%4 == 0 {
				elements = fmt.Sprintf(`"name":[{"text":"Smith%d"}]`, i)
			}
			writes = append(writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprint("p", i), 0, elements),
				storetest.Put(t, resources.PUT, "Observation", fmt.Sprint("o", i), 0, fmt.Sprintf(`"status":"final","code":{"coding":[{"code":"c%d"}]},"subject":{"reference":"Patient/p%d"},"effectiveDateTime":"2020-01-%02d"`, i%2, i, i+1)))
		}
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
		for text, want := range map[string]int{
			"name:contains=mith": 12, "family:contains=h1": 3, "birthdate:missing=true": 3, "birthdate:missing=false": 9,
			"family=smith": 9, "family=smith&given=anne&birthdate=ge1995-03-08": 4, "gender=female&birthdate=lt1995-03-07": 3,
			"name:contains=smith&gender=female": 6, "_lastUpdated=ge2000": 12, "_has:Observation:subject:date=ge2020-01-07": 6,
			"_has:Observation:subject:code=c1&family=smith1": 2, "_has:Observation:subject:status=final&name:contains=h0": 4,
		} {
			for _, more := range []string{"&_count=50", "&_count=2&_total=accurate"} {
				page, err := s.Search(t.Context(), everything, query(t, "Patient", text+more))
				if err != nil || page.Total != want {
					t.Errorf("Collect %d: Search(%s) finds %d, %v, want %d", collect, text+more, page.Total, err, want)
				}
			}
		}
	}
}

// people loads patients of whom many have the same name: one in 50 the same
// family name, one in 20 the same given name.
func people(b *testing.B, s *pebblestore.Store, n int) {
	p := population{rand.New(rand.NewPCG(3, 3))}
	var writes []resources.Write
	for range n {
		id := p.uuid()
		w, _ := write(b, "Patient", id, fmt.Sprintf(`"identifier":[{"system":"http://hospital.smarthealthit.org","value":%q}],"active":true,`+
			`"name":[{"use":"official","family":"Family%c%c","given":["Given%c"]}],"telecom":[{"system":"phone","value":"555-%04d"}],"gender":%q,"birthDate":"%04d-%02d-%02d",`+
			`"address":[{"line":["%d Street"],"city":"Town%d","state":"MA","postalCode":"0%04d"}]`,
			id, 'a'+p.IntN(7), 'a'+p.IntN(7), 'a'+p.IntN(20), p.IntN(10000), []string{"male", "female"}[p.IntN(2)],
			1930+p.IntN(95), 1+p.IntN(12), 1+p.IntN(28), p.IntN(1000), p.IntN(300), p.IntN(3000)))
		if writes = append(writes, w); len(writes) == 500 {
			if _, err := s.Commit(b.Context(), everything, resources.Batch{Writes: writes}); err != nil {
				b.Fatal(err)
			}
			writes = writes[:0]
		}
	}
	if err := s.Compact(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkConjunction searches 60,000 people by conditions of which most have
// many matches.
func BenchmarkConjunction(b *testing.B) {
	s := open(b, pebblestore.Config{Path: b.TempDir()})
	people(b, s, 60_000)
	for _, text := range []string{
		"family=familyab&given=givenc&birthdate=1980-05-05", // 1,200, 3,000 and 2
		"family=familyab&given=givenc&birthdate=1980",       // and 630
		"family=familyab&given=givenc",
		"gender=male&birthdate=1980-05-05",
		"gender=male&birthdate=gt1950&_count=20", // nearly everyone
		"gender=male&birthdate=gt1950&_count=20&_total=accurate",
		"birthdate=gt1950&family=familyab&_count=20",
		"gender=male&birthdate=gt2024-12-20&given=givenc&_count=20", // few, and not among the first
	} {
		b.Run("Patient?"+text, func(b *testing.B) {
			q := query(b, "Patient", text)
			b.ReportAllocs()
			defer processor(b)()
			found := 0
			for b.Loop() {
				page, err := s.Search(b.Context(), everything, q)
				if err != nil {
					b.Fatal(err)
				}
				found = len(page.Versions)
			}
			b.ReportMetric(float64(found), "hits")
		})
	}
}
