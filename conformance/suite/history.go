package suite

import (
	"slices"
	"strings"
	"time"
)

func historyRequirements() []Requirement {
	const clause = r4 + "http.html#history"
	needs := []Need{interactions("Patient", "create", "read", "update", "history-instance")}
	deleting := append(needs, interactions("Patient", "delete"))
	wide := func(n Need) []Need { return append(deleting[:2:2], n) }
	return family(
		Requirement{ID: "history.1", Clause: clause, Text: "A resource's history is a Bundle of type history with every version, the newest first", Needs: needs, Check: func(s *Session) {
			first, second := s.twoVersions()
			a := s.do("GET /Patient/<p1>/_history", "").must(200)
			a.equal("resourceType", "Bundle").equal("type", "history").equal("entry.0.resource.meta.versionId", second).
				equal("entry.1.resource.meta.versionId", first).equal("entry.0.resource.active", "false").equal("entry.1.resource.active", "true")
			if len(a.entries()) != 2 {
				s.errorf("%s: %d entries, want 2", a.call, len(a.entries()))
			}
			if total := a.body.get("total"); total.present() && total.text() != "2" {
				s.errorf("%s: total is %s, want 2", a.call, total.text())
			}
		}},
		Requirement{ID: "history.2", Clause: r4 + "bundle.html#history", Text: "Every entry has fullUrl, request and response (bdl-3, bdl-4), and a self link", Needs: deleting, Check: func(s *Session) {
			s.twoVersions()
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			a := s.do("GET /Patient/<p1>/_history", "").must(200)
			if a.link("self") == "" {
				s.errorf("%s: there is no self link", a.call)
			}
			for i, e := range a.entries() {
				s.historyEntry(a, i, e)
			}
			var methods []string
			for _, e := range a.entries() {
				methods = append(methods, e.get("request.method").text())
			}
			if want := []string{"DELETE", "PUT", "POST"}; !slices.Equal(methods, want) {
				s.errorf("%s: the methods are %v, want %v", a.call, methods, want)
			}
		}},
		Requirement{ID: "history.3", Clause: clause, Text: "A deletion is an entry without a resource", Needs: deleting, Check: func(s *Session) {
			s.twoVersions()
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			a := s.do("GET /Patient/<p1>/_history", "").must(200)
			a.equal("entry.0.request.method", "DELETE").equal("entry.0.resource", "")
			if len(a.entries()) != 3 {
				s.errorf("%s: %d entries, want 3", a.call, len(a.entries()))
			}
		}},
		Requirement{ID: "history.4", Clause: clause, Text: "_count limits a page, and the next links lead through every version once", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"multipleBirthInteger":1}`)
			for i := range 6 {
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"multipleBirthInteger":`+string(rune('2'+i))+`}`)).must(200)
			}
			var got []string
			for _, page := range s.pages("GET /Patient/<p1>/_history?_count=3") {
				if len(page.entries()) > 3 {
					s.errorf("%s: %d entries, want at most 3", page.call, len(page.entries()))
				}
				for _, e := range page.entries() {
					got = append(got, e.get("resource.multipleBirthInteger").text())
				}
			}
			if want := "7 6 5 4 3 2 1"; strings.Join(got, " ") != want {
				s.errorf("GET %s/_history?_count=3: through its pages %v, want %s", s.at("p1"), got, want)
			}
		}},
		Requirement{ID: "history.5", Clause: clause, Text: "_since leaves out what is older", Needs: needs, Check: func(s *Session) {
			s.twoVersions()
			updated := s.do("GET /Patient/<p1>", "").must(200).get("meta.lastUpdated")
			a := s.do("GET /Patient/<p1>/_history?_since="+strings.ReplaceAll(updated, "+", "%2B"), "").must(200)
			for _, e := range a.entries() {
				if at := e.get("resource.meta.lastUpdated").text(); before(at, updated) {
					s.errorf("%s: has a version of %s", a.call, at)
				}
			}
			if n := len(s.do("GET /Patient/<p1>/_history?_since=2001-01-01T00:00:00Z", "").must(200).entries()); n != 2 {
				s.errorf("GET %s/_history?_since=2001: %d entries, want 2", s.at("p1"), n)
			}
			if n := len(s.do("GET /Patient/<p1>/_history?_since=2999-01-01T00:00:00Z", "").must(200).entries()); n != 0 {
				s.errorf("GET %s/_history?_since=2999: %d entries, want none", s.at("p1"), n)
			}
		}},
		Requirement{ID: "history.6", Clause: clause, Text: "The history of an id that is not known is 404", Needs: needs, Check: func(s *Session) {
			s.do("GET /Patient/"+absent+"/_history", "").refused(404)
		}},
		Requirement{ID: "history.7", Clause: clause, Text: "Values that are not of their kind are 400", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, query := range []string{"_since=yesterday", "_since=2020-02-31T00:00:00Z", "_count=-1", "_count=some", "_at=never"} {
				s.do("GET /Patient/<p1>/_history?"+query, "", strict).refused(400)
			}
		}},
		Requirement{ID: "history.8", Clause: clause, Text: "_at selects the version that was current then, or is refused", Needs: needs, Check: func(s *Session) {
			first, _ := s.twoVersions()
			at := s.do("GET /Patient/<p1>/_history", "").must(200).get("entry.1.resource.meta.lastUpdated")
			a := s.do("GET /Patient/<p1>/_history?_at="+strings.ReplaceAll(at, "+", "%2B"), "", strict)
			if s.noteRefusal(a) {
				return
			}
			a.want(200).equal("entry.0.resource.meta.versionId", first)
			if len(a.entries()) != 1 {
				s.errorf("%s: %d entries, want 1", a.call, len(a.entries()))
			}
			if n := len(s.do("GET /Patient/<p1>/_history?_at=2001", "", strict).must(200).entries()); n != 0 {
				s.errorf("GET %s/_history?_at=2001: %d entries, want none", s.at("p1"), n)
			}
		}},
		Requirement{ID: "history-type.1", Clause: clause, Text: "The history of a type has every change of its resources, and no other type's", Needs: wide(interactions("Patient", "history-type")), Check: func(s *Session) {
			s.historyOfMany("/Patient/_history", "Patient")
		}},
		Requirement{ID: "history-type.2", Clause: clause, Text: "The history of a type that is not served is 404", Needs: wide(interactions("Patient", "history-type")), Check: func(s *Session) {
			s.do("GET /Parrot/_history", "").refused(404)
			s.do("GET /Patient/_history?_since=yesterday", "").refused(400)
		}},
		Requirement{ID: "history-type.3", Clause: clause, Text: "_at selects from the history of a type what was current then, or is refused", Needs: wide(interactions("Patient", "history-type")), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`)
			first := s.do("GET /Patient/<p1>", "").must(200).get("meta.lastUpdated")
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":false}`)).must(200)
			second := s.do("GET /Patient/<p1>", "").must(200).get("meta.lastUpdated")
			s.do("DELETE /Patient/<p2>", "").must(200, 204)
			// On a server with many resources, _since keeps the answer short.
			at := func(at string) string {
				return "GET " + strings.ReplaceAll("/Patient/_history?_at="+at+"&_since="+first, "+", "%2B")
			}
			if s.noteRefusal(s.do(at(first), "", strict)) {
				return
			}
			for when, want := range map[string]string{first: "true", second: "false p2", "2999": "false"} {
				var got []string
				for _, page := range s.pages(at(when), strict) {
					for _, e := range page.entries() {
						switch s.nameOf(pathOf(e)) {
						case "p1":
							got = append(got, e.get("resource.active").text())
						case "p2":
							got = append(got, "p2")
						}
					}
				}
				slices.Sort(got)
				if strings.Join(got, " ") != want {
					s.errorf("%s: of the two resources it gives %v, want %s", at(when), got, want)
				}
			}
		}},
		Requirement{ID: "history-system.1", Clause: clause, Text: "The history of the system has every change of every type", Needs: wide(systemwide("history-system")), Check: func(s *Session) {
			s.historyOfMany("/_history", "Patient", "Basic")
		}},
	)
}

// historyEntry checks what every entry of a history must have.
func (s *Session) historyEntry(a *answer, i int, e value) {
	method, status := e.get("request.method").text(), e.get("response.status").text()
	_, id, _ := location(e.get("fullUrl").text())
	switch {
	case id == "" || strings.Contains(e.get("fullUrl").text(), "/_history/"):
		s.errorf("%s: entry %d: fullUrl is %q, want that of the resource without a version", a.call, i, e.get("fullUrl").text())
	case method == "" || e.get("request.url").text() == "":
		s.errorf("%s: entry %d: request is %s", a.call, i, e.get("request").text())
	case len(status) < 3 || status[0] != '2':
		s.errorf("%s: entry %d: response.status is %q", a.call, i, status)
	case !strings.HasPrefix(e.get("response.etag").text(), `W/"`) || e.get("response.lastModified").text() == "":
		s.errorf("%s: entry %d: response is %s, want etag and lastModified", a.call, i, e.get("response").text())
	case method == "POST" && status[:3] != "201":
		s.errorf("%s: entry %d: a POST with response.status %q", a.call, i, status)
	case method != "DELETE" && !e.get("resource").present():
		s.errorf("%s: entry %d: a %s without a resource", a.call, i, method)
	}
}

// historyOfMany makes, changes and deletes resources of types, and looks for it
// in a history of many resources.
func (s *Session) historyOfMany(path string, types ...string) {
	want := map[string]int{}
	from := ""
	for _, t := range types {
		s.have(t, minimalResource(t))
		a := s.do("GET /"+s.at(t), "").must(200)
		if from == "" {
			from = a.get("meta.lastUpdated")
		}
		s.do("PUT /"+s.at(t), strings.Replace(string(a.raw), `"`+t+`"`, `"`+t+`","language":"en"`, 1)).must(200)
		s.do("DELETE /"+s.at(t), "").must(200, 204)
		want[s.at(t)] = 3
	}
	got := map[string]int{}
	last := ""
	for _, page := range s.pages("GET " + path + "?_count=20&_since=" + strings.ReplaceAll(from, "+", "%2B")) {
		page.equal("type", "history")
		for i, e := range page.entries() {
			s.historyEntry(page, i, e)
			t, id, _ := location(e.get("fullUrl").text())
			got[t+"/"+id]++
			if len(types) == 1 && t != types[0] {
				s.errorf("%s: entry %d is of type %s", page.call, i, t)
			}
			at := e.get("response.lastModified").text()
			if last != "" && before(last, at) {
				s.errorf("%s: entry %d, of %s, is newer than the one before it, of %s", page.call, i, at, last)
			}
			last = at
		}
	}
	for at, n := range want {
		if got[at] != n {
			s.errorf("GET %s: %d entries of %s, want %d", path, got[at], at, n)
		}
	}
}

// before compares two instants. What is none comes before nothing.
func before(a, b string) bool {
	x, err := time.Parse(time.RFC3339Nano, a)
	if err != nil {
		return false
	}
	y, err := time.Parse(time.RFC3339Nano, b)
	return err == nil && x.Before(y)
}
