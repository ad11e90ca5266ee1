package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// parameters are the parts of an answer of $immds-forecast that tests look at.
type parameters struct {
	Parameter []struct {
		Name     string
		Resource struct {
			ResourceType      string
			ImmunizationEvent struct{ Reference string }
			DoseStatus        concept
			Recommendation    []struct {
				VaccineCode    []concept
				ForecastStatus concept
			}
			Issue []struct{ Severity, Code string }
		}
	}
}

type concept struct {
	Text   string
	Coding []struct{ System, Code string }
}

func parametersOf(t testing.TB, got answer) parameters {
	t.Helper()
	var p parameters
	if err := json.Unmarshal([]byte(got.text), &p); err != nil {
		t.Fatalf("%s: %v", got.call, err)
	}
	return p
}

// forecastOf gives the status of each vaccine group.
func forecastOf(t testing.TB, got answer) map[string]string {
	t.Helper()
	groups := map[string]string{}
	for _, p := range parametersOf(t, got).Parameter {
		for _, r := range p.Resource.Recommendation {
			if group := r.VaccineCode[0].Text; groups[group] == "" {
				groups[group] = r.ForecastStatus.Coding[0].Code
			}
		}
	}
	return groups
}

// ask is a Parameters resource of $immds-forecast.
func ask(assessment, patient string, doses ...string) string {
	parts := []string{fmt.Sprintf(`{"name":"assessmentDate","valueDate":%q}`, assessment)}
	if patient != "" {
		parts = append(parts, `{"name":"patient","resource":`+patient+`}`)
	}
	for _, d := range doses {
		parts = append(parts, `{"name":"immunization","resource":`+d+`}`)
	}
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(parts, ",") + `]}`
}

func TestForecast(t *testing.T) {
	a := serve(t)
	child := patient("p", "Child") // born on 2020-02-29
	got := a.do("POST /$immds-forecast", ask("2021-06-01", child, immunization("d1", "Patient/p", "03", "2021-03-05"))).want(200)
	if groups := forecastOf(t, got); groups["MMR"] != "notComplete" || groups["Polio"] != "notComplete" {
		t.Errorf("forecast %v, want MMR and Polio not complete", groups)
	}
	for i, want := range []struct{ event, status string }{{"Immunization/d1", "valid"}} {
		if e := parametersOf(t, got).Parameter[i].Resource; e.ImmunizationEvent.Reference != want.event || e.DoseStatus.Coding[0].Code != want.status {
			t.Errorf("evaluation %+v, want %+v", e, want)
		}
	}

	a.do("PUT /Patient/p", child).want(201)
	a.do("PUT /Immunization/d1", immunization("d1", "Patient/p", "03", "2021-03-05")).want(201)
	const stored = "/Patient/p/$immds-forecast"
	want := forecastOf(t, got)
	for _, got := range []answer{
		a.do("GET "+stored+"?assessmentDate=2021-06-01", ""),
		a.do("POST "+stored+"?assessmentDate=2021-06-01", ""),
		a.do("POST "+stored, `{"resourceType":"Parameters","parameter":[{"name":"assessmentDate","valueDate":"2021-06-01"}]}`),
	} {
		if groups := forecastOf(t, got.want(200)); fmt.Sprint(groups) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", got.call, groups, want)
		}
	}
	if got := a.do("HEAD "+stored, "").want(200); got.text != "" {
		t.Errorf("HEAD: %q", got.text)
	}
	a.do("GET "+stored+"?assessmentDate=%zz", "").want(400).issue("invalid")
	a.do("GET /Patient/none/$immds-forecast", "").want(404).issue("not-found")
	a.do("GET /Observation/p/$immds-forecast", "").want(404).issue("not-supported")
	if got := a.do("GET /$immds-forecast", "").want(405).issue("not-supported"); got.header.Get("Allow") != "POST" {
		t.Errorf("GET at system level: Allow %q", got.header.Get("Allow"))
	}
	a.do("POST /$immds-forecast", "<Parameters/>", "Content-Type: application/fhir+xml").want(415)
	a.do("GET "+stored, "", "Accept: application/fhir+xml").want(406)
}

func TestForecastBadInput(t *testing.T) {
	a := serve(t)
	born := patient("p", "Child")
	many := make([]string, 10_000)
	for i := range many {
		many[i] = immunization(fmt.Sprint("d", i), "Patient/p", "03", "2021-03-01")
	}
	for name, test := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"born after the assessment": {ask("2020-01-01", born), 422, "invalid"},
		"no birth date":             {ask("2021-01-01", `{"resourceType":"Patient"}`), 422, "required"},
		"a year for a birth date":   {ask("2021-01-01", `{"resourceType":"Patient","birthDate":"2020"}`), 422, ""},
		"no patient":                {ask("2021-01-01", ""), 422, "required"},
		"ten thousand doses":        {ask("2022-01-01", born, many...), 422, "too-costly"},
		"31 February":               {ask("2021-01-01", `{"resourceType":"Patient","birthDate":"2020-02-31"}`), 400, ""},
		"no body":                   {"", 415, "not-supported"},
		"no Parameters":             {born, 400, "structure"},
		"duplicate keys":            {`{"resourceType":"Parameters","resourceType":"Parameters"}`, 400, "structure"},
	} {
		got := a.do("POST /$immds-forecast", test.body)
		if got.status != test.status {
			t.Errorf("%s: status %d, want %d\n%.300s", name, got.status, test.status, got.text)
			continue
		}
		if test.code != "" {
			got.issue(test.code)
		}
	}

	// Not errors: the dose counts for nothing, and the answer says why.
	for name, test := range map[string]struct{ dose, issue string }{
		"a dose before birth": {immunization("d", "Patient/p", "03", "2019-01-01"), ""},
		"an unknown CVX":      {immunization("d", "Patient/p", "99999", "2021-03-01"), "warning"},
		"a dose without day":  {immunization("d", "Patient/p", "03", "2021"), "warning"},
	} {
		p := parametersOf(t, a.do("POST /$immds-forecast", ask("2021-06-01", born, test.dose)).want(200))
		evaluations, severity := 0, ""
		for _, x := range p.Parameter {
			switch {
			case x.Name == "evaluation":
				evaluations++
				if x.Resource.DoseStatus.Coding[0].Code != "notvalid" {
					t.Errorf("%s: evaluated %v", name, x.Resource.DoseStatus)
				}
			case x.Resource.ResourceType == "OperationOutcome":
				severity = x.Resource.Issue[0].Severity
			}
		}
		if evaluations == 0 || severity != test.issue {
			t.Errorf("%s: %d evaluations, issue of severity %q, want %q", name, evaluations, severity, test.issue)
		}
	}
}
