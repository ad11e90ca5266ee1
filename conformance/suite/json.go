package suite

import (
	"strings"
)

// jsonCase is a Patient, as text, that must be refused. Text in front of the
// brace is taken as it is; <tagged> is the requirement's tag as meta.
type jsonCase struct{ why, text string }

// gate is a check that every case is refused, and stores nothing.
func gate(cases ...jsonCase) func(*Session) {
	return func(s *Session) {
		meta := `"meta":{"tag":[{"system":"` + tagSystem + `","code":"<tag>"}]}`
		for _, c := range cases {
			a := s.do("POST /Patient", strings.ReplaceAll(c.text, `"resourceType":"Patient"`, `"resourceType":"Patient",`+meta))
			if a.status != 400 && a.status != 422 {
				s.errorf("POST /Patient with %s: status %d, want 400 or 422: %s", c.why, a.status, a.excerpt())
			} else if why := a.outcomeFault(); why != "" {
				s.errorf("POST /Patient with %s: %s", c.why, why)
			}
		}
		if s.claims.has("Patient", "search-type") && s.claims.parameter("Patient", "_tag") != "" {
			s.found("Patient?_count=50", "")
		}
	}
}

func jsonRequirements() []Requirement {
	const clause = r4 + "json.html"
	const rfc = "https://www.rfc-editor.org/rfc/rfc8259.html"
	const types = r4 + "datatypes.html"
	const p = `{"resourceType":"Patient",`
	needs := []Need{interactions("Patient", "create", "read")}
	return family(
		Requirement{ID: "json.1", Clause: clause, Text: "A member that is there twice is refused", Needs: needs, Check: gate(
			jsonCase{"active twice", p + `"active":true,"active":false}`},
			jsonCase{"active twice, once escaped", p + `"active":true,"\u0061ctive":false}`},
			jsonCase{"family twice", p + `"name":[{"family":"a","family":"b"}]}`},
			jsonCase{"resourceType twice", p + `"active":true,"resourceType":"Patient"}`},
		)},
		Requirement{ID: "json.2", Clause: rfc + "#section-8.1", Text: "What is not UTF-8, or begins with a byte order mark, is refused", Needs: needs, Check: gate(
			jsonCase{"a byte order mark", "\xef\xbb\xbf" + p + `"active":true}`},
			jsonCase{"an invalid byte", p + "\"language\":\"\xff\"}"},
			jsonCase{"an overlong form", p + "\"name\":[{\"family\":\"\xc0\xaf\"}]}"},
			jsonCase{"Latin-1", p + "\"name\":[{\"family\":\"N\xfa\xf1ez\"}]}"},
			jsonCase{"a surrogate as UTF-8", p + "\"name\":[{\"family\":\"\xed\xa0\x80\"}]}"},
			jsonCase{"a lone surrogate", p + `"name":[{"family":"\ud800"}]}`},
			jsonCase{"surrogates the wrong way", p + `"name":[{"family":"\udc00\ud800"}]}`},
		)},
		Requirement{ID: "json.3", Clause: clause + "#null", Text: "null, and what is empty, is refused", Needs: needs, Check: gate(
			jsonCase{"null", p + `"active":null}`},
			jsonCase{"an empty array", p + `"name":[]}`},
			jsonCase{"an empty object", p + `"maritalStatus":{}}`},
			jsonCase{"an empty string", p + `"name":[{"family":""}]}`},
			jsonCase{"null in an array of objects", p + `"name":[null]}`},
			jsonCase{"null without a companion", p + `"name":[{"given":["a",null]}]}`},
		)},
		Requirement{ID: "json.4", Clause: rfc, Text: "What is no JSON is refused", Needs: needs, Check: gate(
			jsonCase{"text after the end", p + `"active":true} x`},
			jsonCase{"a second value", p + `"active":true}{}`},
			jsonCase{"a trailing comma", p + `"active":true,}`},
			jsonCase{"a comment", p + `/* x */"active":true}`},
			jsonCase{"single quotes", p + `'active':true}`},
			jsonCase{"no closing brace", p + `"active":true`},
			jsonCase{"NaN", p + `"multipleBirthInteger":NaN}`},
			jsonCase{"a leading zero", p + `"multipleBirthInteger":01}`},
			jsonCase{"a leading plus", p + `"multipleBirthInteger":+1}`},
			jsonCase{"hexadecimal", p + `"multipleBirthInteger":0x1}`},
			jsonCase{"a raw line break in a string", p + "\"name\":[{\"family\":\"a\nb\"}]}"},
			jsonCase{"an escape that is none", p + `"name":[{"family":"\x41"}]}`},
			jsonCase{"NUL", p + "\"active\":true}\x00"},
		)},
		Requirement{ID: "json.5", Clause: r4 + "security.html", Text: "Nesting without end is refused", Needs: needs, Check: gate(
			jsonCase{"10,000 extensions in each other", p + `"extension":[` + strings.Repeat(`{"url":"http://x","extension":[`, 10_000) + `{"url":"http://x","valueString":"x"}` + strings.Repeat(`]}`, 10_000) + `]}`},
			jsonCase{"100,000 arrays in each other", p + `"name":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`},
			jsonCase{"100,000 objects that do not end", strings.Repeat(`{"a":`, 100_000)},
		)},
		Requirement{ID: "json.6", Clause: clause, Text: "Elements that R4 does not have, or has in another case, are refused", Needs: needs, Check: gate(
			jsonCase{"an unknown element", p + `"elementOfNoResource":1}`},
			jsonCase{"Active for active", p + `"Active":true}`},
			jsonCase{"BirthDate for birthDate", p + `"BirthDate":"1970-01-02"}`},
			jsonCase{"an unknown element in a name", p + `"name":[{"family":"x","last":"y"}]}`},
			jsonCase{"an element of another type", p + `"vaccineCode":{"text":"x"}}`},
			jsonCase{"a choice without its type", p + `"deceased":true}`},
			jsonCase{"a choice of a type that it does not have", p + `"deceasedString":"x"}`},
			jsonCase{"a member of the class of objects", p + `"__proto__":{"x":1}}`},
			jsonCase{"an operator for a name", p + `"$where":"1"}`},
			jsonCase{"an empty name", p + `"":1}`},
		)},
		Requirement{ID: "json.7", Clause: types, Text: "Values of another kind are refused", Needs: needs, Check: gate(
			jsonCase{"a string for a boolean", p + `"active":"true"}`},
			jsonCase{"a number for a string", p + `"name":[{"family":5}]}`},
			jsonCase{"an object for an array", p + `"name":{"family":"x"}}`},
			jsonCase{"an array for an object", p + `"maritalStatus":[{"text":"x"}]}`},
			jsonCase{"a string for an object", p + `"maritalStatus":"x"}`},
			jsonCase{"a string for an integer", p + `"multipleBirthInteger":"1"}`},
			jsonCase{"a fraction for an integer", p + `"multipleBirthInteger":1.5}`},
			jsonCase{"an integer of 20 digits", p + `"multipleBirthInteger":99999999999999999999}`},
			jsonCase{"an integer beyond 32 bits", p + `"multipleBirthInteger":2147483648}`},
			jsonCase{"an array in an array", p + `"name":[[{"family":"x"}]]}`},
			jsonCase{"a string for a decimal", p + `"extension":[{"url":"http://x","valueDecimal":"1.5"}]}`},
			jsonCase{"zero for a positiveInt", p + `"telecom":[{"value":"1","rank":0}]}`},
		)},
		Requirement{ID: "json.8", Clause: types + "#date", Text: "Dates that do not exist are refused", Needs: needs, Check: gate(
			jsonCase{"31 February", p + `"birthDate":"2020-02-31"}`},
			jsonCase{"29 February of 2019", p + `"birthDate":"2019-02-29"}`},
			jsonCase{"29 February of 1900", p + `"birthDate":"1900-02-29"}`},
			jsonCase{"month 13", p + `"birthDate":"2020-13-01"}`},
			jsonCase{"day 0", p + `"birthDate":"2020-01-00"}`},
			jsonCase{"a date without zeros", p + `"birthDate":"2020-1-1"}`},
			jsonCase{"a time in a date", p + `"birthDate":"2020-01-01T00:00:00Z"}`},
			jsonCase{"a dateTime without a zone", p + `"deceasedDateTime":"2020-01-01T10:00:00"}`},
			jsonCase{"hour 25", p + `"deceasedDateTime":"2020-01-01T25:00:00Z"}`},
			jsonCase{"31 April in a dateTime", p + `"deceasedDateTime":"2020-04-31"}`},
			jsonCase{"words", p + `"birthDate":"yesterday"}`},
			jsonCase{"a blank after", p + `"birthDate":"2020-01-01 "}`},
		)},
		Requirement{ID: "json.9", Clause: r4 + "terminologies.html#required", Text: "Codes outside a required value set are refused", Needs: needs, Check: gate(
			jsonCase{"gender m", p + `"gender":"m"}`},
			jsonCase{"gender Male", p + `"gender":"Male"}`},
			jsonCase{"name.use x", p + `"name":[{"use":"x","family":"y"}]}`},
			jsonCase{"link.type x", p + `"link":[{"other":{"display":"x"},"type":"x"}]}`},
			jsonCase{"a code with a blank", p + `"language":" en"}`},
		)},
		Requirement{ID: "json.10", Clause: r4 + "conformance-rules.html#cardinality", Text: "What is required must be there, and a choice is made once", Needs: needs, Check: gate(
			jsonCase{"a link without other", p + `"link":[{"type":"seealso"}]}`},
			jsonCase{"a link without type", p + `"link":[{"other":{"display":"x"}}]}`},
			jsonCase{"a choice made twice", p + `"deceasedBoolean":true,"deceasedDateTime":"2020-01-01"}`},
			jsonCase{"a communication without language", p + `"communication":[{"preferred":true}]}`},
			jsonCase{"an extension without url", p + `"extension":[{"valueString":"x"}]}`},
			jsonCase{"a narrative without div", p + `"text":{"status":"generated"}}`},
			jsonCase{"no resourceType", `{"active":true}`},
		)},
		Requirement{ID: "json.11", Clause: r4 + "narrative.html#xhtml", Text: "A narrative with script, or that is no XHTML, is refused", Needs: needs, Check: gate(
			jsonCase{"a script", p + `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></div>"}}`},
			jsonCase{"an event handler", p + `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p onclick=\"alert(1)\">x</p></div>"}}`},
			jsonCase{"a form", p + `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><form action=\"x\">x</form></div>"}}`},
			jsonCase{"an element that does not close", p + `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</div>"}}`},
			jsonCase{"an entity of its own", p + `"text":{"status":"generated","div":"<!DOCTYPE div [<!ENTITY e \"x\">]><div xmlns=\"http://www.w3.org/1999/xhtml\">&e;</div>"}}`},
		)},
		Requirement{ID: "json.12", Clause: r4 + "references.html#contained", Text: "Contained resources do not contain", Needs: needs, Check: gate(
			jsonCase{"a contained that contains", p + `"managingOrganization":{"reference":"#o"},"contained":[{"resourceType":"Organization","id":"o","name":"x","contained":[{"resourceType":"Patient","id":"i"}]}]}`},
		)},
		Requirement{ID: "json.13", Clause: types, Text: "Immunization: status, vaccineCode, patient and occurrence are required", Needs: []Need{interactions("Immunization", "create")}, Check: func(s *Session) {
			const rest = `"vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2020-01-01"`
			for _, elements := range []string{
				rest, `"status":"given",` + rest, `"status":"completed","patient":{"display":"x"},"occurrenceDateTime":"2020-01-01"`,
				`"status":"completed","vaccineCode":{"text":"x"},"occurrenceDateTime":"2020-01-01"`, `"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"}`,
				`"status":"completed","Subject":{"display":"x"},` + rest, `"status":"completed","occurrenceString":"x",` + rest,
			} {
				s.do("POST /Immunization", s.resource("Immunization {"+elements+"}")).refused(400, 422)
			}
			s.create(`Immunization {"status":"completed",` + rest + `}`)
		}},
	)
}
