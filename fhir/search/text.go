package search

import (
	"net/url"
	"strings"
)

// decode undoes the percent-encoding of a name or value; + is a space.
func decode(s string) (string, bool) {
	decoded, err := url.QueryUnescape(s)
	return decoded, err == nil
}

// encode writes a name or value so that decode gives it back. What R4 uses as
// punctuation in searches stays readable.
func encode(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if isNameByte(c) || strings.IndexByte("-.~:/,$@*", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
}

// split divides s at every sep that has no backslash before it. Escapes stay.
func split(s string, sep byte) []string {
	var parts []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// unescape undoes \, \| \$ and \\. Another backslash is a fault.
//
// https://hl7.org/fhir/R4/search.html#escaping
func unescape(s string) (string, *refusal) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			if i == len(s) || strings.IndexByte(`,|$\`, s[i]) < 0 {
				return "", invalid(`a backslash may stand only before a comma, a bar, a dollar sign or a backslash; write it \\`)
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), nil
}
