package suite

var referring = []string{
	"o1", `Organization {"name":"Clinic <run>","identifier":[{"system":"<sys>","value":"o1"}]}`,
	"o2", `Organization {"name":"Part <run>","partOf":{"reference":"Organization/<o1>"}}`,
	"p1", `Patient {"name":[{"family":"Chain<run>"}],"managingOrganization":{"reference":"Organization/<o1>"},"identifier":[{"system":"<sys>","value":"p1"}]}`,
	"p2", `Patient {"name":[{"family":"Other<run>"}],"managingOrganization":{"reference":"Organization/<o2>"}}`,
	"i1", `Immunization {"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},"patient":{"reference":"Patient/<p1>"},"occurrenceDateTime":"2020-01-01","lotNumber":"A1"}`,
	"i2", `Immunization {"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"20"}]},"patient":{"reference":"Patient/<p1>"},"occurrenceDateTime":"2020-02-01","lotNumber":"B2"}`,
	"i3", `Immunization {"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},"patient":{"reference":"Patient/<p2>"},"occurrenceDateTime":"2020-03-01","lotNumber":"C3"}`,
	"i4", `Immunization {"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"20"}]},"patient":{"identifier":{"system":"<sys>","value":"p1"}},"occurrenceDateTime":"2020-04-01"}`,
}

// referringNeeds are what the fixtures that refer to each other need.
func referringNeeds(more ...Need) []Need {
	return append([]Need{
		searching("Immunization", "patient", "vaccine-code", "lot-number"), searching("Patient", "family", "identifier", "organization"),
		searching("Organization", "name", "identifier", "partof"),
	}, more...)
}

func referenceRequirements() []Requirement {
	const clause = r4 + "search.html#reference"
	return family(
		Requirement{ID: "search.reference.1", Clause: clause, Text: "A reference is found by id, by type and id, and by absolute URL", Needs: referringNeeds(), Check: these(referring,
			"Immunization?patient=<p1>", "i1 i2",
			"Immunization?patient=Patient/<p1>", "i1 i2",
			"Immunization?patient=<base>/Patient/<p1>", "i1 i2",
			"Immunization?patient=http://example.org/elsewhere/Patient/<p1>", "",
			"Immunization?patient=<p1>,<p2>", "i1 i2 i3",
			"Immunization?patient="+absent, "",
			"Organization?partof=<o1>", "o2",
		)},
		Requirement{ID: "search.reference.2", Clause: clause, Text: ":[type] names the type of the target", Needs: referringNeeds(), Check: optionally(referring,
			"Immunization?patient:Patient=<p1>", "i1 i2",
			"Patient?organization:Organization=<o1>", "p1",
		)},
		Requirement{ID: "search.reference.3", Clause: clause, Text: ":identifier is the identifier in the reference", Needs: referringNeeds(), Check: optionally(referring,
			"Immunization?patient:identifier=<sys>|p1", "i4",
			"Immunization?patient:identifier=<sys>|p2", "",
		)},
		Requirement{ID: "search.reference.4", Clause: clause, Text: "A reference to a type that the parameter cannot have is refused or finds nothing", Needs: referringNeeds(), Check: func(s *Session) {
			s.have(referring...)
			for _, query := range []string{"patient:Organization=<o1>", "patient=Organization/<p1>"} {
				if a := s.do("GET "+s.tagged("Immunization?"+query), "", strict); a.status != 200 {
					a.refused(400)
				} else if len(a.matches()) > 0 {
					s.errorf("%s: found %v, want nothing", a.call, s.namesOf(a.matches()))
				}
			}
		}},
	)
}

func uriRequirements() []Requirement {
	const clause = r4 + "search.html#uri"
	needs := []Need{searching("ValueSet", "url")}
	urls := []string{
		"v1", `ValueSet {"status":"draft","url":"http://example.org/<tag>/fhir"}`,
		"v2", `ValueSet {"status":"draft","url":"http://example.org/<tag>/fhir/ValueSet/a"}`,
		"v3", `ValueSet {"status":"draft","url":"http://example.org/<tag>/FHIR"}`,
		"v4", `ValueSet {"status":"draft","url":"urn:oid:1.2.3.4"}`,
	}
	return family(
		Requirement{ID: "search.uri.1", Clause: clause, Text: "A uri is compared as a whole and as it is written", Needs: needs, Check: these(urls,
			"ValueSet?url=http://example.org/<tag>/fhir", "v1",
			"ValueSet?url=http://example.org/<tag>/FHIR", "v3",
			"ValueSet?url=http://example.org/<tag>/fhir/", "",
			"ValueSet?url=http://example.org/<tag>", "",
			"ValueSet?url=urn:oid:1.2.3.4", "v4",
		)},
		Requirement{ID: "search.uri.2", Clause: clause, Text: ":below and :above follow the path", Needs: needs, Check: optionally(urls,
			"ValueSet?url:below=http://example.org/<tag>/fhir", "v1 v2",
			"ValueSet?url:above=http://example.org/<tag>/fhir/ValueSet/a/b", "v1 v2",
			"ValueSet?url:below=http://example.org/<tag>/fh", "",
		)},
	)
}

func compositeRequirements() []Requirement {
	const clause = r4 + "search.html#composite"
	needs := []Need{searching("Observation", "code-value-quantity", "component-code-value-quantity")}
	pressures := []string{
		"a1", `Observation {"status":"final","code":{"text":"bp"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":60}}]}`,
		"a2", `Observation {"status":"final","code":{"text":"bp"},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":60}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":120}}]}`,
	}
	return family(
		Requirement{ID: "search.composite.1", Clause: clause, Text: "The components hold of the same resource", Needs: needs, Check: these(measured,
			"Observation?code-value-quantity=http://loinc.org|1-1$gt5", "five six",
			"Observation?code-value-quantity=http://loinc.org|1-1$5.4||mg", "five",
			"Observation?code-value-quantity=2-2$lt50", "",
		)},
		Requirement{ID: "search.composite.2", Clause: clause, Text: "The components hold of the same element", Needs: needs, Check: these(pressures,
			"Observation?component-code-value-quantity=http://loinc.org|8480-6$gt100", "a1",
			"Observation?component-code-value-quantity=http://loinc.org|8462-4$gt100", "a2",
			"Observation?component-code-value-quantity=8480-6$60,8462-4$60", "a1 a2",
		)},
	)
}

func missingRequirements() []Requirement {
	needs := []Need{searching("Patient", "gender", "birthdate", "family", "organization")}
	return family(
		Requirement{ID: "search.missing.1", Clause: r4 + "search.html#modifiers", Text: ":missing tells who has a value and who has none", Needs: needs, Check: optionally([]string{
			"all", `Patient {"gender":"male","birthDate":"1970-01-02","name":[{"family":"X"}],"managingOrganization":{"display":"x"}}`,
			"none", `Patient {"active":true}`,
		},
			"Patient?gender:missing=true", "none",
			"Patient?gender:missing=false", "all",
			"Patient?birthdate:missing=true", "none",
			"Patient?family:missing=false", "all",
			"Patient?family:missing=false&gender:missing=true", "",
		)},
	)
}
