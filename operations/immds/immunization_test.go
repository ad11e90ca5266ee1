package immds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// immunization is an immunization parameter with these members beside the type.
func immunization(members string) string {
	return resource("immunization", `{"resourceType":"Immunization",`+members+`}`)
}

const cvxHepB = `"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"08"}]}`

// evaluated renders the evaluations: dose, disease, status, reasons, and what is said
// in our own code system.
func evaluated(a answer) []string {
	var list []string
	for _, e := range a.Evaluations {
		status := "?"
		if len(e.DoseStatus.Coding) > 0 {
			status = e.DoseStatus.Coding[0].Code
		}
		if len(e.DoseStatus.Coding) > 1 {
			status += "/" + e.DoseStatus.Coding[1].Code
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s %s",
			strings.TrimPrefix(e.ImmunizationEvent.Reference, "Immunization/"), e.TargetDisease.Text, status, e.reasons())))
	}
	return list
}

// noted renders the issues: severity, code, expression.
func noted(a answer) []string {
	var list []string
	for _, i := range a.Issues {
		list = append(list, fmt.Sprintf("%s %s at %s", i.Severity, i.Code, strings.Join(i.Expression, ",")))
	}
	return list
}

func TestImmunizations(t *testing.T) {
	const at = "Parameters.parameter[2].resource"
	tests := []struct {
		name   string
		doses  []string
		want   []string
		issues []string
	}{
		{"valid", []string{vaccination("a", "08", "2020-01-01")}, []string{"a HepB valid"}, nil},
		{"no leading zero", []string{vaccination("a", "8", "2020-01-01")}, []string{"a HepB valid"}, nil},
		{"no system", []string{immunization(`"id":"a","status":"completed","vaccineCode":{"coding":[{"code":"08"}]},"occurrenceDateTime":"2020-01-01"`)},
			[]string{"a HepB valid"}, nil},
		{"OID", []string{immunization(`"id":"a","status":"completed","vaccineCode":{"coding":[{"system":"urn:oid:2.16.840.1.113883.12.292","code":"08"}]},"occurrenceDateTime":"2020-01-01"`)},
			[]string{"a HepB valid"}, nil},
		{"the coding that is known counts", []string{immunization(`"id":"a","status":"completed","vaccineCode":{"coding":[` +
			`{"system":"http://hl7.org/fhir/sid/ndc","code":"58160-820-43"},{"system":"http://hl7.org/fhir/sid/cvx","code":"999"},` +
			`{"system":"http://hl7.org/fhir/sid/cvx","code":"08"}]},"occurrenceDateTime":"2020-01-01"`)},
			[]string{"a HepB valid"}, nil},
		{"no id", []string{vaccination("", "08", "2020-01-01"), vaccination("", "08", "2020-02-01")},
			[]string{"input-1 HepB valid", "input-2 HepB valid"}, nil},
		{"illegal id", []string{vaccination("a b", "08", "2020-01-01")}, []string{"input-1 HepB valid"}, nil},
		{"place counts what is no dose", []string{
			immunization(`"status":"not-done",` + cvxHepB + `,"occurrenceDateTime":"2020-01-01"`), vaccination("", "08", "2020-01-01")},
			[]string{"input-2 HepB valid"}, []string{"information informational at " + at + ".status"}},
		{"contained patient", []string{immunization(`"id":"a","contained":[{"resourceType":"Patient","id":"x"}],"status":"completed",` + cvxHepB +
			`,"patient":{"reference":"#x"},"occurrenceDateTime":"2020-01-01"`)}, []string{"a HepB valid"}, nil},
		{"urn", []string{immunization(`"id":"a","status":"completed",` + cvxHepB +
			`,"patient":{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},"occurrenceDateTime":"2020-01-01"`)}, []string{"a HepB valid"}, nil},
		{"another patient", []string{immunization(`"id":"a","status":"completed",` + cvxHepB +
			`,"patient":{"reference":"Patient/other"},"occurrenceDateTime":"2020-01-01"`)}, []string{"a HepB valid"}, nil},
		{"not done", []string{immunization(`"id":"a","status":"not-done",` + cvxHepB + `,"occurrenceDateTime":"2020-01-01"`)}, nil,
			[]string{"information informational at " + at + ".status"}},
		{"entered in error", []string{immunization(`"id":"a","status":"entered-in-error",` + cvxHepB + `,"occurrenceDateTime":"2020-01-01"`)}, nil,
			[]string{"information informational at " + at + ".status"}},
		{"in words", []string{immunization(`"id":"a","status":"completed",` + cvxHepB + `,"occurrenceString":"at school"`)},
			[]string{"a HepB notvalid notevaluated"}, []string{"warning required at " + at + ".occurrence"}},
		{"a year", []string{vaccination("a", "08", "2020")},
			[]string{"a HepB notvalid notevaluated"}, []string{"warning required at " + at + ".occurrence"}},
		{"a month", []string{vaccination("a", "03", "2021-04")},
			[]string{"a Measles notvalid notevaluated", "a Mumps notvalid notevaluated", "a Rubella notvalid notevaluated"},
			[]string{"warning required at " + at + ".occurrence"}},
		{"day said to be unknown", []string{immunization(`"id":"a","status":"completed",` + cvxHepB +
			`,"_occurrenceDateTime":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`)},
			[]string{"a HepB notvalid notevaluated"}, []string{"warning required at " + at + ".occurrence"}},
		{"unknown CVX", []string{vaccination("a", "777", "2020-01-01")},
			[]string{"a unknown notvalid notevaluated"}, []string{"warning code-invalid at " + at + ".vaccineCode"}},
		{"no CVX", []string{immunization(`"id":"a","status":"completed","vaccineCode":{"text":"a shot"},"occurrenceDateTime":"2020-01-01"`)},
			[]string{"a unknown notvalid notevaluated"}, []string{"warning code-invalid at " + at + ".vaccineCode"}},
		{"unknown CVX in an unknown year", []string{vaccination("a", "777", "2020")},
			[]string{"a unknown notvalid notevaluated"}, []string{"warning required at " + at + ".occurrence"}},
		{"after the assessment", []string{vaccination("a", "08", "2026-02-01")}, nil, []string{"information informational at " + at + ".occurrence"}},
		{"known vaccine without a relevant series", []string{vaccination("a", "26", "2025-01-01")}, nil,
			[]string{"information informational at " + at}},
		{"before birth", []string{vaccination("a", "08", "2019-12-31")}, []string{"a HepB notvalid tooyoung inappropriate"}, nil},
		{"too young", []string{vaccination("a", "03", "2020-06-01")},
			[]string{"a Measles notvalid tooyoung inappropriate", "a Mumps notvalid tooyoung inappropriate", "a Rubella notvalid tooyoung inappropriate"}, nil},
		{"subpotent", []string{vaccination("a", "08", "2020-01-01", `"isSubpotent":true`)}, []string{"a HepB notvalid/substandard -"}, nil},
		{"part of a dose", []string{vaccination("a", "08", "2020-01-01", `"isSubpotent":true`,
			`"subpotentReason":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/immunization-subpotent-reason","code":"partial"}]}]`)},
			[]string{"a HepB notvalid/substandard quantity"}, nil},
		{"recalled and warm", []string{vaccination("a", "08", "2020-01-01", `"isSubpotent":true`,
			`"subpotentReason":[{"coding":[{"code":"coldchainbreak"}]},{"coding":[{"code":"recall"}]}]`)},
			[]string{"a HepB notvalid/substandard storage recall"}, nil},
		{"expired", []string{vaccination("a", "08", "2020-02-01", `"expirationDate":"2020-01-31"`)}, []string{"a HepB notvalid/substandard expired"}, nil},
		{"in the month of expiration", []string{vaccination("a", "08", "2020-01-31", `"expirationDate":"2020-01"`)}, []string{"a HepB valid"}, nil},
		{"in the year of expiration", []string{vaccination("a", "08", "2020-12-31", `"expirationDate":"2020"`)}, []string{"a HepB valid"}, nil},
		{"day in the offset as written", []string{vaccination("a", "08", "2020-01-01T00:30:00+14:00"), vaccination("b", "08", "2020-01-24T23:30:00-10:00")},
			[]string{"a HepB valid", "b HepB notvalid tooyoung toosoon"}, nil},
		{"the same twice", []string{vaccination("a", "08", "2020-01-01"), vaccination("a", "08", "2020-01-01")},
			[]string{"a HepB valid"}, []string{"warning duplicate at Parameters.parameter[3].resource"}},
		{"two with one id", []string{vaccination("a", "08", "2020-01-01"), vaccination("a", "08", "2020-03-01")},
			[]string{"a HepB valid", "input-2 HepB valid"}, []string{"warning duplicate at Parameters.parameter[3].resource.id"}},
		{"extraneous", []string{vaccination("a", "21", "2021-01-02"), vaccination("b", "21", "2024-02-01"), vaccination("c", "21", "2025-05-05")},
			[]string{"a Varicella valid", "b Varicella valid", "c Varicella notvalid/extraneous notevaluated"}, nil},
		{"too soon, of no preferable product but an allowable vaccine", []string{vaccination("a", "140", "2024-10-01"), vaccination("b", "140", "2024-10-20")},
			[]string{"a Influenza valid", "b Influenza notvalid toosoon"}, nil},
		{"above the maximum age", []string{vaccination("a", "116", "2021-01-02")}, []string{"a Rotavirus notvalid/extraneous tooold"}, nil},
	}
	f := newForecaster(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := mustAsk(t, f, "", append([]string{assessed, patient("2020-01-01")}, tt.doses...)...)
			if diff := cmp.Diff(tt.want, evaluated(a)); diff != "" {
				t.Errorf("evaluations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.issues, noted(a)); diff != "" {
				t.Errorf("issues (-want +got):\n%s", diff)
			}
		})
	}
}

// The adolescent HepB series of two doses is for one product, told from others of its
// CVX code by the maker alone. So the maker must be understood in every form in which
// it may be sent, and what is not understood must count as not known, not as another.
func TestManufacturer(t *testing.T) {
	f := newForecaster(t, nil)
	made := func(by string) answer {
		return mustAsk(t, f, "", assessed, patient("2012-01-01"),
			vaccination("a", "43", "2023-03-01", `"manufacturer":`+by), vaccination("b", "43", "2023-07-15", `"manufacturer":`+by))
	}
	const (
		msd     = `{"identifier":{"system":"http://terminology.hl7.org/CodeSystem/MVX","value":"MSD"}}`
		skb     = `{"identifier":{"system":"http://terminology.hl7.org/CodeSystem/MVX","value":"SKB"}}`
		unknown = `{"identifier":{"system":"http://terminology.hl7.org/CodeSystem/MVX","value":"UNK"}}`
	)
	if cmp.Equal(made(msd), made(skb)) {
		t.Fatalf("MSD and SKB have the same answer: the maker is not read")
	}
	for _, tt := range []struct{ manufacturer, like string }{
		{`{"identifier":{"system":"http://hl7.org/fhir/sid/mvx","value":"msd"}}`, msd},
		{`{"display":"MSD"}`, msd},
		{`{"identifier":{"value":"MSD"}}`, msd},
		{`{"identifier":{"value":"12345"},"display":"SKB"}`, skb},
		{`{"display":"Merck & Co."}`, unknown},
		{`{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"MSD"}}`, unknown},
		{`{"reference":"Organization/msd"}`, unknown},
		{`"MSD"`, unknown},
	} {
		if diff := cmp.Diff(made(tt.like), made(tt.manufacturer)); diff != "" {
			t.Errorf("manufacturer %s is not read like %s (-want +got):\n%s", tt.manufacturer, tt.like, diff)
		}
	}
}
