package immds

import (
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/forecast/calendar"
)

// day is the day that a FHIR date, dateTime or instant shows as it is written:
// a vaccination at 23:30-05:00 was given on the day that the clinic's calendar
// showed, whatever the day was in UTC. It is zero, and ok, where only the year or
// the month is written.
func day(s string) (d calendar.Date, ok bool) {
	if len(s) == len("2006-01-02") {
		d, err := calendar.Parse(s)
		return d, err == nil
	}
	if _, ok := fhir.ParseDateTime(s, time.UTC, false); !ok {
		return 0, false
	}
	if len(s) < len("2006-01-02") {
		return 0, true
	}
	d, err := calendar.Parse(s[:len("2006-01-02")])
	return d, err == nil
}

// lastDay is the last day of the date s, which may be a year or a month alone: a
// lot is used up to the end of the month of its expiration
// (CALCDTLOTEXP-1).
func lastDay(s string) (d calendar.Date, ok bool) {
	if d, ok = day(s); !ok || !d.IsZero() {
		return d, ok
	}
	if len(s) == len("2006") {
		d, err := calendar.Parse(s + "-12-31")
		return d, err == nil
	}
	d, err := calendar.Parse(s + "-01")
	return d.EndOfMonth(), err == nil
}
