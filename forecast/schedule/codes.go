package schedule

import "strconv"

// CVX is a code of CDC's CVX code system (http://hl7.org/fhir/sid/cvx), whose
// codes are numbers of up to three digits, written with at least two. The zero
// CVX is no vaccine known.
type CVX uint16

// ParseCVX reads a CVX code, with or without leading zeros.
func ParseCVX(s string) (CVX, bool) {
	n, ok := parseCode(s)
	return CVX(n), ok
}

// String returns the code as CDC writes it: "08", "115".
func (c CVX) String() string { return string(c.Append(nil)) }

// Append appends what String returns to b.
func (c CVX) Append(b []byte) []byte {
	if c < 10 {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, uint64(c), 10)
}

// ObservationCode is a code of the schedule's observations, a number of three
// digits. The zero code is no observation.
type ObservationCode uint16

// ParseObservationCode reads an observation code, with or without leading
// zeros.
func ParseObservationCode(s string) (ObservationCode, bool) {
	n, ok := parseCode(s)
	return ObservationCode(n), ok
}

// String returns the code in three digits: "055".
func (c ObservationCode) String() string { return string(c.Append(nil)) }

// Append appends what String returns to b.
func (c ObservationCode) Append(b []byte) []byte {
	if c < 100 {
		b = append(b, '0')
	}
	return CVX(c).Append(b)
}

// parseCode reads a number from 1 to 999 written in at most three digits.
func parseCode(s string) (n uint16, ok bool) {
	if len(s) == 0 || len(s) > 3 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint16(s[i]-'0')
	}
	return n, n > 0
}
