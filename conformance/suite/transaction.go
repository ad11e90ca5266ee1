package suite

import (
	"fmt"
	"strings"
)

func transactionNeeds(more ...Need) []Need {
	return append([]Need{systemwide("transaction"), interactions("Patient", "create", "read", "update", "delete"), searching("Patient", "identifier")}, more...)
}

// identified is a Patient with an identifier of the requirement's own.
func (s *Session) identified(value string) string {
	return s.resource(`Patient {"active":true,"identifier":[{"system":"<sys>","value":"` + value + `"}]}`)
}

func transactionRequirements() []Requirement {
	const clause = r4 + "http.html#transaction"
	const rules = r4 + "http.html#trules"
	needs := transactionNeeds()
	return family(
		Requirement{ID: "transaction.1", Clause: clause, Text: "The response is a transaction-response with one entry for each, in order", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`)
			a := s.do("POST ", bundleOf("transaction",
				entry("", "GET Patient/<p1>", ""),
				entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"active":false}`)),
				entry(urn(1), "POST Patient", s.identified("1")),
				entry("", "DELETE Patient/<p2>", ""),
			)).must(200)
			a.equal("resourceType", "Bundle").equal("type", "transaction-response")
			a.entryStatuses("200 200 201 204")
			t, id, _ := location(a.get("entry.2.response.location"))
			if t != "Patient" || id == "" || !strings.HasPrefix(a.get("entry.2.response.etag"), `W/"`) || a.get("entry.2.response.lastModified") == "" {
				s.errorf("%s: entry 2: response is %s, want location, etag and lastModified", a.call, a.get("entry.2.response"))
			}
			s.found("Patient?identifier=<sys>|1", "Patient/"+id)
		}},
		Requirement{ID: "transaction.2", Clause: rules, Text: "DELETE comes before POST, then PUT, and GET sees it all, in whatever order they are written", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true,"identifier":[{"system":"<sys>","value":"old"}]}`, "p2", `Patient {"active":true}`)
			a := s.do("POST ", bundleOf("transaction",
				entry("", "GET Patient/<p2>", ""),
				entry("", "GET Patient?identifier=<sys>|new", ""),
				entry("", "PUT Patient/<p2>", s.own("p2", `Patient {"active":false}`)),
				entry(urn(1), "POST Patient", s.identified("new"), `,"ifNoneExist":"identifier=<sys>|old"`),
				entry("", "DELETE Patient/<p1>", ""),
			)).must(200)
			a.entryStatuses("200 200 200 201 204")
			a.equal("entry.0.resource.active", "false")
			if n := len(a.body.get("entry.1.resource.entry").list()); n != 1 {
				s.errorf("%s: the search in the transaction found %d, want what the transaction made", a.call, n)
			}
		}},
		Requirement{ID: "transaction.3", Clause: clause, Text: "All or nothing: an entry that is not valid leaves nothing done", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`)
			s.do("POST ", bundleOf("transaction",
				entry(urn(1), "POST Patient", s.identified("1")),
				entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"active":false}`)),
				entry("", "DELETE Patient/<p2>", ""),
				entry(urn(2), "POST Patient", s.resource(`Patient {"gender":"no-code-of-it"}`)),
			)).refused(400, 422)
			s.untouched()
		}},
		Requirement{ID: "transaction.4", Clause: clause, Text: "All or nothing: a condition that does not hold leaves nothing done", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`, "p3", `Patient {"identifier":[{"system":"<sys>","value":"2"}]}`, "p4", `Patient {"identifier":[{"system":"<sys>","value":"2"}]}`)
			for _, failing := range []string{
				entry("", "PUT Patient/<p3>", s.own("p3", `Patient {"active":false}`), `,"ifMatch":"W/\"no-such-version\""`),
				entry(urn(2), "POST Patient", s.identified("2"), `,"ifNoneExist":"identifier=<sys>|2"`),
			} {
				s.do("POST ", bundleOf("transaction",
					entry(urn(1), "POST Patient", s.identified("1")),
					entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"active":false}`)),
					entry("", "DELETE Patient/<p2>", ""),
					failing,
				)).refused(412, 409, 400)
				s.untouched()
			}
		}},
		Requirement{ID: "transaction.5", Clause: rules, Text: "Two entries about one resource are refused", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`)
			for _, second := range []string{
				entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"birthDate":"1970-01-02"}`)),
				entry("", "DELETE Patient/<p1>", ""),
			} {
				s.do("POST ", bundleOf("transaction",
					entry(urn(1), "POST Patient", s.identified("1")),
					entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"active":false}`)),
					second,
				)).refused(400, 409, 422)
				s.untouched()
			}
		}},
		Requirement{ID: "transaction.6", Clause: rules, Text: "Two entries under one fullUrl (bdl-7) are refused", Needs: needs, Check: func(s *Session) {
			s.do("POST ", bundleOf("transaction",
				entry(urn(1), "POST Patient", s.identified("1")), entry(urn(1), "POST Patient", s.identified("2")))).refused(400, 409, 422)
			s.found("Patient?identifier=<sys>|1,<sys>|2", "")
		}},
		Requirement{ID: "transaction.7", Clause: r4 + "bundle.html#invs", Text: "An entry without request, of a method or URL that is none, or with a null resource is refused", Needs: needs, Check: func(s *Session) {
			for _, broken := range []string{
				`{"fullUrl":"` + urn(2) + `","resource":` + s.identified("2") + `}`,
				entry("", "SING Patient", s.identified("2")),
				entry("", "POST Parrot", `{"resourceType":"Parrot"}`),
				entry("", "PUT Patient", s.identified("2")),
				entry("", "POST Patient", ""),
				entry("", "POST Patient", "null"),
				entry("", "POST Patient", s.resource(`Person {"active":true}`)),
				entry("", "PUT Patient/"+absent, s.resource(`Patient {"id":"another","active":true}`)),
				entry("", "GET ../../metadata", ""),
			} {
				s.do("POST ", bundleOf("transaction", entry(urn(1), "POST Patient", s.identified("1")), broken)).refused(400, 404, 405, 422)
			}
			s.found("Patient?identifier=<sys>|1,<sys>|2", "")
		}},
		Requirement{ID: "transaction.8", Clause: clause, Text: "What a transaction acknowledged, the next search finds", Needs: needs, Check: func(s *Session) {
			for i := range 5 {
				s.do("POST ", bundleOf("transaction", entry(urn(1), "POST Patient", s.identified(fmt.Sprint(i))))).must(200)
				if n := len(s.do("GET "+s.tagged("Patient?identifier=<sys>|"+fmt.Sprint(i)), "").must(200).matches()); n != 1 {
					s.errorf("GET Patient?identifier=... after the transaction that created it: found %d, want 1", n)
				}
			}
		}},
		Requirement{ID: "transaction.9", Clause: clause, Text: "A transaction of no entries has a response of none", Needs: needs, Check: func(s *Session) {
			s.do("POST ", `{"resourceType":"Bundle","type":"transaction"}`).want(200).equal("type", "transaction-response").equal("entry", "")
		}},
	)
}

// untouched checks that a transaction on fixtures p1 and p2, which also made the
// identifier 1, did nothing.
func (s *Session) untouched() {
	s.found("Patient?identifier=<sys>|1", "")
	s.do("GET /Patient/<p1>", "").want(200).equal("active", "true")
	s.do("GET /Patient/<p2>", "").want(200).equal("active", "true")
}
