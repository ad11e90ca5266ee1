package server_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

const jsonPatch = "Content-Type: application/json-patch+json"

// fhirPatch is a FHIRPath Patch that replaces one value.
func fhirPatch(path, value string) string {
	return fmt.Sprintf(`{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},`+
		`{"name":"path","valueString":%q},%s]}]}`, path, value)
}

func TestPatch(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	got := a.do("PATCH /Patient/p", `[{"op":"test","path":"/name/0/family","value":"First"},{"op":"add","path":"/active","value":true}]`, jsonPatch, `If-Match: W/"1"`).want(200)
	if got.header.Get("Etag") != `W/"2"` || got.get("active") != "true" || got.get("meta.versionId") != "2" {
		t.Errorf("JSON Patch: Etag %s, %s", got.header.Get("Etag"), got.text)
	}
	got = a.do("PATCH /Patient/p", fhirPatch("Patient.name[0].family", `{"name":"value","valueString":"Second"}`)).want(200)
	if got.header.Get("Etag") != `W/"3"` || got.get("name.0.family") != "Second" {
		t.Errorf("FHIRPath Patch: Etag %s, %s", got.header.Get("Etag"), got.text)
	}
	if got := a.do("PATCH /Patient/p", `[{"op":"replace","path":"/active","value":true}]`, jsonPatch).want(200); got.header.Get("Etag") != `W/"3"` {
		t.Errorf("a patch that changes nothing has Etag %s, want that of version 3", got.header.Get("Etag"))
	}
	if got := a.do("PATCH /Patient?family=second", `[{"op":"remove","path":"/active"}]`, jsonPatch, "Prefer: return=minimal").want(200); got.text != "" || got.header.Get("Etag") != `W/"4"` {
		t.Errorf("conditional patch: Etag %s, %q", got.header.Get("Etag"), got.text)
	}
	if got := a.do("GET /Patient/p/_history", "").want(200); got.get("entry.0.request.method") != "PATCH" {
		t.Errorf("the history names the method %s", got.get("entry.0.request.method"))
	}
}

func TestPatchRefused(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	a.do("PUT /Patient/q", patient("q", "First")).want(201)
	a.do("PUT /Patient/gone", patient("gone", "Gone")).want(201)
	a.do("DELETE /Patient/gone", "").want(204)
	const activate = `[{"op":"add","path":"/active","value":true}]`
	const form = "Content-Type: "
	for _, test := range []struct {
		call, body string
		headers    []string
		status     int
		code       string
	}{
		{"PATCH /Patient/p", `[{"op":"test","path":"/birthDate","value":"1999-01-01"}]`, []string{jsonPatch}, 422, ""},
		{"PATCH /Patient/p", `[{"op":"remove","path":"/gender"}]`, []string{jsonPatch}, 422, ""},
		{"PATCH /Patient/p", `[{"op":"replace","path":"/id","value":"q"}]`, []string{jsonPatch}, 422, ""},
		{"PATCH /Patient/p", `[{"op":"add","path":"/gender","value":"M"}]`, []string{jsonPatch}, 422, "code-invalid"},
		{"PATCH /Patient/p", `[{"op":"add","path":"/gender","value":null}]`, []string{jsonPatch}, 422, "structure"},
		{"PATCH /Patient/p", `[{"op":"sing","path":"/gender"}]`, []string{jsonPatch}, 400, ""},
		{"PATCH /Patient/p", `{}`, []string{jsonPatch}, 400, "structure"},
		{"PATCH /Patient/p", `[`, []string{jsonPatch}, 400, "structure"},
		{"PATCH /Patient/p", fhirPatch("Patient.gender", `{"name":"value","valueCode":"male"}`), nil, 422, ""},
		{"PATCH /Patient/p", fhirPatch("Patient.((", `{"name":"value","valueCode":"male"}`), nil, 400, ""},
		{"PATCH /Patient/p", patient("p", "Second"), nil, 400, "structure"},
		{"PATCH /Patient/p", activate, []string{form + "application/merge-patch+json"}, 415, "not-supported"},
		{"PATCH /Patient/p", activate, []string{form + "application/json"}, 415, "not-supported"},
		{"PATCH /Patient/p", activate, []string{form + "text/plain"}, 415, "not-supported"},
		{"PATCH /Patient/p", activate, []string{form}, 415, "not-supported"},
		{"PATCH /Patient/p", activate, []string{jsonPatch, `If-Match: W/"7"`}, 412, "conflict"},
		{"PATCH /Patient/p", activate, []string{jsonPatch, `If-None-Match: *`}, 400, "not-supported"},
		{"PATCH /Patient/p?_summary=true", activate, []string{jsonPatch}, 400, "not-supported"},
		{"PATCH /Patient/never", activate, []string{jsonPatch}, 404, "not-found"},
		{"PATCH /Patient/gone", activate, []string{jsonPatch}, 410, "deleted"},
		{"PATCH /Patient", activate, []string{jsonPatch}, 400, "invalid"},
		{"PATCH /Patient?family=nobody", activate, []string{jsonPatch}, 404, "not-found"},
		{"PATCH /Patient?family=first", activate, []string{jsonPatch}, 412, "multiple-matches"},
		{"PATCH /ImmunizationRecommendation/r", activate, []string{jsonPatch}, 405, "not-supported"},
	} {
		got := a.do(test.call, test.body, test.headers...)
		if got.status != test.status {
			t.Errorf("%s %s %q: status %d, want %d\n%s", test.call, test.body, test.headers, got.status, test.status, got.text)
			continue
		}
		if test.code != "" {
			got.issue(test.code)
		}
		accept := got.header.Get("Accept-Patch")
		if (accept != "") != (test.status == 415) || accept != "" && !strings.Contains(accept, "json-patch") {
			t.Errorf("%s %q: Accept-Patch %q", test.call, test.headers, accept)
		}
	}
	if got := a.do("GET /Patient/p", "").want(200); got.header.Get("Etag") != `W/"1"` {
		t.Errorf("refused patches left %s", got.text)
	}
}

// patched is an entry of a Bundle that patches.
func patched(url, resource string) string {
	return fmt.Sprintf(`{"resource":%s,"request":{"method":"PATCH","url":%q}}`, resource, url)
}

// binary is the Binary that holds a JSON Patch.
func binary(contentType, document string) string {
	return fmt.Sprintf(`{"resourceType":"Binary","contentType":%q,"data":%q}`, contentType, base64.StdEncoding.EncodeToString([]byte(document)))
}

func TestPatchInBundle(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	dose := immunization("d", "Patient/p", "03", "2021-03-01")
	a.do("PUT /Immunization/d", dose).want(201)
	const media = "application/json-patch+json"
	activate := binary(media, `[{"op":"add","path":"/active","value":true}]`)
	rename := fhirPatch("Patient.name[0].family", `{"name":"value","valueString":"Second"}`)

	// The references that a patch brings in are rewritten like any other.
	got := a.do("POST ", transaction(
		patched("Immunization/d", binary(media, `[{"op":"replace","path":"/patient/reference","value":"`+urn(1)+`"}]`)),
		post(1, "Patient", patient("new", "New")),
		patched("Patient?family=first", activate))).want(200)
	if got.get("entry.0.response.status") != "200 OK" || got.get("entry.2.response.etag") != `W/"2"` {
		t.Errorf("patches in a transaction: %s", got.text)
	}
	location := got.get("entry.1.response.location")
	want, _, _ := strings.Cut(strings.TrimPrefix(location, a.base+"/"), "/_history")
	if got := a.do("GET /Immunization/d", "").want(200); got.get("patient.reference") != want {
		t.Errorf("the patched dose is of %s, want %s", got.get("patient.reference"), want)
	}
	got = a.do("POST ", bundleOf("batch",
		patched("Patient/p", rename),
		patched("Patient/never", activate),
		patched("Patient/p", binary("text/plain", "[]")),
		patched("Patient/p", binary(media, `[{"op":"add","path":"/gender","value":"M"}]`)),
		patched("Patient/p", patient("p", "Third")),
		`{"request":{"method":"PATCH","url":"Patient/p"}}`)).want(200)
	for i, status := range []string{"200 OK", "404 Not Found", "400 Bad Request", "422 Unprocessable Entity", "400 Bad Request", "400 Bad Request"} {
		if s := got.get(fmt.Sprintf("entry.%d.response.status", i)); s != status {
			t.Errorf("entry %d: %s, want %s\n%s", i, s, status, got.text)
		}
	}
	if got := a.do("GET /Patient/p", "").want(200); got.get("name.0.family") != "Second" || got.get("meta.versionId") != "3" {
		t.Errorf("after the batch: %s", got.text)
	}
	a.do("POST ", transaction(patched("Patient/p", binary(media, `[{"op":"add","path":"/gender","value":"M"}]`)))).want(422).issue("code-invalid", "Bundle.entry[0].resource")
	a.do("POST ", transaction(patched("Patient/p", binary(media, `[{"op":"test","path":"/active","value":false}]`)))).want(422)
	a.do("POST ", transaction(patched("Patient/never", activate))).want(422)
}

// A conditional reference counts a resource once that the same transaction patches
// or updates, and as it is afterwards.
func TestConditionalReferenceToPatched(t *testing.T) {
	a := serve(t)
	for _, id := range []string{"p", "q"} {
		a.do("PUT /Patient/"+id, strings.Replace(identified(id), `"identifier"`, `"id":"`+id+`","identifier"`, 1)).want(201)
	}
	a.do("POST ", transaction(
		`{"resource":{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},`+
			`{"name":"name","valueString":"active"},{"name":"value","valueBoolean":true}]}]},"request":{"method":"PATCH","url":"Patient/p"}}`,
		put("Patient/q", strings.Replace(identified("r"), `"identifier"`, `"id":"q","identifier"`, 1)),
		put("Immunization/i", immunization("i", "Patient?identifier=http://example.org/ids|p", "03", "2021-03-01")),
		put("Immunization/j", immunization("j", "Patient?identifier=http://example.org/ids|r", "03", "2021-03-01")),
	)).want(200)
	for dose, want := range map[string]string{"i": "Patient/p", "j": "Patient/q"} {
		if got := a.do("GET /Immunization/"+dose, "").want(200); got.get("patient.reference") != want {
			t.Errorf("the dose %s is of %s, want %s", dose, got.get("patient.reference"), want)
		}
	}
	if got := a.do("POST ", transaction(
		put("Patient/q", patient("q", "Other")),
		put("Immunization/k", immunization("k", "Patient?identifier=http://example.org/ids|r", "03", "2021-03-01")),
	)).want(412); got.get("issue.0.code") != "not-found" {
		t.Errorf("a reference to what the transaction itself changed away: %s", got.text)
	}
}
