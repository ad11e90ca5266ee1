package suite

import "strings"

// The media types of patches: https://hl7.org/fhir/R4/http.html#patch
const (
	jsonPatch     = "Content-Type: application/json-patch+json"
	fhirPathPatch = "Content-Type: application/fhir+json"
)

// patching needs PATCH in a format. A statement without patchFormat leaves open
// which are taken.
func patching(format string) []Need {
	return []Need{interactions("Patient", "create", "read", "patch"), {
		Text: "patchFormat " + format,
		Met: func(c *Capability) bool {
			formats := c.statement.get("patchFormat").list()
			for _, f := range formats {
				if f.text() == format {
					return true
				}
			}
			return len(formats) == 0 && format == "application/json-patch+json"
		},
	}}
}

func patchRequirements() []Requirement {
	const clause = r4 + "http.html#patch"
	const rfc = "https://www.rfc-editor.org/rfc/rfc6902.html"
	needs := patching("application/json-patch+json")
	const body = `Patient {"active":true,"birthDate":"1970-01-02","name":[{"family":"One"},{"family":"Two"}],"extension":[{"url":"http://example.org/d","valueDecimal":1.50}]}`
	return family(
		Requirement{ID: "patch.1", Clause: clause, Text: "A JSON Patch is carried out: 200 with the ETag of the new version", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			before := s.do("GET /Patient/<p1>", "").must(200)
			a := s.do("PATCH /Patient/<p1>", `[{"op":"test","path":"/active","value":true},{"op":"replace","path":"/active","value":false},{"op":"add","path":"/gender","value":"female"},
				{"op":"remove","path":"/birthDate"},{"op":"add","path":"/name/-","value":{"family":"Three"}},{"op":"move","from":"/name/0","path":"/name/1"},{"op":"copy","from":"/name/0","path":"/name/0"}]`, jsonPatch).want(200)
			after := s.do("GET /Patient/<p1>", "").must(200)
			after.equal("active", "false").equal("gender", "female").equal("birthDate", "").equal("name.0.family", "Two").
				equal("name.1.family", "Two").equal("name.2.family", "One").equal("name.3.family", "Three")
			if a.etag() == "" || a.etag() != after.get("meta.versionId") || a.etag() == before.etag() {
				s.errorf("%s: ETag %q, was %q, is version %q", a.call, a.header.Get("ETag"), before.header.Get("ETag"), after.get("meta.versionId"))
			}
		}},
		Requirement{ID: "patch.2", Clause: rfc + "#section-4.6", Text: "Where a test fails nothing is changed", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			before := s.do("GET /Patient/<p1>", "").must(200)
			s.do("PATCH /Patient/<p1>", `[{"op":"replace","path":"/active","value":false},{"op":"test","path":"/birthDate","value":"2020-01-01"}]`, jsonPatch).refused(422, 412, 409, 400)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true").equal("meta.versionId", before.get("meta.versionId"))
		}},
		Requirement{ID: "patch.3", Clause: rfc, Text: "What is no patch, or does not fit the resource, is refused", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			for _, patch := range []string{`{`, `{}`, `"x"`, `[1]`, `[{"op":"sing","path":"/active"}]`, `[{"op":"replace","path":"/gender","value":"male"}]`,
				`[{"op":"remove","path":"/name/7"}]`, `[{"op":"add","path":"active","value":false}]`, `[{"op":"add","path":"/active"}]`, `[{"op":"move","path":"/active"}]`} {
				s.do("PATCH /Patient/<p1>", patch, jsonPatch).refused(400, 422)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "patch.4", Clause: clause, Text: "A patch whose result is not valid is refused and changes nothing", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			for _, patch := range []string{`[{"op":"add","path":"/gender","value":"no-code-of-it"}]`, `[{"op":"add","path":"/birthDate","value":"2020-02-31"}]`,
				`[{"op":"add","path":"/elementOfNoResource","value":1}]`, `[{"op":"replace","path":"","value":{}}]`} {
				s.do("PATCH /Patient/<p1>", patch, jsonPatch).refused(400, 422)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("birthDate", "1970-01-02").equal("gender", "")
		}},
		Requirement{ID: "patch.5", Clause: clause, Text: "A media type that is no patch is 415", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			for _, media := range []string{"text/plain", "application/merge-patch+json", "application/x-www-form-urlencoded"} {
				s.do("PATCH /Patient/<p1>", `[{"op":"replace","path":"/active","value":false}]`, "Content-Type: "+media).refused(415)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "patch.6", Clause: clause, Text: "A patch of what is not known is 404, of what was deleted 404 or 410", Needs: append(needs, interactions("Patient", "delete")), Check: func(s *Session) {
			s.do("PATCH /Patient/"+absent, `[{"op":"add","path":"/active","value":false}]`, jsonPatch).refused(404)
			s.have("p1", body)
			s.do("DELETE /Patient/<p1>", "").must(200, 204)
			s.do("PATCH /Patient/<p1>", `[{"op":"add","path":"/active","value":false}]`, jsonPatch).refused(404, 410)
		}},
		Requirement{ID: "patch.7", Clause: r4 + "http.html#concurrency", Text: "If-Match of another version is 412 and changes nothing", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			tag := s.do("GET /Patient/<p1>", "").must(200).header.Get("ETag")
			s.do("PATCH /Patient/<p1>", `[{"op":"replace","path":"/active","value":false}]`, jsonPatch, "If-Match: "+tag).want(200)
			s.do("PATCH /Patient/<p1>", `[{"op":"replace","path":"/active","value":true}]`, jsonPatch, "If-Match: "+tag).refused(412)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "false")
		}},
		Requirement{ID: "patch.8", Clause: clause, Text: "A patch does not change id or type", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			for _, patch := range []string{`[{"op":"replace","path":"/id","value":"` + absent + `"}]`, `[{"op":"replace","path":"/resourceType","value":"Person"}]`, `[{"op":"remove","path":"/id"}]`} {
				s.do("PATCH /Patient/<p1>", patch, jsonPatch).want(200, 400, 422)
				s.do("GET /Patient/<p1>", "").want(200).equal("id", "<p1>").equal("resourceType", "Patient")
			}
			s.do("GET /Patient/"+absent, "").refused(404)
		}},
		Requirement{ID: "patch.9", Clause: r4 + "datatypes.html#decimal", Text: "What a patch does not touch stays as it was written", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			s.do("PATCH /Patient/<p1>", `[{"op":"replace","path":"/active","value":false}]`, jsonPatch).must(200)
			s.do("GET /Patient/<p1>", "").want(200).equal("extension.0.valueDecimal", "1.50").equal("name.1.family", "Two")
		}},
		Requirement{ID: "patch.10", Clause: rfc + "#section-4", Text: "Pointers escape ~ and / and do not reach outside the resource", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			for _, path := range []string{"/name/-1", "/name/00", "/name/1e0", "/~2", "/__proto__/x", "/name/0/family/0"} {
				s.do("PATCH /Patient/<p1>", `[{"op":"replace","path":"`+path+`","value":"x"}]`, jsonPatch).refused(400, 422)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("name.0.family", "One")
		}},
	)
}

func fhirPathPatchRequirements() []Requirement {
	const clause = r4 + "fhirpatch.html"
	needs := patching("application/fhir+json")
	const body = `Patient {"active":true,"birthDate":"1970-01-02","name":[{"family":"One"},{"family":"Two"}]}`
	return family(
		Requirement{ID: "fhirpath-patch.1", Clause: clause, Text: "add, insert, delete, replace and move are carried out", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			s.do("PATCH /Patient/<p1>", parameters(
				operation("replace", "Patient.active", `{"name":"value","valueBoolean":false}`),
				operation("delete", "Patient.birthDate", ""),
				operation("add", "Patient", `{"name":"name","valueString":"gender"},{"name":"value","valueCode":"female"}`),
				operation("insert", "Patient.name", `{"name":"index","valueInteger":0},{"name":"value","valueHumanName":{"family":"Zero"}}`),
				operation("move", "Patient.name", `{"name":"source","valueInteger":2},{"name":"destination","valueInteger":0}`),
			), fhirPathPatch).want(200)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "false").equal("birthDate", "").equal("gender", "female").
				equal("name.0.family", "Two").equal("name.1.family", "Zero").equal("name.2.family", "One")
		}},
		Requirement{ID: "fhirpath-patch.2", Clause: clause, Text: "What is no patch, or does not fit the resource, is refused and changes nothing", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			before := s.do("GET /Patient/<p1>", "").must(200)
			for _, patch := range []string{
				`{"resourceType":"Patient"}`,
				parameters(operation("sing", "Patient.active", "")),
				parameters(operation("replace", "Patient.((", `{"name":"value","valueBoolean":false}`)),
				parameters(operation("replace", "Patient.gender", `{"name":"value","valueCode":"male"}`)),
				parameters(operation("replace", "Patient.active", "")),
				parameters(operation("insert", "Patient.name", `{"name":"index","valueInteger":9},{"name":"value","valueHumanName":{"family":"X"}}`)),
				parameters(operation("replace", "Patient.active", `{"name":"value","valueBoolean":false}`), operation("replace", "Patient.name[9]", `{"name":"value","valueHumanName":{"family":"X"}}`)),
				parameters(operation("add", "Patient", `{"name":"name","valueString":"gender"},{"name":"value","valueCode":"no-code-of-it"}`)),
			} {
				s.do("PATCH /Patient/<p1>", patch, fhirPathPatch).refused(400, 422)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true").equal("meta.versionId", before.get("meta.versionId"))
		}},
	)
}

// parameters is a Parameters resource with these.
func parameters(parts ...string) string {
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(parts, ",") + "]}"
}

// operation is one operation of a FHIRPath Patch; more are its other parts.
func operation(kind, path, more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"name":"operation","part":[{"name":"type","valueCode":"` + kind + `"},{"name":"path","valueString":"` + path + `"}` + more + `]}`
}

func conditionalPatchRequirements() []Requirement {
	// R4 has no element that claims conditional patch; who has patch and
	// conditional update is taken to have it.
	const clause = r4 + "http.html#patch"
	needs := append(patching("application/json-patch+json"), searching("Patient", "identifier"), element("Patient", "conditionalUpdate", "true"))
	const call = "PATCH /Patient?identifier=<sys>|1"
	const body = `Patient {"active":true,"identifier":[{"system":"<sys>","value":"1"}]}`
	const patch = `[{"op":"replace","path":"/active","value":false}]`
	return family(
		Requirement{ID: "conditional-patch.1", Clause: clause, Text: "The one match is patched; without a match it is 404", Needs: needs, Check: func(s *Session) {
			s.do(call, patch, jsonPatch).refused(404)
			s.have("p1", body)
			s.do(call, patch, jsonPatch).want(200)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "false")
		}},
		Requirement{ID: "conditional-patch.2", Clause: clause, Text: "With several matches it is 412 and changes nothing", Needs: needs, Check: func(s *Session) {
			s.have("p1", body, "p2", body)
			s.do(call, patch, jsonPatch).refused(412)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "conditional-patch.3", Clause: clause, Text: "Criteria that are not understood are refused, not passed over", Needs: needs, Check: func(s *Session) {
			s.have("p1", body)
			s.do(call+"&elementOfNoResource=1", patch, jsonPatch).refused(400, 412)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
	)
}
