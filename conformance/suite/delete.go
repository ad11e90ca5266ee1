package suite

func deleteRequirements() []Requirement {
	const clause = r4 + "http.html#delete"
	needs := []Need{interactions("Patient", "create", "read", "delete")}
	return family(
		Requirement{ID: "delete.1", Clause: clause, Text: "A delete is 200 or 204, and the resource is gone", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			if a := s.do("DELETE /Patient/<p1>", "").want(200, 204); a.status == 204 && len(a.raw) > 0 {
				s.errorf("%s: 204 with a body", a.call)
			}
			s.do("GET /Patient/<p1>", "").refused(410, 404)
		}},
		Requirement{ID: "delete.2", Clause: clause, Text: "A second delete is no error", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			s.do("DELETE /Patient/<p1>", "").want(200, 204)
			if a := s.do("DELETE /Patient/"+absent, "").want(200, 204, 404); a.status == 404 {
				a.refused(404)
			}
		}},
		Requirement{ID: "delete.3", Clause: clause, Text: "What was deleted is not found", Needs: append(needs, searching("Patient", "identifier")), Check: func(s *Session) {
			s.have("p1", `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`, "p2", `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`)
			s.found("Patient?identifier=<sys>|1", "p1 p2")
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			s.found("Patient?identifier=<sys>|1", "p2")
			s.found("Patient?_id=<p1>,<p2>", "p2")
		}},
		Requirement{ID: "delete.4", Clause: clause, Text: "A delete of a type as a whole, or of a version, is refused", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("DELETE /Patient/<p1>/_history/"+s.do("GET /Patient/<p1>", "").must(200).get("meta.versionId"), "").refused(400, 404, 405)
			s.do("GET /Patient/<p1>", "").want(200)
			s.do("DELETE /Parrot/1", "").refused(404, 405)
		}},
	)
}

func conditionalDeleteRequirements() []Requirement {
	const clause = r4 + "http.html#cdelete"
	needs := []Need{searching("Patient", "identifier"), interactions("Patient", "read", "delete")}
	claimed := func(values ...string) []Need {
		return append(needs[:2:2], element("Patient", "conditionalDelete", values...))
	}
	const call = "DELETE /Patient?identifier=<sys>|1"
	const body = `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`
	const other = `Patient {"identifier":[{"system":"<sys>","value":"2"}]}`
	return family(
		Requirement{ID: "conditional-delete.1", Clause: clause, Text: "The one match is deleted, and nothing else", Needs: claimed("single", "multiple"), Check: func(s *Session) {
			s.have("p1", body, "p2", other)
			s.do(call, "").want(200, 204)
			s.do("GET /Patient/<p1>", "").refused(410, 404)
			s.do("GET /Patient/<p2>", "").want(200)
			s.do(call, "").want(200, 204, 404)
		}},
		Requirement{ID: "conditional-delete.2", Clause: clause, Text: "single: with several matches it is 412 and deletes none", Needs: claimed("single"), Check: func(s *Session) {
			s.have("p1", body, "p2", body)
			s.do(call, "").refused(412)
			s.found("Patient?identifier=<sys>|1", "p1 p2")
		}},
		Requirement{ID: "conditional-delete.3", Clause: clause, Text: "multiple: with several matches it deletes all", Needs: claimed("multiple"), Check: func(s *Session) {
			s.have("p1", body, "p2", body, "p3", other)
			s.do(call, "").want(200, 204)
			s.found("Patient?identifier=<sys>|1,<sys>|2", "p3")
		}},
		Requirement{ID: "conditional-delete.5", Clause: r4 + "http.html#trules", Text: "multiple: in a transaction it deletes all, and none if another entry fails", Needs: append(claimed("multiple"), systemwide("transaction")), Check: func(s *Session) {
			s.have("p1", body, "p2", body, "p3", other)
			del := entry("", "DELETE Patient?identifier=<sys>|1", "")
			s.do("POST ", bundleOf("transaction", del, entry(urn(1), "POST Patient", s.resource(`Patient {"gender":"no-code-of-it"}`)))).refused(400, 422)
			s.found("Patient?identifier=<sys>|1,<sys>|2", "p1 p2 p3")
			s.do("POST ", bundleOf("transaction", del)).must(200).entryStatuses("204")
			s.found("Patient?identifier=<sys>|1,<sys>|2", "p3")
		}},
		Requirement{ID: "conditional-delete.4", Clause: clause, Text: "Criteria that are not understood are refused, not passed over", Needs: claimed("single", "multiple"), Check: func(s *Session) {
			s.have("p1", body)
			s.do(call+"&elementOfNoResource=1", "").refused(400, 412)
			s.do(call+"&birthdate=2020-13-45", "").refused(400, 412)
			s.do("GET /Patient/<p1>", "").want(200)
		}},
	)
}
