package schema

import "github.com/jenner-iis/jenner/fhir"

// The date types of R4: https://hl7.org/fhir/R4/datatypes.html#dateTime.
// fhir.ParseDateTime accepts the same texts; it also says what they mean, which
// takes longer.

// checkDate checks YYYY, YYYY-MM and YYYY-MM-DD.
func checkDate(s string) fault {
	n, exists := calendarDate(s)
	return dateFault(n > 0 && n == len(s), exists)
}

// checkDateTime checks what checkDate allows, and YYYY-MM-DDThh:mm:ss with
// decimals or not, which must have an offset.
func checkDateTime(s string) fault {
	n, exists := calendarDate(s)
	if n == len("YYYY-MM-DD") && n < len(s) {
		return dateFault(s[n] == 'T' && isZoned(s[n+1:]), exists)
	}
	return dateFault(n > 0 && n == len(s), exists)
}

func dateFault(wellWritten, exists bool) fault {
	switch {
	case !wellWritten:
		return wrongFormat
	case !exists:
		return noSuchDay
	}
	return sound
}

// checkInstant checks a dateTime that is given at least to the second.
func checkInstant(s string) fault {
	if len(s) <= len("YYYY-MM-DD") {
		return wrongFormat
	}
	return checkDateTime(s)
}

// isTime checks hh:mm:ss with decimals or not, and no offset.
func isTime(s string) bool {
	n := clock(s)
	return n > 0 && n == len(s)
}

// calendarDate reads as much of a date as s begins with, n bytes, 0 if it does
// not; exists tells whether the calendar has the day.
func calendarDate(s string) (n int, exists bool) {
	year, ok := digits(s, 0, 4)
	if !ok || year == 0 {
		return 0, false
	}
	if len(s) == 4 {
		return 4, true
	}
	month, ok := digits(s, 5, 2)
	if !ok || s[4] != '-' || month < 1 || month > 12 {
		return 0, false
	}
	if len(s) == 7 {
		return 7, true
	}
	day, ok := digits(s, 8, 2)
	if !ok || s[7] != '-' || day < 1 || day > 31 {
		return 0, false
	}
	return 10, day <= fhir.DaysIn(year, month)
}

// isZoned checks hh:mm:ss, decimals or not, and Z or an offset up to 14 hours.
func isZoned(s string) bool {
	n := clock(s)
	if n == 0 {
		return false
	}
	zone := s[n:]
	if zone == "Z" {
		return true
	}
	if len(zone) != len("+hh:mm") || zone[0] != '+' && zone[0] != '-' || zone[3] != ':' {
		return false
	}
	hour, ok := digits(zone, 1, 2)
	minute, ok2 := digits(zone, 4, 2)
	return ok && ok2 && (hour < 14 && minute < 60 || hour == 14 && minute == 0)
}

// clock reads hh:mm:ss and decimals at the beginning of s and gives their
// length, 0 if they are not there. Second 60 is a leap second; hour 24 is not.
func clock(s string) int {
	const length = len("hh:mm:ss")
	if len(s) < length || s[2] != ':' || s[5] != ':' {
		return 0
	}
	hour, ok1 := digits(s, 0, 2)
	minute, ok2 := digits(s, 3, 2)
	second, ok3 := digits(s, 6, 2)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 60 {
		return 0
	}
	if len(s) == length || s[length] != '.' {
		return length
	}
	n := length + 1
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == length+1 {
		return 0
	}
	return n
}

// digits reads n decimal digits at s[at:].
func digits(s string, at, n int) (int, bool) {
	if len(s) < at+n {
		return 0, false
	}
	value := 0
	for _, c := range []byte(s[at : at+n]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = 10*value + int(c-'0')
	}
	return value, true
}
