package suite

import (
	"fmt"
	"strings"
)

func limitRequirements() []Requirement {
	const security = r4 + "security.html"
	needs := []Need{interactions("Patient", "create", "read")}
	search := []Need{searching("Patient", "family", "identifier")}
	// bounded is a search that may be refused, and must not harm.
	bounded := func(s *Session, call string) {
		if a := s.do(call, "", strict); a.status != 200 {
			a.refused(400, 413, 414, 422, 431)
		}
	}
	return family(
		Requirement{ID: "limit.1", Clause: "https://www.rfc-editor.org/rfc/rfc9110.html#name-413-content-too-large", Text: "A body that is too large is 413, and is not stored", Needs: needs, Check: func(s *Session) {
			large := s.resource(`Patient {"name":[{"family":"` + strings.Repeat("x", s.LargeBody) + `"}]}`)
			a, err := s.try(s.ctx, "POST /Patient", large)
			if err != nil {
				return // the connection was closed: HTTP allows that too
			}
			if a.status != 201 {
				a.refused(413)
			}
		}},
		Requirement{ID: "limit.2", Clause: security, Text: "A resource of 1 MiB is taken, or refused with 413", Needs: needs, Check: func(s *Session) {
			a := s.do("POST /Patient", s.resource(`Patient {"photo":[{"contentType":"image/png","data":"`+strings.Repeat("AAAA", 1<<18)+`"}]}`))
			if a.status != 201 {
				a.refused(413)
				return
			}
			if got := s.do("GET /Patient/"+a.id(), "").must(200); len(got.get("photo.0.data")) != 1<<20 {
				s.errorf("%s: of 1 MiB %d bytes came back", got.call, len(got.get("photo.0.data")))
			}
		}},
		Requirement{ID: "limit.3", Clause: r4 + "search.html#errors", Text: "Searches that are long, wide or deep are answered or refused", Needs: search, Check: func(s *Session) {
			for _, query := range []string{
				"family=" + strings.Repeat("x", 10_000),
				"family=" + strings.TrimSuffix(strings.Repeat("x,", 500), ","),
				strings.TrimSuffix(strings.Repeat("family=x&", 1000), "&"),
				"_sort=" + strings.TrimSuffix(strings.Repeat("family,", 200), ","),
				strings.Repeat("link.", 50) + "family=x",
				strings.Repeat("_has:Patient:link:", 50) + "family=x",
				"_include=*&_revinclude=*&_count=1",
				"identifier=" + strings.Repeat("|", 1000),
				"_elements=" + strings.Repeat("x,", 1000) + "x",
				"_count=1000000&family=conformance-suite-finds-nothing",
			} {
				bounded(s, "GET /Patient?"+query)
			}
		}},
		Requirement{ID: "limit.4", Clause: r4 + "search.html#string", Text: "Operators and patterns of data bases and of regular expressions are plain text", Needs: search, Check: func(s *Session) {
			s.have("p1", `Patient {"name":[{"family":"Plain"}],"identifier":[{"system":"<sys>","value":"1"}]}`)
			for _, v := range []string{"(a+)+$", ".*", "%25", "_", `\Q`, `\E.*`, "^P", "' OR 1=1 --", `{"$ne":1}`, "[$ne]=x", "*", "?lain", "Plai_", "%00", "$(id)", "${7*7}"} {
				for _, name := range []string{"family", "identifier"} {
					// A $ or | that is not escaped may be refused.
					a := s.do("GET "+s.tagged("Patient?"+name+"="+strings.ReplaceAll(v, "+", "%2B")), "", strict)
					if a.status != 200 {
						a.refused(400)
					} else if len(a.matches()) > 0 {
						s.errorf("%s: found %v, want nothing", a.call, s.namesOf(a.matches()))
					}
				}
				if a := s.do("GET "+s.tagged("Patient?family:contains="+strings.ReplaceAll(v, "+", "%2B")), "", strict); a.status != 200 {
					a.refused(400)
				} else if len(a.matches()) > 0 {
					s.errorf("%s: found %v, want nothing", a.call, s.namesOf(a.matches()))
				}
			}
		}},
		Requirement{ID: "limit.5", Clause: r4 + "http.html#transaction", Text: "A transaction of very many entries is carried out or refused, and then does nothing", Needs: []Need{systemwide("transaction"), searching("Patient", "identifier")}, Check: func(s *Session) {
			entries := []string{entry(urn(1), "POST Patient", s.identified("1"))}
			for i := range 100_000 {
				entries = append(entries, entry("", fmt.Sprintf("GET Patient/%s-%d", absent, i), ""))
			}
			a, err := s.try(s.ctx, "POST ", bundleOf("transaction", entries...))
			if err != nil || a.status == 200 {
				return
			}
			a.refused(400, 404, 410, 413, 422)
			s.found("Patient?identifier=<sys>|1", "")
		}},
		Requirement{ID: "limit.6", Clause: r4 + "datatypes.html#integer", Text: "Numbers beyond every measure are refused, or kept as they are", Needs: needs, Check: func(s *Session) {
			for _, n := range []string{"1e400", "-0", "1e-400", "123456789012345678901234567890.5"} {
				a := s.do("POST /Patient", s.resource(`Patient {"extension":[{"url":"http://example.org/d","valueDecimal":`+n+`}]}`))
				if a.status != 201 {
					a.refused(400, 422)
				} else {
					s.do("GET /Patient/"+a.id(), "").want(200).equal("extension.0.valueDecimal", n)
				}
			}
		}},
		Requirement{ID: "limit.7", Clause: security, Text: "A URL that is very long is refused", Needs: needs, Check: func(s *Session) {
			if a, err := s.try(s.ctx, "GET /Patient/"+strings.Repeat("x", 100_000), ""); err == nil {
				a.want(400, 404, 414, 431)
			}
		}},
	)
}
