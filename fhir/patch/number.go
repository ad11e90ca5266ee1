package patch

import (
	"strconv"
	"strings"
)

// decimal is a JSON number taken apart so that equal numbers are equal
// decimals: 0.digits times ten to the power of exponent.
type decimal struct {
	negative bool
	digits   string // without zeros at either end; empty for zero
	exponent int
}

// parseDecimal reads a number that is written as JSON has it. An exponent that
// no int holds gives false.
func parseDecimal(text string) (decimal, bool) {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		var err error
		if d.exponent, err = strconv.Atoi(text[i+1:]); err != nil || d.exponent != int(int32(d.exponent)) {
			return decimal{}, false
		}
		text = text[:i]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	d.exponent += len(whole)
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	d.exponent -= len(all) - len(d.digits)
	if d.digits = strings.TrimRight(d.digits, "0"); d.digits == "" {
		return decimal{}, true
	}
	return d, true
}

// equalNumbers reports whether two JSON numbers are numerically equal: 1.50
// and 15e-1 are. Binary floating point would call others equal too. Of numbers
// with hundreds of digits, which no one means, only the text is compared.
func equalNumbers(a, b string) bool {
	const longest = 800
	if a == b || len(a)+len(b) > longest {
		return a == b
	}
	x, ok := parseDecimal(a)
	y, okToo := parseDecimal(b)
	return ok && okToo && x == y
}
