package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

type statement struct {
	ResourceType, FHIRVersion, Kind, Status, Date string
	Format, PatchFormat                           []string
	Implementation                                struct{ URL string }
	Rest                                          []struct {
		Interaction []struct{ Code string }
		Operation   []struct{ Name, Definition string }
		SearchParam []struct{ Name, Definition, Type string }
		Compartment []string
		Resource    []struct {
			Type, Versioning, ConditionalRead, ConditionalDelete            string
			ReadHistory, UpdateCreate, ConditionalCreate, ConditionalUpdate bool
			Interaction                                                     []struct{ Code string }
			SearchParam                                                     []struct{ Name, Definition, Type string }
			SearchInclude, SearchRevInclude                                 []string
			Operation                                                       []struct{ Name, Definition string }
		}
	}
}

// The CapabilityStatement is valid, and each of its claims is put to the test.
func TestCapabilities(t *testing.T) {
	a := serve(t)
	got, s := a.do("GET /metadata", "").want(200), a.statement()
	if s.FHIRVersion != "4.0.1" || s.Kind != "instance" || s.Implementation.URL != a.base || len(s.Format) == 0 {
		t.Fatalf("CapabilityStatement: %.300s", got.text)
	}
	// Stored, it passes the same check as any other resource.
	a.do("POST /CapabilityStatement", got.text).want(201)
	a.do("GET /metadata?mode=full", "").want(200)
	a.do("GET /metadata?mode=terminology", "").want(400).issue("not-supported")
	a.do("HEAD /metadata", "").want(200)
	for _, format := range s.Format {
		a.do("GET /Patient?_format="+format, "").want(200)
	}
	a.do("PUT /Patient/patched", `{"resourceType":"Patient","id":"patched","gender":"other"}`).want(201)
	for format, patch := range patches {
		if !slices.Contains(s.PatchFormat, format) {
			t.Errorf("%s is not among the claimed %v", format, s.PatchFormat)
		}
		a.do("PATCH /Patient/patched", patch, "Content-Type: "+format).want(200)
	}
	if len(s.PatchFormat) != len(patches) {
		t.Errorf("the patch formats %v are claimed, of which no one tried some", s.PatchFormat)
	}

	rest := s.Rest[0]
	for _, i := range rest.Interaction {
		switch i.Code {
		case "history-system":
			a.do("GET /_history?_at=2020&_since=2019&_count=3", "").want(200)
		case "search-system":
			a.do("GET ?_type=Patient,Immunization&_id=none", "").want(200)
		default:
			a.do("POST ", bundleOf(i.Code, put("Patient/"+i.Code, patient(i.Code, "A")))).want(200)
		}
	}
	for _, p := range rest.SearchParam {
		a.do("GET ?"+p.Name+"="+samples[p.Type][0], "").want(200)
	}
	if len(rest.SearchParam) < 6 {
		t.Errorf("%v are claimed for all types, want at least _id, _lastUpdated, _profile, _security, _source, _tag", rest.SearchParam)
	}
	for _, url := range rest.Compartment {
		of := types[strings.TrimPrefix(url, "http://hl7.org/fhir/CompartmentDefinition/")]
		a.do("GET /"+of+"/none/Observation", "").want(200)
		a.do("GET /"+of+"/none/*", "").want(200)
	}
	if len(rest.Compartment) != 5 {
		t.Errorf("the compartments %v are claimed, want five", rest.Compartment)
	}
	for _, o := range rest.Operation {
		a.do("POST /$"+o.Name, ask("2021-01-01", patient("p", "A"))).want(200)
	}
	if len(rest.Resource) < 140 {
		t.Errorf("%d types are claimed", len(rest.Resource))
	}
	for _, r := range rest.Resource {
		var codes []string
		for _, i := range r.Interaction {
			codes = append(codes, i.Code)
			a.exercise(r.Type, i.Code)
		}
		a.exerciseConditions(r.Type, r.ConditionalRead, r.ConditionalCreate, r.ConditionalUpdate)
		writable := !strings.HasPrefix(r.Type, "ImmunizationRec") && !strings.HasPrefix(r.Type, "ImmunizationEva")
		if slices.Contains(codes, "create") != writable || r.ConditionalCreate != writable || r.UpdateCreate != writable {
			t.Errorf("%s claims %v, conditional create %t, update as create %t", r.Type, codes, r.ConditionalCreate, r.UpdateCreate)
		}
		if r.ConditionalUpdate != writable || r.ConditionalDelete != map[bool]string{true: "multiple", false: "not-supported"}[writable] || r.Versioning != "versioned" || !r.ReadHistory {
			t.Errorf("%s: %+v", r.Type, r)
		}
		for _, p := range r.SearchParam {
			if !strings.HasPrefix(p.Definition, "http://hl7.org/fhir/SearchParameter/") {
				t.Errorf("%s %s has the definition %q", r.Type, p.Name, p.Definition)
			}
			understood := func(value string) bool { return a.do("GET /"+r.Type+"?"+p.Name+"="+value, "").status == 200 }
			if !slices.ContainsFunc(samples[p.Type], understood) {
				t.Errorf("%s claims the parameter %s of type %s, and refuses all of %q", r.Type, p.Name, p.Type, samples[p.Type])
			}
		}
		for name, values := range map[string][]string{"_include": r.SearchInclude, "_revinclude": r.SearchRevInclude} {
			if len(values) == 0 {
				t.Errorf("%s claims no %s", r.Type, name)
			}
			for len(values) > 0 { // as many as a search may have parameters
				part := values[:min(60, len(values))]
				a.do("GET /"+r.Type+"?"+name+"="+strings.Join(part, "&"+name+"="), "").want(200)
				values = values[len(part):]
			}
		}
		for _, o := range r.Operation {
			a.do("GET /"+r.Type+"/none/$"+o.Name, "").want(404).issue("not-found")
		}
	}
}

// types are those that have compartments, by the names of these.
var types = map[string]string{"device": "Device", "encounter": "Encounter", "patient": "Patient", "practitioner": "Practitioner", "relatedperson": "RelatedPerson"}

// patches change a Patient, by their media types.
var patches = map[string]string{
	"application/json-patch+json": `[{"op":"add","path":"/gender","value":"female"}]`,
	"application/fhir+json": `{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},` +
		`{"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"male"}]}]}`,
}

// exerciseConditions does the conditional interactions with a type that are
// claimed by flags, on the resource that exercise has stored if it could.
func (a *api) exerciseConditions(resourceType, read string, create, update bool) {
	a.t.Helper()
	path, empty := "/"+resourceType, fmt.Sprintf(`{"resourceType":%q}`, resourceType)
	// Some types have required elements, which this resource lacks.
	stored := a.do("GET "+path+"/claimed", "")
	accepted := func(got answer, status int) {
		a.t.Helper()
		if stored.status == 200 {
			got.want(status)
		} else {
			got.want(400).issue("required")
		}
	}
	if read != "full-support" {
		a.t.Errorf("%s claims conditional reads as %q", resourceType, read)
	}
	if stored.status == 200 {
		a.do("GET "+path+"/claimed", "", "If-None-Match: "+stored.header.Get("Etag")).want(304)
		a.do("GET "+path+"/claimed", "", "If-Modified-Since: "+stored.header.Get("Last-Modified")).want(304)
		a.do("GET "+path+"/claimed", "", `If-None-Match: W/"99"`, "If-Modified-Since: "+stored.header.Get("Last-Modified")).want(200)
	}
	if create {
		accepted(a.do("POST "+path, empty, "If-None-Exist: _id=claimed"), 200)
	}
	if update {
		accepted(a.do("PUT "+path+"?_id=claimed", empty), 200)
		accepted(a.do("PUT "+path+"?_id=none", empty), 201)
	}
}

// exercise does an interaction on a type. What is mounted answers about the
// resource; what is not, about the path or the method.
func (a *api) exercise(resourceType, code string) {
	a.t.Helper()
	path, empty := "/"+resourceType, fmt.Sprintf(`{"resourceType":%q,"id":"claimed"}`, resourceType)
	switch code {
	case "read":
		a.do("GET "+path+"/none", "").want(404).issue("not-found")
	case "vread":
		a.do("GET "+path+"/none/_history/1", "").want(404).issue("not-found")
	case "history-instance":
		a.do("GET "+path+"/none/_history", "").want(404).issue("not-found")
	case "history-type":
		a.do("GET "+path+"/_history?_at=2020&_since=2019&_count=3", "").want(200)
	case "search-type":
		a.do("GET "+path+"?_id=none", "").want(200)
		a.do("POST "+path+"/_search", "_id=none", "Content-Type: application/x-www-form-urlencoded").want(200)
	case "create", "update":
		call, done := "POST "+path, 201
		if code == "update" {
			call = "PUT " + path + "/claimed"
		}
		// Some types have required elements, which this resource lacks.
		if got := a.do(call, empty); got.status != done {
			got.want(400).issue("required")
		}
	case "patch":
		a.do("PATCH "+path+"/none", "[]", "Content-Type: application/json-patch+json").want(404).issue("not-found")
		a.do("PATCH "+path+"?_id=none", `{"resourceType":"Parameters"}`).want(404).issue("not-found")
	case "delete":
		a.do("DELETE "+path+"/none", "").want(204)
		a.do("DELETE "+path+"?_id=none", "").want(204)
	default:
		a.t.Errorf("%s claims %s, which no one tried", resourceType, code)
	}
}

// samples are values of which a search parameter of a type takes at least one:
// some tokens are booleans, and the parts of composites are of any type.
var samples = map[string][]string{
	"number":    {"5"},
	"quantity":  {"5"},
	"date":      {"2021-03"},
	"reference": {"Patient/none"},
	"uri":       {"http://example.org/none"},
	"string":    {"none"},
	"token":     {"none", "true"},
	"composite": {"none$none", "none$5", "none$2021-03", "Patient/none$none", "none$Patient/none", "none$true", "5$5", "none$5$5"},
	"special":   {"none"},
}
