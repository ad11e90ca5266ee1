package resources_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// FuzzBundle carries out whatever the JSON gate lets through as a Bundle. A refused
// transaction changes nothing; what is carried out has a result for each entry, and
// leaves the store sound; and every refusal is one that a client can be told.
func FuzzBundle(f *testing.F) {
	entry := func(method, url, rest string) string {
		return `{"request":{"method":"` + method + `","url":"` + url + `"` + rest + `}`
	}
	const patient = `,"fullUrl":"urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9","resource":{"resourceType":"Patient","identifier":[{"system":"http://x","value":"1"}],"name":[{"family":"A"}]}}`
	const dose = `,"resource":{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9"},"occurrenceDateTime":"2021-03-01"}}`
	for _, entries := range [][]string{
		{entry("POST", "Patient", "}") + patient, entry("POST", "Immunization", "}") + dose},
		{entry("POST", "Patient", `,"ifNoneExist":"identifier=http://x|1"}`) + patient, entry("POST", "Immunization", "}") + dose},
		{entry("PUT", "Patient/a", `,"ifMatch":"W/\"1\""}`) + `,"resource":{"resourceType":"Patient","id":"a"}}`, entry("DELETE", "Patient/b", "}") + "}"},
		{entry("PUT", "Patient?identifier=1", "}") + patient, entry("DELETE", "Immunization?status=completed", "}") + "}"},
		{entry("GET", "Patient?family=A&_include=*&_sort=-birthdate", "}") + "}", entry("GET", "Patient/a/_history/1", `,"ifNoneMatch":"W/\"1\""}`) + "}", entry("HEAD", "Patient/a", "}") + "}"},
		{entry("PATCH", "Patient/a", "}") + `,"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0="}}`},
		{entry("PATCH", "Patient/a", "}") + `,"resource":{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.name"}]}]}}`},
		{entry("GET", "_history?_since=2021&_count=3", "}") + "}", entry("GET", "?_type=Patient,Immunization", "}") + "}"},
		{"null", "{}", entry("POST", "", "}") + "}"},
	} {
		for _, kind := range []string{"transaction", "batch"} {
			f.Add(`{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`)
		}
	}
	s, tries := open(f), 0
	f.Fuzz(func(t *testing.T, text string) {
		if tries++; tries%shareStore == 0 {
			s = open(outlives{t}) // the first one is closed at the end
		}
		d, err := codec.ParseString(text, codec.Limits{})
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		before := s.store.Newest()
		results, err := s.Bundle(ctx, all, d.Root(), len(text)%2 == 0)
		transaction := d.Root().Get("type").Text() == "transaction"
		if err != nil {
			if transaction && s.store.Newest() != before {
				t.Errorf("the refused transaction %s changed something: %v", text, err)
			}
			wantTellable(t, text, err)
			return
		}
		if want := d.Root().Get("entry").Len(); len(results) != want {
			t.Errorf("%d results of %d entries of %s", len(results), want, text)
		}
		for _, r := range results {
			if r.Err != nil {
				wantTellable(t, text, r.Err)
			}
		}
		if s.store.Newest() != before {
			if summary, err := s.store.Check(ctx, func(fault string) { t.Errorf("after %s: %s", text, fault) }); err != nil {
				t.Errorf("Check after %s: %+v, %v", text, summary, err)
			}
		}
	})
}

// shareStore is how many tries of a fuzz test share a store: what one leaves, the next finds.
const shareStore = 200

// outlives is a test at whose end nothing is closed.
type outlives struct{ testing.TB }

func (outlives) Cleanup(func()) {}

// Context is one that does not end with the test.
func (outlives) Context() context.Context { return context.Background() }

// wantTellable fails the test if an error is none that package resources promises.
func wantTellable(t *testing.T, text string, err error) {
	t.Helper()
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		return
	}
	for _, known := range []error{
		resources.ErrNotFound, resources.ErrGone, resources.ErrStale, resources.ErrMultipleMatches, resources.ErrNotSupported, resources.ErrNotAllowed,
		resources.ErrUnresolved, resources.ErrBadCursor, resources.ErrTooCostly,
	} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("the error of %s is none that can be told: %v", text, err)
}
