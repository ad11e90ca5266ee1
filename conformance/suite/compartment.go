package suite

import "strings"

func compartmentRequirements() []Requirement {
	const clause = r4 + "compartmentdefinition.html"
	needs := referringNeeds(Need{"rest.compartment Patient", func(c *Capability) bool { return c.compartment("patient") }})
	return family(
		Requirement{ID: "compartment.1", Clause: clause, Text: "GET Patient/[id]/Immunization finds the doses of that patient alone", Needs: needs, Check: func(s *Session) {
			s.have(referring...)
			s.found("Patient/<p1>/Immunization", "i1 i2")
			s.found("Patient/<p2>/Immunization", "i3")
			s.found("Patient/<p1>/Immunization?vaccine-code=20", "i2")
			s.found("Patient/<p1>/Immunization?patient=<p2>", "")
		}},
		Requirement{ID: "compartment.2", Clause: clause, Text: "GET Patient/[id]/* finds all types of the compartment", Needs: needs, Check: func(s *Session) {
			s.have(referring...)
			got := map[string]int{}
			for _, page := range s.pages("GET "+s.tagged("Patient/<p1>/*"), strict) {
				for _, name := range s.namesOf(page.matches()) {
					got[name]++
				}
			}
			for name, want := range map[string]int{"i1": 1, "i2": 1, "i3": 0, "p2": 0, "o1": 0} {
				if got[name] != want {
					s.errorf("GET %s/*: %s is there %d times, want %d", s.at("p1"), name, got[name], want)
				}
			}
		}},
		Requirement{ID: "compartment.3", Clause: clause, Text: "A type outside the compartment is refused or has nothing in it; one that is none is refused", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("GET /Patient/<p1>/Parrot", "").refused(404, 400)
			if a := s.do("GET "+s.tagged("Patient/<p1>/Organization"), ""); a.status != 200 {
				a.refused(404, 400)
			} else if len(a.matches()) > 0 {
				s.errorf("%s: found %v, want nothing", a.call, s.namesOf(a.matches()))
			}
			s.do("GET /Patient/<p1>/Immunization?date=2020-02-31", "", strict).refused(400)
		}},
		Requirement{ID: "compartment.4", Clause: clause, Text: "The compartment of a patient that is not known is empty or 404", Needs: needs, Check: func(s *Session) {
			// Others may have sent doses of a patient called absent.
			if a := s.do("GET /Patient/"+absent+"-either/Immunization", ""); a.status != 200 {
				a.refused(404)
			} else if len(a.matches()) > 0 {
				s.errorf("%s: found %v, want nothing", a.call, s.namesOf(a.matches()))
			}
		}},
		Requirement{ID: "compartment.5", Clause: clause, Text: "The pages of a compartment stay in it", Needs: needs, Check: func(s *Session) {
			s.have(referring...)
			s.found("Patient/<p1>/Immunization?_count=1", "i1 i2")
		}},
	)
}

// compartment reports whether a compartment is claimed, by its code.
func (c *Capability) compartment(code string) bool {
	for _, v := range c.rest.get("compartment").list() {
		if strings.HasSuffix(strings.ToLower(v.text()), "/"+code) {
			return true
		}
	}
	return false
}
