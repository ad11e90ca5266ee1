package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// doseNumber is FORECASTDN-1: one more than the target doses satisfied. Where the
// series dose is seasonal only those of the season count.
func (r *run) doseNumber(ps *patientSeries) int {
	n := 1
	for _, t := range ps.targets {
		if r.numbered(ps, t) {
			n++
		}
	}
	if r.steps != nil {
		r.steps.add(Step{Rule: RuleDoseNumber, Verdict: Yes, Dose: -1, Count: n})
	}
	return n
}

// numbered reports whether a target dose counts into the dose number.
func (r *run) numbered(ps *patientSeries, t targetDose) bool {
	return t.status == satisfied && r.history[ps.doses[t.by]].date >= ps.series.doses[t.dose].seasonStart
}

// vaccineGroupDoseNumber is FORECASTDN-2: the smallest dose number where the
// group is given in full, else the largest. Series without a forecast have none.
func (r *run) vaccineGroupDoseNumber(g *vaccineGroup, contained []*patientSeries) (number int) {
	for _, ps := range contained {
		if ps.status != NotComplete {
			continue
		}
		n := ps.doseNumber
		if r.deviates(SharedDoseNumber) && r.sharesDoses(g, ps) {
			n = r.sharedDoseNumber(ps)
		}
		switch {
		case number == 0:
			number = n
		case g.data.AdministerFull:
			number = min(number, n)
		default:
			number = max(number, n)
		}
	}
	if r.steps != nil {
		r.steps.add(Step{Rule: RuleVaccineGroupDoseNumber, Verdict: Yes, Dose: -1, Count: number})
	}
	return number
}

// sharesDoses reports whether the dose number of a series counts the doses of the
// antigen's risk and standard series together. For a single antigen it does
// wherever there are both. In a group given in full it does when a risk series
// has no dose of its own, or when the risk series is complete and the standard
// one goes on.
func (r *run) sharesDoses(g *vaccineGroup, ps *patientSeries) bool {
	var risk, standard *patientSeries
	for _, q := range r.byAntigen[ps.series.antigen.index].prioritized {
		if q.series.data.Type == schedule.Risk {
			risk = q
		} else {
			standard = q
		}
	}
	switch {
	case risk == nil || standard == nil:
		return false
	case len(g.antigens) == 1:
		return true
	case !g.data.AdministerFull:
		return false
	case ps.series.data.Type == schedule.Risk:
		return ps.valid == 0
	}
	return risk.complete()
}

// sharedDoseNumber is one more than the doses that count in any prioritized
// patient series of the antigen.
func (r *run) sharedDoseNumber(ps *patientSeries) int {
	r.marks = append(r.marks[:0], make([]bool, len(ps.doses))...)
	n := 1
	for _, q := range r.byAntigen[ps.series.antigen.index].prioritized {
		for _, t := range q.targets {
			if r.numbered(q, t) && !r.marks[t.by] {
				r.marks[t.by] = true
				n++
			}
		}
	}
	return n
}
