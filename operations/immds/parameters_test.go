package immds_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/operations"
)

func TestErrors(t *testing.T) {
	dose := func(member string) string {
		return resource("immunization", `{"resourceType":"Immunization"`+member+`}`)
	}
	const complete = `,"status":"completed","vaccineCode":{"text":"x"}`
	tests := []struct {
		name       string
		query      string
		parameters []string
		cause      error
		issue      string // severity, code and expression of the first issue
	}{
		{"no patient", "", []string{assessed}, fhir.ErrUnprocessable, "error required at Parameters.parameter"},
		{"two patients", "", []string{assessed, patient("2020-01-01"), patient("2020-01-01")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[2].resource"},
		{"no birth date", "", []string{resource("patient", `{"resourceType":"Patient"}`)}, fhir.ErrUnprocessable,
			"error required at Parameters.parameter[0].resource.birthDate"},
		{"year of birth", "", []string{patient("2020")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].resource.birthDate"},
		{"month of birth", "", []string{patient("2020-02")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].resource.birthDate"},
		{"birth date that does not exist", "", []string{patient("2023-02-31")}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[0].resource.birthDate"},
		{"birth date is a number", "", []string{resource("patient", `{"resourceType":"Patient","birthDate":2020}`)}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[0].resource.birthDate"},
		{"born after the assessment date", "", []string{assessed, patient("2026-02-01")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[1].resource.birthDate"},
		{"born after today", "", []string{patient("2026-02-01")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].resource.birthDate"},
		{"patient is another resource", "", []string{resource("patient", `{"resourceType":"Person"}`)}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].resource"},
		{"patient is a value", "", []string{`{"name":"patient","valueString":"p"}`}, fhir.ErrUnprocessable,
			"error required at Parameters.parameter[0].resource"},
		{"patient is a list", "", []string{`{"name":"patient","resource":[{"resourceType":"Patient"}]}`}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[0].resource"},
		{"parameter without a name", "", []string{`{"valueString":"p"}`}, fhir.ErrSyntax, "error structure at Parameters.parameter[0].name"},
		{"parameter that is no object", "", []string{`"patient"`}, fhir.ErrSyntax, "error structure at Parameters.parameter[0].name"},
		{"assessment date that does not exist", "", []string{`{"name":"assessmentDate","valueDate":"2026-02-31"}`}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[0].value"},
		{"assessment date is a month", "", []string{`{"name":"assessmentDate","valueDate":"2026-02"}`}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].value"},
		{"assessment date is prose", "", []string{`{"name":"assessmentDate","valueString":"today"}`}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].value"},
		{"assessment date is a number", "", []string{`{"name":"assessmentDate","valueInteger":2026}`}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0]"},
		{"two assessment dates", "", []string{assessed, assessed, patient("2020-01-01")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[1].value"},
		{"assessment date in URL and body", "assessmentDate=2026-01-31", []string{assessed, patient("2020-01-01")}, fhir.ErrUnprocessable,
			"error invalid at Parameters.parameter[0].value"},
		{"assessment date of the URL", "assessmentDate=2026-02-31", []string{patient("2020-01-01")}, fhir.ErrUnprocessable,
			"error invalid at assessmentDate"},
		{"unknown knowledge base", "", []string{patient("2020-01-01"),
			`{"name":"knowledgeBase","valueCodeableConcept":{"coding":[{"system":"https://ivci.org/knowledge-base","code":"WHO"}]}}`},
			fhir.ErrUnprocessable, "error not-supported at Parameters.parameter[1].value"},
		{"knowledge base of another kind", "", []string{patient("2020-01-01"), `{"name":"knowledgeBase","valueCanonical":"http://x|1"}`},
			fhir.ErrUnprocessable, "error invalid at Parameters.parameter[1]"},
		{"unknown version", "", []string{patient("2020-01-01"), `{"name":"knowledgeBaseVersion","valueString":"4.6"}`},
			fhir.ErrUnprocessable, "error not-supported at Parameters.parameter[1].value"},
		{"version of the URL", "knowledgeBaseVersion=x", []string{patient("2020-01-01")},
			fhir.ErrUnprocessable, "error not-supported at knowledgeBaseVersion"},
		{"explain is a string", "", []string{patient("2020-01-01"), `{"name":"explain","valueString":"true"}`},
			fhir.ErrUnprocessable, "error invalid at Parameters.parameter[1]"},
		{"explain of the URL", "explain=yes", []string{patient("2020-01-01")}, fhir.ErrUnprocessable, "error invalid at explain"},
		{"dose without a status", "", []string{patient("2020-01-01"), dose(`,"vaccineCode":{"text":"x"}`)}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[1].resource.status"},
		{"dose without a vaccine", "", []string{patient("2020-01-01"), dose(`,"status":"completed","occurrenceDateTime":"2021-01-01"`)},
			fhir.ErrSyntax, "error structure at Parameters.parameter[1].resource.vaccineCode"},
		{"dose without an occurrence", "", []string{patient("2020-01-01"), dose(complete)}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[1].resource.occurrence"},
		{"occurrence that does not exist", "", []string{patient("2020-01-01"), vaccination("a", "03", "2021-02-31")}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[1].resource.occurrenceDateTime"},
		{"occurrence without an offset", "", []string{patient("2020-01-01"), vaccination("a", "03", "2021-02-03T10:00:00")}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[1].resource.occurrenceDateTime"},
		{"occurrence is an object", "", []string{patient("2020-01-01"), dose(complete + `,"occurrenceDateTime":{"x":1}`)}, fhir.ErrSyntax,
			"error structure at Parameters.parameter[1].resource.occurrenceDateTime"},
		{"expiration that does not exist", "", []string{patient("2020-01-01"), vaccination("a", "03", "2021-02-03", `"expirationDate":"2021-13"`)},
			fhir.ErrSyntax, "error structure at Parameters.parameter[1].resource.expirationDate"},
		{"observation of an impossible day", "", []string{patient("2020-01-01"),
			resource("observation", `{"resourceType":"Observation","status":"final","effectiveDateTime":"2021-02-30"}`)},
			fhir.ErrSyntax, "error structure at Parameters.parameter[1].resource.effectiveDateTime"},
		{"ten thousand doses", "", append([]string{patient("2020-01-01")}, many(10_000)...), fhir.ErrUnprocessable,
			"error too-costly at Parameters.parameter[1001].resource"},
		{"two hundred and one doses explained", "explain=true", append([]string{patient("2020-01-01")}, many(201)...), fhir.ErrUnprocessable,
			"error too-costly"},
	}
	f := newForecaster(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ask(t, f, tt.query, tt.parameters...)
			var invalid *fhir.Invalid
			if !errors.Is(err, tt.cause) || !errors.As(err, &invalid) {
				t.Fatalf("System: error %v, want *fhir.Invalid because of %q", err, tt.cause)
			}
			got, _, _ := strings.Cut(invalid.Issues[0].String(), ":")
			if got != tt.issue {
				t.Errorf("System: first issue %q, want %q; all: %v", got, tt.issue, err)
			}
		})
	}
}

func many(n int) []string {
	doses := make([]string, n)
	for i := range doses {
		doses[i] = vaccination("", "08", "2021-01-01")
	}
	return doses
}

func TestNotParameters(t *testing.T) {
	f := newForecaster(t, nil)
	for _, text := range []string{`{"resourceType":"Patient","birthDate":"2020-01-01"}`, `{"x":1}`, `{"resourceType":"Parameters","parameter":{"name":"patient"}}`} {
		_, err := f.System(context.Background(), nil, operations.Request{Parameters: parse(t, text)})
		if !errors.Is(err, fhir.ErrSyntax) {
			t.Errorf("System(%s): error %v, want %v", text, err, fhir.ErrSyntax)
		}
	}
	if _, err := f.System(context.Background(), nil, operations.Request{}); !errors.Is(err, fhir.ErrUnprocessable) {
		t.Errorf("System without a body: error %v, want %v", err, fhir.ErrUnprocessable)
	}
	for _, text := range []string{"", "{", `{"resourceType":"Parameters","resourceType":"Parameters"}`, `{"resourceType":"Parameters"} x`} {
		if _, err := f.File([]byte(text)); !errors.Is(err, fhir.ErrSyntax) {
			t.Errorf("File(%q): error %v, want %v", text, err, fhir.ErrSyntax)
		}
	}
}

// A request with a fault and very many notes must report the fault, and be short.
func TestIssuesAreBounded(t *testing.T) {
	f := newForecaster(t, nil)
	unknown := make([]string, 5000)
	for i := range unknown {
		unknown[i] = `{"name":"x","valueString":"y"}`
	}
	a := mustAsk(t, f, "", append(unknown, patient("2020-01-01"))...)
	if n := len(a.Issues); n != 101 {
		t.Errorf("5000 unknown parameters: %d issues, want 100 and one that counts the rest", n)
	}
	_, err := ask(t, f, "", append(unknown, patient("2020"))...)
	var invalid *fhir.Invalid
	if !errors.As(err, &invalid) || len(invalid.Issues) != 1 {
		t.Errorf("5000 unknown parameters and a fault: error %v, want the fault alone", err)
	}
}

func TestAssessmentDate(t *testing.T) {
	f := newForecaster(t, nil)
	for _, tt := range []struct{ parameter, query, want string }{
		{`{"name":"assessmentDate","valueDate":"2025-12-24"}`, "", "2025-12-24"},
		{`{"name":"assessmentDate","valueDateTime":"2025-12-24T23:59:59-08:00"}`, "", "2025-12-24"},
		{`{"name":"assessmentDate","valueString":"2025-12-24"}`, "", "2025-12-24"},
		{`{"name":"explain","valueBoolean":false}`, "assessmentDate=2025-12-24", "2025-12-24"},
		{`{"name":"explain","valueBoolean":false}`, "", today.String()},
	} {
		a := mustAsk(t, f, tt.query, tt.parameter, patient("2020-01-01"), vaccination("a", "08", "2020-01-02"))
		if got := a.Recommendation.Date; got != tt.want {
			t.Errorf("%s, query %q: recommendation.date %s, want %s", tt.parameter, tt.query, got, tt.want)
		}
		for _, e := range a.Evaluations {
			if e.Date != tt.want {
				t.Errorf("%s, query %q: evaluation.date %s, want %s", tt.parameter, tt.query, e.Date, tt.want)
			}
		}
	}
}

func TestKnowledgeBase(t *testing.T) {
	f := newForecaster(t, nil)
	version := forecast.Default().Schedule().Source.Version
	for _, tt := range []struct{ parameter, query string }{
		{`{"name":"knowledgeBase","valueCodeableConcept":{"coding":[{"system":"https://ivci.org/knowledge-base","code":"USA-CDC-CDSI"}]}}`, ""},
		{`{"name":"knowledgeBaseVersion","valueString":"` + version + `.0"}`, ""},
		{`{"name":"knowledgeBaseVersion","valueString":" "}`, ""},
		{`{"name":"explain","valueBoolean":false}`, "knowledgeBase=USA-CDC-CDSI&knowledgeBaseVersion=" + version},
		{`{"name":"explain","valueBoolean":false}`, "knowledgeBase=https://ivci.org/knowledge-base|USA-CDC-CDSI"},
	} {
		// The choice must hold wherever it stands in the request.
		a := mustAsk(t, f, tt.query, patient("2020-01-01"), tt.parameter)
		if a.Version != version {
			t.Errorf("%s, query %q: knowledgeBaseVersionUsed %q, want %q", tt.parameter, tt.query, a.Version, version)
		}
	}
}

// A parameter that is not known must not be passed over in silence.
func TestUnknownParameter(t *testing.T) {
	a := mustAsk(t, newForecaster(t, nil), "_format=json&assesmentDate=2025-01-01", patient("2020-01-01"),
		resource("immunisation", `{"resourceType":"Immunization"}`))
	want := []issue{
		{Severity: "warning", Code: "not-supported", Diagnostics: "a parameter of the URL is not known to this operation; it was ignored"},
		{Severity: "warning", Code: "not-supported", Diagnostics: "this operation has no parameter of this name; it was ignored",
			Expression: []string{"Parameters.parameter[1]"}},
	}
	if diff := cmp.Diff(want, a.Issues); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}
