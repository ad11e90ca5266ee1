package server_test

import (
	"fmt"
	"strings"
	"testing"
)

const formType = "Content-Type: application/x-www-form-urlencoded"

// modes are the entries of a Bundle as mode:Type/id, in order.
func (got answer) modes() string {
	var all []string
	for i := 0; ; i++ {
		at := fmt.Sprintf("entry.%d.", i)
		mode := got.get(at + "search.mode")
		if mode == "" {
			return strings.Join(all, " ")
		}
		all = append(all, mode+":"+got.get(at+"resource.resourceType")+"/"+got.get(at+"resource.id"))
	}
}

// family writes a patient with two doses, and another one with one.
func (a *api) family() {
	a.t.Helper()
	a.do("POST ", transaction(
		put("Organization/north", `{"resourceType":"Organization","id":"north","name":"North"}`),
		put("Organization/south", `{"resourceType":"Organization","id":"south","name":"South","partOf":{"reference":"Organization/north"}}`),
		put("Patient/p", `{"resourceType":"Patient","id":"p","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">P</div>"},"active":true,"name":[{"family":"Olsen"}],"birthDate":"2020-02-29","maritalStatus":{"text":"single"},"managingOrganization":{"reference":"`+a.base+`/Organization/south"}}`),
		put("Patient/q", patient("q", "Nunez")),
		put("Immunization/i", immunization("i", "Patient/p", "03", "2021-03-01")),
		put("Immunization/j", immunization("j", "Patient/p", "20", "2021-05-01")),
		put("Immunization/k", immunization("k", "Patient/q", "03", "2021-03-01")),
		put("Observation/o", `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/q"},"performer":[{"reference":"Patient/p"}]}`),
	)).want(200)
}

func TestIncludes(t *testing.T) {
	a := serve(t)
	a.family()
	for query, want := range map[string]string{
		"/Immunization?_id=i&_include=Immunization:patient":                                                                        "match:Immunization/i include:Patient/p",
		"/Immunization?_id=i&_include=*&_include:iterate=Patient:organization":                                                     "match:Immunization/i include:Patient/p include:Organization/south",
		"/Immunization?_id=i&_include:iterate=*":                                                                                   "match:Immunization/i include:Patient/p include:Organization/south include:Organization/north",
		"/Patient?_id=p&_revinclude=Immunization:patient&_revinclude=Observation:performer&_include=Patient:organization":          "match:Patient/p include:Organization/south include:Immunization/i include:Immunization/j include:Observation/o",
		"?_type=Immunization,Observation&patient=Patient/q&_include=Observation:performer&_include=Immunization:patient&_sort=_id": "match:Immunization/k match:Observation/o include:Patient/q include:Patient/p",
		"/Immunization?_id=i&_include=Immunization:patient&_count=0":                                                               "",
	} {
		got := a.do("GET "+query, "").want(200)
		if got.modes() != want {
			t.Errorf("GET %s: %s, want %s", query, got.modes(), want)
		}
		if self := got.link("self"); a.do("GET "+self, "").want(200).text != got.text {
			t.Errorf("GET %s: the self link %s gives another answer", query, self)
		}
	}
	got := a.do("GET /Immunization?_id=i&_include=Immunization:patient&_total=accurate", "").want(200)
	if got.get("total") != "1" || got.get("entry.1.fullUrl") != a.base+"/Patient/p" {
		t.Errorf("an include counts, or has no fullUrl: %s", got.text)
	}
	if whole := a.do("GET /Patient/p", "").want(200).text; !strings.Contains(got.text, whole) {
		t.Errorf("the included resource is not the stored one: %s", got.text)
	}
	for _, query := range []string{"_include=Parrot:patient", "_include=Immunization:nonsense", "_include=Immunization", "_include=", "_include:sideways=*", "_include=Immunization:patient:Device", "_revinclude=Immunization:location"} {
		a.do("GET /Immunization?"+query, "").want(400)
	}
	// What includes nothing is passed over under lenient handling, and said.
	got = a.do("GET /Immunization?_id=i&_include=Patient:organization", "", "Prefer: handling=lenient").want(200)
	if got.modes() != "match:Immunization/i outcome:OperationOutcome/" || strings.Contains(got.link("self"), "_include") {
		t.Errorf("an include that does not apply, leniently: %s", got.text)
	}
}

func TestSearchSeveralTypes(t *testing.T) {
	a := serve(t)
	a.family()
	for query, want := range map[string]string{
		"?_type=Patient,Organization":                                  "p q north south",
		"/?_type=Organization&_id=north":                               "north",
		"?_type=Organization,Patient&_sort=-_id":                       "south q p north",
		"?_type=Immunization,Observation&patient=q&_sort=_lastUpdated": "k o",
		"?_id=i,o,q": "i o q",
		"?_type=ImmunizationRecommendation,Patient&_id=p": "p",
	} {
		if got := a.do("GET "+query, "").want(200); got.ids() != want {
			t.Errorf("GET %s found %q, want %q", query, got.ids(), want)
		}
	}
	got := a.do("POST /_search?_type=Patient", "_id=p", formType).want(200)
	if got.ids() != "p" || got.link("self") != a.base+"?_type=Patient&_id=p" {
		t.Errorf("POST /_search found %q, self %s", got.ids(), got.link("self"))
	}
	// Page after page, through all types.
	var all []string
	for next, pages := a.base+"?_count=3&_total=accurate", 0; next != ""; pages++ {
		page := a.do("GET "+next, "").want(200)
		if page.get("total") != "8" || page.link("self") != next || pages > 5 {
			t.Fatalf("page %d: total %s, self %s, want 8 and %s", pages, page.get("total"), page.link("self"), next)
		}
		all = append(all, strings.Fields(page.ids())...)
		next = page.link("next")
	}
	if got := strings.Join(all, " "); got != "i j k o north south p q" {
		t.Errorf("all pages of everything: %s", got)
	}
	a.do("GET ?family=x", "").want(400).issue("not-supported", "family")
	a.do("GET ?_type=Patient,Parrot", "").want(400).issue("invalid", "_type")
	a.do("GET ?_type=Patient,Immunization&family=x", "").want(400).issue("not-supported", "family")
	a.do("GET /Patient?_type=Patient", "").want(400).issue("not-supported", "_type")
	a.do("HEAD ?_type=Patient", "").want(200)
}

func TestCompartments(t *testing.T) {
	a := serve(t)
	a.family()
	for query, want := range map[string]string{
		"/Patient/p/Immunization":                         "i j",
		"/Patient/p/Immunization?vaccine-code=20":         "j",
		"/Patient/p/Immunization?patient=q":               "",
		"/Patient/p/Observation":                          "o", // by performer
		"/Patient/q/Observation":                          "o", // by subject
		"/Patient/p/*":                                    "i j o p",
		"/Patient/p/*?_type=Observation,Immunization":     "o i j",
		"/Patient/q/*?_sort=-_id":                         "q o k",
		"/Patient/p/Patient":                              "p",
		"/Patient/nobody/*":                               "",
		"/Encounter/e/Observation":                        "",
		"/Practitioner/x/*":                               "",
		"/RelatedPerson/x/*":                              "",
		"/Device/x/Observation?_lastUpdated=gt2000-01-01": "",
	} {
		got := a.do("GET "+query, "").want(200)
		if got.ids() != want {
			t.Errorf("GET %s found %q, want %q", query, got.ids(), want)
		}
		if self := got.link("self"); self != a.base+query {
			t.Errorf("GET %s has the self link %s", query, self)
		}
	}
	if got := a.do("POST /Patient/p/Immunization/_search", "vaccine-code=03", formType).want(200); got.ids() != "i" {
		t.Errorf("POST to a compartment found %q, want i", got.ids())
	}
	if got := a.do("GET /Patient/p/Immunization?_include=Immunization:patient&_id=i", "").want(200); got.modes() != "match:Immunization/i include:Patient/p" {
		t.Errorf("an include within a compartment: %s", got.modes())
	}
	// The pages of a compartment stay in it.
	first := a.do("GET /Patient/p/*?_count=2", "").want(200)
	second := a.do("GET "+first.link("next"), "").want(200)
	if first.ids()+" "+second.ids() != "i j o p" || second.link("next") != "" {
		t.Errorf("pages of a compartment: %s, then %s", first.ids(), second.ids())
	}
	_, cursor, _ := strings.Cut(first.link("next"), "_page=")
	a.do("GET /Patient/q/*?_count=2&_page="+cursor, "").want(400).issue("value")
	for _, path := range []string{"/Patient/p/Parrot", "/Patient/p/Organization", "/Parrot/p/Immunization", "/Organization/north/Patient", "/Patient/p!/Immunization", "/Patient/p/*/x"} {
		a.do("GET "+path, "").want(404)
	}
	a.do("GET /Patient/p/*?_type=Organization", "").want(400).issue("invalid", "_type")
	a.do("GET /Patient/p/*?vaccine-code=03", "").want(400).issue("not-supported", "vaccine-code")
}

func TestHierarchies(t *testing.T) {
	a := serve(t)
	a.family()
	for query, want := range map[string]string{
		"/Patient?organization:below=Organization/north":                             "p",
		"/Patient?organization:above=south":                                          "p",
		"/Patient?organization:above=north":                                          "",
		"/Immunization?patient.organization:below=" + a.base + "/Organization/north": "i j",
		"/Organization?partof:below=north":                                           "south",
	} {
		if got := a.do("GET "+query, "").want(200); got.ids() != want {
			t.Errorf("GET %s found %q, want %q", query, got.ids(), want)
		}
	}
	a.do("GET /Patient?organization:below=Organization/north/_history/1", "").want(400).issue("invalid")
	a.do("GET /Patient?general-practitioner:below=Practitioner/x", "").want(400).issue("invalid")
	a.do("GET /Organization?_id:below=north", "").want(400).issue("not-supported")
}

// What is cut down is marked, and what is not is as it is stored.
func TestSubsets(t *testing.T) {
	a := serve(t)
	a.family()
	const tag = `"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]`
	for parameter, want := range map[string]struct{ there, gone string }{
		"_summary=true":                      {"active name birthDate meta id", "div maritalStatus"},
		"_summary=text":                      {"div meta id", "active name birthDate maritalStatus"},
		"_summary=data":                      {"active name birthDate maritalStatus meta id", "div"},
		"_elements=birthDate,active":         {"active birthDate meta id", "div name maritalStatus"},
		"_elements=Patient.name":             {"active name meta id", "div birthDate"}, // active is a modifier element
		"_summary=false":                     {"div active name birthDate maritalStatus", "nothing"},
		"_elements=birthDate&_summary=false": {"birthDate", "name"},
	} {
		read := a.do("GET /Patient/p?"+parameter, "").want(200)
		vread := a.do("GET /Patient/p/_history/1?"+parameter, "").want(200)
		found := a.do("GET /Patient?_id=p&"+parameter, "").want(200)
		of := a.do("POST ", bundleOf("batch", `{"request":{"method":"GET","url":"Patient/p?`+parameter+`"}}`)).want(200)
		if vread.text != read.text || !strings.Contains(found.text, `"resource":`+read.text+`,"search"`) || !strings.Contains(of.text, `"resource":`+read.text+`,"response"`) {
			t.Errorf("%s gives different parts to a read, a vread, a search and a batch:\n%s\n%s\n%s\n%s", parameter, read.text, vread.text, found.text, of.text)
		}
		for _, name := range strings.Fields(want.there) {
			if !strings.Contains(read.text, `"`+name+`":`) {
				t.Errorf("%s lacks %s: %s", parameter, name, read.text)
			}
		}
		for _, name := range strings.Fields(want.gone) {
			if strings.Contains(read.text, `"`+name+`":`) {
				t.Errorf("%s has %s: %s", parameter, name, read.text)
			}
		}
		if cut := strings.Contains(read.text, tag); cut != (parameter != "_summary=false") || cut && a.do("PUT /Patient/p", read.text).status != 422 {
			t.Errorf("%s is marked as cut: %v, and can be stored", parameter, cut)
		}
	}
	// _elements without a type are those of the matches.
	got := a.do("GET /Immunization?_id=i&_include=*&_elements=status", "").want(200)
	if strings.Contains(got.text, "lotNumber") || !strings.Contains(got.text, a.do("GET /Patient/p", "").text) {
		t.Errorf("_elements of a match: %s", got.text)
	}
	got = a.do("GET /Immunization?_id=i&_include=*&_elements=status,Patient.birthDate", "").want(200)
	if strings.Contains(got.text, "Olsen") || !strings.Contains(got.text, "2020-02-29") {
		t.Errorf("_elements of what is included: %s", got.text)
	}
	if got = a.do("GET /Immunization?_include=*&_summary=count", "").want(200); got.get("total") != "3" || strings.Contains(got.text, `"entry"`) {
		t.Errorf("_summary=count: %s", got.text)
	}
	for _, call := range []string{"/Patient?_summary=some", "/Patient/p?_summary=some", "/Patient/p?_summary=count", "/Patient/p?_elements=beak", "/Patient?_elements=beak", "/Patient/p?_id=p",
		"/Immunization?_summary=text&_include=*", "/Patient/p?_summary=true&_elements=name"} {
		a.do("GET "+call, "").want(400)
	}
	a.do("GET /Parrot/p?_summary=true", "").want(404)
	a.do("GET /Patient/none?_summary=true", "").want(404)
}

// Entries of a Bundle search as requests do.
func TestSearchesInBundles(t *testing.T) {
	a := serve(t)
	a.family()
	entry := func(url string) string { return `{"request":{"method":"GET","url":"` + url + `"}}` }
	for _, kind := range []string{"batch", "transaction"} {
		got := a.do("POST ", bundleOf(kind, entry("?_type=Patient&_id=p"), entry("Patient/p/Immunization?_id=i"), entry("Patient/p/*?_type=Observation"), entry(a.base+"/Immunization?_id=k&_include=*"))).want(200)
		for i, want := range []string{"Patient/p", "Immunization/i", "Observation/o", "Immunization/k"} {
			at := fmt.Sprintf("entry.%d.resource.entry.0.resource.", i)
			if name := got.get(at+"resourceType") + "/" + got.get(at+"id"); name != want {
				t.Errorf("%s entry %d found %s, want %s", kind, i, name, want)
			}
		}
		if got.get("entry.3.resource.entry.1.search.mode") != "include" {
			t.Errorf("a search in a %s includes nothing: %s", kind, got.text)
		}
		if self, want := got.get("entry.1.resource.link.0.url"), a.base+"/Patient/p/Immunization?_id=i"; self != want {
			t.Errorf("self link of an entry is %s, want %s", self, want)
		}
	}
	for _, e := range []string{
		`{"request":{"method":"DELETE","url":"Patient/p/Immunization"}}`, `{"request":{"method":"DELETE","url":"?_type=Patient&_id=p"}}`,
		`{"resource":` + patient("x", "X") + `,"request":{"method":"PUT","url":"Patient/p/Patient?_id=x"}}`,
		entry("Patient/p/Immunization/x"), entry("Patient/p/Parrot"), entry("?"), entry("/"), entry("Organization/north/Patient"), entry("Patient/p?_id=p"),
	} {
		if got := a.do("POST ", bundleOf("batch", e)).want(200); !strings.HasPrefix(got.get("entry.0.response.status"), "4") {
			t.Errorf("%s is answered %s", e, got.text)
		}
	}
}
