package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// The answer is given again with status, headers and body.
func TestIdempotencyKey(t *testing.T) {
	a := serve(t)
	const key = "Idempotency-Key: 5f1c-0001"
	dose := immunization("a", "Patient/p", "03", "2021-03-01")
	bundle := transaction(post(1, "Patient", patient("p", "A")), post(2, "Immunization", immunization("b", urn(1), "03", "2021-03-01")))
	for _, test := range []struct {
		call, body string
		status     int
		headers    []string
	}{
		{"POST /Immunization", dose, 201, []string{key}},
		{"POST /Immunization", dose, 201, []string{"Idempotency-Key: minimal", "Prefer: return=minimal"}},
		{"POST ", bundle, 200, []string{key}},
		{"POST ", bundleOf("batch", post(1, "Immunization", dose)), 200, []string{"Idempotency-Key: batch"}},
	} {
		first := a.do(test.call, test.body, test.headers...).want(test.status)
		again := a.do(test.call, test.body, test.headers...).want(test.status)
		if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: Idempotency-Replayed %q and %q", test.call, first.header.Get("Idempotency-Replayed"), again.header.Get("Idempotency-Replayed"))
		}
		if first.text != again.text {
			t.Errorf("%s: answered %s, and then %s", test.call, first.text, again.text)
		}
		for _, name := range []string{"Location", "Etag", "Last-Modified", "Content-Type", "Content-Length"} {
			if first.header.Get(name) != again.header.Get(name) {
				t.Errorf("%s: %s %q, and then %q", test.call, name, first.header.Get(name), again.header.Get(name))
			}
		}
	}
	if doses, patients := a.total("Immunization"), a.total("Patient"); doses != "4" || patients != "1" {
		t.Errorf("%s doses and %s patients, want 4 and 1", doses, patients)
	}
	a.do("POST /Immunization", immunization("c", "Patient/p", "03", "2021-03-01"), key).want(422).issue("business-rule")
	a.do("POST ", transaction(post(1, "Patient", patient("q", "A"))), key).want(422).issue("business-rule")
	for _, bad := range []string{"two words", "é", "tab\t.", strings.Repeat("x", 256)} {
		a.do("POST /Immunization", dose, "Idempotency-Key: "+bad).want(400).issue("value")
	}
	a.do("POST /Immunization", dose, "Idempotency-Key: "+strings.Repeat("x", 255)).want(201)
	a.do("PATCH /Patient/p", "[]", jsonPatch, key).want(400).issue("not-supported")
	// Where it does not matter it does no harm.
	a.do("PUT /Patient/p", patient("p", "A"), key).want(201)
	a.do("POST /Patient/_search", "_id=p", key, "Content-Type: application/x-www-form-urlencoded").want(200)
}

func TestConcurrentIdempotencyKey(t *testing.T) {
	a := serve(t)
	const clients = 50
	dose := immunization("a", "Patient/p", "03", "2021-03-01")
	answers := make([]string, clients)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			got, err := a.try("POST /Immunization", dose, "Idempotency-Key: k")
			if err != nil {
				t.Error(err)
			}
			answers[i] = fmt.Sprint(got.status, got.header.Get("Location"), got.header.Get("Etag"), got.text)
		})
	}
	all.Wait()
	for _, got := range answers {
		if got != answers[0] || !strings.HasPrefix(got, "201") {
			t.Fatalf("answers differ: %s and %s", got, answers[0])
		}
	}
	if total := a.total("Immunization"); total != "1" {
		t.Errorf("%s doses, want 1", total)
	}
}
