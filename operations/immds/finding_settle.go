package immds

import (
	"slices"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// settleFindings tells the engine the findings that count on the assessment date, and
// the observations that are worked out of them.
func (x *run) settleFindings() {
	x.in.Observations, x.evidence, x.next = x.in.Observations[:0], x.evidence[:0], 0
	for i := range x.findings {
		if f := &x.findings[i]; f.term.isObservation() && x.counts(f) {
			x.observe(schedule.ObservationCode(f.term), f.date, f.presence, f.source)
		}
	}
	x.workOutBirth()
	x.workOutTransplant()
	x.workOutPregnancy()
	x.workOutHIV()
	x.workOutCardiacRisk()
}

// counts decides whether a finding counts on the assessment date. Where another day
// would have another answer, that is noted.
func (x *run) counts(f *finding) bool {
	if f.term.isObservation() && x.edition.findings.immunity[f.term] && f.tentative {
		return false // a diagnosis to be made is no evidence of immunity
	}
	if f.age.Present() {
		// Before that age the antibodies may be the mother's.
		if f.date.IsZero() || f.date < x.in.Patient.BirthDate.Add(f.age) {
			return false
		}
	}
	// What the sender asserts in the schedule's own terms it asserts for this
	// assessment; a journey that is asserted is one to come.
	if !f.asserted && f.date > x.in.AssessmentDate {
		x.changes(f.date)
		return false
	}
	var p policy
	if f.term.isObservation() {
		p = clinical().policies[f.term]
	}
	switch {
	case p.ever:
		return true
	case p.lasts.Present() && !x.lasts(f, p.lasts):
		return false
	case p.lasts.Present() && f.term != term(pregnant):
		return true
	}
	return !x.isOver(f) && !x.isSuperseded(f)
}

// lasts reports whether what wears off has not yet done so. A Condition wears off from
// its end; while that is not come it holds.
func (x *run) lasts(f *finding, p calendar.Period) bool {
	from := f.end
	if from.IsZero() && (f.kind != kindCondition || f.over || f.term == term(pregnant)) {
		from = f.date
	}
	if from.IsZero() {
		return !f.over
	}
	until := from.Add(p)
	x.changes(until)
	return x.in.AssessmentDate < until
}

// isOver reports whether a finding that counts while it is active has ended. What has
// a day of its end had not ended before, whatever its status says now.
func (x *run) isOver(f *finding) bool {
	switch {
	case f.end.IsZero():
		return f.over
	case f.kind == kindProcedure:
		return false // a splenectomy that is finished is done for good
	}
	x.changes(f.end)
	return f.end <= x.in.AssessmentDate
}

// isSuperseded reports whether a later Observation says that what an earlier one found
// is not so: pregnant in spring, not pregnant in autumn.
func (x *run) isSuperseded(f *finding) bool {
	if !x.denied || f.kind != kindObservation || f.presence == forecast.Absent || f.date.IsZero() {
		return false
	}
	for i := range x.findings {
		g := &x.findings[i]
		if g.term == f.term && g.presence == forecast.Absent && g.kind == kindObservation && g.date > f.date {
			if g.date <= x.in.AssessmentDate {
				return true
			}
			x.changes(g.date)
		}
	}
	return false
}

// changes notes a day on which the findings will count otherwise.
func (x *run) changes(d calendar.Date) {
	if d > x.in.AssessmentDate && d <= calendar.Max && (x.next.IsZero() || d < x.next) {
		x.next = d
	}
}

// observe tells the engine an observation, once for each date while there are few.
func (x *run) observe(code schedule.ObservationCode, date calendar.Date, presence forecast.Presence, from source) {
	o := forecast.Observation{Code: code, Date: date, Presence: presence}
	if len(x.in.Observations) < 64 && slices.Contains(x.in.Observations, o) {
		return
	}
	x.in.Observations = append(x.in.Observations, o)
	x.evidence = append(x.evidence, from)
}

// has reports whether the engine has been told an observation, and by what.
func (x *run) has(code schedule.ObservationCode, presence forecast.Presence) (source, bool) {
	for i := range x.in.Observations {
		if o := &x.in.Observations[i]; o.Code == code && o.Presence == presence {
			return x.evidence[i], true
		}
	}
	return source{}, false
}
