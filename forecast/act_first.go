package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// actFirst brings to the front, of the forecasts of one vaccine group, the one to
// act on. The specification leaves a patient with several best series to the
// reader; whoever asks what is due wants one answer. Of each kind, risk and
// standard, the one counts that asks for most; between the two, a risk series
// that asks for a dose goes first.
func actFirst(list []VaccineGroupForecast) {
	risk, standard := -1, -1
	for i := range list {
		best := &standard
		if list[i].SeriesType == schedule.Risk {
			best = &risk
		}
		if *best < 0 || urgency(list[i].Status) < urgency(list[*best].Status) {
			*best = i
		}
	}
	first := max(risk, standard)
	if risk >= 0 && standard >= 0 {
		first = risk
		if standardFirst(&list[risk], &list[standard]) {
			first = standard
		}
	}
	for ; first > 0; first-- {
		list[first-1], list[first] = list[first], list[first-1]
	}
}

// urgency orders statuses; the lowest asks for most.
func urgency(s Status) int {
	return [...]int{NotComplete: 1, Complete: 2, Immune: 3, Contraindicated: 4, NotRecommended: 5, AgedOut: 6}[s]
}

// standardFirst decides between a risk and a standard forecast.
func standardFirst(risk, standard *VaccineGroupForecast) bool {
	if len(risk.Group.Antigens) == 1 {
		return (risk.Status == AgedOut || risk.Status == NotRecommended) &&
			(standard.Status == Complete || standard.Status == Immune)
	}
	if risk.Status == NotComplete {
		return false
	}
	for _, owed := range standard.Antigens {
		for i := range risk.Series {
			if risk.Series[i].Antigen == owed {
				return true
			}
		}
	}
	return false
}
