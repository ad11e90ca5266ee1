package search_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
)

// TestEveryParameter holds that each search parameter of R4 is served for each
// type it belongs to, or is on the list of those that are not, with a reason.
func TestEveryParameter(t *testing.T) {
	refused := map[string]string{
		"_content": "there is no full-text index",
		"_text":    "there is no full-text index",
		"_query":   "there are no named queries",
		"phonetic": "there is no phonetic index; search by name",
		"near":     "there is no index of positions",
	}
	unsupported := map[string]string{}
	for _, u := range registry.Unsupported() {
		unsupported[u.Resource+"."+u.Code] = u.Reason
	}
	seen := map[*definitions.SearchParameter]bool{}
	for _, resourceType := range registry.Types() {
		for _, d := range definitions.R4().SearchParameters(resourceType) {
			seen[d] = true
			p := registry.Parameter(resourceType, d.Code)
			name := resourceType + "." + d.Code
			if why := refused[d.Code]; why != "" {
				if p != nil || unsupported[name] != why {
					t.Errorf("%s is served or refused as %q, want refused: %s", name, unsupported[name], why)
				}
				continue
			}
			if p == nil {
				t.Errorf("%s is not served: %s", name, unsupported[name])
				continue
			}
			if p.Resource != resourceType || p.Code != d.Code || p.URL != d.URL || p.Type.String() != string(d.Type) || len(p.Components) != len(d.Components) {
				t.Errorf("%s: got %+v, want it as defined by %s", name, p, d.URL)
			}
		}
	}
	if all := definitions.R4().AllSearchParameters(); len(seen) != len(all) {
		t.Errorf("the types have %d search parameters, want all %d", len(seen), len(all))
	}
}

func TestParameters(t *testing.T) {
	var codes []string
	for _, p := range registry.Parameters("Immunization") {
		codes = append(codes, p.Code)
	}
	want := strings.Fields(`_id _lastUpdated _profile _security _source _tag date identifier location lot-number manufacturer
		patient performer reaction reaction-date reason-code reason-reference series status status-reason target-disease vaccine-code`)
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("parameters of Immunization (-want +got):\n%s", diff)
	}
	if got := registry.Parameters("Nothing"); got != nil {
		t.Errorf("Parameters(Nothing) = %v, want none", got)
	}
}

// TestTargets holds that targets are those of the type, not of all types that
// share a definition.
func TestTargets(t *testing.T) {
	for name, want := range map[string]string{
		"Immunization.patient":   "Patient",
		"Observation.patient":    "Patient",
		"Observation.subject":    "Device Group Location Patient",
		"Immunization.performer": "Organization Practitioner PractitionerRole",
		"Provenance.target":      "",
		"Provenance.patient":     "Patient",
		"Location.partof":        "Location",
		"Bundle.composition":     "Composition",
		"Group.member":           "Device Group Medication Patient Practitioner PractitionerRole Substance",
	} {
		resourceType, code, _ := strings.Cut(name, ".")
		got := slices.Clone(parameter(t, resourceType, code).Targets)
		slices.Sort(got)
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("targets of %s (-want +got):\n%s", name, diff)
		}
	}
}

func extra(code string, typ definitions.SearchType, base, expression string) *definitions.SearchParameter {
	return &definitions.SearchParameter{Code: code, URL: "https://jenner-iis.github.io/fhir/SearchParameter/" + code, Type: typ,
		Bases: []definitions.SearchBase{{Type: base, Expression: expression}}}
}

// TestExtra adds parameters of our own, over the forms of expression that R4
// itself does not use.
func TestExtra(t *testing.T) {
	r := newRegistry(search.Config{Extra: []*definitions.SearchParameter{
		extra("mothers-maiden-name", definitions.String, "Patient", "Patient.extension('http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName').value.ofType(string)"),
		extra("race", definitions.Token, "Patient", "Patient.extension.where(url='http://race').extension.where(url = 'ombCategory').value.code"),
		extra("home-city", definitions.String, "Patient", "Patient.address.where(use='home' and type='physical').city"),
		extra("main-name", definitions.String, "Patient", "Patient.name.first().family | Patient.name[0].text"),
		extra("record-number", definitions.String, "Patient", "Patient.identifier.where(type.coding.exists(code = 'MR')).value"),
		extra("language-of-content", definitions.Token, "Resource", "Resource.language"),
	}})
	json := `{"resourceType":"Patient","language":"en",
		"extension":[{"url":"http://race","extension":[{"url":"ombCategory","valueCoding":{"code":"2106-3"}},{"url":"text","valueString":"White"}]},
			{"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName","valueString":"Grün"}],
		"identifier":[{"type":{"coding":[{"code":"X"},{"code":"MR"}]},"value":"1"},{"type":{"coding":[{"code":"X"}]},"value":"2"},
			{"type":{"text":"MR"},"value":"3"},{"value":"4"}],
		"name":[{"family":"A","text":"B"},{"family":"C"}],
		"address":[{"use":"home","type":"postal","city":"D"},{"use":"home","type":"physical","city":"E"}]}`
	got := map[string][]string{}
	for _, e := range r.AppendEntries(nil, resource(t, json)) {
		if strings.HasPrefix(e.Parameter.URL, "https://jenner-iis") {
			got[e.Parameter.Code] = append(got[e.Parameter.Code], describe(&e))
		}
	}
	want := map[string][]string{
		"mothers-maiden-name": {`"Grün" "grun"`}, "race": {"|2106-3"}, "home-city": {`"E" "e"`},
		"main-name": {`"A" "a"`, `"B" "b"`}, "language-of-content": {"|en"}, "record-number": {`"1" "1"`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries of extra parameters (-want +got):\n%s", diff)
	}
	if r.Parameter("Immunization", "language-of-content") == nil || r.Parameter("Immunization", "race") != nil {
		t.Error("an extra parameter is not served for just the types of its base")
	}
}

func TestExtraInvalid(t *testing.T) {
	for expression, want := range map[string]string{
		"Patient.nam":                                                  `there is no element "nam"`,
		"Patient.name.given.upper()":                                   "the function upper() is not known here",
		"Patient.name.where(given.exists())":                           `"=" was expected, not ")"`,
		"Patient.name.where(period.end)":                               "where() needs exists() at the end of period.end",
		"Patient.identifier.where(type.x.exists(code='a')).value":      `there is no element "x"`,
		"Patient.identifier.where(type.coding.exists(code='a').value":  `")" was expected, not "."`,
		"Patient.identifier.where(type.coding.exists(code=1)).value":   `a string was expected, not "1"`,
		"Patient.identifier.where(type.exists(coding='x')).value":      `where() needs a plain element, not "coding"`,
		"Patient.name.where(given='x').given":                          "",
		"Patient.name.exists()":                                        "exists() alone is no value to search by",
		"Patient.name.given[0]":                                        "an index needs a single list",
		"Patient.contact.where(name='x').gender":                       `where() needs a plain element, not "name"`,
		"Patient.deceased.as(string)":                                  `there is no value of type "string"`,
		"Patient.period":                                               `there is no element "period"`,
		"Patient.contact":                                              "a string parameter does not index values of type Patient.contact",
		"Patient.name[x]":                                              "an index must be a number",
		"Patient.name.given 'x'":                                       `"'x'" was not expected`,
		"Patient.name + 1":                                             `the character '+' is not known here`,
		"Patient.name.where(family='x":                                 "a string is not closed, or has escapes",
		"Patient.managingOrganization.where(resolve() is Foo).display": `"Foo" is no resource type`,
		"":              "no expression says what it searches",
		"(Patient.name": `")" was expected, not ""`,
		"Patient.name.": `there is no element ""`,
	} {
		_, err := search.New(definitions.R4(), search.Config{Extra: []*definitions.SearchParameter{extra("x", definitions.String, "Patient", expression)}})
		if got := ""; err != nil {
			got = err.Error()
			if want == "" || !strings.HasSuffix(got, want) {
				t.Errorf("New with the expression %s: %s, want %q", expression, got, want)
			}
		} else if want != "" {
			t.Errorf("New accepts the expression %s, want %q", expression, want)
		}
	}
	for _, p := range []*definitions.SearchParameter{
		extra("birthdate", definitions.Date, "Patient", "Patient.birthDate"),
		extra("x", definitions.Date, "Foo", "Foo.birthDate"),
		extra("x", definitions.Date, "HumanName", "HumanName.period"),
		extra("x", definitions.Composite, "Patient", "Patient"),
	} {
		if _, err := search.New(definitions.R4(), search.Config{Extra: []*definitions.SearchParameter{p}}); err == nil {
			t.Errorf("New accepts the extra parameter %s of %s, want an error", p.Code, p.Bases[0].Type)
		}
	}
}

func TestHierarchy(t *testing.T) {
	for resourceType, want := range map[string]bool{"Location": true, "Organization": true, "Patient": false, "Nothing": false} {
		if p := registry.Hierarchy(resourceType); (p != nil) != want || p != nil && p.Targets[0] != resourceType {
			t.Errorf("Hierarchy(%s) = %v, want one to itself: %v", resourceType, p, want)
		}
	}
}

// TestConcurrent uses a new Registry from many goroutines at once.
func TestConcurrent(t *testing.T) {
	r := newRegistry(search.Config{})
	patient := resource(t, `{"resourceType":"Patient","active":true}`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := r.AppendEntries(nil, patient); len(got) != 2 {
				t.Errorf("AppendEntries = %v, want active and deceased", describeAll(got))
			}
			if _, err := r.Parse("Immunization", "patient.name=x", search.Options{}); err != nil {
				t.Errorf("Parse: %v", err)
			}
		})
	}
	wg.Wait()
}
