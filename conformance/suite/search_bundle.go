package suite

import (
	"net/url"
	"strings"
)

const form = "Content-Type: application/x-www-form-urlencoded"

func bundleRequirements() []Requirement {
	needs := []Need{searching("Patient", "family", "gender"), interactions("Patient", "read", "update", "delete")}
	return family(
		Requirement{ID: "search.bundle.1", Clause: r4 + "bundle.html#searchset", Text: "Matches have fullUrl, resource and mode match, and are as they are read", Needs: needs, Check: func(s *Session) {
			s.have(people...)
			a := s.do("GET "+s.tagged("Patient?family=nun"), "", strict).must(200)
			a.equal("resourceType", "Bundle").equal("type", "searchset")
			for i, e := range a.entries() {
				t, id, version := location(e.get("fullUrl").text())
				if t != "Patient" || id != e.get("resource.id").text() || version != "" || !strings.HasPrefix(e.get("fullUrl").text(), "http") {
					s.errorf("%s: entry %d: fullUrl is %q, want the absolute URL of %s", a.call, i, e.get("fullUrl").text(), pathOf(e))
				}
				if e.get("search.mode").text() != "match" {
					s.errorf("%s: entry %d: search.mode is %q", a.call, i, e.get("search.mode").text())
				}
				if read := s.do("GET "+e.get("fullUrl").text(), "").must(200); read.body.text() != e.get("resource").text() {
					s.errorf("%s: entry %d differs from what is read: %s", a.call, i, e.get("resource").text())
				}
			}
		}},
		Requirement{ID: "search.bundle.2", Clause: r4 + "search.html#conformance", Text: "The self link has the parameters that were used, and finds the same", Needs: needs, Check: func(s *Session) {
			s.have(people...)
			for _, query := range []string{"Patient?family=nun&gender:missing=true", "Patient?family=nunez,obrien&_count=5", "Patient?family=N%C3%BA%C3%B1", `Patient?family=o'brien\, smith`} {
				a := s.do("GET "+s.tagged(query), "", strict).must(200)
				self := queryOf(a.link("self"))
				sent, err := url.ParseQuery(query[strings.Index(query, "?")+1:])
				if err != nil || self == nil {
					s.fatalf("%s: the self link is %q", a.call, a.link("self"))
				}
				for name, values := range sent {
					if name != "_count" && self.Get(name) != values[0] {
						s.errorf("%s: %s is %q in the self link %s", a.call, name, self.Get(name), a.link("self"))
					}
				}
				again := s.do("GET "+a.link("self"), "").must(200)
				s.compareNames(again.call, s.namesOf(again.matches()), s.namesOf(a.matches()))
			}
		}},
		Requirement{ID: "search.bundle.3", Clause: r4 + "search.html", Text: "What a write acknowledged, the next search knows", Needs: needs, Check: func(s *Session) {
			for range 4 {
				s.have("p1", `Patient {"name":[{"family":"Fresh<run>"}]}`)
				s.found("Patient?family=Fresh<run>", "p1")
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"name":[{"family":"Changed<run>"}]}`)).must(200)
				s.found("Patient?family=Fresh<run>", "")
				s.found("Patient?family=Changed<run>", "p1")
				s.do("DELETE /Patient/<p1>", "").must(200, 204)
				s.found("Patient?family=Changed<run>", "")
			}
		}},
		Requirement{ID: "search.bundle.4", Clause: r4 + "http.html#search", Text: "A search that finds nothing is a Bundle without entries, not an error", Needs: needs, Check: func(s *Session) {
			a := s.do("GET "+s.tagged("Patient?family=nobody"), "", strict).want(200)
			a.equal("type", "searchset").equal("entry", "")
		}},
		Requirement{ID: "search.bundle.5", Clause: r4 + "http.html#search", Text: "A type that is not served is 404", Needs: needs, Check: func(s *Session) {
			s.do("GET /Parrot?name=x", "").refused(404)
		}},
		Requirement{ID: "search.bundle.6", Clause: r4 + "http.html#head", Text: "HEAD of a search has its status and no body", Needs: needs, Check: func(s *Session) {
			s.do("HEAD "+s.tagged("Patient?family=nobody"), "").want(200)
			s.do("HEAD /Patient?birthdate=2020-02-31", "", strict).want(400)
		}},
	)
}

func formRequirements() []Requirement {
	const clause = r4 + "http.html#search"
	needs := []Need{searching("Patient", "family", "given", "address-city")}
	post := func(s *Session, query, body, want string) {
		a := s.do("POST /Patient/_search"+query, body, form, strict).must(200)
		s.compareNames(a.call+" with "+body, s.namesOf(a.matches()), strings.Fields(want))
	}
	return family(
		Requirement{ID: "search.form.1", Clause: clause, Text: "POST _search finds what GET finds", Needs: needs, Check: func(s *Session) {
			s.have(people...)
			tag := "&_tag=" + s.tag
			post(s, "", "family=nun"+tag, "nunez nunes")
			post(s, "", "family=nunez"+tag, "nunez")
			post(s, "", "given=Ann+Mary"+tag, "nunez")
			post(s, "", "given=Ann%20Mary&address-city=S%C3%A3o+Paulo"+tag, "nunez")
			post(s, "", "family=nobody"+tag, "")
		}},
		Requirement{ID: "search.form.2", Clause: clause, Text: "Parameters of the URL and of the body count together", Needs: needs, Check: func(s *Session) {
			s.have(people...)
			post(s, "?family=nun", "given=bob&_tag="+s.tag, "nunes")
			post(s, "?family=nun&_tag="+s.tag, "", "nunez nunes")
			post(s, "?_tag="+s.tag, "family=nunez", "nunez")
		}},
		Requirement{ID: "search.form.3", Clause: clause, Text: "A body that is no form is 415, and what GET refuses POST refuses", Needs: needs, Check: func(s *Session) {
			s.do("POST /Patient/_search", `{"family":"x"}`).refused(415, 400)
			s.do("POST /Patient/_search", "birthdate=2020-02-31", form, strict).refused(400)
			s.do("POST /Patient/_search", "elementOfNoResource=1", form, strict).refused(400)
			s.do("POST /Patient/_search", "family=%zz", form, strict).refused(400)
			s.do("POST /Parrot/_search", "name=x", form).refused(404)
		}},
		Requirement{ID: "search.form.4", Clause: clause, Text: "The links of a POST _search can be followed", Needs: needs, Check: func(s *Session) {
			all := s.many(5)
			a := s.do("POST /Patient/_search", "family=many&_count=2&_tag="+s.tag, form, strict).must(200)
			got := s.namesOf(a.matches())
			for pages := 0; a.link("next") != ""; pages++ {
				if pages > maxPages {
					s.fatalf("%s: the pages do not end", a.call)
				}
				a = s.do("GET "+a.link("next"), "").must(200)
				got = append(got, s.namesOf(a.matches())...)
			}
			s.compareNames("POST /Patient/_search and its pages", got, strings.Fields(all))
		}},
	)
}

func systemSearchRequirements() []Requirement {
	const clause = r4 + "http.html#search"
	needs := []Need{systemwide("search-system"), searching("Patient"), searching("Basic")}
	fixtures := []string{"p1", `Patient {"active":true}`, "b1", `Basic {"code":{"text":"x"}}`, "b2", `Basic {"code":{"text":"y"}}`}
	return family(
		Requirement{ID: "search.system.1", Clause: clause, Text: "A search of the system finds resources of the types that _type names", Needs: needs, Check: func(s *Session) {
			s.have(fixtures...)
			s.found("?_type=Patient,Basic", "p1 b1 b2")
			s.found("?_type=Basic", "b1 b2")
			s.found("?_type=Patient", "p1")
			s.found("?_type=Patient,Basic&_id=<b1>", "b1")
		}},
		Requirement{ID: "search.system.2", Clause: clause, Text: "_type that names what is not served is refused", Needs: needs, Check: func(s *Session) {
			s.do("GET ?_type=Parrot", "", strict).refused(400, 404)
			s.do("GET ?_type=Patient&birthdate=2020-02-31", "", strict).refused(400)
		}},
		Requirement{ID: "search.system.3", Clause: clause, Text: "POST [base]/_search finds what GET finds, and pages lead on", Needs: needs, Check: func(s *Session) {
			s.have(fixtures...)
			a := s.do("POST /_search", "_type=Patient,Basic&_tag="+s.tag, form, strict).must(200)
			s.compareNames(a.call, s.namesOf(a.matches()), []string{"p1", "b1", "b2"})
			s.found("?_type=Patient,Basic&_count=1", "p1 b1 b2")
		}},
	)
}

func handlingRequirements() []Requirement {
	const clause = r4 + "search.html#errors"
	needs := []Need{searching("Patient", "family")}
	return family(
		Requirement{ID: "search.handling.1", Clause: clause, Text: "Strict: a parameter that is not known is 400", Needs: needs, Check: func(s *Session) {
			for _, query := range []string{"elementOfNoResource=1", "family=x&elementOfNoResource=1", "Family=x", "name[$ne]=x", "$where=1", "_nonsense=1", "=x"} {
				s.do("GET /Patient?"+query, "", strict).refused(400)
			}
		}},
		Requirement{ID: "search.handling.2", Clause: clause, Text: "Lenient: a parameter that is not known is passed over, and is not in the self link", Needs: needs, Check: func(s *Session) {
			s.have(people...)
			a := s.do("GET "+s.tagged("Patient?family=nunez&elementOfNoResource=1"), "", "Prefer: handling=lenient").must(200)
			s.compareNames(a.call, s.namesOf(a.matches()), []string{"nunez"})
			if strings.Contains(a.link("self"), "elementOfNoResource") {
				s.errorf("%s: the self link %s has a parameter that was passed over", a.call, a.link("self"))
			}
			for _, e := range a.entries() {
				if e.get("resource.resourceType").text() == "OperationOutcome" && e.get("search.mode").text() != "outcome" {
					s.errorf("%s: an OperationOutcome of search.mode %q", a.call, e.get("search.mode").text())
				}
			}
		}},
		Requirement{ID: "search.handling.3", Clause: r4 + "search.html#modifiers", Text: "A modifier or value that is not understood is 400 also under lenient handling", Needs: needs, Check: func(s *Session) {
			for _, query := range []string{"family:nonsense=x", "birthdate=yesterday", "_lastUpdated=never"} {
				s.do("GET /Patient?"+query, "", "Prefer: handling=lenient").refused(400)
			}
		}},
		Requirement{ID: "search.handling.4", Clause: "https://www.rfc-editor.org/rfc/rfc3986.html#section-2.1", Text: "A query that is not well escaped is 400", Needs: needs, Check: func(s *Session) {
			for _, query := range []string{"family=%zz", "family=%", "family=%ff%fe"} {
				s.do("GET /Patient?"+query, "", strict).refused(400)
			}
		}},
	)
}
