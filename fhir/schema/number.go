package schema

import "strconv"

// checkInteger checks the text of a JSON number as one of the integer types,
// which have 32 bits.
func checkInteger(s string, p primitive) fault {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] != '-' || i > 0) {
			return notInteger
		}
	}
	n, err := strconv.ParseInt(s, 10, 32)
	switch {
	case err != nil,
		p == positiveIntType && n < 1,
		p == unsignedIntType && s[0] == '-':
		return outOfRange
	}
	return sound
}
