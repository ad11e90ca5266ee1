package suite

import "time"

func updateRequirements() []Requirement {
	const clause = r4 + "http.html#update"
	needs := []Need{interactions("Patient", "create", "read", "update")}
	creating := append(needs[:1:1], element("Patient", "updateCreate", "true"))
	return family(
		Requirement{ID: "update.1", Clause: clause, Text: "An update is 200 with the ETag of the new version, and is read back", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			before := s.do("GET /Patient/<p1>", "").must(200)
			a := s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":false}`)).want(200)
			after := s.do("GET /Patient/<p1>", "").must(200).equal("active", "false")
			after.describesItself()
			if a.etag() == "" || a.etag() != after.get("meta.versionId") || a.etag() == before.get("meta.versionId") {
				s.errorf("%s: ETag %q, was version %q, is %q", a.call, a.header.Get("ETag"), before.get("meta.versionId"), after.get("meta.versionId"))
			}
		}},
		Requirement{ID: "update.2", Clause: clause, Text: "lastUpdated does not go back", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			last := time.Time{}
			for i := range 4 {
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"multipleBirthInteger":`+string(rune('1'+i))+`}`)).must(200)
				text := s.do("GET /Patient/<p1>", "").must(200).get("meta.lastUpdated")
				at, err := time.Parse(time.RFC3339Nano, text)
				if err != nil || at.Before(last) {
					s.errorf("PUT /Patient/%s: meta.lastUpdated is %q after %s", s.at("p1"), text, last.Format(time.RFC3339Nano))
				}
				last = at
			}
		}},
		Requirement{ID: "update.3", Clause: clause, Text: "An update without an id in the body, or with another, is 400", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`)
			s.do("PUT /Patient/<p1>", s.resource(`Patient {"active":false}`)).refused(400, 422)
			s.do("PUT /Patient/<p1>", s.own("p2", `Patient {"active":false}`)).refused(400, 422)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
			s.do("GET /Patient/<p2>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "update.4", Clause: clause, Text: "A resource of another type is refused", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("PUT /Patient/<p1>", s.resource(`Person {"id":"<p1>"}`)).refused(400, 422)
			s.do("GET /Patient/<p1>", "").want(200)
		}},
		Requirement{ID: "update.5", Clause: r4 + "http.html#upsert", Text: "An update of an id that is not known creates it: 201 with Location", Needs: creating, Check: func(s *Session) {
			id := "made-" + s.run.id
			a := s.do("PUT /Patient/"+id, s.resource(`Patient {"id":"`+id+`"}`)).want(201)
			if _, got, _ := location(a.header.Get("Location")); got != id {
				s.errorf("%s: Location is %q", a.call, a.header.Get("Location"))
			}
			s.do("GET /Patient/"+id, "").want(200).equal("id", id)
		}},
		Requirement{ID: "update.6", Clause: r4 + "http.html#upsert", Text: "Where updateCreate is not claimed, an update creates nothing", Needs: append(needs[:1:1], without(element("Patient", "updateCreate", "true"))), Check: func(s *Session) {
			s.do("PUT /Patient/"+absent, s.resource(`Patient {"id":"`+absent+`"}`)).refused(400, 404, 405, 422)
			s.do("GET /Patient/"+absent, "").refused(404)
		}},
		Requirement{ID: "update.7", Clause: clause, Text: "An update of what was deleted brings it back under a new version", Needs: append(creating[:2:2], interactions("Patient", "delete", "vread")), Check: func(s *Session) {
			first, second := s.twoVersions()
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":true}`)).want(201)
			if v := s.do("GET /Patient/<p1>", "").must(200).get("meta.versionId"); v == first || v == second {
				s.errorf("PUT %s after its deletion: versionId %q was there before", s.at("p1"), v)
			}
			s.do("GET /Patient/<p1>/_history/"+second, "").want(200).equal("active", "false")
		}},
		Requirement{ID: "update.8", Clause: clause, Text: "An update that is not valid changes nothing", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			before := s.do("GET /Patient/<p1>", "").must(200)
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"gender":"no-code-of-it"}`)).refused(400, 422)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true").equal("meta.versionId", before.get("meta.versionId"))
		}},
		Requirement{ID: "update.9", Clause: clause, Text: "An update replaces: elements that it does not have are gone", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true,"birthDate":"1970-01-02"}`)
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":true}`)).want(200)
			s.do("GET /Patient/<p1>", "").want(200).equal("birthDate", "")
		}},
		Requirement{ID: "update.10", Clause: clause, Text: "meta.versionId in the body does not become the version", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("PUT /Patient/<p1>", `{"resourceType":"Patient","id":"<p1>","meta":{"versionId":"77","lastUpdated":"1999-01-01T00:00:00Z"},"active":false}`).want(200)
			a := s.do("GET /Patient/<p1>", "").must(200)
			a.describesItself()
			if a.get("meta.versionId") == "77" {
				s.errorf("%s: versionId is the client's", a.call)
			}
		}},
		Requirement{ID: "update.11", Clause: clause, Text: "What an update acknowledged, the next read gives", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, date := range []string{"1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04", "1970-01-05"} {
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"birthDate":"`+date+`"}`)).must(200)
				s.do("GET /Patient/<p1>", "").want(200).equal("birthDate", date)
			}
		}},
	)
}

func conditionalUpdateRequirements() []Requirement {
	const clause = r4 + "http.html#cond-update"
	needs := []Need{searching("Patient", "identifier"), interactions("Patient", "update", "read"), element("Patient", "conditionalUpdate", "true")}
	const call = "PUT /Patient?identifier=<sys>|1"
	const active = `Patient {"active":true,"identifier":[{"system":"<sys>","value":"1"}]}`
	const inactive = `Patient {"active":false,"identifier":[{"system":"<sys>","value":"1"}]}`
	return family(
		Requirement{ID: "conditional-update.1", Clause: clause, Text: "Without a match it creates, with one it updates that", Needs: needs, Check: func(s *Session) {
			first := s.do(call, s.resource(active)).must(201)
			s.do(call, s.resource(inactive)).want(200)
			s.do("GET /Patient/"+first.id(), "").want(200).equal("active", "false")
			s.found("Patient?identifier=<sys>|1", "Patient/"+first.id())
		}},
		Requirement{ID: "conditional-update.2", Clause: clause, Text: "With several matches it is 412 and changes nothing", Needs: needs, Check: func(s *Session) {
			s.have("p1", active, "p2", active)
			s.do(call, s.resource(inactive)).refused(412)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
			s.do("GET /Patient/<p2>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "conditional-update.3", Clause: clause, Text: "An id in the body that is not the match's is 400", Needs: needs, Check: func(s *Session) {
			s.have("p1", active)
			s.do(call, s.resource(`Patient {"id":"`+absent+`","active":false,"identifier":[{"system":"<sys>","value":"1"}]}`)).refused(400, 412, 422)
			s.do(call, s.own("p1", inactive)).want(200)
		}},
		Requirement{ID: "conditional-update.4", Clause: clause, Text: "Criteria that are not understood are refused, not passed over", Needs: needs, Check: func(s *Session) {
			s.have("p1", active)
			s.do(call+"&elementOfNoResource=1", s.resource(inactive)).refused(400, 412)
			s.do("PUT /Patient?identifier:nonsense=<sys>|1", s.resource(inactive)).refused(400, 412)
			s.do("PUT /Patient", s.resource(inactive)).refused(400, 404, 405, 412)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "conditional-update.5", Clause: clause, Text: "Of many at once, one creates", Needs: needs, Check: func(s *Session) {
			for _, a := range s.race(12, call, s.resource(active)) {
				a.want(200, 201, 409, 412, 503)
			}
			if n := len(s.do("GET "+s.tagged("Patient?identifier=<sys>|1"), "").must(200).matches()); n != 1 {
				s.errorf("after 12 simultaneous conditional updates there are %d resources, want 1", n)
			}
		}},
		Requirement{ID: "conditional-update.6", Clause: r4 + "http.html#concurrency", Text: "If-Match holds for the match", Needs: needs, Check: func(s *Session) {
			s.have("p1", active)
			s.do(call, s.resource(inactive), `If-Match: W/"no-such-version"`).refused(412, 400)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
			s.do(call, s.resource(inactive), "If-Match: "+s.do("GET /Patient/<p1>", "").header.Get("ETag")).want(200)
		}},
	)
}
