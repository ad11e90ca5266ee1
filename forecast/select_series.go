package forecast

import (
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// selectSeries is sections 8.1 to 8.7 for one series group: it returns the
// prioritized patient series, or nil if the group has none. The relevant patient
// series of the group must not be empty.
func (r *run) selectSeries(group []patientSeries) *patientSeries {
	scorable := r.candidates[:0]
	p := r.preFilter(group)
	for i := range group {
		ps := &group[i]
		ps.score = 0
		if r.scorable(ps, p) && !r.tooYoungToStart(ps) {
			scorable = append(scorable, ps)
		}
	}
	r.candidates = scorable
	return r.prioritize(scorable, p.byDefault())
}

// preFilter is what section 8.1 asks of a series group as a whole.
type preFilter struct {
	allContraindicated bool
	noValidDose        bool
	defaults           int            // number of default patient series
	aDefault           *patientSeries // one of them
	riskPriority       string         // best series priority of the risk series; A is best
}

// byDefault returns the default patient series, if there is exactly one.
func (p preFilter) byDefault() *patientSeries {
	if p.defaults != 1 {
		return nil
	}
	return p.aDefault
}

func (r *run) preFilter(group []patientSeries) preFilter {
	p := preFilter{allContraindicated: true, noValidDose: true}
	for i := range group {
		ps := &group[i]
		p.allContraindicated = p.allContraindicated && ps.status == Contraindicated
		p.noValidDose = p.noValidDose && ps.valid == 0
		byDefault, risk := ps.series.data.Select.Default, ps.series.data.Type == schedule.Risk
		if !byDefault && !risk || r.tooYoungToStart(ps) {
			continue
		}
		if byDefault { // SELECTB-7
			p.defaults, p.aDefault = p.defaults+1, ps
		}
		if !risk || ps.status == AgedOut && r.deviates(AgedOutRiskPriority) {
			continue
		}
		if priority := ps.series.data.Select.Priority; p.riskPriority == "" || priority < p.riskPriority {
			p.riskPriority = priority
		}
	}
	return p
}

// learnChanges has the clock learn when the series of a group may be forecast otherwise,
// as far as that may matter.
//
// A standard series that has no valid dose is never scored beside a default one, or
// beside one that has a valid dose (SELECTSCORE-2), so it does not matter when it is
// aged out; HepB series end at 19 and at 60 years for people who have started none.
// Only while contraindications apply does it count what they leave of each (SELECTB-24).
func (r *run) learnChanges(f *antigenForecast, group []patientSeries) {
	p := r.preFilter(group)
	idle := (p.defaults > 0 || !p.noValidDose) && f.contra == nil && f.barred == (vaccineSet{})
	for i := range group {
		ps := &group[i]
		if idle && ps.valid == 0 && ps.series.data.Type == schedule.Standard && !ps.series.data.Select.Default {
			continue
		}
		r.today.next = min(r.today.next, ps.next)
	}
}

// tooYoungToStart reports whether the patient has not started the series and is
// not old enough to. The specification has the minimum age to start in its
// glossary and in no rule; without it children who have completed a series would
// be offered the one for their grandparents.
func (r *run) tooYoungToStart(ps *patientSeries) bool {
	return ps.valid == 0 && !r.today.reached(r.ages[ps.series.minStart])
}

// scorable is SELECTSCORE-2.
func (r *run) scorable(ps *patientSeries, p preFilter) bool {
	candidate := ps.status != Contraindicated || p.allContraindicated // SELECTB-24
	switch ps.series.data.Type {
	case schedule.Risk:
		return candidate && (p.riskPriority == "" || ps.series.data.Select.Priority <= p.riskPriority)
	case schedule.Standard:
		if ps.valid > 0 {
			return candidate && ps.firstValid < r.ages[ps.series.maxStart]
		}
		return candidate && p.noValidDose && p.defaults == 0
	case schedule.EvaluationOnly:
		return ps.status == Complete
	}
	return false
}

// prioritize is section 8.2, table 8-3, and section 8.3, table 8-5.
func (r *run) prioritize(scorable []*patientSeries, byDefault *patientSeries) *patientSeries {
	switch len(scorable) {
	case 0:
		return r.chosenBy(1, byDefault)
	case 1:
		return r.chosenBy(2, scorable[0])
	}
	complete, inProcess, valid := 0, 0, 0
	for _, ps := range scorable {
		valid += ps.valid
		switch {
		case ps.complete():
			complete++
		case ps.inProcess():
			inProcess++
		}
	}
	switch {
	case complete == 1:
		return r.chosenBy(3, keep(scorable, (*patientSeries).complete)[0])
	case complete == 0 && inProcess == 1:
		return r.chosenBy(4, keep(scorable, (*patientSeries).inProcess)[0])
	case complete == 0 && inProcess == 0 && byDefault != nil:
		return r.chosenBy(5, byDefault)
	case complete > 1:
		return r.chosenBy(0, best(r.scoreComplete(keep(scorable, (*patientSeries).complete))))
	case inProcess > 1:
		return r.chosenBy(0, best(r.scoreInProcess(keep(scorable, (*patientSeries).inProcess))))
	case valid == 0:
		return r.chosenBy(0, best(r.scoreNoValidDoses(scorable)))
	}
	// Table 8-5 does not foresee several series with valid doses of which none is
	// complete or in process, because all are Contraindicated or Aged Out.
	return r.chosenBy(0, best(r.scoreComplete(scorable)))
}

// chosenBy returns ps, and records the column of table 8-3 that chose it; 0 means
// that its score did.
func (r *run) chosenBy(row uint8, ps *patientSeries) *patientSeries {
	if r.steps != nil && ps != nil {
		r.steps.add(Step{Rule: RulePrioritized, Row: row, Verdict: Yes, Dose: -1, Series: ps.series.data, Count: ps.score})
	}
	return ps
}

// complete is SELECTB-6.
func (ps *patientSeries) complete() bool { return ps.status == Complete }

// inProcess is SELECTB-16.
func (ps *patientSeries) inProcess() bool { return ps.valid > 0 && ps.status == NotComplete }

// keep returns the series for which is holds, in place.
func keep(list []*patientSeries, is func(*patientSeries) bool) []*patientSeries {
	kept := list[:0]
	for _, ps := range list {
		if is(ps) {
			kept = append(kept, ps)
		}
	}
	return kept
}

// best is SELECTBEST-2: the highest score and, among equals, the best series
// preference. A blank preference comes last; the order of the file decides what
// is left.
func best(list []*patientSeries) *patientSeries {
	winner := list[0]
	for _, ps := range list[1:] {
		switch {
		case ps.score != winner.score:
			if ps.score > winner.score {
				winner = ps
			}
		case ps.preference() < winner.preference():
			winner = ps
		}
	}
	return winner
}

func (ps *patientSeries) preference() int {
	if p := ps.series.data.Select.Preference; p != 0 {
		return p
	}
	return int(never)
}
