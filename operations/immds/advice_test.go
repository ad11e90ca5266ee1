package immds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// advised is a record with doses that are evaluated, and some that cannot be.
func advised() records {
	s := records{}
	s.add("Patient", "p", `"birthDate":"2020-01-01","gender":"female"`)
	dose := func(id, cvx, on string) {
		s.add("Immunization", id, `"status":"completed","patient":{"reference":"Patient/p"},"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"`+cvx+`"}]},"occurrenceDateTime":"`+on+`"`)
	}
	dose("early", "03", "2020-06-01")
	dose("good", "03", "2021-02-01")
	dose("undated", "03", "2021")
	dose("unknown", "9999", "2021-02-01")
	dose("nothing", "9999", "2021")
	dose("later", "20", "2999-01-01")
	return s
}

func advise(t *testing.T, s records) immds.Advice {
	t.Helper()
	advice, err := newForecaster(t, s).Advise(context.Background(), resources.Everything(), []string{"p"})
	if err != nil || advice[0].None != nil {
		t.Fatalf("Advise: %v, %v", err, advice)
	}
	return advice[0]
}

// The documents say what $immds-forecast says, under ids of their own, without what the
// schedule says to everyone.
func TestAdviseIsForecast(t *testing.T) {
	s := advised()
	advice := advise(t, s)
	text, err := instance(newForecaster(t, s), operations.Request{Access: resources.Everything(), ID: "p"})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Parameter []struct {
			Name     string
			Resource map[string]any
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	var want []map[string]any
	for _, p := range answer.Parameter {
		if p.Name == "evaluation" || p.Name == "recommendation" {
			delete(p.Resource, "id")
			if list, ok := p.Resource["recommendation"].([]any); ok {
				for _, one := range list {
					delete(one.(map[string]any), "extension")
				}
			}
			want = append(want, p.Resource)
		}
	}
	var got []map[string]any
	ids := map[string]bool{}
	for _, d := range advice.Documents {
		var r map[string]any
		if err := json.Unmarshal(d.JSON, &r); err != nil {
			t.Fatalf("%s: %v", d.JSON, err)
		}
		if r["id"] != d.ID || r["resourceType"] != d.Type || ids[d.ID] {
			t.Errorf("document %s/%s is %s/%s, or there are two", d.Type, d.ID, r["resourceType"], r["id"])
		}
		ids[d.ID] = true
		if d.Type == "ImmunizationRecommendation" {
			delete(r, "extension")
		}
		delete(r, "id")
		got = append(got, r)

		parsed, err := codec.Parse(advice.Stored(d, immds.CauseRecord, resources.Version{Type: "Patient", ID: "p", Version: 3}), codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, issue := range validator().Validate(parsed.Root()) {
			t.Errorf("%s/%s is not R4: %s", d.Type, d.ID, issue)
		}
		if source := parsed.Root().Get("meta").Get("source").Text(); source != "Patient/p/_history/3" {
			t.Errorf("meta.source is %q", source)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents of Advise (-$immds-forecast +Advise):\n%s", diff)
	}
	if advice.Documents[len(advice.Documents)-1].ID != "p" || advice.Date != today || advice.Release != newForecaster(t, s).Releases()[0].Version || advice.NextChange <= today {
		t.Errorf("Advise = %+v", advice)
	}
}

// Ids depend on nothing but what a document is about.
func TestAdviseKeepsIDs(t *testing.T) {
	s := advised()
	before := map[string]string{}
	for _, d := range advise(t, s).Documents {
		before[d.ID] = string(d.JSON)
	}
	delete(s, "Immunization/unknown")
	s.add("Observation", "o", `"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}`)
	after := advise(t, s).Documents
	for _, d := range after {
		if before[d.ID] == "" {
			t.Errorf("%s/%s was not there before: %s", d.Type, d.ID, d.JSON)
		}
		if !strings.Contains(string(d.JSON), `"Immunization/early"`) {
			continue
		}
		if before[d.ID] != string(d.JSON) {
			t.Errorf("the evaluation %s of a dose was of another before: %s", d.ID, before[d.ID])
		}
	}
	if len(after) != len(before)-1 {
		t.Errorf("%d documents after a dose was taken away, want %d", len(after), len(before)-1)
	}
}

func TestAdviseErrors(t *testing.T) {
	s := records{}
	s.add("Patient", "p", `"gender":"female"`)
	f := newForecaster(t, s)
	s.add("Patient", "ok", `"birthDate":"2020-01-01"`)
	advice, err := f.Advise(context.Background(), resources.Everything(), []string{"p", "ok", "nobody"})
	if err != nil {
		t.Fatalf("Advise on three patients: %v", err)
	}
	var invalid *fhir.Invalid
	if !errors.As(advice[0].None, &invalid) || len(advice[0].Documents) > 0 {
		t.Errorf("advice without a birth date: None = %v, want *fhir.Invalid; %d documents", advice[0].None, len(advice[0].Documents))
	}
	if advice[1].None != nil || len(advice[1].Documents) != 1 || advice[1].Documents[0].ID != "ok" {
		t.Errorf("advice beside that: None = %v, documents %v, want one", advice[1].None, advice[1].Documents)
	}
	if !errors.Is(advice[2].None, resources.ErrNotFound) {
		t.Errorf("advice on nobody: None = %v, want ErrNotFound", advice[2].None)
	}
	if _, err := f.Advise(context.Background(), resources.Access{}, []string{"p"}); !errors.Is(err, resources.ErrForbidden) {
		t.Errorf("Advise under an access that allows nothing = %v, want ErrForbidden", err)
	}
}

// The patient of a document is found in its text, and only there.
func TestAdvisedPatient(t *testing.T) {
	advice := advise(t, advised())
	for _, d := range advice.Documents {
		for _, text := range [][]byte{d.JSON, advice.Stored(d, immds.CauseDay, resources.Version{})} {
			if id, ok := immds.AdvisedPatient(text); !ok || id != "p" {
				t.Errorf("AdvisedPatient(%s) = %q, %t, want p", text, id, ok)
			}
		}
	}
	for _, text := range []string{
		``,
		`{"resourceType":"ImmunizationRecommendation","text":"a ,\"patient\":{\"reference\":\"Patient/x\"},"}`,
		`{"resourceType":"ImmunizationRecommendation","patient":{"reference":"Patient/x`,
		`{"resourceType":"ImmunizationRecommendation","patient":{"reference":"Patient/x","display":"X"},"date":"2026-01-01"}`,
		`{"resourceType":"ImmunizationRecommendation","patient":{"reference":"https://elsewhere.example/Patient/x"},"date":"2026-01-01"}`,
	} {
		if id, ok := immds.AdvisedPatient([]byte(text)); ok {
			t.Errorf("AdvisedPatient(%s) = %q, true, want none", text, id)
		}
	}
}

// Stands overlooks meta, the date and a look that comes early, and nothing else.
func TestStands(t *testing.T) {
	const (
		next        = `{"url":"` + immds.NextChangeURL + `","valueDate":"2027-01-01"},`
		evaluations = `{"url":"` + immds.EvaluationsURL + `","valueString":"01234"}`
	)
	document := func(text string) immds.Document { return immds.Document{JSON: []byte(text)} }
	const base = `{"resourceType":"X","id":"x","date":"2026-01-01","extension":[` + next + evaluations + `],"patient":{},"text":"a \",\"date\":\" b"}`
	replace := func(old, with string) string { return strings.Replace(base, old, with, 1) }
	for _, test := range []struct {
		name, stored string
		want         bool
	}{
		{"the same", base, true},
		{"another date", replace("2026-01-01", "2025-12-01"), true},
		{"with meta", replace(`,"date"`, `,"meta":{"versionId":"1","tag":[{"code":"date"}]},"date"`), true},
		{"looked at sooner", replace("2027-01-01", "2026-12-31"), true},
		{"looked at later", replace("2027-01-01", "2027-01-02"), false},
		{"another text", replace(" b", " c"), false},
		{"another patient", replace("{}", `{"reference":"Patient/y"}`), false},
		{"other evaluations", replace("01234", "01235"), false},
		{"never looked at", replace(next, ""), false},
		{"without evaluations", replace(evaluations, ""), false},
		{"longer", base + " ", false},
		{"cut short", base[:60], false},
		{"cut in the extension", base[:strings.Index(base, "2027")+5], false},
		{"without date", replace(`"date"`, `"dat"`), false},
		{"nothing", "", false},
	} {
		if got := document(base).Stands([]byte(test.stored)); got != test.want {
			t.Errorf("Stands(%s) = %v, want %v", test.name, got, test.want)
		}
	}
	alone := replace(","+evaluations, "")
	if d := document(alone); !d.Stands([]byte(alone)) || d.Stands([]byte(base)) || document(base).Stands([]byte(alone)) {
		t.Error("Stands of a document that says its next change alone")
	}
	never := replace(next, "")
	if !document(never).Stands([]byte(base)) || !document(never).Stands([]byte(never)) {
		t.Error("Stands of a document that no day changes = false")
	}
	if !bytes.Contains([]byte(base), []byte(next)) {
		t.Error("the test has no extension")
	}
}
