package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

// forecastNeed is section 7.4, table 7-10: should the patient receive another
// target dose? The rows are tried from left to right. The target dose d is nil
// if none is unsatisfied.
func (r *run) forecastNeed(f *antigenForecast, ps *patientSeries, d *dose, earliest calendar.Date) (Status, ForecastReasons) {
	if d == nil {
		if ps.valid > 0 {
			r.stepNeed(2, No, nil, 0, 0)
			return Complete, ReasonComplete
		}
		r.stepNeed(3, No, nil, 0, 0)
		return NotRecommended, ReasonHistory
	}
	maximum := never
	if a := d.ageInForce(&r.today); a != nil {
		maximum = r.ages[a.max] // CALCDTAGE-1
	}
	switch {
	case f.immunity.evident:
		r.stepImmunity(f.immunity)
		r.stepNeed(4, No, d, 0, 0)
		return Immune, ReasonImmunity
	case f.contraindicated(ps.series):
		r.stepContraindication(f, ps.series)
		r.stepNeed(5, No, d, 0, 0)
		return Contraindicated, ReasonContraindicated
	case r.today.reached(d.afterSeason):
		r.stepNeed(6, No, d, r.today.now, d.data.SeasonEnd)
		return NotRecommended, ReasonPastSeason
	case r.today.reached(maximum):
		r.stepNeed(7, No, d, r.today.now, maximum)
		return AgedOut, ReasonMaximumAge
	case earliest >= maximum:
		r.stepNeed(8, No, d, earliest, maximum)
		return AgedOut, ReasonCannotFinish
	}
	r.stepNeed(1, Yes, d, earliest, 0)
	return NotComplete, 0
}

// stepNeed records the column of table 7-10 that decided, counted from 1. Days
// that stand for "never" are left out.
func (r *run) stepNeed(row uint8, v Verdict, d *dose, date, limit calendar.Date) {
	if r.steps == nil {
		return
	}
	s := Step{Rule: RuleForecastNeed, Row: row, Verdict: v, Dose: -1, Date: date % never, Limit: limit % never}
	if d != nil {
		s.TargetDose = uint8(d.data.Number)
	}
	r.steps.add(s)
}

// candidate holds the dates of intervals that the forecast of a target dose
// rests on. A date of which there is none is zero.
type candidate struct {
	earliest            calendar.Date // FORECASTDTCAN-1; never if nothing gives a date
	earliestRecommended calendar.Date // the latest by interval (CALCDTINT-5)
	latestRecommended   calendar.Date // the latest by interval (CALCDTINT-6)
}

// candidateEarliest is FORECASTDTCAN-1, the candidate earliest date: the latest
// of whatever gives a date. It counts with minimums, not absolute minimums.
func (r *run) candidateEarliest(ps *patientSeries, d *dose, end administration) (c candidate) {
	if d == nil {
		return c
	}
	if a := d.ageInForce(&r.today); a != nil {
		c.earliest = r.ages[a.min] // CALCDTAGE-4
		r.stepReached(RuleMinimumAge, a.data.Minimum)
	}
	for i := range d.intervals {
		row := &d.intervals[i]
		if !r.today.inForce(row.effective) {
			continue
		}
		from, h := r.referenceDate(ps, row, end)
		if from.IsZero() {
			continue
		}
		if row.data.Minimum.Present() { // CALCDTINT-4
			c.earliest = max(c.earliest, r.stepDate(RuleMinimumInterval, h, from, row.data.Minimum))
		}
		if row.data.EarliestRecommended.Present() { // CALCDTINT-5
			c.earliestRecommended = max(c.earliestRecommended,
				r.stepDate(RuleEarliestRecommendedInterval, h, from, row.data.EarliestRecommended))
		}
		if row.data.LatestRecommended.Present() { // CALCDTINT-6
			c.latestRecommended = max(c.latestRecommended,
				r.stepDate(RuleLatestRecommendedInterval, h, from, row.data.LatestRecommended))
		}
	}
	c.earliest = max(c.earliest,
		r.conflictEnd(d),
		r.stepDay(RuleSeason, d.seasonStart),
		r.stepDay(RuleInadvertentDate, ps.lastInadvertent),
		r.stepDay(RuleLastDose, ps.lastEvaluated))
	if c.earliest.IsZero() {
		c.earliest = never
	} else {
		r.stepDay(RuleCandidateEarliest, c.earliest)
	}
	return c
}

// stepDate returns the day that lies p after from, and records how it came about.
func (r *run) stepDate(rule Rule, h int, from calendar.Date, p calendar.Period) calendar.Date {
	day := from.Add(p)
	if r.steps != nil && p.Present() {
		r.steps.add(Step{Rule: rule, Verdict: Yes, Dose: r.input(h), From: from, Period: p, Limit: day})
	}
	return day
}

// stepReached records the day on which the patient reaches an age.
func (r *run) stepReached(rule Rule, p calendar.Period) {
	if r.steps != nil {
		r.stepDate(rule, -1, r.birth, p)
	}
}

// stepDay returns the day, and records that a rule gave it, if there is one.
func (r *run) stepDay(rule Rule, day calendar.Date) calendar.Date {
	if r.steps != nil && !day.IsZero() {
		r.steps.add(Step{Rule: rule, Verdict: Yes, Dose: -1, Limit: day})
	}
	return day
}

// conflictEnd returns the latest day on which a conflict of any dose of the
// history with any preferable vaccine of d ends. It takes the full interval,
// whatever the dose was worth.
func (r *run) conflictEnd(d *dose) (latest calendar.Date) {
	if len(d.conflicts) == 0 {
		return 0
	}
	by, period := -1, calendar.Period{}
	for h := range r.history {
		q := &r.history[h]
		if !d.conflictsAny.has(q.vaccine) {
			continue
		}
		for _, x := range d.conflicts {
			if x.previous != q.vaccine {
				continue
			}
			if end := q.date.Add(x.end); end > latest { // CALCDTCONFLICT-2
				latest, by, period = end, h, x.end
			}
		}
	}
	if by >= 0 {
		r.stepDate(RuleForecastConflict, by, r.history[by].date, period)
	}
	return latest
}
