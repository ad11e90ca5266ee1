package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Period is an offset from one day to another, such as "4 weeks", "12 months -
// 4 days" or "13 years + 4 weeks". It keeps the units in which it was written,
// because a month has no fixed number of days, and because people read it.
//
// The zero Period is absent, which is not "0 days": an absent minimum age bars
// nobody, an absent maximum age never ends.
type Period struct {
	years, months, weeks, days int16
	present                    bool
}

// ErrPeriod means that a text does not follow the grammar of [ParsePeriod].
var ErrPeriod = errors.New(`not a period such as "4 weeks" or "12 months - 4 days"`)

// maxCount bounds the number before a unit. The longest ages in use are 75
// years and a few hundred days; 9999 leaves room and keeps every sum within an
// int32 of days.
const maxCount = 9999

// NewPeriod returns the present period of these parts, each between -9999 and
// 9999; NewPeriod(0, 12, 0, -4) is "12 months - 4 days".
func NewPeriod(years, months, weeks, days int) Period {
	for _, n := range [...]int{years, months, weeks, days} {
		if n < -maxCount || n > maxCount {
			panic(fmt.Sprintf("calendar: period of %d years, %d months, %d weeks, %d days is out of range", years, months, weeks, days))
		}
	}
	return Period{int16(years), int16(months), int16(weeks), int16(days), true}
}

// Days returns the period of n days.
func Days(n int) Period { return NewPeriod(0, 0, 0, n) }

// Weeks returns the period of n weeks.
func Weeks(n int) Period { return NewPeriod(0, 0, n, 0) }

// Months returns the period of n months.
func Months(n int) Period { return NewPeriod(0, n, 0, 0) }

// Years returns the period of n years.
func Years(n int) Period { return NewPeriod(n, 0, 0, 0) }

// Present reports whether p is a period at all.
func (p Period) Present() bool { return p.present }

// Parts returns the parts of p as they were written.
func (p Period) Parts() (years, months, weeks, days int) {
	return int(p.years), int(p.months), int(p.weeks), int(p.days)
}

// Add returns the day that lies p after d. An absent period adds nothing.
//
//   - CALCDT-1, CALCDT-2: years and months change the year and the month and
//     keep the day of the month. They are one step: 29 February plus a year and
//     a month is 29 March.
//   - CALCDT-5: if that day does not exist, it is the first day of the
//     following month. 31 August and 6 months is 1 March, never 28 February.
//   - CALCDT-3, CALCDT-4, CALCDT-6: then come weeks and days, as elapsed days.
//     31 January and 6 months less 4 days is 27 July.
//
// No date plus anything is no date.
func (d Date) Add(p Period) Date {
	if d == 0 {
		return 0
	}
	if months := int(p.years)*12 + int(p.months); months != 0 {
		d = d.addMonths(months)
	}
	return d + Date(int(p.weeks)*7+int(p.days))
}

func (d Date) addMonths(n int) Date {
	y, m, day := d.Civil()
	months := y*12 + int(m) - 1 + n
	y, m = floorDiv(months, 12), time.Month(months-floorDiv(months, 12)*12+1)
	if last := DaysIn(y, m); day > last {
		return Of(y, m, last) + 1
	}
	return Of(y, m, day)
}

// Compare orders two present periods by where they lead from one and the same
// day that is typical for both: it returns -1, 0 or +1. Months count as 365.2425/12
// days, so "4 weeks" comes before "1 month", and "12 months" equals "1 year".
func (p Period) Compare(q Period) int {
	a, b := p.approximate(), q.approximate()
	switch {
	case a < b:
		return -1
	case a > b:
		return +1
	}
	return 0
}

// approximate is the length of p in ten-thousandths of a day.
func (p Period) approximate() int {
	return (int(p.years)*12+int(p.months))*304369 + (int(p.weeks)*7+int(p.days))*10000
}

// units are the words of the grammar, in the order in which String writes them.
var units = [...]struct{ one, many string }{
	{"year", "years"}, {"month", "months"}, {"week", "weeks"}, {"day", "days"},
}

// ParsePeriod reads a period of the CDC's supporting data,
//
//	N unit [(+|-) N unit]
//
// where unit is day, week, month or year or their plurals, in any case.
// White space may stand anywhere between the parts, and an empty text is the
// absent period.
func ParsePeriod(s string) (Period, error) {
	if strings.TrimSpace(s) == "" {
		return Period{}, nil
	}
	p := Period{present: true}
	rest, ok := p.term(s, +1)
	switch {
	case ok && rest == "":
		return p, nil
	case ok && rest[0] == '+':
		rest, ok = p.term(rest[1:], +1)
	case ok && rest[0] == '-':
		rest, ok = p.term(rest[1:], -1)
	}
	if !ok || rest != "" {
		return Period{}, fmt.Errorf("period %q: %w", s, ErrPeriod)
	}
	return p, nil
}

// term reads "N unit" from the start of s, adds it to p, and returns the rest
// without white space around it.
func (p *Period) term(s string, sign int) (rest string, ok bool) {
	s = strings.TrimSpace(s)
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	count, err := strconv.Atoi(s[:n])
	if err != nil || count > maxCount {
		return "", false
	}
	s = strings.TrimSpace(s[n:])
	for n = 0; n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z'); n++ {
	}
	parts := [...]*int16{&p.years, &p.months, &p.weeks, &p.days}
	for i, u := range units {
		if !strings.EqualFold(s[:n], u.one) && !strings.EqualFold(s[:n], u.many) {
			continue
		}
		sum := int(*parts[i]) + sign*count
		if sum < -maxCount || sum > maxCount {
			return "", false
		}
		*parts[i] = int16(sum)
		return strings.TrimSpace(s[n:]), true
	}
	return "", false
}

// String returns p as the supporting data writes it, and "" if p is absent.
func (p Period) String() string { return string(p.Append(nil)) }

// Append appends what String returns to b. It does not allocate while b has
// room.
func (p Period) Append(b []byte) []byte {
	if !p.present {
		return b
	}
	empty := true
	for i, n := range [...]int16{p.years, p.months, p.weeks, p.days} {
		if n == 0 && !(empty && i == len(units)-1) {
			continue
		}
		switch {
		case !empty && n < 0:
			b, n = append(b, " - "...), -n
		case !empty:
			b = append(b, " + "...)
		}
		b = append(strconv.AppendInt(b, int64(n), 10), ' ')
		if n == 1 {
			b = append(b, units[i].one...)
		} else {
			b = append(b, units[i].many...)
		}
		empty = false
	}
	return b
}
