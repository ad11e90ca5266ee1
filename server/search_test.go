package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "Núñez")).want(201)
	a.do("PUT /Patient/q", patient("q", "Olsen")).want(201)
	got := a.do("GET /Patient?family=nunez&_total=accurate", "").want(200)
	for path, want := range map[string]string{
		"resourceType": "Bundle", "type": "searchset", "total": "1",
		"entry.0.fullUrl": a.base + "/Patient/p", "entry.0.search.mode": "match",
		"entry.0.resource.id": "p", "entry.1.fullUrl": "",
	} {
		if got.get(path) != want {
			t.Errorf("%s: %s is %q, want %q", got.call, path, got.get(path), want)
		}
	}
	if self := got.link("self"); a.do("GET "+self, "").want(200).text != got.text {
		t.Errorf("the self link %s gives another answer", self)
	}
	if none := a.do("GET /Patient?family=nobody&_total=accurate", "").want(200); none.get("total") != "0" || strings.Contains(none.text, `"entry"`) {
		t.Errorf("a search without matches: %s", none.text)
	}
	// What a write acknowledged, the next search finds; what was deleted, none does.
	a.do("DELETE /Patient/p", "").want(204)
	if got := a.do("GET /Patient?family=nunez&_total=accurate", "").want(200); got.get("total") != "0" {
		t.Errorf("a deleted patient is found: %s", got.text)
	}
	a.do("GET /Parrot?name=x", "").want(404).issue("not-supported")
	a.do("GET /Patient?birthdate=2020-02-31", "").want(400).issue("invalid")
	a.do("GET /Patient?family:sounds=x", "").want(400)
	a.do("GET /Patient?family=%zz", "").want(400).issue("invalid")
	a.do("GET /Patient?_count=-1", "").want(400)
	a.do("GET /Patient?_sort=nonsense", "").want(400)
	a.do("GET /Patient?name[$ne]=x", "").want(400).issue("not-supported")
}

// Immunizations of a patient, by the parameters that clients of a registry use.
func TestSearchImmunizations(t *testing.T) {
	a := serve(t)
	a.do("POST ", transaction(
		put("Patient/p", patient("p", "A")),
		put("Immunization/i", immunization("i", "Patient/p", "03", "2021-03-01")),
		put("Immunization/j", immunization("j", "Patient/p", "20", "2021-05-01")),
		put("Immunization/k", immunization("k", "Patient/q", "03", "2021-03-01")),
	)).want(200)
	for query, want := range map[string]string{
		"patient=p":                                   "i j",
		"patient=Patient/p":                           "i j",
		"patient=" + a.base + "/Patient/p":            "i j",
		"patient=p&vaccine-code=03":                   "i",
		"vaccine-code=http://hl7.org/fhir/sid/cvx|03": "i k",
		"patient=p&date=ge2021-04":                    "j",
		"patient=p&_sort=-date":                       "j i",
		"status=completed&patient=p,q":                "i j k",
		"status=not-done":                             "",
		"lot-number=lot-i":                            "i",
		"patient=p&_id=i":                             "i",
		"patient=p&_lastUpdated=gt2020":               "i j",
	} {
		if got := a.do("GET /Immunization?"+query, "").want(200); got.ids() != want {
			t.Errorf("Immunization?%s found %q, want %q", query, got.ids(), want)
		}
	}
}

// ids are those of the matches in a Bundle.
func (got answer) ids() string {
	var ids []string
	for i := 0; ; i++ {
		at := fmt.Sprintf("entry.%d.", i)
		if got.get(at+"search.mode") == "" {
			return strings.Join(ids, " ")
		}
		if got.get(at+"search.mode") == "match" {
			ids = append(ids, got.get(at+"resource.id"))
		}
	}
}

func TestSearchForm(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	a.do("PUT /Patient/q", patient("q", "First")).want(201)
	const form = "Content-Type: application/x-www-form-urlencoded"
	got := a.do("POST /Patient/_search?_id=p", "family=first", form).want(200)
	if got.ids() != "p" || got.link("self") != a.base+"/Patient?_id=p&family=first" {
		t.Errorf("URL and form together found %q, self %s", got.ids(), got.link("self"))
	}
	a.do("POST /Patient/_search?family=first", "", form).want(200)
	a.do("POST /Patient/_search?family=first", "").want(200)
	a.do("POST /Patient/_search", "_format=xml&family=first", form).want(406).issue("not-supported")
	a.do("POST /Patient/_search", `{"family":"first"}`).want(415).issue("not-supported")
	a.do("POST /Patient/_search", "family=first", form+"; charset=latin1").want(415).issue("not-supported")
	a.do("POST /Patient/_search", "shoe-size=44", form).want(400).issue("not-supported")
}

func TestUnknownParameters(t *testing.T) {
	for name, test := range map[string]struct {
		lenientServer bool
		prefer        string
		want          int
	}{
		"strict by default":         {false, "", 400},
		"lenient by request":        {false, "handling=lenient", 200},
		"lenient by setting":        {true, "", 200},
		"strict by request":         {true, "handling=strict", 400},
		"another preference":        {false, "return=minimal", 400},
		"among other preferences":   {false, "respond-async, return=minimal; handling=lenient", 200},
		"a handling that is no one": {false, "handling=mild", 400},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, lenient(test.lenientServer))
			a.do("PUT /Patient/p", patient("p", "First")).want(201)
			got := a.do("GET /Patient?shoe-size=44&family=first", "", "Prefer: "+test.prefer).want(test.want)
			if test.want != 200 {
				got.issue("not-supported")
				return
			}
			if got.ids() != "p" || got.get("entry.1.search.mode") != "outcome" || got.get("entry.1.resource.issue.0.severity") != "warning" {
				t.Errorf("want p and an outcome that warns: %s", got.text)
			}
			if strings.Contains(got.link("self"), "shoe") || !strings.Contains(got.link("self"), "family=first") {
				t.Errorf("the self link %s must hold family alone", got.link("self"))
			}
		})
	}
}

func TestPaging(t *testing.T) {
	a := serve(t)
	var entries []string
	for i := range 25 {
		id := fmt.Sprintf("p%02d", i)
		entries = append(entries, put("Patient/"+id, patient(id, "Page")))
	}
	a.do("POST ", transaction(entries...)).want(200)
	seen := map[string]int{}
	pages := 0
	var first answer
	for next := a.base + "/Patient?family=page&_count=4"; next != ""; pages++ {
		page := a.do("GET "+next, "").want(200)
		for _, id := range strings.Fields(page.ids()) {
			seen[id]++
		}
		if pages == 0 {
			first = page
		} else if page.link("first") != first.link("first") || page.link("self") != next {
			t.Errorf("page %d: first %s, self %s, want %s and %s", pages, page.link("first"), page.link("self"), first.link("first"), next)
		}
		// What comes and goes between pages must not disturb what stays.
		a.do(fmt.Sprintf("PUT /Patient/new%02d", pages), patient(fmt.Sprintf("new%02d", pages), "Page")).want(201)
		next = page.link("next")
		if pages > 40 {
			t.Fatal("the pages do not end")
		}
	}
	for i := range 25 {
		if id := fmt.Sprintf("p%02d", i); seen[id] != 1 {
			t.Errorf("%s was on %d pages, want 1", id, seen[id])
		}
	}

	next, err := url.Parse(first.link("next"))
	if err != nil {
		t.Fatal(err)
	}
	cursor := next.Query().Get("_page")
	tampered := []byte(cursor)
	tampered[len(tampered)/2] ^= 1
	for _, query := range []string{
		"family=page&_count=4&_page=" + string(tampered),
		"family=page&_count=4&_page=" + cursor[:len(cursor)-2],
		"family=page&_count=4&_page=x",
		"family=other&_count=4&_page=" + cursor, // a cursor serves the search that it was made for
		"_count=4&_page=" + cursor,
	} {
		a.do("GET /Patient?"+query, "").want(400).issue("value")
	}
	a.do("GET /Practitioner?family=page&_count=4&_page="+cursor, "").want(400).issue("value")

	if got := a.do("GET /Patient?family=page&_count=0&_total=accurate", "").want(200); got.get("total") == "" || strings.Contains(got.text, `"entry"`) {
		t.Errorf("_count=0: %s", got.text)
	}
	if got := a.do("GET /Patient?family=page&_count=1000000", "").want(200); len(strings.Fields(got.ids())) < 25 {
		t.Errorf("a huge _count found only %s", got.ids())
	}
}
