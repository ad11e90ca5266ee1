package fhir

import (
	"strconv"
	"time"
)

// Moment is a point in time as microseconds since 1970-01-01T00:00:00Z. It
// covers the years 1 to 9999 that FHIR dates can name, compares as an integer,
// and is what the store orders versions by.
type Moment int64

// The ends of time, for ranges that are open: before and after any date that
// FHIR can write.
const (
	EarliestMoment Moment = -1 << 62
	LatestMoment   Moment = 1<<62 - 1
)

// MomentOf is the moment of t, cut to whole microseconds.
func MomentOf(t time.Time) Moment { return Moment(t.UnixMicro()) }

// Time is the moment as a time in UTC.
func (m Moment) Time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// MomentLength is the length of what AppendInstant writes.
const MomentLength = len("2006-01-02T15:04:05.000000Z")

// AppendInstant appends the moment as a FHIR instant in UTC with six decimals,
// always MomentLength bytes long for the years 1 to 9999.
func (m Moment) AppendInstant(dst []byte) []byte {
	return m.Time().AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
}

// String is the moment as a FHIR instant.
func (m Moment) String() string { return string(m.AppendInstant(nil)) }

// Precision is how much of a date was written.
type Precision uint8

// The precisions of date, dateTime and instant.
const (
	Year Precision = iota + 1
	Month
	Day
	Minute // only in searches: a dateTime in a resource has seconds
	Second
	Fraction
)

// Interval is the stretch of time that a date of limited precision covers:
// from Low up to and not including High. 2015-04 covers the whole April.
type Interval struct {
	Low, High Moment
	Precision Precision
}

// NoDateTime tells people of a text that ParseDateTime does not read.
const NoDateTime = "the value is not a date such as 2015, 2015-02, 2015-02-27 or 2015-02-27T13:28:17Z"

// ParseDateTime reads a FHIR date, dateTime or instant: YYYY, YYYY-MM,
// YYYY-MM-DD, or a full date with hh:mm:ss, decimals and an offset. Days that
// do not exist are refused; a leap second (:60) is taken as the second after.
// A date, and a time without an offset (which only searches may have), is
// taken in zone; zone must not be nil. The offset of a time is required unless
// lenient, which also lets seconds be absent, as search parameters may have it.
//
// https://hl7.org/fhir/R4/datatypes.html#dateTime
func ParseDateTime(s string, zone *time.Location, lenient bool) (Interval, bool) {
	year, ok := digits(s, 0, 4)
	if !ok || year < 1 {
		return Interval{}, false
	}
	if len(s) == 4 {
		return span(Year, time.Date(year, 1, 1, 0, 0, 0, 0, zone), time.Date(year+1, 1, 1, 0, 0, 0, 0, zone))
	}
	month, ok := digits(s, 5, 2)
	if !ok || s[4] != '-' || month < 1 || month > 12 {
		return Interval{}, false
	}
	if len(s) == 7 {
		return span(Month, time.Date(year, time.Month(month), 1, 0, 0, 0, 0, zone), time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, zone))
	}
	day, ok := digits(s, 8, 2)
	if !ok || s[7] != '-' || day < 1 || day > DaysIn(year, month) {
		return Interval{}, false
	}
	if len(s) == 10 {
		return span(Day, time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone), time.Date(year, time.Month(month), day+1, 0, 0, 0, 0, zone))
	}
	if s[10] != 'T' {
		return Interval{}, false
	}
	return parseTime(s, year, month, day, zone, lenient)
}

// parseTime reads what follows the T of a dateTime.
func parseTime(s string, year, month, day int, zone *time.Location, lenient bool) (Interval, bool) {
	hour, ok := digits(s, 11, 2)
	minute, ok2 := digits(s, 14, 2)
	if !ok || !ok2 || s[13] != ':' || hour > 23 || minute > 59 {
		return Interval{}, false
	}
	precision, second, micros, length := Minute, 0, 0, time.Minute
	rest := s[16:]
	if len(rest) > 0 && rest[0] == ':' {
		second, ok = digits(rest, 1, 2)
		if !ok || second > 60 {
			return Interval{}, false
		}
		precision, length, rest = Second, time.Second, rest[3:]
		if len(rest) > 0 && rest[0] == '.' {
			n := 1
			for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
				n++
			}
			if n == 1 {
				return Interval{}, false
			}
			precision, length = Fraction, time.Second
			for i := 1; i <= 6; i++ {
				micros *= 10
				if i < n {
					micros += int(rest[i] - '0')
					length /= 10
				}
			}
			rest = rest[n:]
		}
	} else if !lenient {
		return Interval{}, false
	}
	var offset time.Duration
	switch {
	case rest != "":
		zone = time.UTC
		if offset, ok = parseOffset(rest); !ok {
			return Interval{}, false
		}
	case !lenient:
		return Interval{}, false
	}
	low := time.Date(year, time.Month(month), day, hour, minute, second, micros*1000, zone).Add(-offset)
	return span(precision, low, low.Add(length))
}

// parseOffset reads Z or an offset such as -05:00, at most 14 hours either way.
func parseOffset(s string) (time.Duration, bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hours, ok := digits(s, 1, 2)
	minutes, ok2 := digits(s, 4, 2)
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if !ok || !ok2 || minutes > 59 || offset > 14*time.Hour {
		return 0, false
	}
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// DaysIn is the number of days of a month of the proleptic Gregorian calendar.
func DaysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func span(p Precision, low, high time.Time) (Interval, bool) {
	return Interval{MomentOf(low), MomentOf(high), p}, true
}

// digits reads n decimal digits at s[from:].
func digits(s string, from, n int) (int, bool) {
	if len(s) < from+n {
		return 0, false
	}
	v, err := strconv.ParseUint(s[from:from+n], 10, 16)
	return int(v), err == nil
}
