package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

// process is chapter 4 as a whole.
func (r *run) process(out *Result) {
	r.organizeHistory(out) // 4.2
	for i := range r.engine.antigens {
		r.antigen(&r.engine.antigens[i])
	}
	if r.in.Options.Explain {
		r.explain()
		r.steps = &r.written
	}
	next := r.today.next
	for i := range r.engine.antigens {
		next = min(next, r.byAntigen[i].next)
	}
	for i := range r.engine.groups {
		next = min(next, r.vaccineGroup(&r.engine.groups[i], out)) // chapter 9
	}
	r.reportEvaluations(out)
	out.NextChange = writtenDay(next)
}

// writtenDay returns a day that can be written down, and none for what lies beyond.
func writtenDay(d calendar.Date) calendar.Date {
	if d > calendar.Max {
		return 0
	}
	return d
}

// antigen takes one antigen through chapters 5 to 8. Antigens know nothing of
// each other, save that vaccine conflicts look at the whole history, and that a
// vaccine is not recommended while any antigen in it is contraindicated. So the day
// on which contraindications change concerns all; of the others each antigen keeps
// its own.
func (r *run) antigen(a *antigen) {
	f := &r.byAntigen[a.index]
	*f = antigenForecast{series: r.series.take(len(a.series)), prioritized: r.chosen.take(len(a.series))}
	f.immunity = r.evidenceOfImmunity(a)                 // 7.2
	f.contra, f.barred = r.determineContraindications(a) // 7.3
	common := r.today.apart()
	completed, group, first := uint64(0), 0, 0
	for i := range a.series {
		s := &a.series[i]
		if !r.relevantSeries(s) { // 5.1
			continue
		}
		if s.group != group {
			completed |= f.choose(r, first)
			group, first = s.group, len(f.series)
		}
		f.series = append(f.series, patientSeries{series: s, completed: completed})
		ps := &f.series[len(f.series)-1]
		n := len(r.doses[a.index])
		ps.doses = r.doses[a.index]
		ps.results = r.evaluations.take(n)
		ps.targets = r.targets.take(n + len(s.doses) + 1)
		known := r.today.apart()
		r.evaluateHistory(ps)   // 4.4, chapter 6
		r.forecastSeries(f, ps) // chapter 7
		ps.next, r.today.next = r.today.next, known
	}
	f.choose(r, first)
	determineBest(f.prioritized) // 8.8
	f.next, r.today.next = r.today.next, common
}

// group returns the patient series of one series group.
func (f *antigenForecast) group(number int) []patientSeries {
	first, end := 0, len(f.series)
	for i := range f.series {
		if f.series[i].series.group < number {
			first = i + 1
		}
		if f.series[i].series.group > number {
			end = min(end, i)
		}
	}
	return f.series[first:end]
}

// choose selects the prioritized patient series of the series group that begins
// at first (8.1 to 8.7). It returns the group as a set if any of its series is
// complete: a conditional skip in a later group may ask for that.
func (f *antigenForecast) choose(r *run, first int) (completed uint64) {
	group := f.series[first:]
	if len(group) == 0 {
		return 0
	}
	if ps := r.selectSeries(group); ps != nil {
		f.prioritized = append(f.prioritized, ps)
	}
	r.learnChanges(f, group)
	for i := range group {
		if group[i].complete() {
			completed = 1 << group[i].series.group
		}
	}
	return completed
}

// reportEvaluations lists the evaluations that the prioritized patient series
// gave: one for each dose, antigen and series.
func (r *run) reportEvaluations(out *Result) {
	for h := range r.history {
		for _, c := range r.recordsOf(h) {
			f := &r.byAntigen[c.antigen]
			for _, ps := range f.prioritized {
				result := ps.results[c.position]
				e := Evaluation{
					Dose:       int(r.history[h].input),
					Antigen:    ps.series.antigen.data,
					Series:     ps.series.data,
					Status:     result.status,
					Reasons:    result.reasons,
					TargetDose: int(result.target),
				}
				if ps.explained != nil {
					why := &ps.explained[c.position]
					e.ValidFrom, e.Steps = why.validFrom, why.steps
				}
				out.Evaluations = append(out.Evaluations, e)
				out.Doses[e.Dose] = DoseEvaluated
			}
		}
	}
}
