package suite

import (
	"strings"
	"sync"
)

func createRequirements() []Requirement {
	const clause = r4 + "http.html#create"
	needs := []Need{interactions("Patient", "create", "read")}
	return family(
		Requirement{ID: "create.1", Clause: clause, Text: "A create is 201 with the Location of the version, ETag and Last-Modified", Needs: needs, Check: func(s *Session) {
			a := s.create(`Patient {"active":true}`)
			t, id, version := location(a.header.Get("Location"))
			if t != "Patient" || id == "" || !strings.HasPrefix(a.header.Get("Location"), "http") {
				s.errorf("%s: Location is %q, want [base]/Patient/[id]/_history/[vid]", a.call, a.header.Get("Location"))
			}
			if s.claims.has("Patient", "vread") && (version == "" || a.etag() != version) {
				s.errorf("%s: Location is %q, ETag %q", a.call, a.header.Get("Location"), a.header.Get("ETag"))
			}
			if a.header.Get("Last-Modified") == "" {
				s.errorf("%s: Last-Modified is missing", a.call)
			}
		}},
		Requirement{ID: "create.2", Clause: clause, Text: "The Location can be read", Needs: needs, Check: func(s *Session) {
			a := s.create(`Patient {"birthDate":"1970-01-02"}`)
			s.do("GET "+a.header.Get("Location"), "").want(200).equal("birthDate", "1970-01-02")
		}},
		Requirement{ID: "create.3", Clause: clause, Text: "An id in the body is ignored", Needs: needs, Check: func(s *Session) {
			mine := "mine-" + s.run.id
			a := s.create(`Patient {"id":"` + mine + `","active":true}`)
			if a.id() == mine {
				s.errorf("%s: the resource has the id of the body, %s", a.call, mine)
			}
			s.do("GET /Patient/"+mine, "").refused(404)
		}},
		Requirement{ID: "create.4", Clause: r4 + "resource.html#Meta", Text: "versionId and lastUpdated are the server's, tags, profiles and labels the client's", Needs: needs, Check: func(s *Session) {
			a := s.do("POST /Patient", `{"resourceType":"Patient","meta":{"versionId":"77","lastUpdated":"1999-01-01T00:00:00Z","profile":["http://example.org/p"],
				"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],"tag":[{"system":"<sys>","code":"a"},{"system":"<sys>","code":"b"}]}}`).must(201)
			got := s.do("GET /Patient/"+a.id(), "").must(200)
			got.describesItself()
			if got.get("meta.versionId") == "77" || strings.HasPrefix(got.get("meta.lastUpdated"), "1999") {
				s.errorf("%s: meta is the client's: %s", got.call, got.get("meta"))
			}
			for _, kept := range []string{`"http://example.org/p"`, `"code":"R"`, `"code":"a"`, `"code":"b"`} {
				if !strings.Contains(got.get("meta"), kept) {
					s.errorf("%s: meta has no %s: %s", got.call, kept, got.get("meta"))
				}
			}
		}},
		Requirement{ID: "create.5", Clause: clause, Text: "What is no JSON, or no resource, is 400 and stores nothing", Needs: needs, Check: func(s *Session) {
			for _, body := range []string{`{`, `[]`, `"x"`, `{}`, `{"resourceType":5}`, `{"resourceType":"Parrot"}`, `{"resourceType":"Patient"`, `resourceType=Patient`} {
				s.do("POST /Patient", body).refused(400, 422)
			}
			s.do("POST /Patient", "", "Content-Type: application/fhir+json").refused(400, 415, 422)
		}},
		Requirement{ID: "create.6", Clause: clause, Text: "What is refused is not stored", Needs: []Need{searching("Patient", "identifier")}, Check: func(s *Session) {
			s.do("POST /Patient", s.resource(`Patient {"identifier":[{"system":"<sys>","value":"1"}],"gender":"no-code-of-it"}`)).refused(400, 422)
			s.found("Patient?identifier=<sys>|1", "")
		}},
		Requirement{ID: "create.7", Clause: clause, Text: "A type that is not served is 404", Needs: needs, Check: func(s *Session) {
			s.do("POST /Parrot", `{"resourceType":"Parrot"}`).refused(404)
		}},
		Requirement{ID: "create.8", Clause: clause, Text: "Two creates make two resources", Needs: needs, Check: func(s *Session) {
			if one, two := s.create(`Patient {"active":true}`).id(), s.create(`Patient {"active":true}`).id(); one == two {
				s.errorf("two creates gave one id, %s", one)
			}
		}},
		Requirement{ID: "create.9", Clause: r4 + "http.html#create", Text: "POST to a resource's own URL is refused", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("POST /Patient/<p1>", s.own("p1", `Patient {"active":false}`)).refused(404, 405, 400)
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
		}},
	)
}

func conditionalCreateRequirements() []Requirement {
	const clause = r4 + "http.html#ccreate"
	needs := []Need{searching("Patient", "identifier"), element("Patient", "conditionalCreate", "true")}
	const body = `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`
	const condition = "If-None-Exist: identifier=<sys>|1"
	return family(
		Requirement{ID: "conditional-create.1", Clause: clause, Text: "Without a match the resource is created, with one it is not, and 200 names the match", Needs: needs, Check: func(s *Session) {
			first := s.do("POST /Patient", s.resource(body), condition).must(201)
			again := s.do("POST /Patient", s.resource(body), condition).want(200)
			if again.status == 200 && again.id() != first.id() {
				s.errorf("%s: the answer names %q, the match is %q", again.call, again.id(), first.id())
			}
			s.found("Patient?identifier=<sys>|1", "Patient/"+first.id())
		}},
		Requirement{ID: "conditional-create.2", Clause: clause, Text: "With several matches it is 412", Needs: needs, Check: func(s *Session) {
			s.have("p1", body, "p2", body)
			s.do("POST /Patient", s.resource(body), condition).refused(412)
			s.found("Patient?identifier=<sys>|1", "p1 p2")
		}},
		Requirement{ID: "conditional-create.3", Clause: clause, Text: "Criteria that are not understood are refused, not passed over", Needs: needs, Check: func(s *Session) {
			for _, criteria := range []string{"identifier=<sys>|1&elementOfNoResource=1", "identifier:nonsense=<sys>|1", "birthdate=2020-13-45"} {
				s.do("POST /Patient", s.resource(body), "If-None-Exist: "+criteria).refused(400, 412)
			}
			s.found("Patient?identifier=<sys>|1", "")
		}},
		Requirement{ID: "conditional-create.4", Clause: clause, Text: "Of many conditional creates at once, one creates", Needs: needs, Check: func(s *Session) {
			created := 0
			for _, a := range s.race(12, "POST /Patient", s.resource(body), condition) {
				switch a.status {
				case 201:
					created++
				case 409, 503: // lost a race: the client may try again
				default:
					a.want(200, 201)
				}
			}
			if created != 1 {
				s.errorf("%d of 12 simultaneous conditional creates were 201, want 1", created)
			}
			if n := len(s.do("GET "+s.tagged("Patient?identifier=<sys>|1"), "").must(200).matches()); n != 1 {
				s.errorf("after 12 simultaneous conditional creates there are %d resources, want 1", n)
			}
		}},
	)
}

// race sends one request several times at once.
func (s *Session) race(n int, call, body string, headers ...string) []*answer {
	all := make([]*answer, n)
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { all[i], errs[i] = s.try(s.ctx, call, body, headers...) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			s.fatalf("%s: %v", s.expand(call), err)
		}
	}
	return all
}
