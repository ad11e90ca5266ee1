package search_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
)

func BenchmarkParse(b *testing.B) {
	for name, query := range map[string]struct{ resourceType, query string }{
		"id":           {"Patient", "_id=1234"},
		"patient":      {"Immunization", "patient=Patient/1234&status=completed&_sort=-date&_count=20"},
		"demographics": {"Patient", "family=Núñez&given=jos&birthdate=2015-02-27&gender=female"},
		"chain":        {"Immunization", "patient.identifier=http://ssa|999&performer.name=x"},
		"has":          {"Patient", "_has:Immunization:patient:vaccine-code=http://hl7.org/fhir/sid/cvx|03&birthdate=ge2015"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := registry.Parse(query.resourceType, query.query, search.Options{Now: now}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	r := resource(b, `{"resourceType":"Patient","active":true,"birthDate":"2015-02-27","gender":"female","name":[{"family":"Núñez","given":["José","María"]}]}`)
	entries := registry.AppendEntries(nil, r)
	q, err := registry.Parse("Patient", "family=Núñez&given=jos&birthdate=2015-02-27&gender=female", search.Options{Now: now})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		search.Match(q.Where, entries, nil)
	}
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"plain ascii text", "Capital Letters", "José Núñez"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				search.Fold(s)
			}
		})
	}
}

// BenchmarkCompile is what the first use of each of the 146 types costs in all.
func BenchmarkCompile(b *testing.B) {
	set := definitions.R4()
	for b.Loop() {
		r, err := search.New(set, search.Config{})
		if err != nil {
			b.Fatal(err)
		}
		r.Unsupported()
	}
}
