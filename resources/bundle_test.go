package resources_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

func bundle(kind string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

// post is an entry that creates a resource.
func post(fullURL, resource string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(resource, `{"resourceType":"`), `"`)
	return fmt.Sprintf(`{"fullUrl":%q,"resource":%s,"request":{"method":"POST","url":%q}}`, fullURL, resource, name)
}

func put(id, resource string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(resource, `{"resourceType":"`), `"`)
	return fmt.Sprintf(`{"resource":%s,"request":{"method":"PUT","url":"%s/%s"}}`, resource, name, id)
}

const (
	patientURN = "urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"
	doseURN    = "urn:uuid:0000e3ef-3cf9-572b-f476-6398236b3624"
	dose       = `{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},"patient":{"reference":"%s"},"occurrenceDateTime":"2020-05-16"}`
	person     = `{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}]}`
)

func (f *fixture) bundle(text string) ([]resources.EntryResult, error) {
	f.t.Helper()
	return f.Bundle(f.t.Context(), all, parse(f.t, text), false)
}

func TestTransactionRewritesReferences(t *testing.T) {
	f := open(t)
	f.put("Organization", "o1", `{"resourceType":"Organization","id":"o1","name":"Clinic","identifier":[{"system":"urn:npi","value":"7"}]}`)
	provenance := `{"resourceType":"Provenance","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"` + patientURN + `\">urn:uuid</a></div>"},
		"target":[{"reference":"` + doseURN + `/_history/1"}],"recorded":"2020-05-16T00:00:00Z","policy":["` + patientURN + `"],
		"signature":[{"type":[{"code":"x"}],"when":"2020-05-16T00:00:00Z","who":{"reference":"` + patientURN + `"}}],
		"agent":[{"who":{"reference":"Organization?identifier=urn:npi|7"}}],
		"extension":[{"url":"http://x","valueReference":{"reference":"` + patientURN + `","identifier":{"system":"urn:ietf:rfc:3986","value":"` + patientURN + `"}}}]}`
	results, err := f.bundle(bundle("transaction",
		post("urn:uuid:11111111-2680-3ba1-bd88-d1b3dc36746e", provenance),
		post(doseURN, fmt.Sprintf(dose, patientURN)),
		post(patientURN, person)))
	if err != nil {
		t.Fatal(err)
	}
	patient := "Patient/" + results[2].Change.Version.ID
	immunization := "Immunization/" + results[1].Change.Version.ID
	if got := f.get("Immunization", results[1].Change.Version.ID).Get("patient").Get("reference").Text(); got != patient {
		t.Errorf("patient of the dose = %q, want %q", got, patient)
	}
	p := f.get("Provenance", results[0].Change.Version.ID)
	for name, test := range map[string]struct{ got, want string }{
		"versioned reference":       {p.Get("target").At(0).Get("reference").Text(), immunization + "/_history/1"},
		"uri":                       {p.Get("policy").At(0).Text(), patient},
		"reference inside datatype": {p.Get("signature").At(0).Get("who").Get("reference").Text(), patient},
		"reference in an extension": {p.Get("extension").At(0).Get("valueReference").Get("reference").Text(), patient},
		"conditional reference":     {p.Get("agent").At(0).Get("who").Get("reference").Text(), "Organization/o1"},
		"identifier's value":        {p.Get("extension").At(0).Get("valueReference").Get("identifier").Get("value").Text(), patientURN},
		"narrative":                 {p.Get("text").Get("div").Text(), `<div xmlns="http://www.w3.org/1999/xhtml"><a href="` + patient + `">urn:uuid</a></div>`},
	} {
		if test.got != test.want {
			t.Errorf("%s = %q, want %q", name, test.got, test.want)
		}
	}
	if len(f.dangling) != 0 {
		t.Errorf("references that point nowhere: %v, want none", f.dangling)
	}
}

func TestTransactionResolvesRelativeToFullURL(t *testing.T) {
	f := open(t)
	results, err := f.bundle(bundle("transaction",
		post("http://elsewhere/fhir/Patient/0", person),
		post("http://elsewhere/fhir/Immunization/0", fmt.Sprintf(dose, "Patient/0")),
		post("http://third/fhir/Immunization/0", fmt.Sprintf(dose, "Patient/0"))))
	if err != nil {
		t.Fatal(err)
	}
	want := "Patient/" + results[0].Change.Version.ID
	if got := f.get("Immunization", results[1].Change.Version.ID).Get("patient").Get("reference").Text(); got != want {
		t.Errorf("reference beside its target = %q, want %q", got, want)
	}
	if got := f.get("Immunization", results[2].Change.Version.ID).Get("patient").Get("reference").Text(); got != "Patient/0" {
		t.Errorf("reference from another base = %q, want it left alone", got)
	}
	if f.dangling["Immunization"] != 1 {
		t.Errorf("references that point nowhere: %v, want one", f.dangling)
	}
}

// A URN that no entry has is kept as it is, and counted; a Bundle that is stored
// has its own.
func TestUnknownURN(t *testing.T) {
	f := open(t)
	results, err := f.bundle(bundle("transaction", post(doseURN, fmt.Sprintf(dose, patientURN)),
		post("urn:uuid:22222222-2680-3ba1-bd88-d1b3dc36746e", bundle("collection", `{"resource":`+fmt.Sprintf(dose, patientURN)+`}`))))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.get("Immunization", results[0].Change.Version.ID).Get("patient").Get("reference").Text(); got != patientURN {
		t.Errorf("patient of the dose = %q, want it left alone", got)
	}
	if len(f.dangling) != 1 || f.dangling["Immunization"] != 1 {
		t.Errorf("references that point nowhere: %v, want one of a dose", f.dangling)
	}
}

func TestTransactionAllOrNothing(t *testing.T) {
	conditional := func(urn string) string {
		return strings.Replace(post(urn, person), `"url":"Patient"`, `"url":"Patient","ifNoneExist":"identifier=urn:x|1"`, 1)
	}
	for _, test := range []struct {
		name, text string
		want       error
		expression string
	}{
		{"last entry invalid", bundle("transaction", post(patientURN, person), post(doseURN, `{"resourceType":"Immunization","status":"completed"}`)), nil, "Bundle.entry[1].resource"},
		{"two entries on one identity", bundle("transaction", put("a", `{"resourceType":"Patient","id":"a"}`), put("a", `{"resourceType":"Patient","id":"a","active":true}`)), nil, "Bundle.entry[1]"},
		{"delete and update of one", bundle("transaction", put("b", `{"resourceType":"Patient","id":"b"}`), `{"request":{"method":"DELETE","url":"Patient/b"}}`), nil, "Bundle.entry"},
		{"one fullUrl twice", bundle("transaction", post(patientURN, person), post(patientURN, person)), nil, "Bundle.entry[1].fullUrl"},
		{"two creates under one condition", bundle("transaction", conditional(patientURN), conditional(doseURN)), nil, "Bundle.entry"},
		{"conditional reference to nothing", bundle("transaction", post(patientURN, person), post(doseURN, fmt.Sprintf(dose, "Patient?identifier=urn:x|2"))), resources.ErrUnresolved, "Bundle.entry[1].resource.patient.reference"},
		{"conditional reference to two", bundle("transaction", post(patientURN, person), post(doseURN, person), post("urn:uuid:3", fmt.Sprintf(dose, "Patient?identifier=urn:x|1"))), resources.ErrMultipleMatches, "Bundle.entry[2].resource.patient.reference"},
		{"unknown type in a url", bundle("transaction", post(patientURN, person), `{"request":{"method":"DELETE","url":"Spaceship/1"}}`), resources.ErrNotSupported, "Bundle.entry[1].request.url"},
		{"a url that only begins like the base", bundle("transaction", post(patientURN, person), `{"request":{"method":"DELETE","url":"http://example.org/fhirPatient/1"}}`), nil, "Bundle.entry[1].request.url"},
		{"another id than the url", bundle("transaction", post(patientURN, person), put("1", `{"resourceType":"Patient","id":"2"}`)), nil, "Bundle.entry[1].resource.id"},
		{"another type than the url", bundle("transaction", post(patientURN, person), `{"resource":{"resourceType":"Basic","id":"1","code":{"text":"x"}},"request":{"method":"PUT","url":"Patient/1"}}`), nil, "Bundle.entry[1].resource.resourceType"},
		{"a resource that is not whole", bundle("transaction", post(patientURN, person), put("1", `{"resourceType":"Patient","id":"1","meta":{"tag":[{"code":"SUBSETTED"}]}}`)), fhir.ErrUnprocessable, "Bundle.entry[1].resource.meta.tag[0]"},
		{"read of nothing", bundle("transaction", post(patientURN, person), `{"request":{"method":"GET","url":"Patient/none"}}`), resources.ErrNotFound, ""},
		{"search by an unknown parameter", bundle("transaction", post(patientURN, person), `{"request":{"method":"GET","url":"Patient?colour=red"}}`), nil, ""},
		{"no request", bundle("transaction", `{"fullUrl":"`+patientURN+`","resource":`+person+`}`), nil, "Bundle.entry[0].request"},
		{"computed type", bundle("transaction", post(patientURN, person), `{"request":{"method":"DELETE","url":"ImmunizationRecommendation/1"}}`), resources.ErrNotAllowed, ""},
		{"type collection", bundle("collection"), nil, "Bundle.type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := open(t)
			text := strings.Replace(test.text, `"entry":[]`, `"id":"x"`, 1)
			_, err := f.bundle(text)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Fatalf("Bundle = %v, want an error (%v)", err, test.want)
			}
			var invalid *fhir.Invalid
			if test.expression != "" && (!errors.As(err, &invalid) || !strings.HasPrefix(invalid.Issues[0].Expression, test.expression)) {
				t.Errorf("%v does not name %s", err, test.expression)
			}
			if counts, err := f.store.Count(t.Context(), all); err != nil || len(counts) != 0 {
				t.Errorf("the transaction left %v behind (%v)", counts, err)
			}
		})
	}
}

func TestTransactionOrder(t *testing.T) {
	f := open(t)
	f.put("Patient", "old", `{"resourceType":"Patient","id":"old","identifier":[{"system":"urn:x","value":"1"}]}`)
	create := strings.Replace(post(patientURN, person), `"url":"Patient"`, `"url":"Patient","ifNoneExist":"identifier=urn:x|1"`, 1)
	results, err := f.bundle(bundle("transaction",
		`{"request":{"method":"GET","url":"Patient?identifier=urn:x|1"}}`,
		put("new", `{"resourceType":"Patient","id":"new","active":true}`),
		create,
		`{"request":{"method":"DELETE","url":"Patient/old"}}`,
		`{"request":{"method":"GET","url":"Patient/new"}}`,
		post(doseURN, fmt.Sprintf(dose, "Patient?identifier=urn:x|1"))))
	if err != nil {
		t.Fatal(err)
	}
	if got := results[2].Change.Effect; got != resources.Created {
		t.Errorf("a create under a condition that only a deleted resource met = %v, want it created", got)
	}
	created := results[2].Change.Version.ID
	if found := results[0].Search; found == nil || len(found.Versions) != 1 || found.Versions[0].ID != created {
		t.Errorf("the search found %+v, want what the transaction created", found)
	}
	if read := results[4].Read; read == nil || read.ID != "new" {
		t.Errorf("the read gave %+v, want what the transaction stored", read)
	}
	if got := f.get("Immunization", results[5].Change.Version.ID).Get("patient").Get("reference").Text(); got != "Patient/"+created {
		t.Errorf("a conditional reference to what the transaction creates = %q, want Patient/%s", got, created)
	}
}

func TestTransactionMatchesConditionalCreate(t *testing.T) {
	f := open(t)
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"1"}]}`)
	create := strings.Replace(post(patientURN, person), `"url":"Patient"`, `"url":"Patient","ifNoneExist":"identifier=urn:x|1"`, 1)
	results, err := f.bundle(bundle("transaction", create, post(doseURN, fmt.Sprintf(dose, patientURN))))
	if err != nil {
		t.Fatal(err)
	}
	if o := results[0].Change; o.Effect != resources.Matched || o.Version.ID != "p" {
		t.Errorf("conditional create = %+v, want Patient/p matched", o)
	}
	if got := f.get("Immunization", results[1].Change.Version.ID).Get("patient").Get("reference").Text(); got != "Patient/p" {
		t.Errorf("patient of the dose = %q, want the one matched", got)
	}
}

func TestBatchEntriesStandAlone(t *testing.T) {
	f := open(t)
	results, err := f.bundle(bundle("batch",
		post(patientURN, person),
		post(doseURN, `{"resourceType":"Immunization","status":"completed"}`),
		post("urn:uuid:3", fmt.Sprintf(dose, patientURN)),
		put("a", `{"resourceType":"Patient","id":"a"}`),
		`{"request":{"method":"GET","url":"Patient/none"}}`,
		`{"request":{"method":"GET","url":"http://example.org/fhir/Patient?_id=a"}}`,
		`{"request":{"method":"PATCH","url":"Patient/a"}}`,
		`{"request":{"method":"GET","url":"Patient/a/_history"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, false, true, false, true, false, true} {
		if got := results[i].Err == nil; got != want {
			t.Errorf("entry %d: error %v, want success %v", i, results[i].Err, want)
		}
	}
	var invalid *fhir.Invalid
	if !errors.As(results[1].Err, &invalid) || !strings.HasPrefix(invalid.Issues[0].Expression, "Bundle.entry[1].resource") {
		t.Errorf("the invalid entry's error is %v, want it to name the element", results[1].Err)
	}
	if n := f.count("Patient"); n != 2 {
		t.Errorf("%d patients stored, want 2", n)
	}
	if n := f.count("Immunization"); n != 0 {
		t.Errorf("%d immunizations stored, want none", n)
	}
}

func TestBundleOfTooManyEntries(t *testing.T) {
	f := open(t)
	f.MaxEntries = 2
	_, err := f.bundle(bundle("batch", post("urn:uuid:1", person), post("urn:uuid:2", person), post("urn:uuid:3", person)))
	if !errors.Is(err, resources.ErrTooCostly) {
		t.Errorf("Bundle of three entries where two are allowed: %v, want ErrTooCostly", err)
	}
}

// An entry of a batch that refers to what another creates is refused, whatever
// the fullUrl; one may refer to what another updates, which keeps its id.
func TestBatchOfAnotherServer(t *testing.T) {
	const elsewhere = "http://elsewhere/fhir/"
	created := post(elsewhere+"Patient/0", person)
	updated := `{"fullUrl":"` + elsewhere + `Patient/0","resource":{"resourceType":"Patient","id":"0"},"request":{"method":"PUT","url":"Patient/0"}}`
	for _, test := range []struct {
		name, patient, reference string
		refused                  bool
	}{
		{"relative", created, "Patient/0", true},
		{"absolute", created, elsewhere + "Patient/0", true},
		{"to another", created, "Patient/1", false},
		{"relative to an update", updated, "Patient/0", false},
	} {
		f := open(t)
		results, err := f.bundle(bundle("batch", test.patient, post(elsewhere+"Immunization/0", fmt.Sprintf(dose, test.reference))))
		if err != nil || results[0].Err != nil || (results[1].Err != nil) != test.refused {
			t.Errorf("%s: %v, entries %+v, want the dose refused: %v", test.name, err, results, test.refused)
		}
	}
}
