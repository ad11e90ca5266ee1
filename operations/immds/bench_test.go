package immds_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/resources"
)

// tenDoses is a child of 18 months with a usual history.
var tenDoses = body(assessed, patient("2024-07-15"),
	vaccination("1", "08", "2024-07-15"), vaccination("2", "146", "2024-09-16"), vaccination("3", "133", "2024-09-16"),
	vaccination("4", "116", "2024-09-16"), vaccination("5", "146", "2024-11-18"), vaccination("6", "133", "2024-11-18"),
	vaccination("7", "116", "2024-11-18"), vaccination("8", "146", "2025-01-20"), vaccination("9", "03", "2025-07-16"),
	vaccination("10", "21", "2025-07-16"))

// BenchmarkTenDoses is a whole answer from the text of the request.
func BenchmarkTenDoses(b *testing.B) {
	for _, explain := range []string{"", "true"} {
		b.Run("explain="+explain, func(b *testing.B) {
			f := newForecaster(b, nil)
			var r operations.Request
			if explain != "" {
				r.Query = map[string][]string{"explain": {explain}}
			}
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				d, err := codec.ParseString(tenDoses, codec.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				r.Parameters = d.Root()
				dst, err = f.System(context.Background(), dst[:0], r)
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst)), "B/answer")
		})
	}
}

// BenchmarkStored is a whole answer for a stored patient with the same doses, a condition
// and an allergy, the searches left out.
func BenchmarkStored(b *testing.B) {
	s := records{}
	s.add("Patient", "p", `"birthDate":"2024-07-15","gender":"female"`)
	for i, d := range []struct{ cvx, date string }{{"08", "2024-07-15"}, {"146", "2024-09-16"}, {"133", "2024-09-16"}, {"116", "2024-09-16"}, {"146", "2024-11-18"},
		{"133", "2024-11-18"}, {"116", "2024-11-18"}, {"146", "2025-01-20"}, {"03", "2025-07-16"}, {"21", "2025-07-16"}} {
		s.add("Immunization", fmt.Sprintf("i%d", i), fmt.Sprintf(`"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"occurrenceDateTime":%q`, d.cvx, d.date))
	}
	s.add("Condition", "c", codeOf(icdURI, "D57.1"))
	s.add("AllergyIntolerance", "a", codeOf(snomedURI, "102263004"))
	f := newForecaster(b, s)
	r := operations.Request{Access: resources.Everything(), ID: "p", Query: map[string][]string{"assessmentDate": {"2026-01-31"}}}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = f.Instance(context.Background(), dst[:0], r); err != nil {
			b.Fatal(err)
		}
	}
}
