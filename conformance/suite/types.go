package suite

import "strings"

// absent is an id that no resource has.
const absent = "conformance-suite-knows-no-such-id"

// typeRequirements are those that go through all types that are claimed.
func typeRequirements() []Requirement {
	return family(
		Requirement{ID: "type.1", Clause: r4 + "http.html#create", Text: "A minimal resource of each type can be created, read, updated and deleted, as claimed", Check: func(s *Session) {
			for _, t := range s.claims.withInteraction("create") {
				s.liveMinimal(t)
			}
		}},
		Requirement{ID: "type.2", Clause: r4 + "http.html#read", Text: "Of each type, reading an id that is not known is 404", Check: func(s *Session) {
			for _, t := range s.claims.withInteraction("read") {
				s.do("GET /"+t+"/"+absent, "").refused(404)
			}
		}},
		Requirement{ID: "type.3", Clause: r4 + "http.html#search", Text: "Of each type, a search for an id that is not known finds nothing", Check: func(s *Session) {
			for _, t := range s.claims.withInteraction("search-type") {
				if s.claims.parameter(t, "_id") == "" {
					continue
				}
				if a := s.do("GET /"+t+"?_id="+absent, "").want(200); a.get("type") != "searchset" || len(a.matches()) > 0 {
					s.errorf("%s: want an empty searchset: %s", a.call, a.excerpt())
				}
			}
		}},
		Requirement{ID: "type.4", Clause: r4 + "http.html#create", Text: "To each type, a resource of another type cannot be posted", Check: func(s *Session) {
			for _, t := range s.claims.withInteraction("create") {
				other := "Basic"
				if t == "Basic" || t == "Parameters" {
					other = "Patient"
				}
				s.do("POST /"+t, s.resource(minimalResource(other))).refused(400, 422)
			}
		}},
		Requirement{ID: "type.5", Clause: r4 + "http.html#create", Text: "Of each type, an element that R4 does not have is refused or kept, not dropped", Check: func(s *Session) {
			for _, t := range s.claims.withInteraction("create") {
				short := minimalResource(t)
				if short == "" {
					continue
				}
				elements := strings.TrimPrefix(short, t+" {")
				if elements != "}" {
					elements = "," + elements
				}
				a := s.do("POST /"+t, s.resource(t+` {"elementOfNoResource":"x"`+elements))
				if a.status == 201 && a.get("elementOfNoResource") == "" {
					s.errorf("%s: an unknown element was dropped in silence", a.call)
				} else if a.status != 201 {
					a.refused(400, 422)
				}
			}
		}},
	)
}

// liveMinimal carries the smallest resource of a type through its life.
func (s *Session) liveMinimal(t string) {
	short := minimalResource(t)
	if short == "" {
		return // metadata.5 tells
	}
	a := s.do("POST /"+t, s.resource(short)).want(201)
	id := a.id()
	if a.status != 201 || id == "" {
		return
	}
	at := "/" + t + "/" + id
	read := a
	if s.claims.has(t, "read") {
		read = s.do("GET "+at, "").want(200)
		if read.get("resourceType") != t || read.get("id") != id {
			s.errorf("%s: the answer is %s/%s", read.call, read.get("resourceType"), read.get("id"))
		}
	}
	if s.claims.has(t, "update") && read.get("id") == id {
		s.do("PUT "+at, string(read.raw)).want(200, 201)
	}
	if s.claims.has(t, "delete") {
		s.do("DELETE "+at, "").want(200, 202, 204)
		if s.claims.has(t, "read") {
			s.do("GET "+at, "").refused(410, 404)
		}
	}
}
