package immds_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/operations/immds"
)

// entryOf asks for one vaccine group.
func entryOf(t *testing.T, group string, parameters ...string) *entry {
	t.Helper()
	e := mustAsk(t, newForecaster(t, nil), "", parameters...).group(group)
	if e == nil {
		t.Fatalf("%s: no recommendation for %s", body(parameters...), group)
	}
	return e
}

func (e *entry) status(system string) string {
	for _, c := range e.ForecastStatus.Coding {
		if c.System == system {
			return c.Code
		}
	}
	return ""
}

// dates renders dateCriterion.
func (e *entry) dates() string {
	var list []string
	for _, d := range e.DateCriterion {
		list = append(list, d.Code.Coding[0].Code+"="+d.Value)
	}
	return strings.Join(list, " ")
}

func TestForecastStatuses(t *testing.T) {
	pregnant := resource("observation", `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://ivci.org/CodeSystem/contextual-condition","code":"007"}]}}`)
	hadChickenpox := resource("observation", `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://ivci.org/CodeSystem/contextual-condition","code":"024"}]}}`)
	tests := []struct {
		name, group         string
		parameters          []string
		immds, hl7, answer  string
		reason, dates, says string
		number              int
	}{
		{"due later", "Varicella", []string{assessed, patient("2025-06-01")}, "notComplete", "due", "LA13422-3", "-",
			"30981-5=2026-06-01 30980-7=2026-06-01 59778-1=2026-10-28",
			"Dose 1 of Varicella is due on 2026-06-01; overdue after 2026-10-28.", 1},
		{"due now", "Varicella", []string{assessed, patient("2025-01-20")}, "notComplete", "due", "LA13422-3", "-",
			"30981-5=2026-01-20 30980-7=2026-01-20 59778-1=2026-06-16",
			"Dose 1 of Varicella is due now, since 2026-01-20; overdue after 2026-06-16.", 1},
		{"overdue", "Varicella", []string{assessed, patient("2020-01-01")}, "notComplete", "overdue", "LA13423-1", "-",
			"30981-5=2021-01-01 30980-7=2021-01-01 59778-1=2021-05-28",
			"Dose 1 of Varicella is overdue: it was due on 2021-01-01.", 1},
		{"complete", "Varicella", []string{assessed, patient("2020-01-01"), vaccination("a", "21", "2021-01-02"), vaccination("b", "21", "2024-02-01")},
			"complete", "complete", "LA13421-5", "complete", "", "The Varicella series is complete; no dose is due.", 0},
		{"immune", "Varicella", []string{assessed, patient("2000-01-01"), hadChickenpox}, "immune", "immune", "LA27183-5", "-", "",
			"There is evidence of immunity; no dose of Varicella is needed.", 0},
		{"contraindicated", "Varicella", []string{assessed, patient("2000-01-01"), pregnant}, "contraindicated", "contraindicated", "LA4216-3", "-", "",
			"Varicella must not be given: there is a contraindication.", 0},
		{"aged out", "Rotavirus", []string{assessed, patient("2020-01-01")}, "agedOut", "", "LA13424-9", "maximumAge", "",
			"No dose of Rotavirus is due: the patient has passed the maximum age.", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := entryOf(t, tt.group, tt.parameters...)
			if e.ForecastStatus.Coding[0].System != "http://hl7.org/fhir/us/immds/CodeSystem/ForecastStatus" {
				t.Errorf("forecastStatus.coding[0].system = %s", e.ForecastStatus.Coding[0].System)
			}
			reason := "-"
			if len(e.ForecastReason) != 1 || e.ForecastReason[0].Text == "" {
				t.Errorf("forecastReason = %v, want one with a text", e.ForecastReason)
			} else if len(e.ForecastReason[0].Coding) > 0 {
				reason = e.ForecastReason[0].Coding[0].Code
			}
			got := []string{e.status("http://hl7.org/fhir/us/immds/CodeSystem/ForecastStatus"),
				e.status("http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"), e.status("http://loinc.org"), reason, e.dates(), e.Description}
			want := []string{tt.immds, tt.hl7, tt.answer, tt.reason, tt.dates, tt.says}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("status codes, reason, dates and description (-want +got):\n%s", diff)
			}
			if e.DoseNumber != tt.number {
				t.Errorf("doseNumberPositiveInt = %d, want %d", e.DoseNumber, tt.number)
			}
		})
	}
}

func TestSupportingImmunizations(t *testing.T) {
	e := entryOf(t, "Polio", assessed, patient("2020-01-01"),
		vaccination("b", "10", "2020-05-01"), vaccination("", "10", "2020-03-01"), vaccination("c", "10", "2020-05-02"))
	want := []reference{{Reference: "Immunization/input-2"}, {Reference: "Immunization/b"}}
	if diff := cmp.Diff(want, e.SupportingImmunization); diff != "" {
		t.Errorf("supportingImmunization (-want +got):\n%s", diff)
	}
	if e.Series == "" || e.DoseNumber != 3 || e.SeriesDoses != 4 {
		t.Errorf("series %q, dose %d of %d, want dose 3 of 4", e.Series, e.DoseNumber, e.SeriesDoses)
	}
}

func TestPatientReference(t *testing.T) {
	for _, tt := range []struct{ members, want string }{
		{`"id":"p-1.X",`, `{"reference":"Patient/p-1.X"}`},
		{`"id":"no id","identifier":[{"system":"urn:x","value":"a\"b"}],`, `{"identifier":{"system":"urn:x","value":"a\"b"}}`},
		{`"identifier":[{"value":"1"}],`, `{"identifier":{"value":"1"}}`},
		{`"identifier":[{"system":"urn:x"}],`, `{"display":"the patient of the request"}`},
		{`"identifier":"x",`, `{"display":"the patient of the request"}`},
		{``, `{"display":"the patient of the request"}`},
	} {
		a := mustAsk(t, newForecaster(t, nil), "", resource("patient", `{"resourceType":"Patient",`+tt.members+`"birthDate":"2020-01-01"}`), vaccination("a", "08", "2020-01-01"))
		for what, got := range map[string]json.RawMessage{"recommendation": a.Recommendation.Patient, "evaluation": a.Evaluations[0].Patient} {
			if string(got) != tt.want {
				t.Errorf("Patient with %s: %s.patient = %s, want %s", tt.members, what, got, tt.want)
			}
		}
	}
}

// R4 requires an entry of every ImmunizationRecommendation.
func TestNothingRelevant(t *testing.T) {
	engine, err := forecast.New(&schedule.Schedule{Source: schedule.Source{Version: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := immds.New(immds.Config{Engines: []*forecast.Engine{engine}, Today: func() calendar.Date { return today }})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.File([]byte(body(patient("2020-01-01"))))
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, out)
	a := decode(t, out)
	if len(a.Recommendation.Recommendation) != 1 {
		t.Fatalf("%d entries, want 1", len(a.Recommendation.Recommendation))
	}
	e := a.Recommendation.Recommendation[0]
	if got := e.ForecastStatus.Coding[0].Code; got != "notRecommended" || len(e.VaccineCode) != 1 {
		t.Errorf("forecastStatus %s, %d vaccineCodes, want notRecommended and 1", got, len(e.VaccineCode))
	}
}

// The version asked for answers, whichever is the latest, and the codes are read by it.
func TestEditions(t *testing.T) {
	old, err := forecast.New(&schedule.Schedule{Source: schedule.Source{Version: "4.9"}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := immds.New(immds.Config{Engines: []*forecast.Engine{old, forecast.Default()}, Today: func() calendar.Date { return today }})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(version string) []string {
		return evaluated(mustAsk(t, f, "", patient("2020-01-01"), vaccination("a", "08", "2020-01-01"),
			`{"name":"knowledgeBaseVersion","valueString":"`+version+`"}`))
	}
	if diff := cmp.Diff([]string{"a unknown notvalid notevaluated"}, ask("4.9")); diff != "" {
		t.Errorf("4.9, which has no vaccines (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a HepB valid"}, ask(" ")); diff != "" {
		t.Errorf("the latest (-want +got):\n%s", diff)
	}
	if _, err := immds.New(immds.Config{Engines: []*forecast.Engine{old, old}, Today: func() calendar.Date { return today }}); err == nil {
		t.Error("New with one version twice: no error")
	}
	if _, err := immds.New(immds.Config{Today: func() calendar.Date { return today }}); err == nil {
		t.Error("New without an engine: no error")
	}
	if _, err := immds.New(immds.Config{Engines: []*forecast.Engine{old}}); err == nil {
		t.Error("New without a clock: no error")
	}
}

// What one request leaves behind must not show in the next.
func TestRequestsAreApart(t *testing.T) {
	f := newForecaster(t, nil)
	requests := []string{
		body(assessed, patient("2020-01-01"), vaccination("a", "08", "2020-01-01"), vaccination("a", "777", "2021"), `{"name":"explain","valueBoolean":true}`),
		body(assessed),
		body(patient("2024-01-01")),
		body(assessed, patient("1950-01-01"), resource("observation", `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://snomed.info/sct","code":"77386006"}]}}`)),
	}
	ask := func(f *immds.Forecaster, text string) string {
		out, err := f.System(context.Background(), nil, operations.Request{Parameters: parse(t, text)})
		if err != nil {
			return err.Error()
		}
		return string(out)
	}
	for i := range 3 * len(requests) {
		text := requests[(i*7)%len(requests)]
		if diff := cmp.Diff(ask(newForecaster(t, nil), text), ask(f, text)); diff != "" {
			t.Fatalf("%s: the answer differs from that of a new Forecaster (-new +used):\n%s", text, diff)
		}
	}
}

func TestAppends(t *testing.T) {
	f := newForecaster(t, nil)
	r := operations.Request{Parameters: parse(t, body(assessed, patient("2020-01-01")))}
	alone, err := f.System(context.Background(), nil, r)
	if err != nil {
		t.Fatal(err)
	}
	after, err := f.System(context.Background(), []byte("before"), r)
	if err != nil || string(after) != "before"+string(alone) {
		t.Errorf("System does not append to dst: error %v", err)
	}
}
