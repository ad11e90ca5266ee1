package suite

var coded = []string{
	"a1", `Patient {"identifier":[{"system":"<sys>","value":"1"}],"gender":"male","active":true,"telecom":[{"system":"phone","value":"555-0101"}],"maritalStatus":{"coding":[{"system":"http://example.org/m","code":"M","display":"Married"}]}}`,
	"a2", `Patient {"identifier":[{"system":"<sys>","value":"2","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}],"text":"Medical record"}}],"gender":"female","active":false,"telecom":[{"system":"email","value":"a@example.org"}]}`,
	"a3", `Patient {"identifier":[{"system":"<sys>/other","value":"1"},{"value":"none-<tag>"}]}`,
}

var doses = []string{
	"d1", `Immunization {"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03","display":"MMR"}],"text":"Measles, mumps and rubella"},"patient":{"display":"x"},"occurrenceDateTime":"2020-01-01","lotNumber":"L1"}`,
	"d2", `Immunization {"status":"not-done","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"20"},{"system":"http://hl7.org/fhir/sid/ndc","code":"03"}]},"patient":{"display":"x"},"occurrenceDateTime":"2020-02-01"}`,
	"d3", `Immunization {"status":"completed","vaccineCode":{"text":"Measles by an old book"},"patient":{"display":"x"},"occurrenceDateTime":"2020-03-01"}`,
	"d4", `Immunization {"status":"completed","vaccineCode":{"coding":[{"code":"03"}]},"patient":{"display":"x"},"occurrenceDateTime":"2020-04-01"}`,
}

func tokenRequirements() []Requirement {
	const clause = r4 + "search.html#token"
	needs := []Need{searching("Patient", "identifier", "gender", "active", "telecom")}
	vaccine := []Need{searching("Immunization", "vaccine-code", "status")}
	return family(
		Requirement{ID: "search.token.1", Clause: clause, Text: "An identifier is found by [system]|[value], [value], [system]| and |[value]", Needs: needs, Check: these(coded,
			"Patient?identifier=<sys>|1", "a1",
			"Patient?identifier=1", "a1 a3",
			"Patient?identifier=<sys>|", "a1 a2",
			"Patient?identifier=|none-<tag>", "a3",
			"Patient?identifier=none-<tag>", "a3",
			"Patient?identifier=|1", "",
			"Patient?identifier=<sys>|3", "",
			"Patient?identifier=<sys>/other|1", "a3",
		)},
		Requirement{ID: "search.token.2", Clause: clause, Text: "A code is found with its system, in any, and in none", Needs: vaccine, Check: these(doses,
			"Immunization?vaccine-code=http://hl7.org/fhir/sid/cvx|03", "d1",
			"Immunization?vaccine-code=03", "d1 d2 d4",
			"Immunization?vaccine-code=|03", "d4",
			"Immunization?vaccine-code=http://hl7.org/fhir/sid/cvx|", "d1 d2",
			"Immunization?vaccine-code=http://hl7.org/fhir/sid/ndc|20", "",
			"Immunization?vaccine-code=0", "",
		)},
		Requirement{ID: "search.token.3", Clause: clause, Text: "Codes, booleans and contacts are tokens", Needs: needs, Check: these(coded,
			"Patient?gender=male", "a1",
			"Patient?gender=male,female", "a1 a2",
			"Patient?gender=http://hl7.org/fhir/administrative-gender|female", "a2",
			"Patient?active=true", "a1",
			"Patient?active=false", "a2",
			"Patient?telecom=555-0101", "a1",
			"Patient?telecom=a@example.org", "a2",
		)},
		Requirement{ID: "search.token.4", Clause: clause, Text: "Several values and several parameters are combined", Needs: needs, Check: these(coded,
			"Patient?identifier=<sys>|1,<sys>|2", "a1 a2",
			"Patient?identifier=<sys>|1&gender=male", "a1",
			"Patient?identifier=<sys>|1&gender=female", "",
			"Patient?identifier=1&identifier=none-<tag>", "a3",
		)},
		Requirement{ID: "search.token.5", Clause: clause, Text: ":not is everything else, also what has no value", Needs: append(needs, vaccine...), Check: func(s *Session) {
			optionally(coded, "Patient?gender:not=male", "a2 a3", "Patient?gender:not=male,female", "a3")(s)
			optionally(doses, "Immunization?vaccine-code:not=http://hl7.org/fhir/sid/cvx|03", "d2 d3 d4", "Immunization?status:not=completed", "d2")(s)
		}},
		Requirement{ID: "search.token.6", Clause: clause, Text: ":text is the beginning of the text or a display", Needs: vaccine, Check: optionally(doses,
			"Immunization?vaccine-code:text=measles", "d1 d3",
			"Immunization?vaccine-code:text=mmr", "d1",
			"Immunization?vaccine-code:text=03", "",
		)},
		Requirement{ID: "search.token.7", Clause: clause, Text: ":of-type is an identifier by its type", Needs: needs, Check: optionally(coded,
			"Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|2", "a2",
			"Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|1", "",
			"Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|2", "",
		)},
		Requirement{ID: "search.token.8", Clause: clause, Text: ":in a value set that is not known is refused, not passed over", Needs: vaccine, Check: func(s *Session) {
			s.have(doses...)
			for _, query := range []string{"vaccine-code:in=http://example.org/no-such-value-set", "vaccine-code:not-in=http://example.org/no-such-value-set"} {
				s.do("GET "+s.tagged("Immunization?"+query), "", strict).refused(400, 404, 422, 501)
			}
		}},
		Requirement{ID: "search.token.9", Clause: r4 + "search.html#tag", Text: "_id, _tag, _profile and _security are searched as tokens and canonicals", Needs: []Need{searching("Patient", "_id", "_profile", "_security")}, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`)
			a := s.do("POST /Patient", `{"resourceType":"Patient","meta":{"profile":["http://example.org/profile/<tag>"],"security":[{"system":"http://example.org/s","code":"R"}],"tag":[{"system":"http://example.org/conformance-suite","code":"<tag>"}]}}`).must(201)
			s.names["p3"] = "Patient/" + a.id()
			s.found("Patient?_id=<p1>", "p1")
			s.found("Patient?_id=<p1>,<p3>", "p1 p3")
			s.found("Patient?_profile=http://example.org/profile/<tag>", "p3")
			s.found("Patient?_security=http://example.org/s|R", "p3")
			s.found("Patient?_tag=no-such-tag", "")
		}},
	)
}
