package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

// forecastNeed is section 7.4, table 7-10: should the patient receive another
// target dose? The rows are tried from left to right. The target dose d is nil
// if none is unsatisfied.
func (r *run) forecastNeed(f *antigenForecast, ps *patientSeries, d *dose, earliest calendar.Date) (Status, ForecastReasons) {
	if d == nil {
		if ps.valid > 0 {
			return Complete, ReasonComplete
		}
		return NotRecommended, ReasonHistory
	}
	maximum := never
	if a := d.ageInForce(&r.today); a != nil {
		maximum = r.ages[a.max] // CALCDTAGE-1
	}
	switch {
	case f.immune:
		return Immune, ReasonImmunity
	case f.contraindicated(ps.series):
		return Contraindicated, ReasonContraindicated
	case r.today.reached(d.afterSeason):
		return NotRecommended, ReasonPastSeason
	case r.today.reached(maximum):
		return AgedOut, ReasonMaximumAge
	case earliest >= maximum:
		return AgedOut, ReasonCannotFinish
	}
	return NotComplete, 0
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
	}
	for i := range d.intervals {
		row := &d.intervals[i]
		if !r.today.inForce(row.effective) {
			continue
		}
		from, _ := r.referenceDate(ps, row, end)
		if from.IsZero() {
			continue
		}
		if row.data.Minimum.Present() { // CALCDTINT-4
			c.earliest = max(c.earliest, from.Add(row.data.Minimum))
		}
		if row.data.EarliestRecommended.Present() { // CALCDTINT-5
			c.earliestRecommended = max(c.earliestRecommended, from.Add(row.data.EarliestRecommended))
		}
		if row.data.LatestRecommended.Present() { // CALCDTINT-6
			c.latestRecommended = max(c.latestRecommended, from.Add(row.data.LatestRecommended))
		}
	}
	c.earliest = max(c.earliest, r.conflictEnd(d), d.seasonStart, ps.lastInadvertent, ps.lastEvaluated)
	if c.earliest.IsZero() {
		c.earliest = never
	}
	return c
}

// conflictEnd returns the latest day on which a conflict of any dose of the
// history with any preferable vaccine of d ends. It takes the full interval,
// whatever the dose was worth.
func (r *run) conflictEnd(d *dose) (latest calendar.Date) {
	if len(d.conflicts) == 0 {
		return 0
	}
	for h := range r.history {
		q := &r.history[h]
		if !d.conflictsAny.has(q.vaccine) {
			continue
		}
		for _, x := range d.conflicts {
			if x.previous == q.vaccine {
				latest = max(latest, q.date.Add(x.end))
			}
		}
	}
	return latest
}
