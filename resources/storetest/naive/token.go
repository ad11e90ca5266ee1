package naive

import (
	"slices"
	"strconv"
	"strings"
)

// coding is what a token is compared as.
type coding struct {
	systems []string // any of them; "" is no system
	code    string
	folds   bool // compared without case and accents
}

// codings are the tokens of a value. An element of type code has no system,
// and the one that its required binding implies.
//
// https://hl7.org/fhir/R4/search.html#token
func codings(v value) []coding {
	switch x := v.of.(type) {
	case bool:
		return []coding{{systems: []string{""}, code: strconv.FormatBool(x)}}
	case string:
		c := coding{systems: []string{""}, code: x, folds: v.typ == "string"}
		if v.typ == "code" && v.required != nil {
			for _, member := range v.required.Codings {
				if member.Code == x {
					c.systems = append(c.systems, member.System)
				}
			}
		}
		return []coding{c}
	case map[string]any:
		text := func(name string) string { s, _ := x[name].(string); return s }
		switch v.typ {
		case "CodeableConcept":
			var all []coding
			for _, c := range children([]value{v}, "coding") {
				all = append(all, codings(c)...)
			}
			return all
		case "Coding":
			return []coding{{systems: []string{text("system")}, code: text("code")}}
		case "Identifier":
			return []coding{{systems: []string{text("system")}, code: text("value")}}
		case "ContactPoint":
			return []coding{{systems: []string{""}, code: text("value")}}
		}
	}
	return nil
}

// tokenTest reads code, system|code, |code or system|.
func tokenTest(text string) (matcher, error) {
	parts := divide(text, '|')
	if len(parts) > 2 {
		return nil, invalid("more than one bar")
	}
	for i := range parts {
		var err error
		if parts[i], err = unescape(parts[i]); err != nil {
			return nil, err
		}
	}
	code := parts[len(parts)-1]
	if code == "" && (len(parts) == 1 || parts[0] == "") {
		return nil, invalid("no code and no system")
	}
	return func(v value) bool {
		for _, c := range codings(v) {
			if len(parts) == 2 && !slices.Contains(c.systems, parts[0]) {
				continue
			}
			switch {
			case code == "", c.code == code, c.folds && plain(c.code) == plain(code):
				return true
			}
		}
		return false
	}, nil
}

// tokenTextTest is :text, the start of the text that goes with a code.
func tokenTextTest(text string) (matcher, error) {
	wanted, err := unescape(text)
	if err != nil {
		return nil, err
	}
	if plain(wanted) == "" {
		return nil, invalid("nothing but accents")
	}
	return func(v value) bool {
		return slices.ContainsFunc(displays(v), func(s string) bool { return strings.HasPrefix(plain(s), plain(wanted)) })
	}, nil
}

// displays are CodeableConcept.text, Coding.display and Identifier.type.text.
func displays(v value) []string {
	values := []value{v}
	switch v.typ {
	case "CodeableConcept":
		return append(textsOf(children(values, "text")), textsOf(children(children(values, "coding"), "display"))...)
	case "Coding":
		return textsOf(children(values, "display"))
	case "Identifier":
		return textsOf(children(children(values, "type"), "text"))
	}
	return nil
}

func textsOf(values []value) []string {
	var all []string
	for _, v := range values {
		if s, ok := v.of.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// ofTypeTest is :of-type, typesystem|typecode|value of an Identifier.
func ofTypeTest(text string) (matcher, error) {
	parts := divide(text, '|')
	if len(parts) != 3 {
		return nil, invalid("not system|code|value")
	}
	for i := range parts {
		var err error
		if parts[i], err = unescape(parts[i]); err != nil {
			return nil, err
		}
		if parts[i] == "" {
			return nil, invalid("a part is empty")
		}
	}
	return func(v value) bool {
		identifier, _ := v.of.(map[string]any)
		if v.typ != "Identifier" || identifier["value"] != parts[2] {
			return false
		}
		for _, c := range children(children([]value{v}, "type"), "coding") {
			typ := c.of.(map[string]any)
			if typ["system"] == parts[0] && typ["code"] == parts[1] {
				return true
			}
		}
		return false
	}, nil
}
