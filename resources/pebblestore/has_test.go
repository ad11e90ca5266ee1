package pebblestore_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// BenchmarkHas asks 2,400 patients with 48,000 doses for what few or many of
// the doses say.
func BenchmarkHas(b *testing.B) {
	s := open(b, pebblestore.Config{Path: b.TempDir()})
	load(b, s, 2400)
	if err := s.Compact(); err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{
		"_has:Immunization:patient:vaccine-code=08&_count=20",           // 2,700 doses
		"_has:Immunization:patient:date=ge2025-06&_count=20",            // 800
		"_has:Immunization:patient:date=ge2020&gender=female&_count=20", // 8,000
		"_has:Immunization:patient:date=2025-06-05&_count=20",           // 4
		"_has:Immunization:patient:date=2025&birthdate=1980-05",
		"_has:Immunization:patient:date=ge2020&gender=female&_summary=count",
	} {
		b.Run(text, func(b *testing.B) {
			q, err := registry.Parse("Patient", text, search.Options{Results: []string{"_summary"}})
			if err != nil {
				b.Fatal(err)
			}
			defer processor(b)()
			hits := 0
			for b.Loop() {
				page, err := s.Search(b.Context(), everything, q)
				if err != nil {
					b.Fatal(err)
				}
				hits = max(len(page.Versions), page.Total)
			}
			b.ReportMetric(float64(hits), "hits")
		})
	}
}
