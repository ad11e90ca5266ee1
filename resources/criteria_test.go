package resources_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// childAndDose is what an EHR sends, and sends again: a patient and a dose of
// that patient, each if it does not exist yet.
func childAndDose(criteria string) string {
	conditional := func(fullURL, name, resource, ifNoneExist string) string {
		return fmt.Sprintf(`{"fullUrl":%q,"resource":%s,"request":{"method":"POST","url":%q,"ifNoneExist":%q}}`, fullURL, resource, name, ifNoneExist)
	}
	return bundle("transaction",
		conditional(doseURN, "Immunization", fmt.Sprintf(dose, patientURN), criteria),
		conditional(patientURN, "Patient", person, "identifier=urn:x|1"))
}

// Criteria may name another entry by its fullUrl: what is sought is the
// resource that the entry has created or found.
func TestCriteriaNameEntries(t *testing.T) {
	for _, criteria := range []string{
		"patient=" + patientURN + "&vaccine-code=03&date=2020-05-16",
		"patient=" + url.QueryEscape(patientURN) + "&vaccine-code=03",
		"patient=Patient/none," + patientURN,
	} {
		f := open(t)
		for i, want := range []resources.Effect{resources.Created, resources.Matched, resources.Matched} {
			results, err := f.bundle(childAndDose(criteria))
			if err != nil {
				t.Fatalf("%s: %v", criteria, err)
			}
			if got := results[0].Change.Effect; got != want || f.count("Immunization") != 1 || f.count("Patient") != 1 {
				t.Errorf("%s, sent %d times: effect %d, want %d; %d doses of %d patients, want one of one", criteria, i+1, got, want, f.count("Immunization"), f.count("Patient"))
			}
		}
	}
}

func TestUpdateCriteriaNameEntries(t *testing.T) {
	f := open(t)
	for i, want := range []resources.Effect{resources.Created, resources.Unchanged} {
		results, err := f.bundle(bundle("transaction",
			`{"resource":`+fmt.Sprintf(dose, patientURN)+`,"request":{"method":"PUT","url":"Immunization?patient=`+patientURN+`&date=2020-05-16"}}`,
			`{"fullUrl":"`+patientURN+`","resource":`+person+`,"request":{"method":"PUT","url":"Patient?identifier=urn:x|1"}}`))
		if err != nil || results[0].Change.Effect != want || f.count("Immunization") != 1 {
			t.Fatalf("sent %d times: %v, effect %v, %d doses; want effect %d, one dose", i+1, err, results, f.count("Immunization"), want)
		}
	}
	// A fullUrl may also be the URL that the resource has elsewhere.
	const elsewhere = "http://elsewhere/fhir/Patient/0"
	if results, err := f.bundle(strings.ReplaceAll(childAndDose("patient="+patientURN+"&vaccine-code=03"), patientURN, elsewhere)); err != nil || results[0].Change.Effect != resources.Matched {
		t.Errorf("by the URL elsewhere: %v %+v, want the dose matched", err, results)
	}
	// A value that reads like a fullUrl and is no reference is not one.
	named := `{"resourceType":"Patient","identifier":[{"system":"urn:ietf:rfc:3986","value":"` + patientURN + `"}]}`
	for range 2 {
		if _, err := f.bundle(bundle("transaction", `{"fullUrl":"`+patientURN+`","resource":`+named+
			`,"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:ietf:rfc:3986|`+patientURN+`"}}`, post(doseURN, fmt.Sprintf(dose, patientURN)))); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.count("Patient"); n != 2 {
		t.Errorf("%d patients, want 2", n)
	}
}

// What names another entry and cannot be looked up by it is refused.
func TestCriteriaThatCannotNameEntries(t *testing.T) {
	f := open(t)
	patient := post(patientURN, person)
	circle := func(own, other string) string {
		return `{"fullUrl":"` + own + `","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"link=` + other + `"}}`
	}
	for name, text := range map[string]string{
		"a delete":     bundle("transaction", patient, `{"request":{"method":"DELETE","url":"Immunization?patient=`+patientURN+`"}}`),
		"a circle":     bundle("transaction", circle(patientURN, doseURN), circle(doseURN, patientURN)),
		"a search":     bundle("transaction", patient, `{"request":{"method":"GET","url":"Immunization?patient=`+patientURN+`"}}`),
		"one, escaped": bundle("transaction", patient, `{"request":{"method":"GET","url":"Immunization?patient=`+url.QueryEscape(patientURN)+`"}}`),
	} {
		var invalid *fhir.Invalid
		if _, err := f.bundle(text); !errors.As(err, &invalid) || !strings.HasPrefix(invalid.Issues[0].Expression, "Bundle.entry[") || f.count("Patient") != 0 {
			t.Errorf("%s that names an entry: %v, and %d patients; want a refusal", name, err, f.count("Patient"))
		}
	}
	results, err := f.bundle(strings.Replace(childAndDose("patient="+patientURN), "transaction", "batch", 1))
	if err != nil || results[0].Err == nil || results[1].Err != nil || f.count("Immunization") != 0 {
		t.Errorf("in a batch: %v %v, %d doses; want the dose refused", err, results, f.count("Immunization"))
	}
}

// So do the criteria of records that are loaded.
func TestLoadedCriteriaNameEntries(t *testing.T) {
	f := open(t)
	if _, err := f.bundle(childAndDose("patient=" + patientURN)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		results, err := f.Load(t.Context(), all, []resources.Record{
			{ID: "d", FullURL: doseURN, Criteria: "patient=" + patientURN + "&vaccine-code=03", Resource: parse(t, fmt.Sprintf(dose, patientURN))},
			{ID: "p", FullURL: patientURN, Criteria: "identifier=urn:x|1", Resource: parse(t, person)},
		})
		if err != nil || results[0].Err != nil || results[0].Outcome.Effect != resources.Matched || f.count("Immunization") != 1 || f.count("Patient") != 1 {
			t.Errorf("loaded: %v %+v; %d doses of %d patients, want one of one", err, results, f.count("Immunization"), f.count("Patient"))
		}
	}
}

// What a transaction deletes does not hide, by its number, what else criteria match.
func TestCriteriaBesideManyDeleted(t *testing.T) {
	for name, test := range map[string]struct {
		kept int
		want resources.Effect
	}{
		"all deleted": {0, resources.Created},
		"one kept":    {1, resources.Matched},
	} {
		f := open(t)
		for i := range 5 + test.kept {
			id := fmt.Sprint("p", i)
			f.put("Patient", id, fmt.Sprintf(`{"resourceType":"Patient","id":%q,"gender":"female","active":%v}`, id, i < 5))
		}
		results, err := f.bundle(bundle("transaction",
			`{"request":{"method":"DELETE","url":"Patient?active=true"}}`,
			`{"resource":{"resourceType":"Patient","gender":"female"},"request":{"method":"POST","url":"Patient","ifNoneExist":"gender=female"}}`))
		if err != nil || results[0].Change.Several != 5 || results[1].Change.Effect != test.want || f.count("Patient") != 1 {
			t.Errorf("%s: %v, %+v, %d patients; want effect %d, one patient", name, err, results, f.count("Patient"), test.want)
		}
	}
}
