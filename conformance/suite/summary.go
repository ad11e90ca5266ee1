package suite

import "strings"

const subsettedSystem, subsettedCode = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "SUBSETTED"

// subsetted reports whether a resource is marked as not whole.
func subsetted(resource value) bool {
	return value{map[string]any{"coding": resource.get("meta.tag").v}}.coded(subsettedSystem, subsettedCode)
}

const full = `Patient {"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">A person</div>"},"active":true,"name":[{"family":"Whole<run>"}],
	"birthDate":"1970-01-02","maritalStatus":{"text":"married"},"contact":[{"name":{"family":"Contact"}}]}`

func summaryRequirements() []Requirement {
	const summary, elements = r4 + "search.html#summary", r4 + "search.html#elements"
	needs := []Need{searching("Patient", "family"), interactions("Patient", "read")}
	const search = "GET /Patient?family=Whole<run>"
	// both checks the resource that a search finds and that a read gives.
	both := func(parameter string, check func(*Session, string, value)) func(*Session) {
		return func(s *Session) {
			s.have("p1", full)
			if a := s.do("GET "+s.tagged("Patient?family=Whole<run>&"+parameter), "", strict); !s.noteRefusal(a) {
				a.must(200)
				if len(a.matches()) != 1 {
					s.fatalf("%s: found %v, want p1", a.call, s.namesOf(a.matches()))
				}
				check(s, a.call, a.matches()[0].get("resource"))
			}
			if a := s.do("GET /Patient/<p1>?"+parameter, "", strict); !s.noteRefusal(a) {
				check(s, a.call, a.must(200).body)
			}
		}
	}
	has := func(s *Session, call string, r value, present, absent string) {
		for _, name := range strings.Fields(present) {
			if !r.get(name).present() {
				s.errorf("%s: %s is missing: %s", call, name, r.text())
			}
		}
		for _, name := range strings.Fields(absent) {
			if r.get(name).present() {
				s.errorf("%s: %s is there: %s", call, name, r.text())
			}
		}
	}
	marked := func(s *Session, call string, r value) {
		if !subsetted(r) {
			s.errorf("%s: a part of a resource without the tag SUBSETTED: %s", call, r.get("meta").text())
		}
	}
	return family(
		Requirement{ID: "summary.1", Clause: summary, Text: "_summary=true: the summary elements alone, marked SUBSETTED", Needs: needs, Check: both("_summary=true", func(s *Session, call string, r value) {
			has(s, call, r, "id meta active name birthDate", "text maritalStatus contact")
			marked(s, call, r)
		})},
		Requirement{ID: "summary.2", Clause: summary, Text: "_summary=text: text, id, meta and what is required", Needs: needs, Check: both("_summary=text", func(s *Session, call string, r value) {
			has(s, call, r, "id meta text", "maritalStatus contact birthDate name")
			marked(s, call, r)
		})},
		Requirement{ID: "summary.3", Clause: summary, Text: "_summary=data: all but the text", Needs: needs, Check: both("_summary=data", func(s *Session, call string, r value) {
			has(s, call, r, "id meta active name maritalStatus contact", "text")
			marked(s, call, r)
		})},
		Requirement{ID: "summary.4", Clause: summary, Text: "_summary=false: everything, not marked", Needs: needs, Check: both("_summary=false", func(s *Session, call string, r value) {
			has(s, call, r, "id meta text active name maritalStatus contact", "")
			if subsetted(r) {
				s.errorf("%s: a whole resource has the tag SUBSETTED", call)
			}
		})},
		Requirement{ID: "summary.5", Clause: summary, Text: "_summary=count: the total, and no entries", Needs: needs, Check: func(s *Session) {
			s.have("p1", full, "p2", full)
			if a := s.do("GET "+s.tagged("Patient?family=Whole<run>&_summary=count"), "", strict); !s.noteRefusal(a) {
				a.must(200).equal("total", "2").equal("entry", "")
			}
		}},
		Requirement{ID: "summary.6", Clause: summary, Text: "_summary that is none of these is 400", Needs: needs, Check: func(s *Session) {
			s.do(search+"&_summary=some", "", strict).refused(400)
		}},
		Requirement{ID: "elements.1", Clause: elements, Text: "_elements: those asked for and what is required, marked SUBSETTED", Needs: needs, Check: both("_elements=birthDate,active", func(s *Session, call string, r value) {
			has(s, call, r, "resourceType id active birthDate", "text maritalStatus contact name")
			marked(s, call, r)
		})},
		Requirement{ID: "elements.2", Clause: elements, Text: "_elements keeps what must be there for the resource to be valid", Needs: []Need{searching("Immunization", "status")}, Check: func(s *Session) {
			s.have("i1", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2020-01-01","lotNumber":"L1","note":[{"text":"n"}]}`)
			if a := s.do("GET "+s.tagged("Immunization?_elements=lotNumber"), "", strict); !s.noteRefusal(a) {
				has(s, a.call, a.must(200).body.get("entry.0.resource"), "status vaccineCode patient occurrenceDateTime lotNumber", "note")
			}
		}},
		Requirement{ID: "summary.7", Clause: r4 + "resource.html#Meta.tag", Text: "A resource marked SUBSETTED is not taken back as the whole", Needs: append(needs, interactions("Patient", "update")), Check: func(s *Session) {
			s.have("p1", full)
			a := s.do("GET /Patient/<p1>?_summary=true", "", strict)
			if s.noteRefusal(a) || !subsetted(a.body) {
				return
			}
			s.do("PUT /Patient/<p1>", string(a.raw)).refused(400, 422)
			s.do("GET /Patient/<p1>", "").want(200).equal("maritalStatus.text", "married")
		}},
	)
}
