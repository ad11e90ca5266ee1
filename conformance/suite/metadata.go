package suite

import (
	"net/url"
	"slices"
	"strings"
)

// Codes of https://hl7.org/fhir/R4/capabilitystatement.html that a client reads
// to know what it may do.
var (
	typeInteractions   = strings.Fields("read vread update patch delete history-instance history-type create search-type")
	systemInteractions = strings.Fields("transaction batch search-system history-system")
	searchTypes        = strings.Fields("number date string token reference composite quantity uri special")
)

func metadataRequirements() []Requirement {
	const clause = r4 + "capabilitystatement.html"
	return family(
		Requirement{ID: "metadata.2", Clause: clause, Text: "The statement has status, date, kind, fhirVersion 4.0 and format", Check: func(s *Session) {
			a := s.do("GET /metadata", "").want(200)
			if !a.isFHIRJSON() {
				s.errorf("%s: Content-Type %q is not that of FHIR JSON", a.call, a.header.Get("Content-Type"))
			}
			for _, name := range []string{"status", "date", "kind", "fhirVersion", "format.0"} {
				if a.get(name) == "" {
					s.errorf("%s: CapabilityStatement.%s is missing", a.call, name)
				}
			}
			if v := a.get("fhirVersion"); !strings.HasPrefix(v, "4.0") {
				s.errorf("%s: fhirVersion is %q, want 4.0.1", a.call, v)
			}
		}},
		Requirement{ID: "metadata.3", Clause: clause, Text: "The statement keeps its invariants cpb-2, cpb-3, cpb-14 and cpb-15", Check: func(s *Session) {
			c := s.claims.statement
			software, implementation := c.get("software").present(), c.get("implementation").present()
			if !software && !implementation && !c.get("description").present() {
				s.errorf("cpb-2: neither description nor software nor implementation is there")
			}
			if kind := c.get("kind").text(); kind == "instance" && !implementation {
				s.errorf("cpb-14: kind is instance, and implementation is missing")
			} else if kind == "capability" && (implementation || !software) {
				s.errorf("cpb-15: kind is capability, with implementation or without software")
			}
			if c.get("messaging.0").present() && !c.get("messaging.0.endpoint").present() && kindOf(c) == "instance" {
				s.errorf("cpb-3: messaging has no endpoint")
			}
		}},
		Requirement{ID: "metadata.4", Clause: clause, Text: "Types, and within them interactions and search parameters, are claimed once (cpb-9, cpb-12)", Check: func(s *Session) {
			unique(s, "rest.resource.type", s.claims.names)
			for _, t := range s.claims.names {
				r := s.claims.types[t]
				unique(s, t+": interaction", texts(r.get("interaction"), "code"))
				unique(s, t+": searchParam.name", texts(r.get("searchParam"), "name"))
			}
		}},
		Requirement{ID: "metadata.5", Clause: clause, Text: "Claims are made in R4's types and codes", Check: func(s *Session) {
			known := minimal()
			for _, t := range s.claims.names {
				r := s.claims.types[t]
				if known[t] == "" {
					s.errorf("rest.resource.type %q is no type of R4", t)
				}
				within(s, t+".interaction", texts(r.get("interaction"), "code"), typeInteractions)
				within(s, t+".searchParam.type", texts(r.get("searchParam"), "type"), searchTypes)
				within(s, t+".versioning", []string{r.get("versioning").text()}, []string{"", "no-version", "versioned", "versioned-update"})
				within(s, t+".conditionalRead", []string{r.get("conditionalRead").text()}, []string{"", "not-supported", "modified-since", "not-match", "full-support"})
				within(s, t+".conditionalDelete", []string{r.get("conditionalDelete").text()}, []string{"", "not-supported", "single", "multiple"})
			}
			within(s, "rest.interaction", texts(s.claims.rest.get("interaction"), "code"), systemInteractions)
		}},
		Requirement{ID: "metadata.6", Clause: clause + "#CapabilityStatement.rest.resource.searchParam", Text: "Search parameters and operations name their definition by an absolute URL", Check: func(s *Session) {
			check := func(what string, v value) {
				u, err := url.Parse(v.get("definition").text())
				if v.get("name").text() == "" || err != nil || !u.IsAbs() {
					s.errorf("%s: %q has the definition %q", what, v.get("name").text(), v.get("definition").text())
				}
			}
			for _, t := range s.claims.names {
				for _, p := range s.claims.types[t].get("searchParam").list() {
					check(t+".searchParam", p)
				}
				for _, o := range s.claims.types[t].get("operation").list() {
					check(t+".operation", o)
				}
			}
			for _, o := range s.claims.rest.get("operation").list() {
				check("rest.operation", o)
			}
		}},
		Requirement{ID: "metadata.7", Clause: r4 + "http.html#capabilities", Text: "GET /metadata?mode=full is the CapabilityStatement, and HEAD has its status", Check: func(s *Session) {
			if a := s.do("GET /metadata?mode=full", "").want(200); a.get("resourceType") != "CapabilityStatement" {
				s.errorf("%s: the answer is a %s", a.call, a.get("resourceType"))
			}
			s.do("HEAD /metadata", "").want(200)
		}},
		Requirement{ID: "metadata.8", Clause: clause, Text: "What is claimed together can be had together", Check: func(s *Session) {
			for _, t := range s.claims.names {
				r := s.claims.types[t]
				claims := func(name, interaction string) {
					on := r.get(name).text()
					if on != "" && on != "false" && on != "not-supported" && !s.claims.has(t, interaction) {
						s.errorf("%s: %s is %s, but %s is not claimed", t, name, on, interaction)
					}
				}
				claims("conditionalCreate", "create")
				claims("conditionalUpdate", "update")
				claims("updateCreate", "update")
				claims("conditionalDelete", "delete")
				claims("readHistory", "vread")
			}
		}},
	)
}

func kindOf(statement value) string { return statement.get("kind").text() }

// texts are the texts of one member of each element of an array.
func texts(array value, member string) []string {
	var all []string
	for _, v := range array.list() {
		all = append(all, v.get(member).text())
	}
	return all
}

func unique(s *Session, what string, all []string) {
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			s.errorf("%s: %q is there twice", what, all[i])
		}
	}
}

func within(s *Session, what string, all, allowed []string) {
	for _, v := range all {
		if !slices.Contains(allowed, v) {
			s.errorf("%s: %q is none of %s", what, v, strings.Join(allowed, ", "))
		}
	}
}
