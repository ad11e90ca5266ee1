package server_test

import (
	"fmt"
	"strings"
	"testing"
)

// A conditional delete deletes all that match, up to a limit, above which it
// deletes none.
func TestConditionalDeleteOfSeveral(t *testing.T) {
	a := serve(t)
	const path = "/Patient?identifier=http://example.org/ids|1"
	fill := func(n int) {
		t.Helper()
		var entries []string
		for i := range n {
			entries = append(entries, post(i, "Patient", identified("1")))
		}
		a.do("POST ", transaction(entries...)).want(200)
	}
	a.do("PUT /Patient/other", patient("other", "Kept")).want(201)
	fill(101)
	got := a.do("DELETE "+path, "").want(412).issue("multiple-matches")
	if !strings.Contains(got.get("issue.0.diagnostics"), "100") || a.total("Patient") != "102" {
		t.Errorf("a delete of 101 says %q and leaves %s patients, want the limit named and 102 left", got.get("issue.0.diagnostics"), a.total("Patient"))
	}
	first := a.do("GET "+path+"&_count=1", "").want(200).get("entry.0.resource.id")
	a.do("DELETE /Patient/"+first, "").want(204)
	got = a.do("DELETE "+path, "", "Prefer: return=OperationOutcome").want(200).issue("informational")
	if got.get("issue.0.diagnostics") != "100 resources deleted" || got.header.Get("Etag") != "" || a.total("Patient") != "1" {
		t.Errorf("a delete of 100 says %q, Etag %q, and leaves %s patients", got.get("issue.0.diagnostics"), got.header.Get("Etag"), a.total("Patient"))
	}
	if got := a.do("GET "+path, "").want(200).ids(); got != "" {
		t.Errorf("what was deleted is found: %s", got)
	}
	fill(2)
	if got := a.do("DELETE "+path, "").want(204); got.text != "" || a.total("Patient") != "1" {
		t.Errorf("a delete of two answers %q and leaves %s patients", got.text, a.total("Patient"))
	}
	a.do("GET /Patient/other", "").want(200)
}

// Within a transaction a conditional delete stands and falls with the rest, and
// what it deletes no other entry matches or may change.
func TestConditionalDeleteInTransaction(t *testing.T) {
	a := serve(t)
	const del = `{"request":{"method":"DELETE","url":"Patient?identifier=http://example.org/ids|1"}}`
	const criteria = `,"ifNoneExist":"identifier=http://example.org/ids|1"`
	own := func(id string) string {
		return strings.Replace(identified("1"), `"identifier"`, `"id":"`+id+`","identifier"`, 1)
	}
	for _, id := range []string{"a", "b", "c"} {
		a.do("PUT /Patient/"+id, own(id)).want(201)
	}
	for name, entries := range map[string][]string{
		"another entry fails":         {del, put("Immunization/i", immunization("i", "Patient?identifier=http://example.org/ids|none", "03", "2021-03-01"))},
		"a reference to what is gone": {del, put("Immunization/i", immunization("i", "Patient?identifier=http://example.org/ids|1", "03", "2021-03-01"))},
		"an update of a match":        {del, put("Patient/b", patient("b", "B"))},
		"an update of another match":  {put("Patient/c", patient("c", "C")), del},
	} {
		if got := a.do("POST ", transaction(entries...)); got.status != 400 && got.status != 412 || a.total("Patient") != "3" {
			t.Errorf("%s: status %d, %s patients are left, want it refused and 3: %s", name, got.status, a.total("Patient"), got.text)
		}
	}

	// A delete that comes first takes its match away from the next; the create
	// then finds none.
	const key = "Idempotency-Key: delete-several"
	bundle := transaction(post(1, "Patient", identified("1"), criteria), `{"request":{"method":"DELETE","url":"Patient/a"}}`, del, del)
	got := a.do("POST ", bundle, key).want(200)
	want := "201 Created, 204 No Content, 204 No Content, 204 No Content"
	var statuses []string
	for i := range 4 {
		statuses = append(statuses, got.get(fmt.Sprintf("entry.%d.response.status", i)))
	}
	if strings.Join(statuses, ", ") != want || got.get("entry.2.response.etag") != "" || a.total("Patient") != "1" {
		t.Errorf("deletes and a conditional create: %v, %s patients are left, want %s and 1: %s", statuses, a.total("Patient"), want, got.text)
	}
	if again := a.do("POST ", bundle, key).want(200); again.text != got.text || a.total("Patient") != "1" {
		t.Errorf("sent again with its key, the transaction answers\n%s\nafter\n%s", again.text, got.text)
	}

	a.do("PUT /Patient/d", own("d")).want(201)
	batch := a.do("POST ", bundleOf("batch", del), "Prefer: return=OperationOutcome").want(200)
	if batch.get("entry.0.response.outcome.issue.0.diagnostics") != "2 resources deleted" || a.total("Patient") != "0" {
		t.Errorf("in a batch: %s", batch.text)
	}
}
