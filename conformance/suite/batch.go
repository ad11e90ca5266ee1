package suite

import (
	"fmt"
	"strings"
)

// bundleOf is a Bundle of a type with these entries.
func bundleOf(kind string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

// entry is an entry of a batch or transaction. The resource is JSON; what is
// empty is left out; more are members of request, each after a comma.
func entry(fullURL, call, resource string, more ...string) string {
	method, url, _ := strings.Cut(call, " ")
	var b strings.Builder
	b.WriteString("{")
	if fullURL != "" {
		fmt.Fprintf(&b, `"fullUrl":%q,`, fullURL)
	}
	if resource != "" {
		fmt.Fprintf(&b, `"resource":%s,`, resource)
	}
	fmt.Fprintf(&b, `"request":{"method":%q,"url":%q%s}}`, method, url, strings.Join(more, ""))
	return b.String()
}

// urn is the nth name of an entry that other entries refer to.
func urn(n int) string { return fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-%012d", n) }

// statuses are the first three digits of each entry's response.status.
func (a *answer) statuses() string {
	var all []string
	for _, e := range a.entries() {
		status := e.get("response.status").text()
		all = append(all, status[:min(3, len(status))])
	}
	return strings.Join(all, " ")
}

// entryStatuses checks the statuses of a response's entries.
func (a *answer) entryStatuses(want string) {
	if a.status == 200 && a.statuses() != want {
		a.s.errorf("%s: the entries' statuses are %q, want %q: %s", a.call, a.statuses(), want, a.excerpt())
	}
}

func batchRequirements() []Requirement {
	const clause = r4 + "http.html#transaction"
	needs := []Need{systemwide("batch"), interactions("Patient", "create", "read", "update", "delete")}
	return family(
		Requirement{ID: "batch.1", Clause: clause, Text: "The response is a batch-response with one entry for each, in order", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`, "p2", `Patient {"active":true}`, "p3", `Patient {"active":true}`)
			a := s.do("POST ", bundleOf("batch",
				entry("", "GET Patient/<p1>", ""),
				entry("", "POST Patient", s.resource(`Patient {"active":true}`)),
				entry("", "DELETE Patient/<p2>", ""),
				entry("", "PUT Patient/<p3>", s.own("p3", `Patient {"active":false}`)),
			)).must(200)
			a.equal("resourceType", "Bundle").equal("type", "batch-response").equal("entry.0.resource.id", "<p1>")
			a.entryStatuses("200 201 204 200")
			for _, i := range []string{"1", "3"} {
				if a.get("entry."+i+".response.etag") == "" || a.get("entry."+i+".response.lastModified") == "" {
					s.errorf("%s: entry %s: etag or lastModified is missing: %s", a.call, i, a.get("entry."+i+".response"))
				}
			}
			if t, id, _ := location(a.get("entry.1.response.location")); t != "Patient" || id == "" {
				s.errorf("%s: entry 1: location is %q", a.call, a.get("entry.1.response.location"))
			}
			s.do("GET /Patient/<p2>", "").refused(410, 404)
			s.do("GET /Patient/<p3>", "").want(200).equal("active", "false")
		}},
		Requirement{ID: "batch.2", Clause: clause, Text: "An entry that fails does not touch the others, and tells why in its outcome", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			a := s.do("POST ", bundleOf("batch",
				entry("", "POST Patient", s.resource(`Patient {"gender":"no-code-of-it"}`)),
				entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"active":false}`)),
				entry("", "GET Patient/"+absent, ""),
				entry("", "GET Parrot/1", ""),
				entry("", "PUT Patient/<p1>", s.own("p1", `Patient {"active":true}`), `,"ifMatch":"W/\"no-such-version\""`),
			)).must(200)
			if got := a.statuses(); !strings.HasPrefix(got, "4") || len(got) != 19 || got[4:15] != "200 404 404" || got[16] != '4' {
				s.errorf("%s: the entries' statuses are %q, want 400 200 404 404 412", a.call, got)
			}
			for _, i := range []string{"0", "2", "3", "4"} {
				if why := outcomeFault(a.body.get("entry." + i + ".response.outcome")); why != "" {
					s.errorf("%s: entry %s: %s: %s", a.call, i, why, a.get("entry."+i))
				}
			}
			s.do("GET /Patient/<p1>", "").want(200).equal("active", "false")
		}},
		Requirement{ID: "batch.3", Clause: clause, Text: "A search in a batch gives a searchset", Needs: append(needs, searching("Patient", "family")), Check: func(s *Session) {
			s.have("p1", `Patient {"name":[{"family":"Batch<run>"}]}`)
			a := s.do("POST ", bundleOf("batch", entry("", "GET Patient?family=Batch<run>", ""))).must(200)
			a.equal("entry.0.resource.type", "searchset").equal("entry.0.resource.entry.0.resource.id", "<p1>")
		}},
		Requirement{ID: "batch.4", Clause: clause, Text: "A Bundle of another type, or of none, is refused at the base", Needs: needs, Check: func(s *Session) {
			s.do("POST ", `{"resourceType":"Bundle","type":"searchset"}`).refused(400, 422, 501)
			s.do("POST ", `{"resourceType":"Bundle","type":"collection","entry":[]}`).refused(400, 422, 501)
			s.do("POST ", `{"resourceType":"Bundle"}`).refused(400, 422)
			s.do("POST ", `{"resourceType":"Patient"}`).refused(400, 404, 405, 422)
		}},
		Requirement{ID: "batch.5", Clause: r4 + "bundle.html#invs", Text: "An entry without request (bdl-3) is refused", Needs: needs, Check: func(s *Session) {
			a := s.do("POST ", bundleOf("batch", `{"resource":`+s.resource(`Patient {"active":true}`)+`}`))
			if a.status != 200 {
				a.refused(400, 422)
			} else if !strings.HasPrefix(a.statuses(), "4") {
				s.errorf("%s: an entry without request: %s", a.call, a.excerpt())
			}
		}},
		Requirement{ID: "batch.6", Clause: clause, Text: "A batch of no entries has a response of none", Needs: needs, Check: func(s *Session) {
			a := s.do("POST ", `{"resourceType":"Bundle","type":"batch"}`).want(200)
			a.equal("type", "batch-response").equal("entry", "")
		}},
		Requirement{ID: "batch.7", Clause: clause, Text: "Entries of a batch do not refer to each other: a urn is not resolved", Needs: append(needs, interactions("Immunization", "create", "read")), Check: func(s *Session) {
			a := s.do("POST ", bundleOf("batch",
				entry(urn(1), "POST Patient", s.resource(`Patient {"active":true}`)),
				entry(urn(2), "POST Immunization", s.resource(dose("03", "2020-01-01", urn(1)))),
			)).must(200)
			if at := a.get("entry.1.response.location"); at != "" {
				if got := s.do("GET "+at, "").want(200).get("patient.reference"); got != urn(1) {
					s.errorf("%s: between the entries of a batch, %s was resolved to %s", a.call, urn(1), got)
				}
			}
		}},
		Requirement{ID: "batch.8", Clause: clause, Text: "Conditional create works in an entry as it does alone", Needs: append(needs, searching("Patient", "identifier"), element("Patient", "conditionalCreate", "true")), Check: func(s *Session) {
			s.have("p1", `Patient {"identifier":[{"system":"<sys>","value":"1"}]}`)
			one, two := s.resource(`Patient {"identifier":[{"system":"<sys>","value":"1"}]}`), s.resource(`Patient {"identifier":[{"system":"<sys>","value":"2"}]}`)
			s.do("POST ", bundleOf("batch",
				entry("", "POST Patient", one, `,"ifNoneExist":"identifier=<sys>|1"`),
				entry("", "POST Patient", two, `,"ifNoneExist":"identifier=<sys>|2"`),
			)).must(200).entryStatuses("200 201")
			if n := len(s.do("GET "+s.tagged("Patient?identifier=<sys>|"), "").must(200).matches()); n != 2 {
				s.errorf("after two conditional creates, one of which matched, there are %d resources, want 2", n)
			}
		}},
	)
}

// dose is an Immunization in short.
func dose(cvx, date, patient string) string {
	return fmt.Sprintf(`Immunization {"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"patient":{"reference":%q},"occurrenceDateTime":%q}`, cvx, patient, date)
}
