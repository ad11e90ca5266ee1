// Package calendar owns days and offsets between days as the CDSi Logic
// Specification 4.6 computes with them (section 3, rules CALCDT-1 to CALCDT-6).
//
// A [Date] is a day of the calendar and nothing else: no hour, no zone, no
// clock. A [Period] is an offset such as "12 months - 4 days". What the offsets
// mean for a patient is decided in package forecast.
package calendar

import (
	"errors"
	"fmt"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, counted so that
// 0001-01-01 is 1. The zero Date is no date at all, so that a field nobody
// filled in can never be taken for a day.
//
// Dates are ordinary integers: they compare with < and ==, and d+1 is the next
// day. Only days from 0001-01-01 to 9999-12-31 can be written down.
type Date int32

// The first and the last day that can be written as YYYY-MM-DD.
const (
	Min Date = 1
	Max Date = 3652059
)

// unixEpoch is 1970-01-01.
const unixEpoch Date = 719163

// ErrDate means that a text is not a full date that exists.
var ErrDate = errors.New("not a date of the form YYYY-MM-DD that exists")

// Of returns the day with the given year, month and day of the month. The day
// must exist: Of(2023, 2, 29) is undefined. Use [Parse] for outside text.
func Of(year int, month time.Month, day int) Date {
	// The count runs from 1 March, so that a leap day is the last of its year.
	y, m := year, int(month)
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Date(era*146097 + doe - 305)
}

// OfTime returns the day that t shows in its own location.
func OfTime(t time.Time) Date {
	return Of(t.Date())
}

// Exists reports whether the year has that month and day.
func Exists(year int, month time.Month, day int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= DaysIn(year, month)
}

// DaysIn returns the number of days in a month of a year.
func DaysIn(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	default:
		return 31
	}
}

// Civil returns the year, month and day of the month of d.
func (d Date) Civil() (year int, month time.Month, day int) {
	z := int(d) + 305
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	year = yoe + era*400
	if m <= 2 {
		year++
	}
	return year, time.Month(m), day
}

// IsZero reports whether d is no date at all.
func (d Date) IsZero() bool { return d == 0 }

// UnixDays returns the days since 1970-01-01, negative before it.
func (d Date) UnixDays() int { return int(d - unixEpoch) }

// Time returns midnight of d in UTC.
func (d Date) Time() time.Time {
	return time.Unix(int64(d.UnixDays())*86400, 0).UTC()
}

// EndOfMonth returns the last day of d's month.
func (d Date) EndOfMonth() Date {
	y, m, day := d.Civil()
	return d + Date(DaysIn(y, m)-day)
}

// String returns d as YYYY-MM-DD, and "" if d is no date.
func (d Date) String() string {
	return string(d.Append(make([]byte, 0, len("2006-01-02"))))
}

// Append appends d to b as YYYY-MM-DD and returns the longer slice; it appends
// nothing if d is no date. It does not allocate while b has room.
func (d Date) Append(b []byte) []byte {
	if d == 0 {
		return b
	}
	y, m, day := d.Civil()
	if y < 0 {
		b, y = append(b, '-'), -y
	}
	if y >= 10000 {
		b, y = append(b, byte('0'+y/10000%10)), y%10000
	}
	return append(b,
		byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-',
		byte('0'+day/10), byte('0'+day%10))
}

// MarshalText returns d as YYYY-MM-DD, and nothing if d is no date.
func (d Date) MarshalText() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	got, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = got
	return nil
}

// Parse reads a date of the form YYYY-MM-DD, from 0001-01-01 to 9999-12-31. A
// date that does not exist, such as 31 February, is [ErrDate], as is anything
// less than a full date.
func Parse(s string) (Date, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, fmt.Errorf("date %q: %w", s, ErrDate)
	}
	return digits(s, s[0:4], s[5:7], s[8:10])
}

// ParseCompact reads a date of the form YYYYMMDD, as the CDC's supporting data
// writes it.
func ParseCompact(s string) (Date, error) {
	if len(s) != len("20060102") {
		return 0, fmt.Errorf("date %q: %w", s, ErrDate)
	}
	return digits(s, s[0:4], s[4:6], s[6:8])
}

// digits makes a date of its three parts; s is the whole text, for the error.
func digits(s, year, month, day string) (Date, error) {
	y, ok1 := number(year)
	m, ok2 := number(month)
	d, ok3 := number(day)
	if !ok1 || !ok2 || !ok3 || y < 1 || !Exists(y, time.Month(m), d) {
		return 0, fmt.Errorf("date %q: %w", s, ErrDate)
	}
	return Of(y, time.Month(m), d), nil
}

// number reads a text of ASCII digits alone.
func number(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
