package forecast

import (
	"slices"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// forecastDates is section 7.5, FORECASTDT-1 to FORECASTDT-6. Ages go before
// intervals; they are not combined.
func (r *run) forecastDates(ps *patientSeries, d *dose, c candidate, end administration) Dates {
	dates := Dates{Earliest: c.earliest}                     // FORECASTDT-1
	dates.UnadjustedRecommended = c.earliestRecommended      // FORECASTDT-2
	dates.UnadjustedPastDue = dayBefore(c.latestRecommended) // FORECASTDT-3
	if a := d.ageInForce(&r.today); a != nil {
		if date := r.ages[a.earliest]; !date.IsZero() { // CALCDTAGE-3
			dates.UnadjustedRecommended = date
			r.stepReached(RuleEarliestRecommendedAge, a.data.EarliestRecommended)
		}
		if date := r.ages[a.latest]; !date.IsZero() { // CALCDTAGE-2
			dates.UnadjustedPastDue = date - 1
			r.stepReached(RuleLatestRecommendedAge, a.data.LatestRecommended)
		}
		if date := r.ages[a.max]; date != never { // FORECASTDT-4, CALCDTAGE-1
			dates.Latest = date - 1
		}
	}
	if dates.UnadjustedRecommended.IsZero() {
		dates.UnadjustedRecommended = dates.Earliest
	}
	dates.Recommended = max(dates.Earliest, dates.UnadjustedRecommended) // FORECASTDT-5
	if !dates.UnadjustedPastDue.IsZero() {
		dates.PastDue = max(dates.Earliest, dates.UnadjustedPastDue) // FORECASTDT-6
	}
	r.stepDay(RuleRecommended, dates.Recommended)
	r.stepDay(RulePastDue, dates.PastDue)
	r.stepDay(RuleLatest, dates.Latest)
	return dates
}

// dayBefore returns the day before d, and no date if there is none.
func dayBefore(d calendar.Date) calendar.Date {
	if d.IsZero() {
		return 0
	}
	return d - 1
}

// recommendVaccines is FORECASTRECVAC-1: it adds to list the vaccines that are
// recommended for the forecast, without repetition.
func (r *run) recommendVaccines(list []RecommendedVaccine, ps *patientSeries) []RecommendedVaccine {
	for i := range ps.target.preferables {
		v := &ps.target.preferables[i]
		if !v.data.Forecast && r.steps == nil {
			continue
		}
		begin, end := r.ages[v.begin], r.ages[v.end]
		if !(begin <= ps.Earliest && ps.Earliest < end || begin <= ps.Recommended && ps.Recommended < end) {
			continue
		}
		if r.barred(v.vaccine) {
			r.stepBarred(v.vaccine, v.data.CVX)
			continue
		}
		if !v.data.Forecast {
			continue
		}
		if x := (RecommendedVaccine{v.data.CVX, v.data.MVX, v.data.TradeName}); !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// barred reports whether a contraindication applies to the vaccine, for any of
// the antigens that it holds. A child who may not have pertussis vaccine must not
// be offered DTaP for the sake of diphtheria.
func (r *run) barred(v vaccine) bool {
	for _, a := range r.engine.associations[v] {
		if f := &r.byAntigen[a.antigen]; f.contra != nil || f.barred.has(v) {
			return true
		}
	}
	return false
}
