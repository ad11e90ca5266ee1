package search_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
)

func TestLoopbackIsOneself(t *testing.T) {
	r, err := search.New(definitions.R4(), search.Config{Loopback: "/fhir"})
	if err != nil {
		t.Fatal(err)
	}
	for literal, want := range map[string]string{
		"http://127.0.0.1:8080/fhir/Patient/1":     "Patient/1",
		"http://localhost/fhir/Patient/1":          "Patient/1",
		"https://[::1]:443/fhir/Patient/1":         "Patient/1",
		"http://127.0.0.1:8080/other/Patient/1":    "http://127.0.0.1:8080/other/Patient/1",
		"http://127.0.0.1.x.org/fhir/Patient/1":    "http://127.0.0.1.x.org/fhir/Patient/1",
		"http://localhost:80@x.org/fhir/Patient/1": "http://localhost:80@x.org/fhir/Patient/1",
	} {
		d, err := codec.Parse([]byte(`{"resourceType":"Immunization","patient":{"reference":"`+literal+`"}}`), codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		entries := r.AppendParameter(nil, d.Root(), r.Parameter("Immunization", "patient"))
		if len(entries) != 1 || entries[0].Target.Text != want {
			t.Errorf("a reference to %s is indexed as %+v, want %s", literal, entries, want)
		}
	}
}

func TestFingerprintTellsSettingsApart(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []search.Config{{}, {Loopback: "/fhir"}, {Bases: []string{"https://iis.example.org/fhir"}}} {
		r, err := search.New(definitions.R4(), c)
		if err != nil {
			t.Fatal(err)
		}
		if f := r.Fingerprint(); seen[f] {
			t.Errorf("two settings have the fingerprint %q", f)
		} else {
			seen[f] = true
		}
	}
}
