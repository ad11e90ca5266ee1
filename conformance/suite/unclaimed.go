package suite

import (
	"maps"
	"slices"
	"strings"
)

// ownTypes are those that can be read and not written: the server makes their
// resources.
func ownTypes(c *Capability) []string {
	var own []string
	for _, t := range c.withInteraction("read") {
		if !c.has(t, "create") && !c.has(t, "update") && !c.has(t, "patch") && !c.has(t, "delete") {
			own = append(own, t)
		}
	}
	return own
}

func ownTypeRequirements() []Requirement {
	const clause = r4 + "http.html#Status-Codes"
	needs := []Need{{"no type that can be read and not written", func(c *Capability) bool { return len(ownTypes(c)) > 0 }}}
	return family(
		Requirement{ID: "own.1", Clause: clause, Text: "A type of the server's own cannot be written: 405, and Allow does not say so", Needs: needs, Check: func(s *Session) {
			for _, t := range ownTypes(s.claims) {
				body := s.resource(minimalResource(t))
				for call, text := range map[string]string{
					"POST /" + t:                  body,
					"PUT /" + t + "/" + absent:    strings.Replace(body, `"meta"`, `"id":"`+absent+`","meta"`, 1),
					"DELETE /" + t + "/" + absent: "",
				} {
					a := s.do(call, text).refused(405, 404)
					method, _, _ := strings.Cut(call, " ")
					if a.status == 405 && slices.Contains(strings.FieldsFunc(a.header.Get("Allow"), func(r rune) bool { return r == ',' || r == ' ' }), method) {
						s.errorf("%s: 405, and Allow is %q", a.call, a.header.Get("Allow"))
					}
				}
				s.do("GET /"+t+"/"+absent, "").refused(404)
			}
		}},
		Requirement{ID: "own.2", Clause: clause, Text: "Nor can it be written from within a Bundle", Needs: append(needs, systemwide("batch"), systemwide("transaction")), Check: func(s *Session) {
			for _, t := range ownTypes(s.claims) {
				body := s.resource(minimalResource(t))
				s.do("POST ", bundleOf("transaction", entry(urn(1), "POST "+t, body))).refused(400, 403, 405, 422)
				for call, resource := range map[string]string{"POST " + t: body, "PUT " + t + "/" + absent: strings.Replace(body, `"meta"`, `"id":"`+absent+`","meta"`, 1), "DELETE " + t + "/" + absent: ""} {
					if a := s.do("POST ", bundleOf("batch", entry("", call, resource))).must(200); !strings.HasPrefix(a.statuses(), "4") {
						s.errorf("POST [base] with a batch of %s: the entry's status is %q, want 405", call, a.statuses())
					}
				}
				s.do("GET /"+t+"/"+absent, "").refused(404)
			}
		}},
	)
}

// unclaimedRequirements: nothing works that is not claimed.
func unclaimedRequirements() []Requirement {
	const clause = r4 + "capabilitystatement.html"
	return family(
		Requirement{ID: "unclaimed.1", Clause: clause, Text: "Interactions that a type does not claim are refused", Check: func(s *Session) {
			for _, t := range s.claims.names {
				for _, code := range slices.Sorted(maps.Keys(typeCalls)) {
					if !s.claims.has(t, code) {
						call := strings.ReplaceAll(typeCalls[code], "TYPE", t)
						body, media := "", "Content-Type:"
						switch code {
						case "create", "update":
							body, media = s.resource(minimalResource(t)), fhirPathPatch
						case "patch":
							body, media = `[{"op":"test","path":"/id","value":"x"}]`, jsonPatch
						}
						s.do(call, body, media, strict).refused(400, 403, 404, 405, 501)
					}
				}
			}
		}},
		Requirement{ID: "unclaimed.2", Clause: clause, Text: "Interactions with the system that are not claimed are refused", Check: func(s *Session) {
			for code, call := range map[string]string{"history-system": "GET /_history", "search-system": "GET ?_type=Patient&_id=" + absent} {
				if !s.claims.system[code] {
					s.do(call, "", strict).refused(400, 403, 404, 405, 501)
				}
			}
			for _, kind := range []string{"batch", "transaction"} {
				if !s.claims.system[kind] {
					s.do("POST ", bundleOf(kind, entry("", "GET Patient/"+absent, ""))).refused(400, 403, 404, 405, 501)
				}
			}
		}},
		Requirement{ID: "unclaimed.3", Clause: clause, Text: "Types of R4 that are not claimed are 404", Check: func(s *Session) {
			for t := range minimal() {
				if !slices.Contains(s.claims.names, t) {
					s.do("GET /"+t+"/"+absent, "").refused(404)
					s.do("GET /"+t+"?_id="+absent, "").refused(404)
				}
			}
			for _, t := range []string{"Resource", "DomainResource", "patient", "PATIENT", "Patients", "HumanName", "$where", "_search"} {
				s.do("GET /"+t+"/"+absent, "").refused(404, 400)
			}
		}},
		Requirement{ID: "unclaimed.4", Clause: clause, Text: "Operations that are not claimed are refused", Check: func(s *Session) {
			for _, name := range strings.Fields("everything validate match meta export merge expand lookup graphql reindex expunge convert document process-message versions") {
				for _, at := range []struct{ of, path string }{{"", "/$"}, {"Patient", "/Patient/$"}, {"Patient", "/Patient/" + absent + "/$"}} {
					if !s.claims.operation(at.of, name) {
						s.do("GET "+at.path+name, "").refused(400, 403, 404, 405, 501)
						s.do("POST "+at.path+name, `{"resourceType":"Parameters"}`).refused(400, 403, 404, 405, 501)
					}
				}
			}
		}},
		Requirement{ID: "unclaimed.5", Clause: r4 + "search.html#errors", Text: "Search parameters of R4 that are not claimed are refused under strict handling", Check: func(s *Session) {
			for _, t := range s.claims.withInteraction("search-type") {
				for _, name := range []string{"_text", "_content", "_filter", "_query", "_list", "phonetic", "near"} {
					if s.claims.parameter(t, name) == "" {
						s.do("GET /"+t+"?"+name+"=x", "", strict).refused(400, 501)
					}
				}
			}
		}},
		Requirement{ID: "unclaimed.6", Clause: clause + "#CapabilityStatement.rest.resource.conditionalUpdate", Text: "Conditional update and delete that are not claimed change nothing", Needs: []Need{searching("Patient", "identifier"), interactions("Patient", "read")}, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true,"identifier":[{"system":"<sys>","value":"1"}]}`)
			claims := s.claims.types["Patient"]
			if claims.get("conditionalUpdate").text() != "true" {
				s.do("PUT /Patient?identifier=<sys>|1", s.resource(`Patient {"active":false}`)).refused(400, 404, 405, 412, 501)
				s.do("PATCH /Patient?identifier=<sys>|1", `[{"op":"replace","path":"/active","value":false}]`, jsonPatch).refused(400, 404, 405, 412, 415, 501)
			}
			if on := claims.get("conditionalDelete").text(); on == "" || on == "not-supported" {
				s.do("DELETE /Patient?identifier=<sys>|1", "").refused(400, 404, 405, 412, 501)
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
		Requirement{ID: "unclaimed.7", Clause: clause + "#CapabilityStatement.rest.resource.searchInclude", Text: "_include and _revinclude that are not claimed are refused under strict handling", Needs: referringNeeds(), Check: func(s *Session) {
			if !s.claims.includes("Immunization", "searchInclude", "Immunization:patient") {
				s.do("GET /Immunization?_id="+absent+"&_include=Immunization:patient", "", strict).refused(400, 501)
			}
			if !s.claims.includes("Patient", "searchRevInclude", "Immunization:patient") {
				s.do("GET /Patient?_id="+absent+"&_revinclude=Immunization:patient", "", strict).refused(400, 501)
			}
		}},
		Requirement{ID: "unclaimed.8", Clause: clause + "#CapabilityStatement.rest.compartment", Text: "Compartments that are not claimed are refused", Check: func(s *Session) {
			for code, call := range map[string]string{
				"patient": "Patient/" + absent + "/Immunization", "practitioner": "Practitioner/" + absent + "/Encounter",
				"relatedperson": "RelatedPerson/" + absent + "/Communication", "encounter": "Encounter/" + absent + "/Observation", "device": "Device/" + absent + "/Observation",
			} {
				if !s.claims.compartment(code) {
					s.do("GET /"+call, "").refused(400, 404, 405, 501)
				}
			}
		}},
	)
}

// typeCalls are the requests of the interactions with a type.
var typeCalls = map[string]string{
	"read":             "GET /TYPE/" + absent,
	"vread":            "GET /TYPE/" + absent + "/_history/1",
	"update":           "PUT /TYPE/" + absent,
	"patch":            "PATCH /TYPE/" + absent,
	"delete":           "DELETE /TYPE/" + absent,
	"history-instance": "GET /TYPE/" + absent + "/_history",
	"history-type":     "GET /TYPE/_history",
	"create":           "POST /TYPE",
	"search-type":      "GET /TYPE?_id=" + absent,
}
