package suite

func versionRequirements() []Requirement {
	const clause = r4 + "http.html#concurrency"
	const rfc = "https://www.rfc-editor.org/rfc/rfc9110.html#name-if-none-match"
	needs := []Need{interactions("Patient", "create", "read", "update"), element("Patient", "versioning", "versioned", "versioned-update")}
	return family(
		Requirement{ID: "version.1", Clause: clause, Text: "An update with If-Match of the current version is made", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			tag := s.do("GET /Patient/<p1>", "").must(200).header.Get("ETag")
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":false}`), "If-Match: "+tag).want(200)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "false")
		}},
		Requirement{ID: "version.2", Clause: clause, Text: "An update with If-Match of another version is 412 and changes nothing", Needs: needs, Check: func(s *Session) {
			first, second := s.twoVersions()
			for _, tag := range []string{`W/"` + first + `"`, `W/"no-such-version"`} {
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"birthDate":"1970-01-02"}`), "If-Match: "+tag).refused(412, 400)
			}
			s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"birthDate":"1970-01-02"}`), `If-Match: W/"`+first+`"`).refused(412)
			s.do("GET /Patient/<p1>", "").want(200).equal("birthDate", "").equal("meta.versionId", second)
		}},
		Requirement{ID: "version.3", Clause: clause, Text: "If-Match that is no ETag is refused, not passed over", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, tag := range []string{"nonsense", `W/"`, `""`} {
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"active":false}`), "If-Match: "+tag).refused(400, 412)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "version.4", Clause: clause, Text: "If-Match for what does not exist makes nothing", Needs: needs, Check: func(s *Session) {
			s.do("PUT /Patient/"+absent, s.resource(`Patient {"id":"`+absent+`"}`), `If-Match: W/"1"`).refused(412, 404, 405)
			s.do("GET /Patient/"+absent, "").refused(404)
		}},
		Requirement{ID: "version.5", Clause: clause, Text: "A delete with If-Match of another version is 412 and deletes nothing", Needs: append(needs, interactions("Patient", "delete")), Check: func(s *Session) {
			first, second := s.twoVersions()
			s.do("DELETE /Patient/<p1>", "", `If-Match: W/"`+first+`"`).refused(412)
			s.do("GET /Patient/<p1>", "").want(200)
			s.do("DELETE /Patient/<p1>", "", `If-Match: W/"`+second+`"`).want(200, 204)
		}},
		Requirement{ID: "version.6", Clause: rfc, Text: "If-None-Match: * lets an update create, and not replace", Needs: append(needs, element("Patient", "updateCreate", "true")), Check: func(s *Session) {
			id := "only-" + s.run.id
			body := s.resource(`Patient {"id":"` + id + `","active":true}`)
			s.do("PUT /Patient/"+id, body, "If-None-Match: *").want(201)
			s.do("PUT /Patient/"+id, s.resource(`Patient {"id":"`+id+`","active":false}`), "If-None-Match: *").refused(412)
			s.do("GET /Patient/"+id, "").want(200).equal("active", "true")
		}},
		Requirement{ID: "version.7", Clause: clause, Text: "Of many updates at once with one If-Match, one is made", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for range 3 {
				tag := s.do("GET /Patient/<p1>", "").must(200).header.Get("ETag")
				won := 0
				for i, a := range s.race(12, "PUT /Patient/<p1>", s.own("p1", `Patient {"active":false,"telecom":[{"value":"`+tag[len(tag)-2:len(tag)-1]+`"}]}`), "If-Match: "+tag) {
					switch a.status {
					case 200:
						won++
					case 412, 409, 503:
					default:
						s.errorf("%s: number %d of 12 at once: status %d: %s", a.call, i, a.status, a.excerpt())
					}
				}
				if won != 1 {
					s.errorf("PUT %s: %d of 12 simultaneous updates with If-Match %s were made, want 1", s.at("p1"), won, tag)
				}
			}
		}},
		Requirement{ID: "version.8", Clause: r4 + "resource.html#Meta.versionId", Text: "A version is never used twice", Needs: append(needs, interactions("Patient", "delete"), element("Patient", "updateCreate", "true")), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			seen := map[string]bool{}
			for i := range 6 {
				v := s.do("GET /Patient/<p1>", "").must(200).get("meta.versionId")
				if seen[v] {
					s.errorf("PUT %s: versionId %q again", s.at("p1"), v)
				}
				seen[v] = true
				if i%2 == 0 {
					s.do("DELETE /Patient/<p1>", "").must(200, 204)
				}
				s.do("PUT /Patient/<p1>", s.own("p1", `Patient {"multipleBirthInteger":`+string(rune('1'+i))+`}`)).must(200, 201)
			}
		}},
	)
}

func preferRequirements() []Requirement {
	const clause = r4 + "http.html#ops"
	needs := []Need{interactions("Patient", "create", "read", "update")}
	return family(
		Requirement{ID: "prefer.1", Clause: clause, Text: "return=minimal: no body, and the headers tell all the same", Needs: needs, Check: func(s *Session) {
			a := s.create(`Patient {"active":true}`, "Prefer: return=minimal")
			if len(a.raw) > 0 || a.header.Get("Location") == "" || a.etag() == "" {
				s.errorf("%s: Location %q, ETag %q, body %q", a.call, a.header.Get("Location"), a.header.Get("ETag"), a.excerpt())
			}
			at := "/Patient/" + a.id()
			if b := s.do("PUT "+at, s.resource(`Patient {"id":"`+a.id()+`","active":false}`), "Prefer: return=minimal").want(200); len(b.raw) > 0 {
				s.errorf("%s: return=minimal was answered with %s", b.call, b.excerpt())
			}
		}},
		Requirement{ID: "prefer.2", Clause: clause, Text: "return=representation: the resource as stored", Needs: needs, Check: func(s *Session) {
			a := s.create(`Patient {"active":true}`, "Prefer: return=representation")
			a.equal("resourceType", "Patient").equal("active", "true").equal("id", a.id())
			a.describesItself()
			b := s.do("PUT /Patient/"+a.id(), s.resource(`Patient {"id":"`+a.id()+`","active":false}`), "Prefer: return=representation").want(200)
			b.equal("active", "false").describesItself()
		}},
		Requirement{ID: "prefer.3", Clause: clause, Text: "return=OperationOutcome: an OperationOutcome of a success", Needs: needs, Check: func(s *Session) {
			a := s.create(`Patient {"active":true}`, "Prefer: return=OperationOutcome")
			a.equal("resourceType", "OperationOutcome")
			for _, issue := range a.body.get("issue").list() {
				if severity := issue.get("severity").text(); severity == "error" || severity == "fatal" {
					s.errorf("%s: a success tells the issue %s", a.call, issue.text())
				}
			}
		}},
		Requirement{ID: "prefer.4", Clause: "https://www.rfc-editor.org/rfc/rfc7240.html#section-2", Text: "A preference that is not known is passed over", Needs: needs, Check: func(s *Session) {
			s.create(`Patient {"active":true}`, "Prefer: sing=loud; well, return=minimal")
			s.create(`Patient {"active":true}`, "Prefer: return=everything")
		}},
	)
}
