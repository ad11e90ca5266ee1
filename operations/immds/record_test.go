package immds_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// errSearch is what a search for the record of Patient/q gives.
var errSearch = errors.New("no search today")

// records are stored resources, all of Patient/p: Type/id to JSON.
type records map[string]string

func (s records) Read(_ context.Context, a resources.Access, resourceType, id string) (resources.Version, error) {
	if err := a.Check(); err != nil {
		return resources.Version{}, err
	}
	text, ok := s[resourceType+"/"+id]
	switch {
	case !ok:
		return resources.Version{}, resources.ErrNotFound
	case text == "":
		return resources.Version{}, resources.ErrGone
	}
	return resources.Version{Type: resourceType, ID: id, JSON: []byte(text)}, nil
}

func (s records) OfPatients(_ context.Context, a resources.Access, resourceType string, ids []string, visit func(string, immds.StoredResource) error) error {
	if err := a.Check(); err != nil {
		return err
	}
	if slices.Contains(ids, "q") {
		return errSearch
	}
	if !slices.Contains(ids, "p") {
		return nil
	}
	for key, text := range s { // in any order
		if t, id, _ := strings.Cut(key, "/"); t == resourceType {
			d, err := codec.Parse([]byte(text), codec.Limits{})
			if err != nil {
				return err
			}
			if err := visit("p", immds.StoredResource{Version: resources.Version{Type: t, ID: id, JSON: []byte(text)}, Root: d.Root()}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s records) add(resourceType, id, members string) {
	s[resourceType+"/"+id] = fmt.Sprintf(`{"resourceType":%q,"id":%q,%s}`, resourceType, id, members)
}

func instance(f *immds.Forecaster, r operations.Request) ([]byte, error) {
	ops := f.Operations()
	i := slices.IndexFunc(ops, func(o operations.Operation) bool { return o.Resource == "Patient" })
	return ops[i].Run(context.Background(), nil, r)
}

func TestStoredPatient(t *testing.T) {
	s := records{}
	s.add("Patient", "p", `"birthDate":"2020-01-01","gender":"female"`)
	given := func(id, cvx, date, more string) {
		s.add("Immunization", id, `"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"`+cvx+`"}]},"patient":{"reference":"Patient/p"},"occurrenceDateTime":"`+date+`"`+more)
	}
	given("b2", "08", "2020-03-01", `,"recorded":"2020-03-02T08:00:00Z"`)
	given("b1", "08", "2020-01-01", "")
	s.add("Immunization", "not-done", `"status":"not-done","vaccineCode":{"text":"x"},"occurrenceDateTime":"2020-02-01"`)
	given("year", "08", "2021", "")
	// Of one day the one that was recorded first is evaluated first, whatever the ids say.
	given("a", "08", "2020-03-01", `,"recorded":"2020-03-02T09:00:00+02:00"`)
	given("c", "08", "2020-03-01", "")
	s.add("Observation", "o", `"status":"final","code":{"coding":[{"system":"http://snomed.info/sct","code":"77386006"}]},"effectiveDateTime":"2025-12-01"`)
	s.add("Observation", "weight", `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}`)
	s.add("Condition", "k", `"clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"38907003"}]}`)
	s.add("AllergyIntolerance", "l", `"code":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"114"}]}`)

	s.add("Procedure", "splenectomy", `"status":"completed","code":{"coding":[{"system":"http://snomed.info/sct","code":"234319005"}]},"performedDateTime":"2024-01-01"`)

	out, err := instance(newForecaster(t, s), operations.Request{Access: resources.Everything(), ID: "p",
		Parameters: parse(t, body(vaccination("", "08", "2020-09-01"), vaccination("b1", "08", "2020-01-01")))})
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, out)
	a := decode(t, out)
	want := []string{
		"b1 HepB valid",
		"a HepB valid",
		"b2 HepB valid",
		"c HepB notvalid tooyoung toosoon",
		"input-1 HepB valid",
		"year HepB notvalid notevaluated",
	}
	if diff := cmp.Diff(want, evaluated(a)); diff != "" {
		t.Errorf("evaluations (-want +got):\n%s", diff)
	}
	issues := []string{
		"information informational at Immunization.where(id='not-done').status",
		"warning duplicate at Parameters.parameter[1].resource",
		"warning required at Immunization.where(id='year').occurrence",
	}
	if diff := cmp.Diff(issues, noted(a)); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
	if e := a.group("Pneumococcal"); e == nil || !strings.Contains(e.Series, "risk") {
		t.Errorf("Pneumococcal: %+v, want a risk series, from the stored procedure", e)
	}
	for group, status := range map[string]string{"MMR": "Contraindicated", "Varicella": "Immune", "Meningococcal": "Contraindicated"} {
		if e := a.group(group); e == nil || e.ForecastStatus.Text != status {
			t.Errorf("%s: %+v, want %s, from the stored observation, condition or allergy", group, e, status)
		}
	}
}

func TestStoredPatientByGET(t *testing.T) {
	s := records{}
	s.add("Patient", "p", `"birthDate":"2020-01-01"`)
	out, err := instance(newForecaster(t, s), operations.Request{Access: resources.Everything(), ID: "p", Query: url.Values{"assessmentDate": {"2024-02-29"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(t, out).Recommendation; got.Date != "2024-02-29" || string(got.Patient) != `{"reference":"Patient/p"}` {
		t.Errorf("recommendation of %s on %s, want Patient/p on 2024-02-29", got.Patient, got.Date)
	}
}

func TestStoredPatientErrors(t *testing.T) {
	s := records{"Patient/gone": ""}
	s.add("Patient", "p", `"birthDate":"2020-01-01"`)
	s.add("Patient", "q", `"birthDate":"2020-01-01"`)
	s.add("Patient", "year", `"birthDate":"2020"`)
	for _, tt := range []struct {
		name   string
		access resources.Access
		id     string
		body   string
		want   error
		at     string
	}{
		{"unknown", resources.Everything(), "nobody", body(), resources.ErrNotFound, ""},
		{"deleted", resources.Everything(), "gone", body(), resources.ErrGone, ""},
		{"not allowed", resources.Access{}, "p", body(), resources.ErrForbidden, ""},
		{"a patient in the body too", resources.Everything(), "p", body(patient("2020-01-01")), fhir.ErrUnprocessable, "Parameters.parameter[0].resource"},
		{"year of birth", resources.Everything(), "year", body(), fhir.ErrUnprocessable, "Patient.where(id='year').birthDate"},
		{"body that is no Parameters", resources.Everything(), "p", `{"resourceType":"Patient"}`, fhir.ErrSyntax, ""},
	} {
		_, err := instance(newForecaster(t, s), operations.Request{Access: tt.access, ID: tt.id, Parameters: parse(t, tt.body)})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
			continue
		}
		var invalid *fhir.Invalid
		if errors.As(err, &invalid) && invalid.Issues[0].Expression != tt.at {
			t.Errorf("%s: expression %q, want %q", tt.name, invalid.Issues[0].Expression, tt.at)
		}
	}
	if _, err := instance(newForecaster(t, s), operations.Request{Access: resources.Everything(), ID: "q"}); !errors.Is(err, errSearch) {
		t.Errorf("a search that fails: %v, want %v", err, errSearch)
	}
}

func TestOperations(t *testing.T) {
	if got := newForecaster(t, nil).Operations(); len(got) != 1 || got[0].Resource != "" || got[0].GET {
		t.Errorf("Operations without records = %v, want the one at system level, by POST alone", got)
	}
	if got := newForecaster(t, records{}).Operations(); len(got) != 2 || got[1].Resource != "Patient" || !got[1].GET {
		t.Errorf("Operations with records = %v, want also the one on Patient, by GET too", got)
	}
}
