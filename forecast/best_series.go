package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// determineBest is section 8.8: it marks the prioritized patient series that are
// best patient series.
func determineBest(prioritized []*patientSeries) {
	for _, ps := range prioritized {
		ps.best = bestColumn(ps, prioritized) > 0
	}
}

// bestColumn is table 8-14: it returns the column, counted from 1, that makes a
// prioritized patient series a best one, and 0 if none does. The equivalent series groups are those that the series
// itself names: the relation has a direction.
func bestColumn(ps *patientSeries, prioritized []*patientSeries) uint8 {
	equivalentComplete, equivalentRisk := false, false
	for _, q := range prioritized {
		if ps.series.equivalent&(1<<q.series.group) != 0 {
			equivalentComplete = equivalentComplete || q.complete()
			equivalentRisk = equivalentRisk || q.series.data.Type == schedule.Risk
		}
	}
	switch {
	case ps.complete():
		return 1
	case equivalentComplete || ps.series.data.Type == schedule.EvaluationOnly:
		return 0
	case ps.series.data.Type == schedule.Risk:
		return 2
	case equivalentRisk:
		return 0
	}
	return 3
}

// stepBest records whether a prioritized patient series is a best one.
func (r *run) stepBest(ps *patientSeries, prioritized []*patientSeries) {
	column := bestColumn(ps, prioritized)
	r.steps.add(Step{Rule: RuleBestSeries, Row: column, Verdict: verdict(column > 0), Dose: -1, Series: ps.series.data})
}
