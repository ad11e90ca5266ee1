package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// found is what a test looks at in a searchset or history.
type found struct {
	Total int
	Entry []struct {
		Resource struct {
			ResourceType, ID, Date string
			Meta                   struct {
				VersionID, Source string
				Tag               []struct{ Code string }
			}
			Recommendation []struct {
				VaccineCode    []struct{ Text string }
				ForecastStatus struct{ Coding []struct{ Code string } }
				Description    string
			}
		}
	}
}

func finds(t *testing.T, url string) found {
	t.Helper()
	status, text := call(t, "GET", url, "")
	var f found
	if err := json.Unmarshal([]byte(text), &f); err != nil || status != 200 {
		t.Fatalf("GET %s: %d %v %.500s", url, status, err, text)
	}
	return f
}

// What is stored of a forecast is current for whoever asks, at once.
func TestStoredForecasts(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	s := start(t, store, nil, "--metrics-listen", "127.0.0.1:0")
	put := func(typ, id, elements string) {
		t.Helper()
		body := fmt.Sprintf(`{"resourceType":%q,"id":%q,%s}`, typ, id, elements)
		if status, text := call(t, "PUT", s.base+"/"+typ+"/"+id, body); status != 200 && status != 201 {
			t.Fatalf("PUT %s: %d %s", body, status, text)
		}
	}
	const dose = `"status":"completed","patient":{"reference":"Patient/p"},"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"occurrenceDateTime":%q`
	const overdue = "/ImmunizationRecommendation?vaccine-type-status=http://hl7.org/fhir/sid/cvx|03$overdue"
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	put("Patient", "p", fmt.Sprintf(`"gender":"female","birthDate":%q`, day(900)))
	for _, url := range []string{
		"/ImmunizationRecommendation?patient=p", "/ImmunizationRecommendation?patient=Patient/p&status=overdue",
		"/ImmunizationRecommendation?_id=p", "/Patient/p/ImmunizationRecommendation", overdue, overdue + "$", // the last is refused
		"/ImmunizationRecommendation?patient.birthdate=" + day(900), "/Patient?_id=p&_has:ImmunizationRecommendation:patient:status=overdue",
	} {
		if strings.HasSuffix(url, "$") {
			if status, text := call(t, "GET", s.base+url, ""); status != 400 {
				t.Errorf("GET %s: %d %s", url, status, text)
			}
			continue
		}
		if got := finds(t, s.base+url); len(got.Entry) != 1 {
			t.Errorf("GET %s finds %d, want 1", url, len(got.Entry))
		}
	}
	for version := 1; version <= 2; version++ {
		put("Immunization", "d", fmt.Sprintf(dose, []string{"", "21", "03"}[version], day(450)))
		if got := finds(t, s.base+"/ImmunizationEvaluation?patient=p"); len(got.Entry) != []int{0, 1, 3}[version] {
			t.Errorf("%d evaluations after version %d of the dose", len(got.Entry), version)
		}
		if status, text := call(t, "GET", s.base+"/ImmunizationRecommendation/p", ""); status != 200 || !strings.Contains(text, fmt.Sprintf(`"source":"Immunization/d/_history/%d"`, version)) {
			t.Errorf("GET ImmunizationRecommendation/p after version %d of the dose: %d %.400s", version, status, text)
		}
	}
	if got := finds(t, s.base+overdue); len(got.Entry) != 0 {
		t.Errorf("overdue for MMR after it was given: %+v", got)
	}
	if got := finds(t, s.base+"/Patient?_id=p&_revinclude=ImmunizationRecommendation:patient&_revinclude=ImmunizationEvaluation:patient"); len(got.Entry) != 5 {
		t.Errorf("the patient with the forecast: %d entries, want 5", len(got.Entry))
	}
	if got := finds(t, s.base+"/ImmunizationRecommendation/p/_history"); len(got.Entry) != 3 || got.Entry[0].Resource.Meta.VersionID != "3" {
		t.Errorf("history of the forecast: %+v", got)
	}
	if status, text := call(t, "GET", s.base+"/SearchParameter/ImmunizationRecommendation-vaccine-type-status-due-date", ""); status != 200 {
		t.Errorf("our own search parameter: %d %s", status, text)
	}
	if status, text := call(t, "GET", s.base+"/metadata", ""); status != 200 || !strings.Contains(text, "https://jenner-iis.github.io/fhir/SearchParameter/ImmunizationRecommendation-vaccine-type-status-due-date") {
		t.Errorf("the CapabilityStatement does not claim our own search parameter: %d", status)
	}
	for _, method := range []string{"PUT", "DELETE"} {
		if status, text := call(t, method, s.base+"/ImmunizationRecommendation/p", `{"resourceType":"ImmunizationRecommendation","id":"p"}`); status != 405 {
			t.Errorf("%s ImmunizationRecommendation/p: %d %s", method, status, text)
		}
	}
	put("Patient", "unborn", `"gender":"female"`)
	if status, text := call(t, "GET", s.base+"/ImmunizationRecommendation?patient=unborn", ""); status != 200 || !strings.Contains(text, "Patient/unborn has no forecast: a forecast needs the patient's birth date") {
		t.Errorf("the forecast of a patient without birth date: %d %.500s", status, text)
	}
	_, figures := call(t, "GET", s.metrics, "")
	for _, want := range []string{"jenner_forecast_behind_seconds 0", "jenner_forecast_failing_patients 0", `jenner_forecast_sweeping{kind="day"} 0`, `jenner_resources{type="ImmunizationRecommendation"} 1`} {
		if !strings.Contains(figures, want) {
			t.Errorf("metrics without %s:\n%s", want, figures)
		}
	}
	if status, _ := call(t, "DELETE", s.base+"/Patient/p", ""); status != 204 && status != 200 {
		t.Errorf("DELETE Patient/p: %d", status)
	}
	if status, text := call(t, "GET", s.base+"/ImmunizationRecommendation/p", ""); status != 410 {
		t.Errorf("the forecast of a patient who was deleted: %d %.300s", status, text)
	}
	if got := s.stop(); got.code != done {
		t.Errorf("stop: %+v", got)
	}
	if got := jenner(t, "", nil, "check", "--forecasts", "--store", "pebble:"+store); got.code != done || !strings.Contains(got.stdout, "forecasts of 1 patients") {
		t.Errorf("check: %+v", got)
	}
	file := filepath.Join(t.TempDir(), "more.ndjson")
	if err := os.WriteFile(file, fmt.Appendf(nil, `{"resourceType":"Patient","id":"new","birthDate":%q}`, day(100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := jenner(t, "", nil, "import", "--store", "pebble:"+store, "--state", t.TempDir(), file); got.code != done {
		t.Fatalf("import: %+v", got)
	}
	if got := jenner(t, "", nil, "check", "--forecasts", "--store", "pebble:"+store); got.code != failed || !strings.Contains(got.stdout, "Patient/new has no stored forecast") {
		t.Errorf("check after an import: %+v", got)
	}
}
