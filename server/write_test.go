package server_test

import (
	"strings"
	"testing"
)

func TestCreate(t *testing.T) {
	a := serve(t)
	got := a.do("POST /Patient", patient("mine", "A")).want(201)
	id := got.get("id")
	if id == "mine" || id == "" {
		t.Errorf("a create kept the client's id or has none: %q", id)
	}
	if want := a.base + "/Patient/" + id + "/_history/1"; got.header.Get("Location") != want || got.header.Get("Etag") != `W/"1"` {
		t.Errorf("Location %s, Etag %s, want %s and version 1", got.header.Get("Location"), got.header.Get("Etag"), want)
	}
	if got := a.do("GET "+got.header.Get("Location"), "").want(200); got.get("id") != id {
		t.Errorf("Location leads to %s", got.text)
	}

	// What is accepted comes back equal: number text, order of elements, unknown extensions.
	const exact = `"extension":[{"url":"http://example.org/x","valueDecimal":1.50}],"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">é</div>"},"active":true}`
	if got := a.do("POST /Patient", `{"resourceType":"Patient", `+exact).want(201); !strings.HasSuffix(got.text, exact) {
		t.Errorf("stored %s, want it to end in %s", got.text, exact)
	}
}

func TestConditionalCreate(t *testing.T) {
	a := serve(t)
	const criteria = "If-None-Exist: identifier=http://example.org/ids|1"
	first := a.do("POST /Patient", identified("1"), criteria).want(201)
	again := a.do("POST /Patient", identified("1"), criteria).want(200)
	if first.get("id") != again.get("id") || again.header.Get("Location") != first.header.Get("Location") || a.total("Patient") != "1" {
		t.Errorf("the second conditional create gave %s and Location %s, the first %s", again.text, again.header.Get("Location"), first.header.Get("Location"))
	}
	a.do("POST /Patient", identified("1"), "If-None-Exist: Patient?identifier=http://example.org/ids|1").want(200)
	a.do("POST /Patient", identified("1")).want(201)
	a.do("POST /Patient", identified("1"), criteria).want(412).issue("multiple-matches")
	a.do("POST /Patient", identified("1"), "If-None-Exist: nonsense=1", "Prefer: handling=lenient").want(400)
	a.do("POST /Patient", identified("1"), "If-None-Exist: ?").want(400).issue("value")
}

func TestUpdate(t *testing.T) {
	a := serve(t)
	got := a.do("PUT /Patient/p", patient("p", "First")).want(201)
	if want := a.base + "/Patient/p/_history/1"; got.header.Get("Location") != want {
		t.Errorf("Location %q, want %s", got.header.Get("Location"), want)
	}
	if got := a.do("PUT /Patient/p", patient("p", "First")).want(200); got.header.Get("Etag") != `W/"1"` {
		t.Errorf("an update that changes nothing has Etag %s, want that of version 1", got.header.Get("Etag"))
	}
	if got := a.do("PUT /Patient/p", patient("p", "Second"), `If-Match: W/"1"`).want(200); got.header.Get("Etag") != `W/"2"` || got.get("meta.versionId") != "2" {
		t.Errorf("the second version has Etag %s: %s", got.header.Get("Etag"), got.text)
	}
	for _, test := range []struct {
		id, body, header string
		status           int
		code             string
	}{
		{"p", patient("p", "Third"), `If-Match: W/"1"`, 412, "conflict"},
		{"p", patient("p", "Second"), `If-Match: W/"1"`, 412, "conflict"}, // though it changes nothing
		{"p", patient("p", "Third"), "If-None-Match: *", 412, "conflict"},
		{"new", patient("new", "Third"), `If-Match: W/"1"`, 412, "conflict"},
		{"p", patient("p", "Third"), `If-Match: W/"02"`, 412, "conflict"},
		{"p", patient("p", "Third"), `If-Match: W/"0"`, 412, "conflict"},
		{"p", patient("p", "Third"), `If-Match: "a-tag-of-another-server"`, 412, "conflict"},
		{"p", patient("p", "Third"), "If-Match: nonsense", 400, "value"},
		{"p", patient("p", "Third"), `If-Match: W/"1", W/"2"`, 400, "value"},
		{"p", patient("p", "Third"), `If-Match: W/"2 "`, 400, "value"},
		{"p", patient("p", "Third"), `If-None-Match: W/"1"`, 400, "not-supported"},
		{"p", patient("p", "Third"), "If-Unmodified-Since: Mon, 02 Jan 2006 15:04:05 GMT", 400, "not-supported"},
		{"p", patient("q", "Third"), "", 400, "invalid"},
		{"p", `{"resourceType":"Patient"}`, "", 400, "invalid"},
		{"p", `{"resourceType":"Practitioner","id":"p"}`, "", 400, "invalid"},
		{"bad_id", patient("bad_id", "Third"), "", 400, "value"},
		{"p", `{"resourceType":"Patient","id":"p","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}}`, "", 422, "business-rule"},
	} {
		got := a.do("PUT /Patient/"+test.id, test.body, test.header)
		if got.status != test.status {
			t.Errorf("PUT %s with %q: status %d, want %d\n%s", test.body, test.header, got.status, test.status, got.text)
			continue
		}
		got.issue(test.code)
	}
	if got := a.do("GET /Patient/p", ""); got.header.Get("Etag") != `W/"2"` {
		t.Errorf("after refused updates the version is %s", got.header.Get("Etag"))
	}
	a.do("GET /Patient/new", "").want(404)
	a.do("PUT /Patient/new", patient("new", "A"), "If-None-Match: *").want(201)
}

func TestDelete(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	a.do("DELETE /Patient/p", "", `If-Match: W/"2"`).want(412).issue("conflict", "")
	got := a.do("DELETE /Patient/p", "", `If-Match: W/"1"`).want(204)
	if got.text != "" || got.header.Get("Etag") != `W/"2"` {
		t.Errorf("delete: body %q, Etag %q", got.text, got.header.Get("Etag"))
	}
	a.do("GET /Patient/p", "").want(410).issue("deleted")
	a.do("DELETE /Patient/p", "").want(204)
	a.do("DELETE /Patient/never", "").want(204)
	a.do("DELETE /Patient/never", "", "Prefer: return=OperationOutcome").want(200).issue("informational")
	if total := a.total("Patient"); total != "0" {
		t.Errorf("%s patients after the only one was deleted", total)
	}
}

func TestConditionalUpdateAndDelete(t *testing.T) {
	a := serve(t)
	const path = "/Patient?identifier=http://example.org/ids|1"
	created := a.do("PUT "+path, identified("1")).want(201)
	again := a.do("PUT "+path, strings.Replace(identified("1"), `"identifier"`, `"active":true,"identifier"`, 1)).want(200)
	if created.get("id") != again.get("id") || again.get("meta.versionId") != "2" {
		t.Errorf("the conditional update made %s of %s", again.text, created.text)
	}
	a.do("PUT "+path, patient("other", "A")).want(400)
	a.do("PUT /Patient", identified("1")).want(400).issue("invalid")
	a.do("DELETE /Patient", "").want(400).issue("invalid")
	a.do("DELETE /Patient?shoe-size=44", "", "Prefer: handling=lenient").want(400).issue("not-supported")
	a.do("POST /Patient", identified("1")).want(201)
	a.do("PUT "+path, identified("1")).want(412).issue("multiple-matches")
	a.do("DELETE "+path, "", `If-Match: W/"1"`).want(412).issue("multiple-matches", "")
	a.do("DELETE /Patient?_id="+created.get("id"), "").want(204)
	if got := a.do("DELETE "+path, "").want(204); got.header.Get("Etag") == "" {
		t.Errorf("the delete of the one match has no Etag")
	}
	a.do("DELETE "+path, "").want(204)
	if total := a.total("Patient"); total != "0" {
		t.Errorf("%s patients are left", total)
	}
	a.do("DELETE /ImmunizationRecommendation?_id=x", "").want(405)
}

func TestPreferReturn(t *testing.T) {
	a := serve(t)
	if got := a.do("PUT /Patient/p", patient("p", "First"), "Prefer: return=minimal").want(201); got.text != "" || got.header.Get("Etag") == "" {
		t.Errorf("minimal: %q, %v", got.text, got.header)
	}
	a.do("PUT /Patient/p", patient("p", "Second"), "Prefer: return=OperationOutcome").want(200).issue("informational")
	for _, preference := range []string{"return=representation", "respond-async, return=representation", `handling=strict; return="representation"`, ""} {
		if got := a.do("PUT /Patient/p", patient("p", "Second"), "Prefer: "+preference).want(200); got.get("id") != "p" {
			t.Errorf("Prefer %q: %s", preference, got.text)
		}
	}
}

// Types whose resources the server makes are not for clients to write.
func TestComputedTypes(t *testing.T) {
	a := serve(t)
	const body = `{"resourceType":"ImmunizationRecommendation","id":"r","patient":{"reference":"Patient/p"},"date":"2025-01-01",` +
		`"recommendation":[{"targetDisease":{"text":"Polio"},"forecastStatus":{"text":"due"}}]}`
	for _, call := range []string{"POST /ImmunizationRecommendation", "PUT /ImmunizationRecommendation/r", "DELETE /ImmunizationRecommendation/r"} {
		if got := a.do(call, body).want(405).issue("not-supported"); got.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: Allow is %q", call, got.header.Get("Allow"))
		}
	}
	a.do("POST ", `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":`+body+`,"request":{"method":"PUT","url":"ImmunizationRecommendation/r"}}]}`).want(422)
}

// Input that is refused: with which status, and about which element.
func TestRefusedInput(t *testing.T) {
	a := serve(t)
	deep := strings.Repeat(`{"extension":[`, 100) + `{"url":"x"}` + strings.Repeat(`]}`, 100)
	for _, test := range []struct{ body, code, expression string }{
		{`{"resourceType":"Patient","birthDate":"2020-02-31"}`, "value", "Patient.birthDate"},
		{`{"resourceType":"Patient","Gender":"male"}`, "structure", "Patient.Gender"},
		{`{"resourceType":"Patient","gender":"M"}`, "code-invalid", "Patient.gender"},
		{`{"resourceType":"Patient","active":true,"active":false}`, "structure", "Patient.active"},
		{`{"resourceType":"Patient","name":[]}`, "structure", "Patient.name"},
		{`{"resourceType":"Patient","active":null}`, "structure", "Patient.active"},
		{"\xEF\xBB\xBF" + `{"resourceType":"Patient"}`, "structure", ""},
		{`{"resourceType":"Patient"}{}`, "structure", ""},
		{`{"resourceType":"Patient"`, "structure", ""},
		{`{"resourceType":"Patient","name":[{"family":"` + "\xff" + `"}]}`, "structure", ""},
		{`{"resourceType":"Patient","name":[{"family":"\ud800"}]}`, "structure", ""},
		{`{"resourceType":"Patient","multipleBirthInteger":1e400}`, "structure", ""},
		{`{"resourceType":"Patient","multipleBirthInteger":NaN}`, "structure", ""},
		{`{"resourceType":"Patient","extension":[` + deep + `]}`, "", ""},
		{`{"resourceType":"Parrot"}`, "", ""},
		{`[]`, "", ""},
		{`"Patient"`, "", ""},
		{`{}`, "", ""},
	} {
		got := a.do("POST /Patient", test.body)
		if got.status != 400 {
			t.Errorf("POST %.80q: status %d, want 400\n%s", test.body, got.status, got.text)
			continue
		}
		switch {
		case test.expression != "":
			got.issue(test.code, test.expression)
		case test.code != "":
			got.issue(test.code)
		}
	}
	a.do("POST /Patient", "", "Content-Type: application/fhir+json").want(400).issue("structure")
	if total := a.total("Patient"); total != "0" {
		t.Errorf("%s patients were stored from refused input", total)
	}
}
