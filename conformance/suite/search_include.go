package suite

import "strings"

func includeRequirements() []Requirement {
	const clause = r4 + "search.html#include"
	includes := func(t, name, value string) Need {
		return Need{t + "." + name + " " + value, func(c *Capability) bool { return c.includes(t, name, value) }}
	}
	forward := referringNeeds(includes("Immunization", "searchInclude", "Immunization:patient"))
	backward := referringNeeds(includes("Patient", "searchRevInclude", "Immunization:patient"))
	return family(
		Requirement{ID: "search.include.1", Clause: clause, Text: "_include brings what matches refer to, once, as mode include", Needs: forward, Check: including(
			"Immunization?_include=Immunization:patient&lot-number=A1,B2", "i1 i2", "p1",
			"Immunization?_include=Immunization:patient", "i1 i2 i3 i4", "p1 p2",
			"Immunization?_include=Immunization:patient:Patient&lot-number=C3", "i3", "p2",
		)},
		Requirement{ID: "search.include.8", Clause: clause, Text: "A target type that the parameter cannot have brings nothing, or is refused", Needs: forward, Check: includingOrRefused(
			"Immunization?_include=Immunization:patient:Organization&lot-number=C3", "i3", "",
		)},
		Requirement{ID: "search.include.2", Clause: clause, Text: "_revinclude brings what refers to matches", Needs: backward, Check: including(
			"Patient?_revinclude=Immunization:patient&family=Chain<run>", "p1", "i1 i2",
			"Patient?_revinclude=Immunization:patient&family=Other<run>", "p2", "i3",
		)},
		Requirement{ID: "search.include.3", Clause: clause, Text: ":iterate goes on from what was included, or is refused", Needs: forward, Check: includingOrRefused(
			"Immunization?lot-number=A1&_include=Immunization:patient&_include:iterate=Patient:organization", "i1", "p1 o1",
			"Immunization?lot-number=C3&_include=Immunization:patient&_include:iterate=Patient:organization&_include:iterate=Organization:partof", "i3", "p2 o2 o1",
			"Immunization?lot-number=A1&_include=Immunization:patient&_include=Patient:organization", "i1", "p1",
		)},
		Requirement{ID: "search.include.4", Clause: clause, Text: "_include=* brings all that matches refer to, or is refused", Needs: forward, Check: includingOrRefused(
			"Immunization?lot-number=A1&_include=*", "i1", "p1",
			"Immunization?lot-number=A1&_include=Immunization:*", "i1", "p1",
		)},
		Requirement{ID: "search.include.5", Clause: clause, Text: "What is included does not count: not in total, not for _count", Needs: forward, Check: func(s *Session) {
			s.have(referring...)
			a := s.do("GET "+s.tagged("Immunization?_include=Immunization:patient&_count=2&_total=accurate"), "", strict).must(200)
			if len(a.matches()) != 2 || a.get("total") != "4" {
				s.errorf("%s: %d matches and total %s, want 2 and 4", a.call, len(a.matches()), a.get("total"))
			}
		}},
		Requirement{ID: "search.include.6", Clause: clause, Text: "An _include that names what does not exist is 400", Check: func(s *Session) {
			for _, query := range []string{"_include=Immunization:elementOfNoResource", "_include=Parrot:patient", "_include=Immunization:vaccine-code", "_include=Immunization", "_revinclude=Parrot:patient", "_include=", "_include:sideways=Immunization:patient"} {
				s.do("GET /Immunization?"+query, "", strict).refused(400)
			}
		}, Needs: []Need{interactions("Immunization", "search-type")}},
		Requirement{ID: "search.include.7", Clause: clause, Text: "What is gone or elsewhere is not included, and no error", Needs: append(forward, interactions("Patient", "delete")), Check: func(s *Session) {
			s.have("i1", dose("03", "2020-01-01", "Patient/"+absent), "i2", dose("03", "2020-01-01", "http://example.org/elsewhere/Patient/1"))
			a := s.do("GET "+s.tagged("Immunization?_include=Immunization:patient"), "", strict).must(200)
			s.compareNames(a.call, s.namesOf(a.matches()), []string{"i1", "i2"})
			s.compareNames(a.call+" (included)", s.namesOf(a.included()), nil)
		}},
	)
}

// including is a check that searches among the fixtures that refer to each other:
// query, the matches, and what is included.
func including(searches ...string) func(*Session) {
	return func(s *Session) {
		s.have(referring...)
		for i := 0; i+2 < len(searches); i += 3 {
			s.includes(s.do("GET "+s.tagged(searches[i]), "", strict), searches[i+1], searches[i+2])
		}
	}
}

// includingOrRefused is including for what a server cannot claim, and may refuse.
func includingOrRefused(searches ...string) func(*Session) {
	return func(s *Session) {
		s.have(referring...)
		for i := 0; i+2 < len(searches); i += 3 {
			if a := s.do("GET "+s.tagged(searches[i]), "", strict); !s.noteRefusal(a) {
				s.includes(a, searches[i+1], searches[i+2])
			}
		}
	}
}

// includes checks a searchset's matches and what it includes.
func (s *Session) includes(a *answer, matches, included string) {
	a.must(200)
	s.compareNames(a.call, s.namesOf(a.matches()), strings.Fields(matches))
	s.compareNames(a.call+" (included)", s.namesOf(a.included()), strings.Fields(included))
}
