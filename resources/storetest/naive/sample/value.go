package sample

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/resources/storetest/naive"
)

// escape writes a text as a part of a search value.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`, "$", `\$`).Replace(text)
}

func textAt(v naive.Value, name string) string {
	m, _ := v.JSON.(map[string]any)
	switch x := m[name].(type) {
	case string:
		return x
	case json.Number:
		return string(x)
	}
	return ""
}

// valueText writes a value near v as a search by a parameter of type t.
func (s *Sampler) valueText(t definitions.SearchType, modifier string, v naive.Value, p *definitions.SearchParameter) string {
	switch t {
	case definitions.Token:
		return s.tokenText(modifier, v)
	case definitions.String:
		return s.stringText(s.textIn(v), modifier)
	case definitions.URI:
		return s.uriText(v)
	case definitions.Reference:
		return s.referenceText(modifier, v)
	case definitions.Date:
		return s.prefix() + s.dateText(v)
	case definitions.Number:
		return s.prefix() + s.numberText(v)
	case definitions.Quantity:
		return s.prefix() + s.quantityText(v)
	case definitions.Composite:
		var parts []string
		for i, c := range p.Components {
			component, typ := naive.Value{}, c.Parameter.Type
			if p.Code == "relationship" {
				typ = p.Components[1-i].Parameter.Type
			}
			if i < len(v.Parts) && len(v.Parts[i]) > 0 {
				component = pick(s, v.Parts[i]...)
			}
			parts = append(parts, s.valueText(typ, "", component, c.Parameter))
		}
		return strings.Join(parts, "$")
	}
	return "1"
}

func (s *Sampler) prefix() string {
	return pick(s, "", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
}

// textIn is one of the strings of a value.
func (s *Sampler) textIn(v naive.Value) string {
	switch x := v.JSON.(type) {
	case string:
		return x
	case map[string]any:
		var all []string
		for _, name := range []string{"family", "given", "prefix", "suffix", "text", "line", "city", "district", "state", "postalCode", "country", "display"} {
			switch y := x[name].(type) {
			case string:
				all = append(all, y)
			case []any:
				for _, z := range y {
					if text, ok := z.(string); ok {
						all = append(all, text)
					}
				}
			}
		}
		if len(all) > 0 {
			return pick(s, all...)
		}
	}
	return s.text()
}

// stringText cuts a text at either end, or changes its case.
func (s *Sampler) stringText(text, modifier string) string {
	runes := []rune(text)
	switch s.IntN(5) {
	case 0:
		runes = runes[:1+s.IntN(len(runes))]
	case 1:
		if modifier == "contains" {
			runes = runes[s.IntN(len(runes)):]
		}
	}
	text = string(runes)
	switch s.IntN(5) {
	case 0:
		text = strings.ToUpper(text)
	case 1:
		text = strings.ToLower(text)
	case 2:
		text = strings.NewReplacer("ü", "u", "é", "e", "ß", "ss", "Ł", "l").Replace(text)
	}
	return escape(text)
}

func (s *Sampler) tokenText(modifier string, v naive.Value) string {
	if modifier == "text" {
		if v.Type == "CodeableConcept" || v.Type == "Identifier" {
			v = naive.Value{Type: "string", JSON: s.textIn(naive.Value{JSON: s.inner(v)})}
		}
		return s.stringText(s.textIn(v), "")
	}
	system, code := "", s.token()
	switch v.Type {
	case "CodeableConcept":
		coding := naive.Value{JSON: s.inner(v)}
		system, code = textAt(coding, "system"), textAt(coding, "code")
	case "Coding":
		system, code = textAt(v, "system"), textAt(v, "code")
	case "Identifier", "ContactPoint":
		system, code = textAt(v, "system"), textAt(v, "value")
		if modifier == "of-type" {
			m, _ := v.JSON.(map[string]any)
			typ := naive.Value{JSON: s.inner(naive.Value{JSON: m["type"]})}
			return escape(orElse(textAt(typ, "system"), "urn:a")) + "|" + escape(orElse(textAt(typ, "code"), "1")) + "|" + escape(orElse(code, "1"))
		}
		if v.Type == "ContactPoint" {
			return escape(orElse(code, "1"))
		}
	case "boolean":
		return pick(s, "true", "false")
	case "code", "string", "id", "uri", "canonical", "url", "oid":
		code, _ = v.JSON.(string)
		system = pick(s, "", "", "http://hl7.org/fhir/administrative-gender", "http://hl7.org/fhir/observation-status", "http://hl7.org/fhir/encounter-status", "http://hl7.org/fhir/publication-status", "http://hl7.org/fhir/address-use")
	default:
		system = s.system()
	}
	if modifier == "of-type" {
		return escape(s.system()) + "|" + escape(s.token()) + "|" + escape(s.token())
	}
	if len(code) > 100 && s.chance(3) {
		code += "1"
	}
	if code == "" && !s.chance(20) {
		return escape(orElse(system, "urn:a")) + "|"
	}
	switch s.IntN(8) {
	case 0:
		return escape(s.system()) + "|" + escape(code)
	case 1:
		if system != "" {
			return escape(system) + "|"
		}
	case 2:
		return "|" + escape(code)
	case 3, 4:
		return escape(system) + "|" + escape(code)
	case 5:
		return strings.ToUpper(escape(code))
	}
	return escape(code)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// inner is a coding of a CodeableConcept, or of an Identifier's type.
func (s *Sampler) inner(v naive.Value) any {
	m, _ := v.JSON.(map[string]any)
	if typ, ok := m["type"].(map[string]any); ok {
		if s.chance(2) {
			return typ
		}
		m = typ
	}
	if list, _ := m["coding"].([]any); len(list) > 0 {
		return pick(s, list...)
	}
	return m
}

func (s *Sampler) uriText(v naive.Value) string {
	text, ok := v.JSON.(string)
	if !ok {
		text = s.uri()
	}
	if strings.HasPrefix(text, "urn:") && !s.chance(4) {
		text = "http://example.org/fhir/ValueSet/one"
	}
	switch s.IntN(7) {
	case 0:
		if i := strings.LastIndexByte(text, '/'); i > 0 {
			text = text[:i+s.IntN(2)]
		}
	case 1:
		text += pick(s, "/", "/two", "x", "|1", "#f")
	case 2:
		text, _, _ = strings.Cut(text, "|")
	}
	return escape(text)
}

func (s *Sampler) referenceText(modifier string, v naive.Value) string {
	if modifier == "identifier" {
		m, _ := v.JSON.(map[string]any)
		return s.tokenText("", naive.Value{Type: "Identifier", JSON: m["identifier"]})
	}
	text, ok := v.JSON.(string) // of a canonical
	if !ok {
		text = textAt(v, "reference")
	} else if s.chance(3) {
		return s.uriText(v)
	}
	if text == "" || strings.HasPrefix(text, "#") {
		text = pick(s, IDs...)
	}
	if modifier == "above" || modifier == "below" {
		if !strings.HasPrefix(text, "Location/") && !strings.HasPrefix(text, "Organization/") {
			text = pick(s, "Location", "Organization") + "/" + pick(s, IDs...)
		}
		text, _, _ = strings.Cut(text, "/_history")
		return text
	}
	plain, _, versioned := strings.Cut(text, "/_history/")
	switch s.IntN(7) {
	case 0:
		return escape(plain[strings.LastIndexByte(plain, '/')+1:])
	case 1:
		return escape(plain)
	case 2:
		if !versioned {
			return escape(text + "/_history/" + pick(s, "1", "2"))
		}
	case 3:
		if !strings.Contains(plain, ":") {
			return escape(s.base() + plain)
		}
	case 4:
		return pick(s, IDs...)
	}
	return escape(text)
}

func (s *Sampler) dateText(v naive.Value) string {
	text := s.dateTime()
	switch x := v.JSON.(type) {
	case string:
		if v.Type != "string" { // Immunization.occurrence may be one
			text = x
		}
	case map[string]any:
		for _, name := range []string{"start", "end"} {
			if bound, ok := x[name].(string); ok && (s.chance(2) || name == "end") {
				text = bound
			}
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		at = at.Add(time.Duration(pick(s, 0, 0, 0, 1, -1)) * pick(s, time.Second, time.Minute, time.Microsecond, 24*time.Hour))
		if s.chance(3) {
			at = at.In(time.FixedZone("", pick(s, 0, 3600, -5*3600, 5*3600+1800)))
		}
		switch s.IntN(6) {
		case 0:
			return at.Format("2006")
		case 1:
			return at.Format("2006-01")
		case 2:
			return at.Format("2006-01-02")
		case 3:
			return at.Format("2006-01-02T15:04") + pick(s, "", at.Format("Z07:00"))
		case 4:
			return at.Format("2006-01-02T15:04:05") + pick(s, "", at.Format("Z07:00"))
		}
		return at.Format(time.RFC3339Nano)
	}
	switch s.IntN(5) {
	case 0:
		return text[:4]
	case 1:
		return text[:min(7, len(text))]
	case 2:
		if len(text) == 10 {
			return text + pick(s, "T00:00", "T00:00:00Z", "T23:59:59Z", "T12:00-05:00")
		}
	}
	return text
}

// numberText is the number of a value, or one a little beside it.
func (s *Sampler) numberText(v naive.Value) string {
	text := string(s.decimal())
	switch x := v.JSON.(type) {
	case json.Number:
		text = string(x)
	case map[string]any:
		if n := textAt(v, "value"); n != "" {
			text = n
		}
		for _, name := range []string{"low", "high"} {
			if q, ok := x[name].(map[string]any); ok && s.chance(2) {
				if n, ok := q["value"].(json.Number); ok {
					text = string(n)
				}
			}
		}
	}
	switch s.IntN(6) {
	case 0:
		if whole, fraction, ok := strings.Cut(text, "."); ok && !strings.ContainsAny(text, "eE") {
			text = pick(s, whole, whole+"."+fraction[:1], text+"0")
		}
	case 1:
		if !strings.ContainsAny(text, ".eE") {
			text += pick(s, ".0", ".5", "e0", "e-1")
		}
	case 2:
		text = string(s.decimal())
	}
	return text
}

func (s *Sampler) quantityText(v naive.Value) string {
	number := s.numberText(v)
	unit := v
	if m, ok := v.JSON.(map[string]any); ok && v.Type == "Range" {
		unit.JSON = m[pick(s, "low", "high")]
	}
	switch s.IntN(4) {
	case 0:
		return fmt.Sprintf("%s|%s|%s", number, escape(textAt(unit, "system")), escape(textAt(unit, "code")))
	case 1:
		return fmt.Sprintf("%s||%s", number, escape(pick(s, textAt(unit, "code"), textAt(unit, "unit"), "mg", textAt(unit, "currency"))))
	case 2:
		return fmt.Sprintf("%s|%s|%s", number, pick(s, "http://unitsofmeasure.org", "urn:iso:std:iso:4217"), pick(s, "mg", "a", "EUR", ""))
	}
	return number
}
