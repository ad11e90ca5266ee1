package immds_test

import (
	"context"
	"fmt"
	"strings"
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

// namedHistories are the five on which the engine's speed is measured, as the birth date
// and then each day with the vaccines given on it.
var namedHistories = []struct{ name, gender, record string }{
	{"newborn", "female", "2025-11-08; 2025-11-08 08"},
	{"2 years", "male", "2023-10-02; 2023-10-02 08; 2023-12-04 110 48 215 122; 2024-02-05 110 48 215 122; 2024-04-08 110 48 215 122; " +
		"2024-10-07 03 21 83 215 140; 2025-01-06 20 48; 2025-04-14 83"},
	{"11 years", "female", "2014-06-20; 2014-06-20 08; 2014-08-22 110 48 133 122; 2014-10-24 110 48 133 122; 2014-12-29 110 133; 2015-06-26 94 83; " +
		"2015-09-25 20 48 133; 2016-01-15 83; 2018-07-13 130 94; 2024-10-11 140"},
	{"35 years", "female", "1990-03-15; 1990-05-15 01 02; 1990-07-16 01 02; 1990-09-17 01; 1991-06-17 03; 1995-04-10 01 02 03; 2012-08-20 115; 2022-09-12 09"},
	{"65 years", "male", "1960-08-30; 2011-05-03 115; 2020-11-17 187 150; 2021-02-16 187; 2021-03-09 208; 2021-03-30 208; 2021-10-26 139; 2024-10-15 309 135"},
}

// BenchmarkSystem is the whole operation over each of the five histories, from the
// document that the server has parsed to the answer in memory that is used again. At
// most 20 allocations are to be.
func BenchmarkSystem(b *testing.B) {
	f := newForecaster(b, nil)
	for _, h := range namedHistories {
		b.Run(h.name, func(b *testing.B) {
			days := strings.Split(h.record, "; ")
			parameters := []string{`{"name":"assessmentDate","valueDate":"2025-11-10"}`,
				resource("patient", fmt.Sprintf(`{"resourceType":"Patient","id":"p","gender":%q,"birthDate":%q}`, h.gender, days[0]))}
			for _, day := range days[1:] {
				date, vaccines, _ := strings.Cut(day, " ")
				for cvx := range strings.SplitSeq(vaccines, " ") {
					parameters = append(parameters, vaccination(fmt.Sprintf("d%d", len(parameters)), cvx, date))
				}
			}
			r := operations.Request{Parameters: parse(b, body(parameters...))}
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = f.System(context.Background(), dst[:0], r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst)), "B/answer")
		})
	}
}

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
