package server_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/server"
)

func lenient(on bool) func(*server.Config) {
	return func(c *server.Config) { c.Lenient = on }
}

// put is an entry that updates a resource.
func put(url, resource string) string {
	return fmt.Sprintf(`{"fullUrl":"http://example.org/fhir/%[1]s","resource":%[2]s,"request":{"method":"PUT","url":"%[1]s"}}`, url, resource)
}

// post is an entry that creates a resource known to the others by a urn:uuid that
// ends in the number.
func post(number int, resourceType, resource string, more ...string) string {
	return fmt.Sprintf(`{"fullUrl":%q,"resource":%s,"request":{"method":"POST","url":%q%s}}`, urn(number), resource, resourceType, strings.Join(more, ""))
}

func urn(number int) string { return fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-%012d", number) }

func transaction(entries ...string) string { return bundleOf("transaction", entries...) }

func bundleOf(kind string, entries ...string) string {
	return fmt.Sprintf(`{"resourceType":"Bundle","type":%q,"entry":[%s]}`, kind, strings.Join(entries, ","))
}

// immunization is a completed dose; without an id when that is empty.
func immunization(id, patient, cvx, date string) string {
	lot := "lot-" + id
	if id != "" {
		id = fmt.Sprintf(`"id":%q,`, id)
	}
	return fmt.Sprintf(`{"resourceType":"Immunization",%s"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},`+
		`"patient":{"reference":%q},"occurrenceDateTime":%q,"lotNumber":%q}`, id, cvx, patient, date, lot)
}

func TestTransaction(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/old", patient("old", "Old")).want(201)
	got := a.do("POST ", transaction(
		`{"request":{"method":"GET","url":"Patient?family=new"}}`,
		post(1, "Immunization", immunization("", urn(2), "03", "2021-03-01")),
		post(2, "Patient", patient("x", "New")),
		`{"request":{"method":"DELETE","url":"Patient/old"}}`,
		put("Patient/kept", patient("kept", "Kept")),
		`{"request":{"method":"GET","url":"Patient/kept"}}`,
		`{"request":{"method":"GET","url":"Patient/kept/_history"}}`,
		`{"request":{"method":"HEAD","url":"Patient/kept"}}`,
	)).want(200)
	for path, want := range map[string]string{
		"type":                    "transaction-response",
		"entry.0.response.status": "200 OK",
		"entry.0.resource.type":   "searchset",
		"entry.0.resource.entry.0.resource.name.0.family": "New", // reads come last
		"entry.1.response.status":                         "201 Created",
		"entry.1.response.etag":                           `W/"1"`,
		"entry.1.resource.id":                             "", // no preference: not sent back
		"entry.3.response.status":                         "204 No Content",
		"entry.4.response.status":                         "201 Created",
		"entry.4.response.location":                       a.base + "/Patient/kept/_history/1",
		"entry.5.resource.id":                             "kept",
		"entry.5.fullUrl":                                 a.base + "/Patient/kept",
		"entry.6.resource.type":                           "history",
		"entry.7.response.etag":                           `W/"1"`,
		"entry.7.resource.id":                             "",
		"entry.8.response.status":                         "",
	} {
		if got.get(path) != want {
			t.Errorf("%s is %q, want %q\n%s", path, got.get(path), want, got.text)
		}
	}
	if t.Failed() {
		return
	}
	dose := a.do("GET "+got.get("entry.1.response.location"), "").want(200)
	if want := "Patient/" + got.get("entry.0.resource.entry.0.resource.id"); dose.get("patient.reference") != want {
		t.Errorf("the reference between entries became %s, want %s", dose.get("patient.reference"), want)
	}
	if got.get("entry.1.response.lastModified") != dose.get("meta.lastUpdated") {
		t.Errorf("lastModified %s, want meta.lastUpdated %s", got.get("entry.1.response.lastModified"), dose.get("meta.lastUpdated"))
	}

	got = a.do("POST ", transaction(put("Patient/kept", patient("kept", "Changed")), put("Patient/other", patient("other", "A"))), "Prefer: return=representation").want(200)
	if got.get("entry.0.resource.name.0.family") != "Changed" || got.get("entry.0.fullUrl") != a.base+"/Patient/kept" || got.get("entry.0.response.status") != "200 OK" {
		t.Errorf("return=representation: %s", got.text)
	}
	got = a.do("POST ", transaction(put("Patient/kept", patient("kept", "Changed"))), "Prefer: return=OperationOutcome").want(200)
	if got.get("entry.0.response.outcome.issue.0.code") != "informational" || got.get("entry.0.response.etag") != `W/"2"` {
		t.Errorf("return=OperationOutcome of an update that changes nothing: %s", got.text)
	}
	a.do("POST /", transaction(put("Patient/kept", patient("kept", "Slash")))).want(200)
	a.do("POST ", `{"resourceType":"Bundle","type":"transaction"}`).want(200)
}

// A transaction that cannot be done whole is not done at all.
func TestRefusedTransaction(t *testing.T) {
	good := put("Patient/good", patient("good", "Good"))
	for name, test := range map[string]struct {
		bundle, code, expression string
		status                   int
	}{
		"last entry invalid": {
			transaction(good, put("Patient/bad", `{"resourceType":"Patient","id":"bad","birthDate":"2021-02-31"}`)),
			"value", "Bundle.entry[1].resource.birthDate", 400,
		},
		"two entries on one identity": {
			transaction(good, `{"request":{"method":"DELETE","url":"Patient/good"}}`), "duplicate", "", 400,
		},
		"one fullUrl twice": {
			transaction(good, post(1, "Patient", patient("a", "A")), post(1, "Patient", patient("b", "B"))), "duplicate", "Bundle.entry[2].fullUrl", 400,
		},
		"conditional reference that matches nothing": {
			transaction(good, put("Immunization/i", immunization("i", "Patient?identifier=http://example.org/ids|none", "03", "2021-03-01"))),
			"not-found", "Bundle.entry[1].resource.patient.reference", 412,
		},
		"conditional reference that matches two": {
			transaction(good, put("Immunization/i", immunization("i", "Patient?identifier=http://example.org/ids|twin", "03", "2021-03-01"))),
			"multiple-matches", "Bundle.entry[1].resource.patient.reference", 412,
		},
		"conditional create that matches two": {
			transaction(good, post(1, "Patient", identified("twin"), `,"ifNoneExist":"identifier=http://example.org/ids|twin"`)), "multiple-matches", "", 412,
		},
		"stale ifMatch": {
			transaction(good, `{"resource":`+patient("twin1", "A")+`,"request":{"method":"PUT","url":"Patient/twin1","ifMatch":"W/\"7\""}}`),
			"conflict", "Bundle.entry[1].request.ifMatch", 412,
		},
		"type collection": {bundleOf("collection", `{"resource":`+patient("good", "Good")+`}`), "invalid", "Bundle.type", 400},
		"type searchset":  {bundleOf("searchset", `{"resource":`+patient("good", "Good")+`}`), "invalid", "Bundle.type", 400},
		"no Bundle":       {patient("good", "Good"), "invalid", "", 400},
		"no request":      {transaction(good, `{"resource":`+patient("b", "B")+`}`), "required", "Bundle.entry[1].request", 400},
		"null resource":   {transaction(good, `{"resource":null,"request":{"method":"POST","url":"Patient"}}`), "structure", "Bundle.entry[1].resource", 400},
		"unknown type":    {transaction(good, `{"request":{"method":"DELETE","url":"Parrot/p"}}`), "not-supported", "Bundle.entry[1].request.url", 422},
		"read of nothing": {transaction(good, `{"request":{"method":"GET","url":"Patient/none"}}`), "not-found", "Bundle.entry[1]", 422},
		"operation":       {transaction(good, `{"request":{"method":"GET","url":"Patient/good/$export"}}`), "not-supported", "Bundle.entry[1].request.url", 400},
		"patch that is none": {
			transaction(good, `{"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"e30="},"request":{"method":"PATCH","url":"Patient/twin1"}}`),
			"structure", "Bundle.entry[1].resource", 400,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t)
			for _, id := range []string{"twin1", "twin2"} {
				a.do("PUT /Patient/"+id, strings.Replace(identified("twin"), `"identifier"`, `"id":"`+id+`","identifier"`, 1)).want(201)
			}
			got := a.do("POST ", test.bundle).want(test.status)
			if test.expression != "" {
				got.issue(test.code, test.expression)
			} else {
				got.issue(test.code)
			}
			if patients, doses := a.total("Patient"), a.total("Immunization"); patients != "2" || doses != "0" {
				t.Errorf("a refused bundle left %s patients and %s doses, want 2 and 0", patients, doses)
			}
		})
	}
}

func TestBatch(t *testing.T) {
	a := serve(t)
	got := a.do("POST ", bundleOf("batch",
		put("Patient/good", patient("good", "Good")),
		put("Patient/bad", `{"resourceType":"Patient","id":"bad","birthDate":"2021-02-31"}`),
		`{"request":{"method":"GET","url":"Patient/none"}}`,
		`{"request":{"method":"GET","url":"Patient?shoe-size=44"}}`,
		post(1, "Patient", patient("x", "Referred")),
		post(2, "Immunization", immunization("", urn(1), "03", "2021-03-01")),
		put("ImmunizationRecommendation/r", `{"resourceType":"ImmunizationRecommendation","id":"r","patient":{"display":"x"},"date":"2021","recommendation":[{"forecastStatus":{"text":"x"}}]}`),
		`{"request":{"method":"GET","url":"Patient/good"}}`,
		`{"request":{"method":"GET","url":"metadata"}}`,
		`{"resource":{"resourceType":"Parameters"},"request":{"method":"POST","url":"$immds-forecast"}}`,
		`{"request":{"method":"GET","url":"Patient/good/$immds-forecast"}}`,
	)).want(200)
	for i := 8; i < 11; i++ {
		if text := got.get(fmt.Sprintf("entry.%d.response.outcome.issue.0.diagnostics", i)); !strings.HasPrefix(text, "operations and metadata cannot stand in a Bundle") {
			t.Errorf("entry %d: %q, want the reason why it cannot stand there", i, text)
		}
	}
	for i, want := range []string{"201 Created", "400 Bad Request", "404 Not Found", "400 Bad Request", "201 Created", "400 Bad Request", "405 Method Not Allowed", "200 OK",
		"400 Bad Request", "400 Bad Request", "400 Bad Request"} {
		at := fmt.Sprintf("entry.%d.response.", i)
		if got.get(at+"status") != want || (want[0] == '4') != (got.get(at+"outcome.issue.0.code") != "") {
			t.Errorf("entry %d: status %s, outcome %s, want %s", i, got.get(at+"status"), got.get(at+"outcome.issue.0.diagnostics"), want)
		}
	}
	if got.get("type") != "batch-response" || a.total("Patient") != "2" || a.total("Immunization") != "0" {
		t.Errorf("batch: %s", got.text)
	}
}

func TestTransactionTooLarge(t *testing.T) {
	a := serve(t)
	var entries []string
	for i := range 10_001 {
		entries = append(entries, fmt.Sprintf(`{"request":{"method":"DELETE","url":"Patient/p%d"}}`, i))
	}
	a.do("POST ", transaction(entries...)).want(413).issue("too-costly", "Bundle.entry")
}

// The bundle that a newcomer is told to post, twice, and what comes of it.
func TestExample(t *testing.T) {
	a := serve(t)
	bundle, err := os.ReadFile("../conformance/examples/child.json")
	if err != nil {
		t.Fatal(err)
	}
	a.do("POST ", string(bundle)).want(200)
	a.do("POST ", string(bundle)).want(200)
	if got := a.do("GET /Immunization?patient=example-child&_total=accurate", "").want(200); got.get("total") != "7" {
		t.Errorf("the child has %s doses, want 7", got.get("total"))
	}
	if got := a.do("GET /Patient/example-child", "").want(200); got.get("meta.versionId") != "1" {
		t.Errorf("posting the bundle twice made version %s", got.get("meta.versionId"))
	}
	stored := forecastOf(t, a.do("GET /Patient/example-child/$immds-forecast?assessmentDate=2025-06-01", "").want(200))
	parameters, err := os.ReadFile("../conformance/examples/forecast/parameters.json")
	if err != nil {
		t.Fatal(err)
	}
	given := forecastOf(t, a.do("POST /$immds-forecast", string(parameters)).want(200))
	if stored["MMR"] == "" || fmt.Sprint(stored) != fmt.Sprint(given) {
		t.Errorf("stored and given history differ:\n%v\n%v", stored, given)
	}
}
