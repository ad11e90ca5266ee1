package suite

import (
	"net/http"
	"strings"
	"time"
)

func readRequirements() []Requirement {
	const clause = r4 + "http.html#read"
	needs := []Need{interactions("Patient", "create", "read")}
	return family(
		Requirement{ID: "read.1", Clause: clause, Text: "What was created is read as it was stored", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true,"name":[{"family":"Read","given":["A","B"]}],"birthDate":"1970-03-01"}`)
			a := s.do("GET /Patient/<p1>", "").must(200)
			a.equal("resourceType", "Patient").equal("id", "<p1>").equal("active", "true").
				equal("name.0.family", "Read").equal("name.0.given", `["A","B"]`).equal("birthDate", "1970-03-01").equal("meta.tag.0.code", "<tag>")
			if !a.isFHIRJSON() {
				s.errorf("%s: Content-Type %q", a.call, a.header.Get("Content-Type"))
			}
		}},
		Requirement{ID: "read.2", Clause: clause, Text: "ETag is meta.versionId, and Last-Modified meta.lastUpdated", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("GET /Patient/<p1>", "").must(200).describesItself()
		}},
		Requirement{ID: "read.3", Clause: clause, Text: "An id that is not known is 404", Needs: needs, Check: func(s *Session) {
			s.do("GET /Patient/"+absent, "").refused(404)
		}},
		Requirement{ID: "read.4", Clause: clause, Text: "What was deleted is 410", Needs: []Need{interactions("Patient", "create", "read", "delete", "vread")}, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			s.do("GET /Patient/<p1>", "").refused(410)
		}},
		Requirement{ID: "read.5", Clause: r4 + "http.html#Status-Codes", Text: "A type that R4 does not have is 404", Needs: needs, Check: func(s *Session) {
			s.do("GET /Parrot/1", "").refused(404)
		}},
		Requirement{ID: "read.6", Clause: r4 + "http.html#head", Text: "HEAD answers as GET does, without the body", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			get, head := s.do("GET /Patient/<p1>", "").must(200), s.do("HEAD /Patient/<p1>", "").must(200)
			for _, name := range []string{"ETag", "Last-Modified", "Content-Type"} {
				if get.header.Get(name) != head.header.Get(name) {
					s.errorf("%s: %s is %q, GET has %q", head.call, name, head.header.Get(name), get.header.Get(name))
				}
			}
			s.do("HEAD /Patient/"+absent, "").want(404)
		}},
		Requirement{ID: "read.7", Clause: r4 + "datatypes.html#id", Text: "What is no id is refused", Needs: needs, Check: func(s *Session) {
			for _, id := range []string{strings.Repeat("x", 65), "a_b", "a%20b", "%24ne", "a%00b", "..%2f..%2fetc%2fpasswd"} {
				s.do("GET /Patient/"+id, "").refused(400, 404)
			}
		}},
		Requirement{ID: "read.8", Clause: r4 + "datatypes.html#id", Text: "Ids differ by case", Needs: []Need{interactions("Patient", "create", "read")}, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			_, id, _ := strings.Cut(s.at("p1"), "/")
			for _, other := range []string{strings.ToUpper(id), strings.ToLower(id)} {
				if other != id {
					s.do("GET /Patient/"+other, "").refused(404)
				}
			}
		}},
		Requirement{ID: "read.9", Clause: r4 + "search.html#errors", Text: "A parameter without effect on a read is refused under strict handling", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("GET /Patient/<p1>?elementOfNoResource=1", "", strict).refused(400)
		}},
	)
}

// describesItself checks that the headers tell the version that the body is.
func (a *answer) describesItself() {
	if v := a.get("meta.versionId"); v == "" || a.etag() != v {
		a.s.errorf(`%s: ETag is %q, want W/"%s" after meta.versionId`, a.call, a.header.Get("ETag"), v)
	}
	updated, err := time.Parse(time.RFC3339Nano, a.get("meta.lastUpdated"))
	if err != nil {
		a.s.errorf("%s: meta.lastUpdated %q is no instant", a.call, a.get("meta.lastUpdated"))
		return
	}
	modified, err := http.ParseTime(a.header.Get("Last-Modified"))
	if err != nil || modified.Sub(updated).Abs() > time.Second {
		a.s.errorf("%s: Last-Modified is %q, meta.lastUpdated %s", a.call, a.header.Get("Last-Modified"), a.get("meta.lastUpdated"))
	}
}

func conditionalReadRequirements() []Requirement {
	const clause = r4 + "http.html#cread"
	claimed := func(values ...string) []Need {
		return []Need{interactions("Patient", "create", "read"), element("Patient", "conditionalRead", values...)}
	}
	return family(
		Requirement{ID: "conditional-read.1", Clause: clause, Text: "If-None-Match with the current ETag is 304 without a body, with another 200", Needs: claimed("not-match", "full-support"), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			tag := s.do("GET /Patient/<p1>", "").must(200).header.Get("ETag")
			for value, want := range map[string]int{tag: 304, `W/"no-such-version"`: 200, `W/"no-such-version", ` + tag: 304, "*": 304} {
				a := s.do("GET /Patient/<p1>", "", "If-None-Match: "+value).want(want)
				if want == 304 && len(a.raw) > 0 {
					s.errorf("%s: If-None-Match %s: 304 with a body", a.call, value)
				}
			}
			s.do("GET /Patient/"+absent, "", "If-None-Match: "+tag).refused(404)
		}},
		Requirement{ID: "conditional-read.2", Clause: clause, Text: "If-Modified-Since with the Last-Modified is 304, with an earlier time 200", Needs: claimed("modified-since", "full-support"), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			modified := s.do("GET /Patient/<p1>", "").must(200).header.Get("Last-Modified")
			s.do("GET /Patient/<p1>", "", "If-Modified-Since: "+modified).want(304)
			s.do("GET /Patient/<p1>", "", "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT").want(200)
		}},
		Requirement{ID: "conditional-read.3", Clause: clause, Text: "After an update the ETag of before no longer gives 304", Needs: append(claimed("not-match", "full-support"), interactions("Patient", "update")), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			tag := s.do("GET /Patient/<p1>", "").must(200).header.Get("ETag")
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":false}`)).must(200)
			s.do("GET /Patient/<p1>", "", "If-None-Match: "+tag).want(200).equal("active", "false")
		}},
		Requirement{ID: "conditional-read.4", Clause: r4 + "bundle-definitions.html#Bundle.entry.request.ifNoneMatch", Text: "In a Bundle, ifNoneMatch and ifModifiedSince do what the headers do", Needs: append(claimed("full-support"), systemwide("batch")), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			now := s.do("GET /Patient/<p1>", "").must(200)
			tag := strings.ReplaceAll(now.header.Get("ETag"), `"`, `\"`)
			a := s.do("POST ", bundleOf("batch",
				entry("", "GET Patient/<p1>", "", `,"ifNoneMatch":"`+tag+`"`),
				entry("", "GET Patient/<p1>", "", `,"ifNoneMatch":"W/\"no-such-version\""`),
				entry("", "GET Patient/<p1>", "", `,"ifModifiedSince":"`+now.get("meta.lastUpdated")+`"`),
				entry("", "GET Patient/<p1>", "", `,"ifModifiedSince":"2000-01-01T00:00:00Z"`),
			)).must(200)
			a.entryStatuses("304 200 304 200")
			a.equal("entry.0.resource", "").equal("entry.1.resource.active", "true").equal("entry.2.resource", "").equal("entry.3.resource.active", "true")
		}},
	)
}

func versionReadRequirements() []Requirement {
	const clause = r4 + "http.html#vread"
	needs := []Need{interactions("Patient", "create", "update", "vread")}
	return family(
		Requirement{ID: "vread.1", Clause: clause, Text: "Each version is read as it was", Needs: needs, Check: func(s *Session) {
			first, second := s.twoVersions()
			s.do("GET /Patient/<p1>/_history/"+first, "").want(200).equal("active", "true").equal("meta.versionId", first)
			s.do("GET /Patient/<p1>/_history/"+second, "").want(200).equal("active", "false").equal("meta.versionId", second)
		}},
		Requirement{ID: "vread.2", Clause: clause, Text: "ETag and Last-Modified are those of the version", Needs: needs, Check: func(s *Session) {
			first, _ := s.twoVersions()
			s.do("GET /Patient/<p1>/_history/"+first, "").must(200).describesItself()
		}},
		Requirement{ID: "vread.3", Clause: clause, Text: "A version that is not known is 404", Needs: needs, Check: func(s *Session) {
			s.twoVersions()
			for _, version := range []string{"99999", "0", "no-such-version", "-1", "1e0", "01"} {
				s.do("GET /Patient/<p1>/_history/"+version, "").refused(404, 400)
			}
			s.do("GET /Patient/"+absent+"/_history/1", "").refused(404)
		}},
		Requirement{ID: "vread.4", Clause: clause, Text: "Earlier versions outlive the deletion, and that of the deletion is 410", Needs: append(needs, interactions("Patient", "delete", "history-instance")), Check: func(s *Session) {
			first, second := s.twoVersions()
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			s.do("GET /Patient/<p1>/_history/"+first, "").want(200).equal("active", "true")
			s.do("GET /Patient/<p1>/_history/"+second, "").want(200).equal("active", "false")
			newest := s.do("GET /Patient/<p1>/_history", "").must(200)
			tag, _ := strings.CutPrefix(newest.get("entry.0.response.etag"), `W/"`)
			if newest.get("entry.0.request.method") == "DELETE" && tag != "" {
				s.do("GET /Patient/<p1>/_history/"+strings.TrimSuffix(tag, `"`), "").refused(410)
			}
		}},
		Requirement{ID: "vread.5", Clause: r4 + "http.html#head", Text: "HEAD of a version has its ETag", Needs: needs, Check: func(s *Session) {
			first, _ := s.twoVersions()
			if a := s.do("HEAD /Patient/<p1>/_history/"+first, "").want(200); a.etag() != first {
				s.errorf("%s: ETag %q, want version %s", a.call, a.header.Get("ETag"), first)
			}
		}},
	)
}

// twoVersions makes fixture p1, active and then not, and gives its versions.
func (s *Session) twoVersions() (first, second string) {
	s.have("p1", `Patient {"active":true}`)
	first = s.do("GET /Patient/<p1>", "").must(200).get("meta.versionId")
	s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":false}`)).must(200)
	second = s.do("GET /Patient/<p1>", "").must(200).get("meta.versionId")
	if first == "" || first == second {
		s.fatalf("update of Patient/%s: versionId was %q and is %q", s.at("p1"), first, second)
	}
	return first, second
}
