package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// stated is the header with a Provenance that has these elements beside the necessary ones.
func stated(elements string) string {
	return `X-Provenance: {"resourceType":"Provenance","recorded":"2026-01-02T03:04:05Z","agent":[{"who":{"display":"Zoë"}}]` + elements + `}`
}

// targets are those of the Provenances that say something, and of each in order.
func (a *api) targets(reason string) []string {
	a.t.Helper()
	found := a.do("GET /Provenance?_tag="+reason+"&_sort=_lastUpdated", "").want(200)
	var targets []string
	for i := 0; found.get(fmt.Sprintf("entry.%d.resource.id", i)) != ""; i++ {
		for j := 0; ; j++ {
			target := found.get(fmt.Sprintf("entry.%d.resource.target.%d.reference", i, j))
			if target == "" {
				break
			}
			targets = append(targets, target)
		}
	}
	return targets
}

// A Provenance in the header is stored with what the request makes, and not otherwise.
func TestProvenanceHeader(t *testing.T) {
	a := serve(t)
	const anon, second = `[{"op":"remove","path":"/name"}]`, `{"resourceType":"Patient","id":"second","active":true}`
	a.do("PUT /Patient/old", patient("old", "Old")).want(201)
	a.do("PUT /Patient/gone", patient("gone", "Gone")).want(201)
	a.do("DELETE /Patient/gone", "").want(204)
	steps := []struct {
		call, body string
		status     int
		headers    []string
		want       []string
	}{
		{"PUT /Patient/p", patient("p", "A"), 201, nil, []string{"Patient/p/_history/1"}},
		{"PUT /Patient/p", patient("p", "B"), 200, nil, []string{"Patient/p/_history/2"}},
		{"PUT /Patient/p", patient("p", "B"), 200, nil, nil}, // it changes nothing
		{"PUT /Patient/p", patient("p", "C"), 412, []string{`If-Match: W/"1"`}, nil},
		{"PATCH /Patient/p", anon, 200, []string{jsonPatch}, []string{"Patient/p/_history/3"}},
		{"PATCH /Patient?_id=p", `[{"op":"add","path":"/active","value":true}]`, 200, []string{jsonPatch}, []string{"Patient/p/_history/4"}},
		{"PUT /Patient?_id=p", patient("p", "D"), 200, nil, []string{"Patient/p/_history/5"}},
		{"POST /Patient", patient("new", "D"), 200, []string{"If-None-Exist: _id=p"}, nil}, // it is there
		{"PUT /Patient/gone", patient("gone", "Back"), 201, nil, []string{"Patient/gone/_history/3"}},
		{"DELETE /Patient/never", "", 204, nil, nil},
		{"DELETE /Patient/gone", "", 204, nil, []string{"Patient/gone/_history/4"}},
		{"POST ", transaction(put("Patient/p", patient("p", "D")), put("Patient/second", second), `{"request":{"method":"DELETE","url":"Patient/old"}}`,
			`{"request":{"method":"GET","url":"Patient/p"}}`), 200, nil, []string{"Patient/second/_history/1", "Patient/old/_history/2"}},
		{"DELETE /Patient?_id=p,second", "", 204, nil, []string{"Patient/p/_history/6", "Patient/second/_history/2"}},
	}
	for i, s := range steps {
		tag := fmt.Sprint("step-", i)
		a.do(s.call, s.body, append(s.headers, stated(`,"meta":{"tag":[{"code":"`+tag+`"}]}`))...).want(s.status)
		got := a.targets(tag)
		slices.Sort(got)
		slices.Sort(s.want)
		if !slices.Equal(got, s.want) {
			t.Errorf("%s with a Provenance: its targets are %v, want %v", s.call, got, s.want)
		}
	}

	// What the server itself sets is of its making; it can refer to what is made with it.
	created := a.do("POST /Patient", patient("new", "New"), stated(`,"id":"mine","meta":{"tag":[{"code":"created"}]}`)).want(201)
	id := created.get("id")
	found := a.do("GET /Provenance?target=Patient/"+id, "").want(200)
	if got := found.get("entry.0.resource.target.0.reference"); found.get("total") != "1" || got != "Patient/"+id+"/_history/1" || found.get("entry.0.resource.id") == "mine" {
		t.Errorf("the Provenance of a create: %s", found.text)
	}
	if got := found.get("entry.0.resource.agent.0.who.display"); got != "Zoë" {
		t.Errorf("the agent is %q", got)
	}
	a.do("POST ", transaction(post(1, "Practitioner", `{"resourceType":"Practitioner"}`), post(2, "Patient", patient("new", "E"))),
		stated(`,"meta":{"tag":[{"code":"entry"}]},"entity":[{"role":"source","what":{"reference":"`+urn(1)+`"}}]`)).want(200)
	found = a.do("GET /Provenance?_tag=entry", "").want(200)
	if got := found.get("entry.0.resource.entity.0.what.reference"); !strings.HasPrefix(got, "Practitioner/") {
		t.Errorf("the source of a transaction's Provenance is %q, want the Practitioner", got)
	}
}

// It may refer by criteria to what the request leaves as it is.
func TestProvenanceOfUnchanged(t *testing.T) {
	a := serve(t)
	const clinic = `{"resourceType":"Organization","id":"o","name":"Clinic","identifier":[{"system":"urn:x","value":"1"}]}`
	a.do("PUT /Organization/o", clinic).want(201)
	a.do("POST ", transaction(put("Organization/o", clinic), post(1, "Patient", patient("new", "A"))),
		stated(`,"entity":[{"role":"source","what":{"reference":"Organization?identifier=urn:x|1"}}]`)).want(200)
	found := a.do("GET /Provenance?entity=Organization/o", "").want(200)
	if target := found.get("entry.0.resource.target.0.reference"); found.get("total") != "1" || !strings.HasPrefix(target, "Patient/") {
		t.Errorf("the Provenance of a transaction that leaves its source as it is: %s", found.text)
	}
}

// Sent again under its key, a request leaves one Provenance; with another one it is another request.
func TestProvenanceHeaderOnce(t *testing.T) {
	a := serve(t)
	const key = "Idempotency-Key: k"
	tagged := stated(`,"meta":{"tag":[{"code":"once"}]}`)
	for range 2 {
		a.do("POST /Patient", patient("new", "A"), key, tagged).want(201)
	}
	if got := a.targets("once"); len(got) != 1 {
		t.Errorf("two requests with one key: Provenances of %v, want one", got)
	}
	a.do("POST /Patient", patient("new", "A"), key, stated("")).want(422)
	a.do("POST /Patient", patient("new", "A"), key).want(422)
}

// A Provenance that cannot be stored, or is about nothing, refuses the request.
func TestProvenanceHeaderRefused(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "A")).want(201)
	good := stated("")
	for _, test := range []struct {
		call, body, header string
		code, expression   string
	}{
		{"POST /Patient", patient("new", "B"), "X-Provenance: {", "structure", ""},
		{"POST /Patient", patient("new", "B"), "X-Provenance: no JSON", "structure", ""},
		{"POST /Patient", patient("new", "B"), `X-Provenance: [1]`, "structure", ""},
		{"POST /Patient", patient("new", "B"), `X-Provenance: "Provenance"`, "structure", ""},
		{"POST /Patient", patient("new", "B"), `X-Provenance: {"recorded":"2026-01-02T03:04:05Z"}`, "required", "Resource"},
		{"POST /Patient", patient("new", "B"), `X-Provenance: {"resourceType":"Provenance"}`, "required", "Provenance.recorded"},
		{"POST /Patient", patient("new", "B"), `X-Provenance: {"resourceType":"Patient"}`, "invalid", "Patient.resourceType"},
		{"POST /Patient", patient("new", "B"), stated(`,"target":[{"reference":"Patient/p"}]`), "invalid", "Provenance.target"},
		{"POST /Patient", patient("new", "B"), stated(`,"nonsense":1`), "structure", "Provenance.nonsense"},
		{"POST /Patient", patient("new", "B"), stated(`,"location":{"reference":"Location?name=never"}`), "not-found", "Provenance.location.reference"},
		{"POST ", bundleOf("batch", post(1, "Patient", patient("new", "B"))), good, "not-supported", "Bundle.type"},
		{"GET /Patient/p", "", good, "not-supported", ""},
		{"GET /Patient", "", good, "not-supported", ""},
		{"GET /Patient/p/_history", "", good, "not-supported", ""},
		{"POST /$immds-forecast", `{"resourceType":"Parameters"}`, good, "not-supported", ""},
	} {
		got := a.do(test.call, test.body, test.header)
		if got.status != 400 && got.status != 412 {
			t.Errorf("%s with %s: status %d\n%s", test.call, test.header, got.status, got.text)
			continue
		}
		got.issue(test.code, test.expression)
	}
	if patients, provenances := a.total("Patient"), a.total("Provenance"); patients != "1" || provenances != "0" {
		t.Errorf("after requests that were refused there are %s patients and %s Provenances, want 1 and 0", patients, provenances)
	}
}
