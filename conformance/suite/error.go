package suite

import (
	"strings"
)

func errorRequirements() []Requirement {
	const status = r4 + "http.html#Status-Codes"
	const allow = "https://www.rfc-editor.org/rfc/rfc9110.html#name-405-method-not-allowed"
	needs := []Need{interactions("Patient", "create", "read")}
	return family(
		Requirement{ID: "error.1", Clause: r4 + "operationoutcome.html", Text: "Every kind of refusal is an OperationOutcome with severity, code and text", Needs: needs, Check: func(s *Session) {
			s.do("GET /Patient/"+absent, "").refused(404)
			s.do("GET /Parrot/1", "").refused(404)
			s.do("GET /Patient/1/2/3/4", "").refused(404, 400)
			s.do("POST /Patient", "{").refused(400)
			s.do("POST /Patient", `{"resourceType":"Patient","gender":"x"}`).refused(400, 422)
			s.do("POST /Patient", "<Patient/>", "Content-Type: text/plain").refused(415)
			s.do("GET /Patient/"+absent, "", "Accept: image/png").refused(406)
			s.do("GET /$no-such-operation", "").refused(404, 400, 405)
		}},
		Requirement{ID: "error.2", Clause: allow, Text: "A method that a path does not have is 405, and Allow tells those it has", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, call := range []string{"BREW /Patient/<p1>", "POST /metadata", "DELETE /metadata", "PUT /Patient/<p1>/_history"} {
				a := s.do(call, s.resource(`Patient {"active":true}`)).refused(405, 404, 400, 501)
				if a.status == 405 && a.header.Get("Allow") == "" {
					s.errorf("%s: 405 without Allow", a.call)
				}
				if method, _, _ := strings.Cut(call, " "); a.status == 405 && strings.Contains(a.header.Get("Allow"), method) {
					s.errorf("%s: 405, and Allow is %q", a.call, a.header.Get("Allow"))
				}
			}
			s.do("BREW /Patient/<p1>", "").refused(405, 501)
		}},
		Requirement{ID: "error.3", Clause: r4 + "operationoutcome.html#expression", Text: "An issue about an element names it in expression", Needs: needs, Check: func(s *Session) {
			for element, body := range map[string]string{
				"Patient.gender":         `Patient {"gender":"no-code-of-it"}`,
				"Patient.birthDate":      `Patient {"birthDate":"2020-02-31"}`,
				"Patient.name[1].family": `Patient {"name":[{"family":"x"},{"family":5}]}`,
			} {
				a := s.do("POST /Patient", s.resource(body)).refused(400, 422)
				if got := a.get("issue.0.expression.0"); got == "" {
					got = a.get("issue.0.location.0")
					s.errorf("%s %s: the issue names %q, want expression %s", a.call, body, got, element)
				} else if strings.ReplaceAll(got, "[1]", "") != strings.ReplaceAll(element, "[1]", "") {
					s.errorf("%s %s: the issue's expression is %s, want %s", a.call, body, got, element)
				}
			}
		}},
		Requirement{ID: "error.4", Clause: r4 + "operationoutcome.html", Text: "All that is wrong with a resource is told at once", Needs: needs, Check: func(s *Session) {
			a := s.do("POST /Patient", s.resource(`Patient {"gender":"no-code-of-it","birthDate":"2020-02-31","active":"yes"}`)).refused(400, 422)
			if n := len(a.body.get("issue").list()); n < 3 {
				s.errorf("%s: three elements are wrong, and %d issues told: %s", a.call, n, a.excerpt())
			}
		}},
		Requirement{ID: "error.5", Clause: r4 + "http.html#custom", Text: "Where answers have an X-Request-Id, one that was sent is echoed", Needs: needs, Check: func(s *Session) {
			if s.do("GET /metadata", "").header.Get("X-Request-Id") == "" {
				return
			}
			for _, call := range []string{"GET /metadata", "GET /Patient/" + absent} {
				if got := s.do(call, "", "X-Request-Id: <run>").header.Get("X-Request-Id"); got != s.run.id {
					s.errorf("%s: X-Request-Id %s was answered with %q", call, s.run.id, got)
				}
			}
		}},
		Requirement{ID: "error.6", Clause: status, Text: "What a client sent is not echoed as markup, and no answer may be sniffed as such", Needs: needs, Check: func(s *Session) {
			for _, path := range []string{"/Patient/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/%3Cscript%3E", "/Patient?%3Cscript%3E=1"} {
				a := s.do("GET "+path, "", strict, "Accept: text/html, application/fhir+json").refused(400, 404)
				if strings.Contains(strings.ToLower(a.header.Get("Content-Type")), "html") && strings.Contains(string(a.raw), "<script>") {
					s.errorf("%s: markup of the request stands in the answer: %s", a.call, a.excerpt())
				}
			}
		}},
	)
}
