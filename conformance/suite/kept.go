package suite

import (
	"bytes"
	"strings"
)

// kept is a check that elements of a Patient come back as they were sent:
// pairs of a path and the text there.
func kept(elements string, want ...string) func(*Session) {
	return func(s *Session) {
		s.have("p1", "Patient {"+elements+"}")
		a := s.do("GET /Patient/<p1>", "").must(200)
		for i := 0; i+1 < len(want); i += 2 {
			a.equal(want[i], want[i+1])
		}
	}
}

// keptRequirements are the positive twins of those of JSON: what is legal is
// taken, and comes back as it was sent.
func keptRequirements() []Requirement {
	const clause = r4 + "json.html"
	needs := []Need{interactions("Patient", "create", "read")}
	return family(
		Requirement{ID: "kept.1", Clause: r4 + "datatypes.html#decimal", Text: "Decimals keep their digits", Needs: needs, Check: func(s *Session) {
			numbers := []string{"1.50", "0.10", "100", "1.0", "-0.5", "12345678901234.5678", "0.000001", "1e3"}
			var extensions []string
			for _, n := range numbers {
				extensions = append(extensions, `{"url":"http://example.org/d","valueDecimal":`+n+`}`)
			}
			s.have("p1", `Patient {"extension":[`+strings.Join(extensions, ",")+`]}`)
			a := s.do("GET /Patient/<p1>", "").must(200)
			for i, n := range numbers {
				if got := a.body.get("extension").list(); len(got) <= i || !strings.EqualFold(got[i].get("valueDecimal").text(), n) {
					s.errorf("%s: the decimal %s became %s", a.call, n, a.get("extension"))
				}
			}
		}},
		Requirement{ID: "kept.2", Clause: clause + "#primitive", Text: "Extensions of primitive values stay beside them", Needs: needs, Check: kept(
			`"birthDate":"1970-03-30","_birthDate":{"id":"b1","extension":[{"url":"http://example.org/time","valueDateTime":"1970-03-30T14:35:45-05:00"}]},"_gender":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`,
			"birthDate", "1970-03-30", "_birthDate.id", "b1", "_birthDate.extension.0.valueDateTime", "1970-03-30T14:35:45-05:00", "_gender.extension.0.valueCode", "unknown",
		)},
		Requirement{ID: "kept.3", Clause: clause + "#primitive", Text: "Arrays of primitive values and of their extensions stay side by side", Needs: needs, Check: kept(
			`"name":[{"given":["a",null,"c"],"_given":[null,{"extension":[{"url":"http://example.org/x","valueString":"b"}]},{"id":"c1"}]}]`,
			"name.0.given", `["a",null,"c"]`, "name.0._given.1.extension.0.valueString", "b", "name.0._given.2.id", "c1",
		)},
		Requirement{ID: "kept.4", Clause: clause, Text: "Text in any script, escaped or not, comes back as the same text", Needs: needs, Check: kept(
			`"name":[{"text":"N\u00fa\u00f1ez \ud83d\udc89 \u4e2d\u6587 \" \\ \/ \t <&>","family":"Núñez 💉 中文","given":["e\u0301","é"]}]`,
			"name.0.text", "Núñez 💉 中文 \" \\ / \t <&>", "name.0.family", "Núñez 💉 中文", "name.0.given", "[\"e\u0301\",\"é\"]",
		)},
		Requirement{ID: "kept.5", Clause: clause, Text: "The order of members means nothing, that of arrays is kept", Needs: needs, Check: func(s *Session) {
			a := s.do("POST /Patient", `{"name":[{"given":["c","a","b"],"family":"x"},{"family":"a"}],"active":true,"resourceType":"Patient"}`).must(201)
			got := s.do("GET /Patient/"+a.id(), "").must(200)
			got.equal("name.0.given", `["c","a","b"]`).equal("name.1.family", "a")
		}},
		Requirement{ID: "kept.6", Clause: r4 + "extensibility.html", Text: "Extensions that the server does not know are kept, also nested", Needs: needs, Check: kept(
			`"extension":[{"url":"http://example.org/outer","extension":[{"url":"inner","valueQuantity":{"value":1.20,"unit":"mg"}}]}],"maritalStatus":{"extension":[{"url":"http://example.org/y","valueBoolean":false}],"text":"x"}`,
			"extension.0.extension.0.url", "inner", "extension.0.extension.0.valueQuantity.value", "1.20", "maritalStatus.extension.0.valueBoolean", "false",
		)},
		Requirement{ID: "kept.7", Clause: r4 + "references.html#contained", Text: "Contained resources are kept", Needs: needs, Check: kept(
			`"contained":[{"resourceType":"Organization","id":"o","name":"Inside"}],"managingOrganization":{"reference":"#o"}`,
			"contained.0.name", "Inside", "contained.0.id", "o", "managingOrganization.reference", "#o",
		)},
		Requirement{ID: "kept.8", Clause: r4 + "datatypes.html#date", Text: "Dates and times keep their precision and zone", Needs: needs, Check: kept(
			`"birthDate":"1970","deceasedDateTime":"2020-02-29T23:59:60-05:30","extension":[{"url":"http://example.org/t","valueInstant":"2020-01-01T00:00:00.1230Z"},{"url":"http://example.org/m","valueDate":"2020-02"}]`,
			"birthDate", "1970", "deceasedDateTime", "2020-02-29T23:59:60-05:30", "extension.0.valueInstant", "2020-01-01T00:00:00.1230Z", "extension.1.valueDate", "2020-02",
		)},
		Requirement{ID: "kept.9", Clause: r4 + "narrative.html", Text: "A narrative of legal XHTML is kept", Needs: needs, Check: kept(
			`"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class=\"a\">A &amp; B &lt; C</p><table><tr><td>x</td></tr></table><br/></div>"}`,
			"text.div", `<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">A &amp; B &lt; C</p><table><tr><td>x</td></tr></table><br/></div>`,
		)},
		Requirement{ID: "kept.10", Clause: r4 + "http.html#read", Text: "White space and a chunked body make no difference", Needs: needs, Check: func(s *Session) {
			text := "\r\n\t {\n \"resourceType\" : \"Patient\" ,\n\t\"active\" : true }\n\n "
			a, err := s.send(s.ctx, "POST /Patient", struct{ *oneByte }{&oneByte{strings.NewReader(text)}})
			if err != nil {
				s.fatalf("POST /Patient in chunks of one byte: %v", err)
			}
			a.must(201)
			if got := s.do("GET /Patient/"+a.id(), "").must(200); !bytes.Contains(got.raw, []byte("active")) {
				s.errorf("%s: active is gone: %s", got.call, got.excerpt())
			}
		}},
	)
}

// oneByte reads one byte at a time.
type oneByte struct{ r *strings.Reader }

func (o *oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }
