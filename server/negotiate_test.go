package server_test

import "testing"

func TestAccept(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	const fhirJSON, general, text = "application/fhir+json; charset=utf-8", "application/json; charset=utf-8", "text/json; charset=utf-8"
	for _, test := range []struct{ query, accept, want string }{
		{"", "", fhirJSON},
		{"", "*/*", fhirJSON},
		{"", "application/*", fhirJSON},
		{"", "application/fhir+json", fhirJSON},
		{"", "application/fhir+json; fhirVersion=4.0", fhirJSON},
		{"", "application/json", general},
		{"", "text/json;q=0.5, application/xml", text},
		{"", "application/json;q=0.2, application/fhir+json;q=0.9", fhirJSON},
		{"", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", fhirJSON},
		{"", "application/fhir+json;q=0, */*", general},
		{"?_format=json", "application/fhir+xml", fhirJSON},
		{"?_format=application/fhir+json", "", fhirJSON},
		{"?_format=application%2Ffhir%2Bjson", "", fhirJSON},
		{"?_format=application/json", "", general},

		{"", "application/fhir+xml", ""},
		{"", "text/html", ""},
		{"", "application/fhir+json; fhirVersion=3.0", ""},
		{"", "application/fhir+json;q=0", ""},
		{"", "nonsense", ""},
		{"?_format=xml", "application/fhir+json", ""},
		{"?_format=ttl", "", ""},
	} {
		got := a.do("GET /Patient/p"+test.query, "", "Accept: "+test.accept)
		if test.want == "" {
			got.want(406).issue("not-supported")
		} else if got.want(200).header.Get("Content-Type") != test.want {
			t.Errorf("%s with Accept %q: Content-Type %q, want %q", test.query, test.accept, got.header.Get("Content-Type"), test.want)
		}
	}
	// Refused before anything is done.
	a.do("PUT /Patient/q", patient("q", "First"), "Accept: application/fhir+xml").want(406)
	a.do("GET /Patient/q", "").want(404)
}

func TestContentType(t *testing.T) {
	a := serve(t)
	for contentType, want := range map[string]int{
		"application/fhir+json":                               201,
		"application/fhir+json; charset=utf-8":                201,
		"application/fhir+json;charset=UTF-8;fhirVersion=4.0": 201,
		"application/json":                                    201,
		"text/json":                                           201,
		"":                                                    415,
		"application/fhir+xml":                                415,
		"application/xml":                                     415,
		"text/plain":                                          415,
		"application/x-www-form-urlencoded":                   415,
		"multipart/form-data; boundary=x":                     415,
		"application/fhir+json; charset=iso-8859-1":           415,
		"application/fhir+json; fhirVersion=3.0":              415,
		"application/json-patch+json":                         415,
		"application/fhir+json; charset=utf-8; charset=latin1": 415,
	} {
		got := a.do("POST /Patient", patient("p", "First"), "Content-Type: "+contentType).want(want)
		if want == 415 {
			got.issue("not-supported")
		}
	}
	a.do("POST /Patient", patient("p", "First"), "Content-Encoding: identity").want(201)
}

func TestPretty(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", `{"resourceType":"Patient","id":"p","active":true}`).want(201)
	got := a.do("GET /Patient/p?_pretty=true", "").want(200)
	if want := "{\n  \"resourceType\": \"Patient\",\n  \"id\": \"p\","; len(got.text) < len(want) || got.text[:len(want)] != want {
		t.Errorf("_pretty=true: %s", got.text)
	}
	if plain := a.do("GET /Patient/p?_pretty=false", "").want(200); len(plain.text) >= len(got.text) {
		t.Errorf("_pretty=false: %s", plain.text)
	}
	if got := a.do("GET /Patient?active=true&_pretty=true", "").want(200); got.link("self") != a.base+"/Patient?active=true" || got.text[1] != '\n' {
		t.Errorf("a search with _pretty=true: %s", got.text)
	}
}
