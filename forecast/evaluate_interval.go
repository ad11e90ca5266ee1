package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

// evaluateIntervals are sections 6.5 and 6.6: did the dose satisfy all
// preferable intervals or, failing that, all allowable intervals?
func (r *run) evaluateIntervals(ps *patientSeries, d *dose, given administration, c *clock) (bool, Reasons) {
	ok, why := r.evaluatePreferableIntervals(ps, d, given, c)
	if !ok && r.evaluateAllowableIntervals(ps, d, given, c) {
		return true, 0
	}
	return ok, why
}

// evaluatePreferableIntervals is section 6.5, table 6-18. Every row that is in
// force must hold; a row without a reference date does not apply. An interval
// that a row does not have bars no day, not even those before the reference date:
// an observation may be later than the dose.
func (r *run) evaluatePreferableIntervals(ps *patientSeries, d *dose, given administration, c *clock) (ok bool, why Reasons) {
	ok = true
	for i := range d.intervals {
		row := &d.intervals[i]
		if !c.inForce(row.effective) {
			continue
		}
		from, h := r.referenceDate(ps, row, given)
		if from.IsZero() {
			continue
		}
		switch {
		case row.data.AbsoluteMinimum.Present() && !c.reached(from.Add(row.data.AbsoluteMinimum)): // CALCDTINT-3
			ok, why = false, why|IntervalTooSoon
			r.stepInterval(RuleAbsoluteMinimumInterval, 1, No, c, row, from, h, row.data.AbsoluteMinimum)
		case row.data.Minimum.Present() && !c.reached(from.Add(row.data.Minimum)): // CALCDTINT-4
			why |= GracePeriodInterval
			r.stepInterval(RuleMinimumInterval, 2, Grace, c, row, from, h, row.data.Minimum)
		default:
			r.stepInterval(RuleMinimumInterval, 3, Yes, c, row, from, h, row.data.Minimum)
		}
	}
	return ok, why
}

// stepInterval records what an interval row said.
func (r *run) stepInterval(rule Rule, table uint8, v Verdict, c *clock, row *interval, from calendar.Date, h int, p calendar.Period) {
	if r.steps == nil {
		return
	}
	s := Step{Rule: rule, Row: table, Verdict: v, Dose: r.input(h), Date: c.now, Observation: row.data.FromObservation}
	if p.Present() {
		s.From, s.Period, s.Limit = from, p, from.Add(p)
	}
	r.steps.add(s)
}

// evaluateAllowableIntervals is section 6.6, table 6-21. Here a row without a
// reference date does not hold, and neither do no rows at all: allowable
// intervals make exceptions, and an exception must be shown to apply.
func (r *run) evaluateAllowableIntervals(ps *patientSeries, d *dose, given administration, c *clock) bool {
	rows := 0
	for i := range d.allowable {
		row := &d.allowable[i]
		if !c.inForce(row.effective) {
			continue
		}
		rows++
		from, h := r.referenceDate(ps, row, given)
		if from.IsZero() {
			return false
		}
		if !c.reached(from.Add(row.data.AbsoluteMinimum)) { // CALCDTINT-3
			r.stepInterval(RuleAllowableInterval, 1, No, c, row, from, h, row.data.AbsoluteMinimum)
			return false
		}
		r.stepInterval(RuleAllowableInterval, 2, Yes, c, row, from, h, row.data.AbsoluteMinimum)
	}
	return rows > 0
}

// referenceDate returns the day from which an interval counts, and the dose of
// the history that it is the day of, -1 if it is none. There may be no such day.
func (r *run) referenceDate(ps *patientSeries, row *interval, given administration) (calendar.Date, int) {
	switch {
	case row.data.FromPrevious: // CALCDTINT-1
		if ps.reference >= 0 {
			h := int(ps.doses[ps.reference])
			return r.history[h].date, h
		}
	case row.data.FromTargetDose > 0: // CALCDTINT-2
		for _, t := range ps.targets {
			if t.status == satisfied && int(t.dose)+1 == row.data.FromTargetDose {
				h := int(ps.doses[t.by])
				return r.history[h].date, h
			}
		}
	case row.data.FromObservation != 0: // CALCDTINT-9
		return r.latestObservation(row), -1
	default: // CALCDTINT-8
		return r.mostRecent(ps, &row.mostRecent, given)
	}
	return 0, -1
}

// mostRecent returns the most recent dose before the given one, in the whole
// history, that is of one of the vaccines and no inadvertent administration.
func (r *run) mostRecent(ps *patientSeries, of *vaccineSet, given administration) (calendar.Date, int) {
	for h := given.history - 1; h >= 0; h-- {
		q := &r.history[h]
		if !of.has(q.vaccine) {
			continue
		}
		if e := r.resultOf(ps, h); e != nil && e.reasons.Has(InadvertentVaccine) {
			continue
		}
		return q.date, h
	}
	return 0, -1
}

// latestObservation returns the day of the most recent active observation that
// the row counts from. One without a date gives none.
func (r *run) latestObservation(row *interval) (latest calendar.Date) {
	for i := range r.in.Observations {
		if o := &r.in.Observations[i]; o.Code == row.data.FromObservation && o.Presence == Present && exists(o.Date) {
			latest = max(latest, o.Date)
		}
	}
	return latest
}

// resultOf returns the evaluation that a dose of the history has in a patient
// series, or nil if it has none yet.
func (r *run) resultOf(ps *patientSeries, h int) *evaluation {
	for _, c := range r.recordsOf(h) {
		if int(c.antigen) == ps.series.antigen.index && int(c.position) < len(ps.results) {
			return &ps.results[c.position]
		}
	}
	return nil
}
