package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// vaccineGroup is chapter 9 for one vaccine group: it makes a vaccine group
// forecast of the best patient series of each series group and kind, and puts
// first the one to act on. It returns the first day on which the group may have
// another answer.
func (r *run) vaccineGroup(g *vaccineGroup, out *Result) (next calendar.Date) {
	first := len(out.Forecasts)
	common := r.today.apart()
	indications, contraindications := r.unknownIndications(g), r.unknownContraindications(g)
	for group := 1; group <= r.engine.seriesGroups; group++ {
		for _, kind := range [...]schedule.SeriesType{schedule.Standard, schedule.Risk} {
			contained := r.containedSeries(g, group, kind)
			if len(contained) == 0 {
				continue
			}
			f := r.vaccineGroupForecast(g, contained)
			f.SeriesType, f.SeriesGroup = contained[0].series.data.Type, group
			f.Indications, f.Contraindications = indications, contraindications
			if r.steps != nil {
				f.Steps = r.steps.cut()
			}
			out.Forecasts = append(out.Forecasts, f)
		}
	}
	actFirst(out.Forecasts[first:])
	next, r.today.next = min(common, r.today.next), common
	for _, a := range g.antigens {
		next = min(next, r.byAntigen[a].next)
	}
	for i := range out.Forecasts[first:] {
		out.Forecasts[first+i].NextChange = writtenDay(next)
	}
	return next
}

// containedSeries is FORECASTVG-1: the best patient series of one series group
// and kind, for each antigen of the vaccine group. Risk is never blended with
// standard; what is only evaluated counts as standard.
func (r *run) containedSeries(g *vaccineGroup, group int, kind schedule.SeriesType) []*patientSeries {
	contained := r.candidates[:0]
	for _, a := range g.antigens {
		for _, ps := range r.byAntigen[a].prioritized {
			risk := ps.series.data.Type == schedule.Risk
			if ps.best && ps.series.group == group && risk == (kind == schedule.Risk) {
				contained = append(contained, ps)
			}
		}
	}
	r.candidates = contained
	return contained
}

// vaccineGroupForecast makes one forecast of the series contained. The antigens
// whose series is not complete make the dates and the dose number.
func (r *run) vaccineGroupForecast(g *vaccineGroup, contained []*patientSeries) VaccineGroupForecast {
	f := VaccineGroupForecast{Group: g.data, Status: r.vaccineGroupStatus(g, contained)}
	for _, ps := range contained {
		f.Reasons |= ps.reasons // FORECASTVG-7
	}
	f.Series = r.seriesForecasts(contained)
	f.Doses = r.dosesThatCount(contained)
	if f.Status != NotComplete {
		return f
	}
	f.Antigens = r.antigens.take(len(contained))
	for _, ps := range contained {
		if ps.status == NotComplete { // FORECASTVG-8
			f.Antigens = append(f.Antigens, ps.series.antigen.data)
		}
	}
	f.Dates = r.vaccineGroupDates(g, contained)
	f.DoseNumber = r.vaccineGroupDoseNumber(g, contained)
	f.Vaccines = r.recommendedVaccines(contained)
	f.Guidance = r.guidance(g, contained)
	return f
}

// vaccineGroupStatus is SINGLEANTVG-1 and, for several antigens, table 9-4.
func (r *run) vaccineGroupStatus(g *vaccineGroup, contained []*patientSeries) Status {
	if len(g.antigens) == 1 {
		return contained[0].status
	}
	var has [AgedOut + 1]bool
	for _, ps := range contained {
		has[ps.status] = true
	}
	if has[NotComplete] && !g.data.AdministerFull && r.deviates(ContraindicatedAntigen) {
		has[Contraindicated] = false // left out: the other antigens can be given
	}
	for _, row := range table9x4 {
		if has[row.status] {
			if r.steps != nil {
				r.steps.add(Step{Rule: RuleVaccineGroupStatus, Row: row.column, Verdict: Yes, Dose: -1})
			}
			return row.status
		}
	}
	return contained[0].status
}

// table9x4 lists the statuses of table 9-4 in the order in which one goes before
// another. Where no status before it is found, any Complete means that all are
// Complete or Immune, and any Immune that all are.
var table9x4 = [...]struct {
	status Status
	column uint8
}{{Contraindicated, 1}, {AgedOut, 2}, {NotRecommended, 3}, {NotComplete, 4}, {Complete, 6}, {Immune, 5}}

// vaccineGroupDates are the rules for dates: MULTIANTVG-1, SINGLEANTVG-2 and
// FORECASTVG-2 to -6.
func (r *run) vaccineGroupDates(g *vaccineGroup, contained []*patientSeries) (d Dates) {
	var latestEarliest calendar.Date
	priority := false
	for _, ps := range contained {
		if ps.status != NotComplete {
			continue
		}
		d.Earliest = earlier(d.Earliest, ps.Earliest)
		latestEarliest = max(latestEarliest, ps.Earliest)
		d.Recommended = earlier(d.Recommended, ps.Recommended)
		d.PastDue = earlier(d.PastDue, ps.PastDue)
		d.Latest = earlier(d.Latest, ps.Latest)
		d.UnadjustedRecommended = earlier(d.UnadjustedRecommended, ps.UnadjustedRecommended)
		d.UnadjustedPastDue = earlier(d.UnadjustedPastDue, ps.UnadjustedPastDue)
		priority = priority || r.priorityForecast(ps)
	}
	switch {
	case len(g.antigens) == 1:
	case priority:
		d.Earliest = max(d.Earliest, r.lastDose(g))
	default:
		d.Earliest = latestEarliest
	}
	d.Recommended = max(d.Recommended, d.Earliest)
	if !d.PastDue.IsZero() {
		d.PastDue = max(d.PastDue, d.Earliest)
	}
	if r.steps != nil {
		if len(g.antigens) > 1 { // SINGLEANTVG-2 only repeats the date of the series
			r.steps.add(Step{Rule: RulePriorityForecast, Verdict: verdict(priority), Dose: -1})
			r.stepDay(RuleVaccineGroupEarliest, d.Earliest)
		}
		r.stepDay(RuleVaccineGroupRecommended, d.Recommended)
		r.stepDay(RuleVaccineGroupPastDue, d.PastDue)
		r.stepDay(RuleVaccineGroupLatest, d.Latest)
	}
	return d.written()
}

// written returns dates that can be written down: what lies beyond the year 9999
// is brought to its end.
func (d Dates) written() Dates {
	for _, day := range [...]*calendar.Date{&d.Earliest, &d.Recommended, &d.PastDue, &d.Latest, &d.UnadjustedRecommended, &d.UnadjustedPastDue} {
		*day = min(*day, calendar.Max)
	}
	return d
}

// earlier returns the earlier of two dates that exist, or the one that does.
func earlier(a, b calendar.Date) calendar.Date {
	if a.IsZero() || !b.IsZero() && b < a {
		return b
	}
	return a
}

// priorityForecast is FORECASTPRIORITY-1, for the rows in force today.
func (r *run) priorityForecast(ps *patientSeries) bool {
	priority := false
	for i := range ps.target.intervals {
		row := &ps.target.intervals[i]
		if !r.today.inForce(row.effective) {
			continue
		}
		if !row.data.Priority {
			return false
		}
		priority = true
	}
	return priority
}

// lastDose returns the day of the last dose that holds an antigen of the group.
func (r *run) lastDose(g *vaccineGroup) (last calendar.Date) {
	for _, a := range g.antigens {
		if n := len(r.doses[a]); n > 0 {
			last = max(last, r.history[r.doses[a][n-1]].date)
		}
	}
	return last
}

// seriesForecasts are the forecasts of the series contained, for the reader.
func (r *run) seriesForecasts(contained []*patientSeries) []SeriesForecast {
	list := r.contained.take(len(contained))
	for _, ps := range contained {
		f := SeriesForecast{
			Antigen:    ps.series.antigen.data,
			Series:     ps.series.data,
			Status:     ps.status,
			Reasons:    ps.reasons,
			Dates:      ps.Dates.written(),
			DoseNumber: ps.doseNumber,
			Steps:      ps.steps,
		}
		if ps.target != nil {
			f.TargetDose = ps.target.data.Number
		}
		list = append(list, f)
	}
	return list
}

// dosesThatCount are the doses that satisfied target doses of the series
// contained, in order of administration.
func (r *run) dosesThatCount(contained []*patientSeries) []int {
	n := 0
	for _, ps := range contained {
		n += ps.valid
	}
	if n == 0 {
		return nil
	}
	r.marks = append(r.marks[:0], make([]bool, len(r.history))...)
	for _, ps := range contained {
		for _, t := range ps.targets {
			if t.status == satisfied {
				r.marks[ps.doses[t.by]] = true
			}
		}
	}
	list := r.inputs.take(n)
	for h, counts := range r.marks {
		if counts {
			list = append(list, int(r.history[h].input))
		}
	}
	return list
}

// recommendedVaccines is FORECASTVG-9.
func (r *run) recommendedVaccines(contained []*patientSeries) []RecommendedVaccine {
	n := 0
	for _, ps := range contained {
		if ps.status == NotComplete {
			n += len(ps.target.preferables)
		}
	}
	list := r.recommended.take(n)
	for _, ps := range contained {
		if ps.status == NotComplete {
			list = r.recommendVaccines(list, ps)
		}
	}
	return list
}
