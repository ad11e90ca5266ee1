package sample

import (
	"encoding/json"
	"strings"
)

// object builds a JSON object from elements that may be there.
type object struct {
	*Sampler
	m map[string]any
}

// maybe sets an element n times in n+1.
func (o object) maybe(n int, name string, value any) {
	if !o.chance(n + 1) {
		o.m[name] = value
	}
}

// complex is a random value of one of the data types that searches look into,
// with at least one element; nil for the other types.
func (s *Sampler) complex(code string) map[string]any {
	o := object{s, make(map[string]any)}
	switch code {
	case "HumanName":
		o.maybe(3, "family", s.text())
		o.maybe(2, "given", []any{s.text(), s.text()})
		o.maybe(1, "prefix", []any{s.text()})
		o.maybe(1, "suffix", []any{s.text()})
		o.maybe(1, "text", s.text())
		o.maybe(1, "use", "official")
	case "Address":
		o.maybe(1, "line", []any{s.text(), s.text()})
		o.maybe(2, "city", s.text())
		o.maybe(1, "district", s.text())
		o.maybe(1, "state", s.text())
		o.maybe(1, "postalCode", pick(s, "1010", "10100", "A-1010"))
		o.maybe(1, "country", s.text())
		o.maybe(1, "use", pick(s, "home", "work"))
		o.maybe(1, "text", s.text())
	case "ContactPoint":
		o.maybe(3, "system", pick(s, "phone", "email", "fax"))
		o.maybe(5, "value", pick(s, "1", "555-1234", "j@example.org", "tel:555", "a|b"))
		o.maybe(1, "use", "home")
	case "Coding":
		o.maybe(3, "system", s.system())
		o.maybe(5, "code", s.token())
		o.maybe(1, "display", s.text())
	case "CodeableConcept":
		for range s.IntN(3) {
			list, _ := o.m["coding"].([]any)
			o.m["coding"] = append(list, s.complex("Coding"))
		}
		o.maybe(1, "text", s.text())
	case "Identifier":
		o.maybe(2, "system", s.system())
		o.maybe(5, "value", s.token())
		o.maybe(1, "type", s.complex("CodeableConcept"))
		o.maybe(1, "use", "official")
	case "Quantity", "Age", "Duration", "Distance", "Count", "SimpleQuantity":
		o.maybe(12, "value", s.decimal())
		if code == "Quantity" && s.chance(4) {
			o.m["comparator"] = pick(s, "<", "<=", ">", ">=")
		}
		s.unit(o)
	case "Money":
		o.maybe(12, "value", s.decimal())
		o.maybe(3, "currency", pick(s, "EUR", "USD"))
	case "Range":
		low := s.decimal()
		o.maybe(4, "low", map[string]any{"value": low})
		if s.chance(2) {
			s.unit(object{s, member(o.m, "low")})
		}
		o.maybe(4, "high", map[string]any{"value": pick(s, json.Number("100"), json.Number("20000000000000"), json.Number("5.45"), json.Number("1000"))})
		if s.chance(2) {
			s.unit(object{s, member(o.m, "high")})
		}
	case "SampledData":
		o.m["origin"] = map[string]any{"value": pick(s, json.Number("0"), json.Number("100"))}
		s.unit(object{s, member(o.m, "origin")})
		o.m["data"] = pick(s, "1 2 3", "E", "L 5 U", "-1.5 E 100")
		o.maybe(1, "factor", json.Number("0.5"))
		o.maybe(1, "lowerLimit", json.Number("-10"))
		o.maybe(1, "upperLimit", json.Number("100"))
	case "Period":
		a, b := s.dateTime(), s.dateTime()
		if a > b {
			a, b = b, a
		}
		o.maybe(4, "start", a)
		o.maybe(4, "end", b)
	case "Timing":
		if s.chance(2) {
			o.m["event"] = []any{s.dateTime(), s.dateTime()}
		}
		o.maybe(1, "repeat", map[string]any{"boundsPeriod": s.complex("Period")})
		o.maybe(1, "code", map[string]any{"text": "daily"})
	default:
		return nil
	}
	if len(o.m) == 0 {
		return s.complex(code)
	}
	return o.m
}

// member is an element of m that is an object, or one that belongs to nothing.
func member(m map[string]any, name string) map[string]any {
	if x, ok := m[name].(map[string]any); ok {
		return x
	}
	return make(map[string]any)
}

func (s *Sampler) unit(o object) {
	if s.chance(4) {
		return
	}
	o.maybe(2, "system", pick(s, "http://unitsofmeasure.org", "http://unitsofmeasure.org", "urn:other"))
	o.maybe(3, "code", pick(s, "mg", "kg", "a"))
	o.maybe(2, "unit", pick(s, "mg", "milligram", "a"))
}

func (s *Sampler) system() string {
	return pick(s, "urn:a", "urn:A", "http://loinc.org", "http://example.org/a|b", "http://example.org/a,b")
}

func (s *Sampler) token() string {
	return pick(s, strings.Repeat("9", 130), "1", "2", "10", "a", "A", "true", "male", "a b", "a,b", "a|b", `a\b`, "a$b", "é", "8310-5")
}
