package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// determineBest is section 8.8: it marks the prioritized patient series that are
// best patient series.
func determineBest(prioritized []*patientSeries) {
	for _, ps := range prioritized {
		ps.best = bestSeries(ps, prioritized)
	}
}

// bestSeries is table 8-14. The equivalent series groups are those that the series
// itself names: the relation has a direction.
func bestSeries(ps *patientSeries, prioritized []*patientSeries) bool {
	equivalentComplete, equivalentRisk := false, false
	for _, q := range prioritized {
		if ps.series.equivalent&(1<<q.series.group) != 0 {
			equivalentComplete = equivalentComplete || q.complete()
			equivalentRisk = equivalentRisk || q.series.data.Type == schedule.Risk
		}
	}
	switch {
	case ps.complete():
		return true
	case equivalentComplete:
		return false
	case ps.series.data.Type == schedule.EvaluationOnly:
		return false
	case ps.series.data.Type == schedule.Risk:
		return true
	}
	return !equivalentRisk
}
