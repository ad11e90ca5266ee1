package schema

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// codeSet is the value set of a required binding.
type codeSet struct {
	valueSet *definitions.ValueSet
	scope    scope // its codes among the validator's names
	format   *codeFormat
}

// codeFormat stands for a code system that is not among the definitions: a
// code is then judged by how it is written.
type codeFormat struct {
	is   func(string) bool
	form string
}

// formatOf is the format of the codes of a value set that is not listed. UCUM
// units and the LOINC answers are taken as they come.
func formatOf(v *definitions.ValueSet) *codeFormat {
	switch {
	case !v.Unlisted:
		return nil
	case strings.HasSuffix(v.URL, "/currencies"):
		return &codeFormat{isCurrency, "a currency of ISO 4217, three capital letters"}
	case strings.HasSuffix(v.URL, "/mimetypes"):
		return &codeFormat{isMIMEType, "a MIME type such as text/plain (BCP 13)"}
	}
	return &codeFormat{func(string) bool { return true }, ""}
}

// code checks an element of type code.
func (w *walk) code(e codec.Value, set *codeSet) {
	code := e.Text()
	switch {
	case set.format == nil && w.v.names.find(set.scope, code) >= 0:
	case set.format == nil:
		w.add(e, notACode, "%s is not in value set %s: %s", quote(code), set.valueSet.URL, list(set.codes()))
	case !set.format.is(code):
		w.add(e, notACode, "%s is not %s", quote(code), set.format.form)
	}
}

// concept checks a CodeableConcept: one of its codings must be in the value
// set. One that has extensions alone, to say why there is no code, passes.
func (w *walk) concept(c codec.Value, set *codeSet) {
	coding, text := c.Get("coding"), c.Get("text")
	if set.format != nil || c.Kind() != codec.Object || !coding.Exists() && !text.Exists() {
		return
	}
	for e := range coding.Each() {
		if set.valueSet.Contains(e.Get("system").Text(), e.Get("code").Text()) {
			return
		}
	}
	w.add(c, notACode, "a coding from value set %s is required: %s", set.valueSet.URL, list(set.codes()))
}

// codes are the codes of a listed set, as a message names them.
func (s *codeSet) codes() []string {
	var names []string
	for _, c := range s.valueSet.Codings {
		names = append(names, c.Code)
	}
	return names
}

func isCurrency(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) == 3
}

// isMIMEType checks type/subtype, with parameters or not. R4 also uses the
// short names of its own formats where a MIME type stands:
// https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.format
func isMIMEType(s string) bool {
	if s == "json" || s == "xml" || s == "ttl" {
		return true
	}
	s, _, _ = strings.Cut(s, ";")
	kind, subtype, _ := strings.Cut(strings.TrimRight(s, " "), "/")
	return isMIMEToken(kind) && isMIMEToken(subtype)
}

// isMIMEToken checks a restricted-name of RFC 6838 section 4.2, and the
// wildcard.
func isMIMEToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune("!#$&-^_.+*", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= 127
}
