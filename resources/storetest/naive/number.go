package naive

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var numberForm = regexp.MustCompile(`^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$`)

// cutPrefix divides [prefix]value; without a prefix it is eq.
func cutPrefix(text string) (prefix, rest string) {
	for _, p := range []string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"} {
		if strings.HasPrefix(text, p) {
			return p, text[2:]
		}
	}
	return "eq", text
}

// readNumber reads a number and the width that its precision gives it: half a
// unit of the last digit either way. With ap, it is a tenth of the number if
// that is more.
func readNumber(prefix, text string) (implied, stated interval, ok bool) {
	m := numberForm.FindStringSubmatch(text)
	if m == nil {
		return implied, stated, false
	}
	x, _ := new(big.Rat).SetString(text)
	exponent, _ := strconv.Atoi(m[3])
	half, _ := new(big.Rat).SetString("5e" + strconv.Itoa(exponent-len(m[2])-1))
	implied = interval{highOpen: true}
	if prefix == "ap" {
		implied.highOpen = false
		if tenth := new(big.Rat).Abs(new(big.Rat).Quo(x, big.NewRat(10, 1))); tenth.Cmp(half) > 0 {
			half = tenth
		}
	}
	implied.low, implied.high = new(big.Rat).Sub(x, half), new(big.Rat).Add(x, half)
	return implied, point(x), true
}

// numbers are what a value is as a number or quantity: a point, or a range.
func numbers(v value) []interval {
	switch x := v.of.(type) {
	case json.Number:
		if n, ok := rational(string(x)); ok {
			return []interval{point(n)}
		}
	case map[string]any:
		switch v.typ {
		case "Range":
			return rangeOf(v)
		case "SampledData":
			return sampled(v)
		case "Quantity", "Age", "Duration", "Distance", "Count", "SimpleQuantity", "Money":
			n, ok := x["value"].(json.Number)
			if !ok {
				return nil
			}
			r, _ := rational(string(n))
			switch x["comparator"] {
			case "<":
				return []interval{{high: r, highOpen: true}}
			case "<=":
				return []interval{{high: r}}
			case ">":
				return []interval{{low: r, lowOpen: true}}
			case ">=":
				return []interval{{low: r}}
			}
			return []interval{point(r)}
		}
	}
	return nil
}

// rangeOf includes both its bounds, and is open where one is absent.
func rangeOf(v value) []interval {
	var i interval
	for _, q := range children([]value{v}, "low") {
		for _, n := range numbers(q) {
			i.low = n.low
		}
	}
	for _, q := range children([]value{v}, "high") {
		for _, n := range numbers(q) {
			i.high = n.high
		}
	}
	if i.low == nil && i.high == nil || i.empty() {
		return nil
	}
	return []interval{i}
}

// sampled is the bounds of the values in sampled data, as the definition of
// Observation's value-quantity asks. L and U are values beyond the limits of
// detection, E is none.
func sampled(v value) []interval {
	number := func(text any, otherwise string) *big.Rat {
		n, ok := text.(json.Number)
		if !ok {
			n = json.Number(otherwise)
		}
		r, _ := rational(string(n))
		return r
	}
	m := v.of.(map[string]any)
	origins := children([]value{v}, "origin")
	if len(origins) == 0 {
		return nil
	}
	origin := number(origins[0].of.(map[string]any)["value"], "")
	data, _ := m["data"].(string)
	var i interval
	for _, sample := range strings.Fields(data) {
		var x *big.Rat
		switch sample {
		case "E":
		case "L":
			x = number(m["lowerLimit"], "")
		case "U":
			x = number(m["upperLimit"], "")
		default:
			x = number(json.Number(sample), "")
			x.Mul(x, number(m["factor"], "1")).Add(x, origin)
		}
		if x == nil {
			continue
		}
		if i.low == nil || x.Cmp(i.low) < 0 {
			i.low = x
		}
		if i.high == nil || x.Cmp(i.high) > 0 {
			i.high = x
		}
	}
	if i.low == nil {
		return nil
	}
	return []interval{i}
}

// numberTest reads [prefix]number.
//
// https://hl7.org/fhir/R4/search.html#number
func numberTest(text string) (matcher, error) {
	prefix, rest := cutPrefix(text)
	implied, stated, ok := readNumber(prefix, rest)
	if !ok {
		return nil, invalid("not a number")
	}
	return func(v value) bool {
		for _, target := range numbers(v) {
			if compares(prefix, implied, stated, target) {
				return true
			}
		}
		return false
	}, nil
}

// quantityTest reads [prefix]number, with |system|code or ||code, where code
// alone may also be the unit as printed.
//
// https://hl7.org/fhir/R4/search.html#quantity
func quantityTest(text string) (matcher, error) {
	parts := divide(text, '|')
	if len(parts) != 1 && len(parts) != 3 {
		return nil, invalid("not a quantity")
	}
	number, err := numberTest(parts[0])
	if err != nil {
		return nil, err
	}
	var system, code string
	if len(parts) == 3 {
		if system, err = unescape(parts[1]); err != nil {
			return nil, err
		}
		if code, err = unescape(parts[2]); err != nil {
			return nil, err
		}
	}
	return func(v value) bool {
		if !number(v) {
			return false
		}
		for _, u := range units(v) {
			switch {
			case system != "" && u.system != system:
			case code == "" || u.code == code || system == "" && u.printed == code:
				return true
			}
		}
		return false
	}, nil
}

// unit is the unit of a quantity.
type unit struct{ system, code, printed string }

// units is that of a quantity. The low end of a range may leave it to the high
// one; sampled data have that of their origin.
func units(v value) []unit {
	m, _ := v.of.(map[string]any)
	text := func(name string) string { s, _ := m[name].(string); return s }
	switch v.typ {
	case "Money":
		if text("currency") == "" {
			return []unit{{}}
		}
		return []unit{{"urn:iso:std:iso:4217", text("currency"), ""}}
	case "Range":
		for _, name := range []string{"low", "high"} {
			for _, q := range children([]value{v}, name) {
				if u := units(q); u[0] != (unit{}) && len(numbers(q)) > 0 {
					return u
				}
			}
		}
	case "SampledData":
		return units(children([]value{v}, "origin")[0])
	}
	return []unit{{text("system"), text("code"), text("unit")}}
}
