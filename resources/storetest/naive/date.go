package naive

import (
	"math/big"
	"regexp"
	"strconv"
	"time"
)

var dateForm = regexp.MustCompile(`^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$`)

// dateInterval is the time that a date, dateTime or instant covers: 2015-02 the
// whole month, 10:00:00 one second, 10:00:00.5 a tenth of one.
func dateInterval(text string, zone *time.Location) (interval, bool) {
	m := dateForm.FindStringSubmatch(text)
	if m == nil {
		return interval{}, false
	}
	number := func(i, absent int) int {
		if m[i] == "" {
			return absent
		}
		n, _ := strconv.Atoi(m[i])
		return n
	}
	year, month, day := number(1, 0), number(2, 1), number(3, 1)
	hour, minute, second := number(4, 0), number(5, 0), number(6, 0)
	if year == 0 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return interval{}, false
	}
	if d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); d.Day() != day {
		return interval{}, false
	}
	if o := m[8]; o == "Z" {
		zone = time.UTC
	} else if o != "" {
		hours, _ := strconv.Atoi(o[1:3])
		minutes, _ := strconv.Atoi(o[4:])
		if minutes > 59 || hours > 14 || hours == 14 && minutes > 0 {
			return interval{}, false
		}
		seconds := hours*3600 + minutes*60
		if o[0] == '-' {
			seconds = -seconds
		}
		zone = time.FixedZone(o, seconds)
	}
	start := time.Date(year, time.Month(month), day, hour, minute, second, 0, zone)
	var end time.Time
	switch {
	case m[2] == "":
		end = time.Date(year+1, 1, 1, 0, 0, 0, 0, zone)
	case m[3] == "":
		end = time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, zone)
	case m[4] == "":
		end = time.Date(year, time.Month(month), day+1, 0, 0, 0, 0, zone)
	case m[6] == "":
		end = start.Add(time.Minute)
	default:
		end = start.Add(time.Second)
	}
	i := interval{low: seconds(start), high: seconds(end), highOpen: true}
	if fraction := m[7]; fraction != "" {
		f, _ := rational("0" + fraction)
		width, _ := rational("1e-" + strconv.Itoa(len(fraction)-1))
		i.low = new(big.Rat).Add(i.low, f)
		i.high = new(big.Rat).Add(i.low, width)
	}
	return i, true
}

func seconds(t time.Time) *big.Rat {
	return new(big.Rat).Add(new(big.Rat).SetInt64(t.Unix()), big.NewRat(int64(t.Nanosecond()), 1e9))
}

// microseconds cuts a time off after the microsecond, the least that is told
// apart.
func microseconds(s *big.Rat) *big.Rat {
	scaled := new(big.Rat).Mul(s, big.NewRat(1e6, 1))
	whole := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	return new(big.Rat).SetFrac(whole, big.NewInt(1e6))
}

// dates are the times that a value covers. None for what is not a date.
//
// https://hl7.org/fhir/R4/search.html#date
func (e *Evaluator) dates(v value) []interval {
	switch v.typ {
	case "date", "dateTime":
		text, _ := v.of.(string)
		if i, ok := dateInterval(text, e.config.Zone); ok {
			return []interval{i}
		}
	case "instant": // has no width
		text, _ := v.of.(string)
		if i, ok := dateInterval(text, e.config.Zone); ok {
			return []interval{point(i.low)}
		}
	case "Period":
		return e.period(v)
	case "Timing":
		return e.timing(v)
	}
	return nil
}

// period is open where a bound is absent.
func (e *Evaluator) period(v value) []interval {
	var i interval
	found := false
	for _, bound := range e.each(v, "start") {
		i.low, found = bound.low, true
	}
	for _, bound := range e.each(v, "end") {
		i.high, i.highOpen, found = bound.high, bound.highOpen, true
	}
	if !found || i.empty() {
		return nil
	}
	return []interval{i}
}

// timing is the outer limits: from the first event, or the start of the
// bounds, to the last.
func (e *Evaluator) timing(v value) []interval {
	parts := e.each(v, "event")
	for _, repeat := range children([]value{v}, "repeat") {
		for _, bounds := range children([]value{repeat}, "bounds") {
			if bounds.typ == "Period" {
				parts = append(parts, e.period(bounds)...)
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	outer := parts[0]
	for _, i := range parts[1:] {
		if compareLow(i, outer) < 0 {
			outer.low, outer.lowOpen = i.low, i.lowOpen
		}
		if compareHigh(i, outer) > 0 {
			outer.high, outer.highOpen = i.high, i.highOpen
		}
	}
	return []interval{outer}
}

func (e *Evaluator) each(v value, name string) []interval {
	var all []interval
	for _, child := range children([]value{v}, name) {
		all = append(all, e.dates(child)...)
	}
	return all
}

// dateTest reads [prefix]date.
func (e *Evaluator) dateTest(text string) (matcher, error) {
	prefix, rest := cutPrefix(text)
	implied, ok := dateInterval(plusForSpace(rest), e.config.Zone)
	if !ok {
		return nil, invalid("not a date")
	}
	stated := implied
	if prefix == "ap" { // a tenth of the time between the date and now
		gap := new(big.Rat).Sub(seconds(e.config.Now), implied.low)
		gap = microseconds(gap.Abs(gap).Quo(gap, big.NewRat(10, 1)))
		implied.low = new(big.Rat).Sub(implied.low, gap)
		implied.high = new(big.Rat).Add(implied.high, gap)
	}
	return func(v value) bool {
		for _, target := range e.dates(v) {
			if compares(prefix, implied, stated, target) {
				return true
			}
		}
		return false
	}, nil
}
