package suite

import "strings"

func transactionReferenceRequirements() []Requirement {
	const clause = r4 + "http.html#trules"
	needs := transactionNeeds(interactions("Immunization", "create", "read"))
	return family(
		Requirement{ID: "transaction-reference.1", Clause: clause, Text: "References by urn:uuid become those to the resources made, wherever they stand", Needs: needs, Check: func(s *Session) {
			a := s.do("POST ", bundleOf("transaction",
				entry(urn(2), "POST Immunization", s.resource(dose("03", "2020-01-01", urn(1)))),
				entry(urn(1), "POST Patient", s.identified("1")),
				entry("", "POST Immunization", s.resource(`Immunization {"text":{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"`+urn(1)+`\">p</a></div>"},
					"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},"patient":{"reference":"`+urn(1)+`"},"occurrenceDateTime":"2020-01-02",
					"extension":[{"url":"http://example.org/uri","valueUri":"`+urn(1)+`"},{"url":"http://example.org/ref","valueReference":{"reference":"`+urn(2)+`"}}],"note":[{"text":"`+urn(1)+`"}]}`)),
			)).must(200)
			a.entryStatuses("201 201 201")
			_, p, _ := location(a.get("entry.1.response.location"))
			_, i, _ := location(a.get("entry.0.response.location"))
			s.do("GET /Immunization/"+i, "").must(200).equal("patient.reference", "Patient/"+p)
			all := s.do("GET "+a.get("entry.2.response.location"), "").must(200)
			all.equal("patient.reference", "Patient/"+p).equal("extension.1.valueReference.reference", "Immunization/"+i)
			if got := all.get("extension.0.valueUri"); !strings.HasSuffix(got, "Patient/"+p) {
				s.errorf("%s: the valueUri %s became %q, want the Patient's", all.call, urn(1), got)
			}
			if got := all.get("text.div"); !strings.Contains(got, `Patient/`+p+`"`) || strings.Contains(got, urn(1)) {
				s.errorf("%s: the narrative's link became %q, want the Patient's", all.call, got)
			}
			all.equal("note.0.text", urn(1)) // a string is no reference
		}},
		Requirement{ID: "transaction-reference.2", Clause: clause, Text: "Entries may refer to each other in a circle", Needs: transactionNeeds(), Check: func(s *Session) {
			a := s.do("POST ", bundleOf("transaction",
				entry(urn(1), "POST Patient", s.resource(`Patient {"link":[{"other":{"reference":"`+urn(2)+`"},"type":"seealso"}]}`)),
				entry(urn(2), "POST Patient", s.resource(`Patient {"link":[{"other":{"reference":"`+urn(1)+`"},"type":"seealso"}]}`)),
			)).must(200)
			for i, other := range map[string]string{"0": "1", "1": "0"} {
				_, id, _ := location(a.get("entry." + other + ".response.location"))
				s.do("GET "+a.get("entry."+i+".response.location"), "").must(200).equal("link.0.other.reference", "Patient/"+id)
			}
		}},
		Requirement{ID: "transaction-reference.3", Clause: clause, Text: "Where ifNoneExist matched, references are to the match", Needs: transactionNeeds(interactions("Immunization", "create", "read"), element("Patient", "conditionalCreate", "true")), Check: func(s *Session) {
			s.have("p1", `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`)
			a := s.do("POST ", bundleOf("transaction",
				entry(urn(1), "POST Patient", s.identified("1"), `,"ifNoneExist":"identifier=<sys>|1"`),
				entry("", "POST Immunization", s.resource(dose("03", "2020-01-01", urn(1)))),
			)).must(200)
			a.entryStatuses("200 201")
			s.do("GET "+a.get("entry.1.response.location"), "").must(200).equal("patient.reference", "Patient/<p1>")
			s.found("Patient?identifier=<sys>|1", "p1")
		}},
		Requirement{ID: "transaction-reference.4", Clause: clause, Text: "A conditional reference becomes that to its one match", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`)
			a := s.do("POST ", bundleOf("transaction",
				entry("", "POST Immunization", s.resource(dose("03", "2020-01-01", "Patient?identifier=<sys>|1")))))
			if s.noteRefusal(a) {
				return
			}
			s.do("GET "+a.must(200).get("entry.0.response.location"), "").must(200).equal("patient.reference", "Patient/<p1>")
		}},
		Requirement{ID: "transaction-reference.5", Clause: clause, Text: "A conditional reference that matches none, or several, fails the whole", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"identifier":[{"system":"<sys>","value":"2"}]}`, "p2", `Patient {"identifier":[{"system":"<sys>","value":"2"}]}`)
			for _, criteria := range []string{"identifier=<sys>|none", "identifier=<sys>|2", "elementOfNoResource=1"} {
				s.do("POST ", bundleOf("transaction",
					entry(urn(1), "POST Patient", s.identified("1")),
					entry("", "POST Immunization", s.resource(dose("03", "2020-01-01", "Patient?"+criteria))),
				)).refused(400, 404, 409, 412, 422)
			}
			s.found("Patient?identifier=<sys>|1", "")
		}},
		Requirement{ID: "transaction-reference.6", Clause: r4 + "bundle.html#references", Text: "A relative reference is resolved against the entry's own fullUrl", Needs: needs, Check: func(s *Session) {
			a := s.do("POST ", bundleOf("transaction",
				entry("http://example.org/fhir/Patient/0", "POST Patient", s.identified("1")),
				entry("http://example.org/fhir/Immunization/0", "POST Immunization", s.resource(dose("03", "2020-01-01", "Patient/0"))),
			)).must(200)
			_, p, _ := location(a.get("entry.0.response.location"))
			s.do("GET "+a.get("entry.1.response.location"), "").must(200).equal("patient.reference", "Patient/"+p)
		}},
		Requirement{ID: "transaction-reference.7", Clause: clause, Text: "A urn that no entry has is refused or kept, never bent", Needs: needs, Check: func(s *Session) {
			a := s.do("POST ", bundleOf("transaction", entry("", "POST Immunization", s.resource(dose("03", "2020-01-01", urn(9))))))
			if a.status == 200 {
				s.do("GET "+a.get("entry.0.response.location"), "").must(200).equal("patient.reference", urn(9))
			} else {
				a.refused(400, 404, 412, 422)
			}
		}},
	)
}
