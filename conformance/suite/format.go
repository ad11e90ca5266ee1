package suite

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
)

func formatRequirements() []Requirement {
	const clause = r4 + "http.html#mime-type"
	const format = r4 + "http.html#parameters"
	needs := []Need{interactions("Patient", "create", "read")}
	json := func(a *answer) {
		if a.want(200); a.status == 200 && (!a.isFHIRJSON() || !a.body.present()) {
			a.s.errorf("%s: Content-Type %q, want FHIR JSON: %s", a.call, a.header.Get("Content-Type"), a.excerpt())
		}
	}
	return family(
		Requirement{ID: "format.1", Clause: clause, Text: "Accept: what JSON is called, ranges, preferences and none at all give JSON", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, accept := range []string{"application/fhir+json", "application/json", "*/*", "application/*", "", "application/fhir+json; fhirVersion=4.0", "application/fhir+json;charset=utf-8",
				"image/png, application/fhir+json;q=0.1", "APPLICATION/FHIR+JSON", "image/png;q=1.0, */*;q=0.1"} {
				json(s.do("GET /Patient/<p1>", "", "Accept: "+accept))
			}
			a := s.do("GET /Patient/<p1>", "", "Accept: application/fhir+json")
			if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/fhir+json") {
				s.errorf("%s: Content-Type is %q, want application/fhir+json", a.call, got)
			}
		}},
		Requirement{ID: "format.2", Clause: clause, Text: "Accept without anything that is served is 406", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, accept := range []string{"image/png", "text/csv", "application/fhir+json;q=0", "application/fhir+json; fhirVersion=3.0"} {
				s.do("GET /Patient/<p1>", "", "Accept: "+accept).refused(406)
			}
		}},
		Requirement{ID: "format.3", Clause: format, Text: "_format overrides Accept", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			for _, name := range []string{"json", "application/json", "application/fhir%2Bjson", "application/fhir+json"} {
				json(s.do("GET /Patient/<p1>?_format="+name, "", "Accept: image/png"))
			}
			s.do("GET /Patient/<p1>?_format=png", "").refused(406, 400)
			s.do("GET /Patient/<p1>?_format=image/png", "").refused(406, 400)
		}},
		Requirement{ID: "format.4", Clause: clause, Text: "XML that is not claimed is refused: 406 asked for, 415 sent", Needs: append(needs, without(Need{"format xml", func(c *Capability) bool { return c.format("xml", "application/fhir+xml") }})), Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			s.do("GET /Patient/<p1>", "", "Accept: application/fhir+xml").refused(406)
			s.do("GET /Patient/<p1>?_format=xml", "").refused(406, 400)
			s.do("POST /Patient", `<Patient xmlns="http://hl7.org/fhir"/>`, "Content-Type: application/fhir+xml").refused(415)
		}},
		Requirement{ID: "format.5", Clause: clause, Text: "A body of another type, of another version or in another character set is 415", Needs: needs, Check: func(s *Session) {
			for _, media := range []string{"text/plain", "application/octet-stream", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/fhir+json; fhirVersion=3.0", "application/fhir+json; charset=iso-8859-1", "nonsense"} {
				s.do("POST /Patient", s.resource(`Patient {"active":true}`), "Content-Type: "+media).refused(415)
			}
			s.do("POST /Patient", s.resource(`Patient {"active":true}`), "Content-Type:").refused(415, 400)
		}},
		Requirement{ID: "format.6", Clause: clause, Text: "A body may be called application/json, and name charset and fhirVersion", Needs: needs, Check: func(s *Session) {
			for _, media := range []string{"application/json", "application/fhir+json; charset=UTF-8", "application/fhir+json;fhirVersion=4.0", `application/fhir+json; charset="utf-8"`} {
				s.create(`Patient {"active":true}`, "Content-Type: "+media)
			}
		}},
		Requirement{ID: "format.7", Clause: format, Text: "_pretty changes the looks and nothing else", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true,"extension":[{"url":"http://example.org/d","valueDecimal":1.50}]}`)
			plain, pretty := s.do("GET /Patient/<p1>?_pretty=false", "").must(200), s.do("GET /Patient/<p1>?_pretty=true", "").must(200)
			if plain.body.text() != pretty.body.text() {
				s.errorf("%s: differs from the plain answer: %s", pretty.call, pretty.excerpt())
			}
			if !bytes.Contains(pretty.raw, []byte("\n")) {
				s.errorf("%s: is not indented: %s", pretty.call, pretty.excerpt())
			}
		}},
		Requirement{ID: "format.8", Clause: r4 + "http.html#compression", Text: "A compressed body is read, or refused with 415; a broken one is refused", Needs: needs, Check: func(s *Session) {
			packed := func(text string) io.Reader {
				var b bytes.Buffer
				w := gzip.NewWriter(&b)
				io.WriteString(w, text)
				w.Close()
				return &b
			}
			post := func(body io.Reader, want ...int) {
				a, err := s.send(s.ctx, "POST /Patient", body, "Content-Encoding: gzip")
				if err != nil {
					s.fatalf("POST /Patient with Content-Encoding gzip: %v", err)
				}
				if a.status == 201 {
					a.want(want...)
				} else {
					a.refused(want...)
				}
			}
			post(packed(s.resource(`Patient {"active":true}`)), 201, 415)
			post(strings.NewReader(s.resource(`Patient {"active":true}`)), 400, 415)
			post(packed(`{"resourceType":"Patient","id":"`+strings.Repeat("x", 100<<20)+`"}`), 400, 413, 415)
			s.do("POST /Patient", s.resource(`Patient {"active":true}`), "Content-Encoding: sing").refused(415, 400)
		}},
		Requirement{ID: "format.9", Clause: r4 + "http.html#compression", Text: "An answer says whether it is compressed, and is the same", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true,"name":[{"family":"`+strings.Repeat("x", 5000)+`"}]}`)
			plain := s.do("GET /Patient/<p1>", "", "Accept-Encoding: identity").must(200)
			a := s.do("GET /Patient/<p1>", "", "Accept-Encoding: gzip").must(200)
			text := a.raw
			if a.header.Get("Content-Encoding") == "gzip" {
				r, err := gzip.NewReader(bytes.NewReader(a.raw))
				if err != nil {
					s.fatalf("%s: Content-Encoding is gzip, the body is not: %v", a.call, err)
				}
				if text, err = io.ReadAll(r); err != nil {
					s.fatalf("%s: the compressed body is broken: %v", a.call, err)
				}
			}
			if !bytes.Equal(text, plain.raw) {
				s.errorf("%s: with Accept-Encoding gzip the answer differs", a.call)
			}
		}},
		Requirement{ID: "format.10", Clause: "https://www.rfc-editor.org/rfc/rfc9110.html#name-vary", Text: "Where the answer depends on Accept, Vary says so", Needs: needs, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			a, b := s.do("GET /Patient/<p1>", "", "Accept: application/fhir+json").must(200), s.do("GET /Patient/<p1>", "", "Accept: application/json").must(200)
			if a.header.Get("Content-Type") == b.header.Get("Content-Type") {
				return
			}
			if vary := strings.ToLower(strings.Join(a.header.Values("Vary"), ",")); !strings.Contains(vary, "accept") && vary != "*" && !cacheOff(a.header) {
				s.errorf("%s: the Content-Type follows Accept, and Vary is %q", a.call, vary)
			}
		}},
	)
}

func cacheOff(h http.Header) bool {
	return strings.Contains(fmt.Sprint(h.Values("Cache-Control")), "no-store")
}
