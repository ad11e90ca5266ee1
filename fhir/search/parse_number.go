package search

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/jenner-iis/jenner/fhir"
)

var prefixes = map[string]Prefix{"eq": Eq, "ne": Ne, "gt": Gt, "lt": Lt, "ge": Ge, "le": Le, "sa": Sa, "eb": Eb, "ap": Ap}

// cutPrefix takes the prefix off a number, quantity or date.
func cutPrefix(s string) (Prefix, string, *refusal) {
	if len(s) < 2 || s[0] < 'a' || s[0] > 'z' {
		return Eq, s, nil
	}
	p, known := prefixes[s[:2]]
	if !known {
		return 0, "", invalid("the value does not begin with a digit or one of the prefixes eq, ne, gt, lt, ge, le, sa, eb, ap")
	}
	return p, s[2:], nil
}

// numberValue reads [prefix]number.
func numberValue(text string) (Value, *refusal) {
	prefix, number, why := cutPrefix(text)
	if why != nil {
		return Value{}, why
	}
	v := Value{Prefix: prefix}
	if !v.setNumber(number) {
		return Value{}, invalid("the value is not a number such as 5, 5.40 or 54e-1")
	}
	return v, nil
}

// setNumber takes over a number with the range that its precision implies:
// half a unit of the last digit either way, so that 100 is [99.5, 100.5) and
// 1e2, which has one significant digit, [50, 150). For the prefix ap the range
// is 10% of the number either way, if that is more.
//
// R4 gives the same rule and the same result for 100, 100.00 and 5.40e-3. Its
// example for 1e2, [95, 105), does not follow from the rule; we keep to the
// rule.
//
// https://hl7.org/fhir/R4/search.html#number
func (v *Value) setNumber(s string) bool {
	digits, exponent, ok := decimal(s)
	if !ok {
		return false
	}
	var err error
	if v.Exact, err = strconv.ParseFloat(s, 64); err != nil {
		return false
	}
	v.Exact += 0 // -0 is 0
	mantissa, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return false
	}
	mantissa.Mul(mantissa, big.NewInt(10))
	half := big.NewInt(5)
	if v.Prefix == Ap {
		tenth := new(big.Int).Abs(mantissa)
		if tenth.Quo(tenth, big.NewInt(10)); tenth.Cmp(half) > 0 {
			half = tenth
		}
	}
	v.Low = scaled(new(big.Int).Sub(mantissa, half), exponent-1)
	v.High = scaled(new(big.Int).Add(mantissa, half), exponent-1)
	return true
}

// scaled is mantissa times ten to the exponent, rounded once.
func scaled(mantissa *big.Int, exponent int) float64 {
	f, err := strconv.ParseFloat(mantissa.String()+"e"+strconv.Itoa(exponent), 64)
	if err != nil {
		return math.Copysign(math.MaxFloat64, float64(mantissa.Sign()))
	}
	return f + 0
}

// decimal takes a number apart into its digits, with sign and without the
// point, and the power of ten of the last one.
func decimal(s string) (digits string, exponent int, ok bool) {
	number, e, hasExponent := strings.Cut(s, "e")
	if !hasExponent {
		number, e, hasExponent = strings.Cut(s, "E")
	}
	if hasExponent {
		n, err := strconv.ParseInt(e, 10, 16)
		if err != nil {
			return "", 0, false
		}
		exponent = int(n)
	}
	whole, fraction, point := strings.Cut(number, ".")
	unsigned := strings.TrimPrefix(whole, "-")
	if !allDigits(unsigned) || point && !allDigits(fraction) {
		return "", 0, false
	}
	return whole + fraction, exponent - len(fraction), true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// quantityValue reads [prefix]number, [prefix]number|system|code or
// [prefix]number||code; the last is a code or a unit as printed.
//
// https://hl7.org/fhir/R4/search.html#quantity
func quantityValue(text string) (Value, *refusal) {
	parts := split(text, '|')
	if len(parts) != 1 && len(parts) != 3 {
		return Value{}, invalid("a quantity is number, number|system|code or number||code")
	}
	v, why := numberValue(parts[0])
	if why != nil {
		return v, why
	}
	v.AnySystem, v.AnyCode = true, true
	if len(parts) == 1 {
		return v, nil
	}
	if v.System, why = unescape(parts[1]); why != nil {
		return v, why
	}
	if v.Code, why = unescape(parts[2]); why != nil {
		return v, why
	}
	v.AnySystem, v.AnyCode = v.System == "", v.Code == ""
	return v, nil
}

// dateValue reads [prefix]date. A + that stood unescaped in the URL has become
// a space; no date has one, so it is taken for what it was.
//
// For the prefix ap, the range is wider by 10% of the time between the date
// and now.
//
// https://hl7.org/fhir/R4/search.html#date
func (p *parser) dateValue(text string) (Value, *refusal) {
	prefix, date, why := cutPrefix(text)
	if why != nil {
		return Value{}, why
	}
	period, ok := fhir.ParseDateTime(strings.Replace(date, " ", "+", 1), p.registry.zone, true)
	if !ok {
		return Value{}, invalid(fhir.NoDateTime)
	}
	if prefix == Ap {
		period = widen(period, p.options.Now)
	}
	return Value{Prefix: prefix, Period: period}, nil
}

func widen(i fhir.Interval, now time.Time) fhir.Interval {
	tenth := (fhir.MomentOf(now) - i.Low) / 10
	if tenth < 0 {
		tenth = -tenth
	}
	i.Low -= tenth
	i.High += tenth
	return i
}
