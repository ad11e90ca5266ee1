package immds

import (
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
)

// Pregnancies are counted in weeks from the first day of the last menstrual period, and
// so are the schedule's intervals from the onset of pregnancy (observation 170): Tdap from
// 27 weeks, RSV vaccine from 32. Two weeks after it is conception, and 40 weeks after it
// the due date (ACOG Committee Opinion 700, 2017).
var (
	toConception = calendar.Days(-14)
	toDueDate    = calendar.Days(-280)
	longest      = calendar.Weeks(42)
)

// fertileAge is the least age at which a gestational age is the patient's pregnancy. The
// same codes say of an infant after how many weeks it was born; the schedule has no
// observation for that.
var fertileAge = calendar.Years(10)

// workOutPregnancy adds the onset of a pregnancy that lasts on the assessment date, by
// the latest finding that dates it, and with it the pregnancy itself. A last menstrual
// period alone is no pregnancy.
func (x *run) workOutPregnancy() {
	if _, ok := x.has(onsetOfPregnancy, forecast.Present); ok {
		return
	}
	var onset calendar.Date
	var by *finding
	for i := range x.findings {
		f := &x.findings[i]
		if by != nil && f.date < by.date {
			continue
		}
		// Of two on one day the later onset: by it no vaccine is too early in pregnancy.
		if o, ok := x.onset(f); ok && (by == nil || f.date > by.date || o > onset) {
			onset, by = o, f
		}
	}
	if by == nil || x.endedAfter(by.date) {
		return
	}
	until := onset.Add(longest)
	x.changes(onset)
	x.changes(until)
	if x.in.AssessmentDate < onset || x.in.AssessmentDate >= until {
		return
	}
	x.observe(onsetOfPregnancy, onset, forecast.Present, by.source)
	if _, ok := x.has(pregnant, forecast.Present); !ok {
		x.observe(pregnant, onset, forecast.Present, by.source)
	}
}

// onset is the onset of pregnancy by a finding.
func (x *run) onset(f *finding) (calendar.Date, bool) {
	switch f.term {
	case pregnancyDueDate, conceptionDate, gestationalAge, lastMenstrualPeriod:
		if f.date > x.in.AssessmentDate {
			x.changes(f.date)
			return 0, false
		}
	}
	switch f.term {
	case pregnancyDueDate:
		return f.day.Add(toDueDate), true
	case conceptionDate:
		if f.day.IsZero() { // an observation of the schedule, whose date is the onset
			return f.date, true
		}
		return f.day.Add(toConception), true
	case gestationalAge:
		return f.date - calendar.Date(f.number), f.date >= x.in.Patient.BirthDate.Add(fertileAge)
	case lastMenstrualPeriod:
		_, known := x.has(pregnant, forecast.Present)
		return f.day, known
	}
	return 0, false
}

// endedAfter reports whether an Observation after a day says that the patient is not
// pregnant.
func (x *run) endedAfter(d calendar.Date) bool {
	for i := range x.findings {
		f := &x.findings[i]
		if f.term == term(pregnant) && f.kind == kindObservation && f.presence == forecast.Absent && f.date > d {
			if f.date <= x.in.AssessmentDate {
				return true
			}
			x.changes(f.date)
		}
	}
	return false
}
