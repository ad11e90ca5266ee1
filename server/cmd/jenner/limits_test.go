package main

import (
	"fmt"
	"strings"
	"testing"
)

// What a request may cost is for the operator to set.
func TestLimits(t *testing.T) {
	s := start(t, t.TempDir(), []string{"JENNER_MAX_CHAIN=2"},
		"--max-clauses", "3", "--max-includes", "2", "--page-size", "4", "--max-page-size", "5", "--max-deletes", "1")
	for i := range 6 {
		dose := fmt.Sprintf(`{"resourceType":"Immunization","id":"d%d","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/p"},"occurrenceDateTime":"2021-03-01"}`, i)
		if status, text := call(t, "PUT", fmt.Sprint(s.base, "/Immunization/d", i), dose); status != 201 {
			t.Fatalf("PUT: %d %s", status, text)
		}
	}
	if status, text := call(t, "PUT", s.base+"/Patient/p", `{"resourceType":"Patient","id":"p"}`); status != 201 {
		t.Fatalf("PUT: %d %s", status, text)
	}
	for _, test := range []struct {
		call    string
		status  int
		entries int
		want    string
	}{
		{"GET /Immunization", 200, 4, `"next"`},
		{"GET /Immunization?_count=6", 200, 5, `"next"`},
		{"GET /Immunization/_history?_count=6", 200, 5, `"next"`},
		{"GET /Immunization?status=completed&date=2021&patient=p", 200, 4, ""},
		{"GET /Immunization?status=completed&date=2021&patient=p&lot-number:missing=true", 400, 0, "more than 3 parameters"},
		{"GET /Immunization?patient.organization.name=x", 200, 0, ""},
		{"GET /Immunization?patient.organization.partof.name=x", 400, 0, "more than 2 links"},
		{"GET /Patient?_id=p", 200, 1, ""},
		{"GET /Patient?_id=p&_revinclude=Immunization:patient", 413, 0, "more than 2 resources"},
		{"DELETE /Immunization?patient=p", 412, 0, "match more than one"},
	} {
		method, path, _ := strings.Cut(test.call, " ")
		status, text := call(t, method, s.base+path, "")
		if entries := strings.Count(text, `"fullUrl"`); status != test.status || entries != test.entries || !strings.Contains(text, test.want) {
			t.Errorf("%s: status %d, %d entries, want %d, %d and %s\n%.400s", test.call, status, entries, test.status, test.entries, test.want, text)
		}
		if (status == 400 || status == 413) && !strings.Contains(text, `"too-costly"`) {
			t.Errorf("%s: %s, want the code too-costly", test.call, text)
		}
	}
	if status, text := call(t, "POST", s.base+"/Immunization/_search?patient.organization.partof.name=x", ""); status != 400 || !strings.Contains(text, "more than 2 links") {
		t.Errorf("a chain in a form: %d %s", status, text)
	}

	hasty := start(t, t.TempDir(), nil, "--timeout", "1ns", "--bundle-timeout", "1m")
	if status, text := call(t, "GET", hasty.base+"/Patient?gender=male", ""); status != 504 || !strings.Contains(text, `"timeout"`) {
		t.Errorf("a search that may take a nanosecond: %d %s", status, text)
	}
	if status, text := call(t, "POST", hasty.base, `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}`); status != 200 {
		t.Errorf("a transaction that may take a minute: %d %s", status, text)
	}
}
