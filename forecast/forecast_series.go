package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// forecastSeries is chapter 7 for one patient series: it finds the target dose to
// forecast, decides whether it is needed, and when.
func (r *run) forecastSeries(f *antigenForecast, ps *patientSeries) {
	end := administration{position: len(ps.doses), history: len(r.history)}
	for {
		// 7.1 Evaluate conditional skip, as of the assessment date.
		for ps.unsatisfied() != nil && r.canSkip(ps, ps.unsatisfied(), schedule.SkipForecast, end, &r.today, &r.today) {
			ps.skipTarget()
		}
		// 7.2 to 7.4 Is there a need?
		d := ps.unsatisfied()
		sources := r.candidateEarliest(ps, d, end)
		ps.status, ps.reasons = r.forecastNeed(f, ps, d, sources.earliest)
		if ps.status != NotComplete {
			ps.Dates, ps.target, ps.doseNumber = Dates{}, nil, 0
			return
		}
		// 7.5 Generate forecast dates.
		ps.target = d
		ps.Dates = r.forecastDates(ps, d, sources, end)
		ps.doseNumber = r.doseNumber(ps)
		// 7.6 Validate the recommendation: will it hold when the patient comes?
		then := at(ps.Earliest)
		if !r.canSkip(ps, d, schedule.SkipForecast, end, &then, &r.today) {
			return
		}
		ps.skipTarget()
	}
}
