package naive

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i",
}

// plain is a text without case and accents.
func plain(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if unicode.Is(unicode.Mn, r) && unicode.Is(unicode.Inherited, r) {
			continue // an accent; the vowel signs of a script belong to the script
		}
		r = unicode.ToLower(r)
		if s, ok := letters[r]; ok {
			b.WriteString(s)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// texts are the strings that a value of a string parameter is compared as.
//
// https://hl7.org/fhir/R4/search.html#string
func texts(v value) []string {
	var names []string
	switch v.typ {
	case "HumanName":
		names = []string{"family", "given", "prefix", "suffix", "text"}
	case "Address":
		names = []string{"line", "city", "district", "state", "postalCode", "country", "text"}
	default:
		if s, ok := v.of.(string); ok {
			return []string{s}
		}
		return nil
	}
	var all []string
	for _, name := range names {
		for _, part := range children([]value{v}, name) {
			all = append(all, texts(part)...)
		}
	}
	return all
}

func stringTest(modifier, text string) (matcher, error) {
	wanted, err := unescape(text)
	if err != nil {
		return nil, err
	}
	if modifier != "exact" && plain(wanted) == "" {
		return nil, invalid("nothing but accents")
	}
	return func(v value) bool {
		for _, s := range texts(v) {
			switch {
			case modifier == "exact" && s == wanted,
				modifier == "contains" && strings.Contains(plain(s), plain(wanted)),
				modifier == "" && strings.HasPrefix(plain(s), plain(wanted)):
				return true
			}
		}
		return false
	}, nil
}

// uriTest compares whole, or with :below and :above by whole segments of the
// path. A canonical is found with and without its version.
//
// https://hl7.org/fhir/R4/search.html#uri
func uriTest(modifier, text string) (matcher, error) {
	wanted, err := unescape(text)
	if err != nil {
		return nil, err
	}
	if modifier != "" && strings.HasPrefix(wanted, "urn:") {
		return nil, invalid("a URN has no path")
	}
	return func(v value) bool {
		return slices.ContainsFunc(urls(v), func(s string) bool {
			switch modifier {
			case "below":
				return under(s, wanted)
			case "above":
				return under(wanted, s)
			}
			return s == wanted
		})
	}, nil
}

// under reports whether a URL is another one, or below it. A slash at the end
// of the upper one makes no difference.
func under(url, top string) bool {
	top = strings.TrimRight(top, "/")
	return url == top || strings.HasPrefix(url, top+"/")
}

// urls is a uri, and also a canonical without its version.
func urls(v value) []string {
	s, ok := v.of.(string)
	if !ok {
		return nil
	}
	if url, _, versioned := strings.Cut(s, "|"); versioned && v.typ == "canonical" {
		return []string{s, url}
	}
	return []string{s}
}
