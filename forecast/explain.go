package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Step records one comparison, or one row of a table, that decided something.
// Steps come out of the code that decides, in the order in which it did, and hold
// what is needed to check them by hand: wherever Period is present, Limit is From
// plus Period, and Date was compared with Limit; wherever EndPeriod is, End is From
// plus EndPeriod, and Date was compared with End as well. (Of RuleSkipCount it is the
// days of the doses counted that were compared.) Which fields a step has depends on its
// rule; the others are zero.
type Step struct {
	Rule    Rule
	Row     uint8 // of the table that the rule feeds, from left to right and from 1; 0 if it has none
	Verdict Verdict
	// Dose is the index in Input.Doses of the other dose that the step looked at;
	// -1 if there was none.
	Dose        int
	Date        calendar.Date   // the day judged: of administration, of assessment, or the earliest date
	Limit       calendar.Date   // the day it was compared with, or the day that a forecast rule gives
	From        calendar.Date   // the day from which Limit counts
	Period      calendar.Period // what lies between From and Limit
	End         calendar.Date   // where a span was compared, the first day after it
	EndPeriod   calendar.Period // what lies between From and End
	TargetDose  uint8           // number of the series dose that the step is about
	CVX         schedule.CVX    // the vaccine that the step is about
	Observation schedule.ObservationCode
	Count       int              // what was counted, or the points given
	Wanted      int              // what it was compared with
	Series      *schedule.Series // that was chosen or scored
	// Condition says how doses were counted and compared, of [RuleSkipCount]: which
	// vaccines, whether valid doses alone, between which ages and days.
	Condition *schedule.SkipCondition
}

// Verdict is the outcome of a Step.
type Verdict uint8

// The verdicts.
const (
	No Verdict = iota
	Yes
	Grace // yes, in the grace period before the minimum
)

// verdict returns Yes or No.
func verdict(yes bool) Verdict {
	if yes {
		return Yes
	}
	return No
}

// stepSpan records that the assessment date lies between two ages, of which either may
// be absent, for the sake of an observation.
func (r *run) stepSpan(s Step, begin, end calendar.Period) {
	s.Dose, s.Date, s.Verdict = -1, r.today.now, Yes
	if begin.Present() {
		s.From, s.Period, s.Limit = r.birth, begin, r.birth.Add(begin)
	}
	if end.Present() {
		s.From, s.EndPeriod, s.End = r.birth, end, r.birth.Add(end)
	}
	r.steps.add(s)
}

// recorder collects steps. There is one only while steps are asked for, so what
// they cost is a test for nil wherever one could be made.
type recorder struct {
	steps []Step
	cuts  int // steps before this one have been handed out
}

func (w *recorder) add(s Step) { w.steps = append(w.steps, s) }

// uncut returns the steps since the last cut.
func (w *recorder) uncut() []Step { return w.steps[w.cuts:len(w.steps):len(w.steps)] }

// cut returns the steps since the last cut, and cuts.
func (w *recorder) cut() []Step {
	s := w.uncut()
	w.cuts = len(w.steps)
	return s
}

// explain makes the prioritized patient series once more, by the same functions
// and from the same facts, this time with a recorder.
func (r *run) explain() {
	knew := r.today.apart() // what the clock would learn it has learned before
	for i := range r.engine.antigens {
		f := &r.byAntigen[i]
		for _, ps := range f.prioritized {
			r.explainSeries(f, ps)
		}
	}
	r.today.next = knew
}

// explainSeries notes in ps the steps of its evaluations, of its forecast and of
// its selection.
func (r *run) explainSeries(f *antigenForecast, ps *patientSeries) {
	again := patientSeries{series: ps.series, doses: ps.doses, completed: ps.completed}
	again.results = r.evaluations.take(len(ps.doses))
	again.targets = r.targets.take(len(ps.doses) + len(ps.series.doses) + 1)
	again.explained = r.explained.take(len(ps.doses))
	r.steps = &r.written
	r.evaluateHistory(&again)
	r.relevantSeries(ps.series)
	r.forecastSeries(f, &again)
	r.selectSeries(f.group(ps.series.group))
	r.stepBest(ps, f.prioritized)
	r.steps = nil
	ps.explained, ps.steps = again.explained, r.written.cut()
}

// explanation is why a dose has the evaluation it has.
type explanation struct {
	steps     []Step
	validFrom calendar.Date
}

// explainDose closes the steps of one dose, for which the series dose with index
// target was open when it came up.
func (r *run) explainDose(ps *patientSeries, target int, given administration, e evaluation) {
	why := explanation{steps: r.steps.cut()}
	if e.status == NotValid {
		recorder := r.steps
		r.steps = nil
		why.validFrom = r.validFrom(ps, target, given)
		r.steps = recorder
	}
	ps.explained = append(ps.explained, why)
}

// validFrom returns the first day on which a dose that is Not Valid would have
// been valid, all doses before it being as they are; no date if there is none.
//
// It evaluates the dose again on each later day on which any comparison would come
// out differently, as the clock tells. Between those days nothing can change.
func (r *run) validFrom(ps *patientSeries, target int, given administration) calendar.Date {
	expires := after(r.dose(given.history).Expires)
	for range maxValidFrom {
		c := at(given.date)
		index := target
		for index < len(ps.series.doses) && r.canSkip(ps, &ps.series.doses[index], schedule.SkipEvaluation, given, &c, &c) {
			index++
		}
		if index < len(ps.series.doses) {
			if status, _ := r.satisfyTargetDose(ps, &ps.series.doses[index], given, &c); status == Valid {
				return given.date
			}
		}
		if c.next > calendar.Max || c.next >= expires || !r.holds(given.vaccine, ps.series.antigen.index, c.next) {
			return 0
		}
		given.date = c.next
	}
	return 0
}

// maxValidFrom bounds the days that validFrom tries. A dose has a few dozen limits
// at most, unless the history holds hundreds of live vaccines.
const maxValidFrom = 512

// holds reports whether a vaccine given on a day holds an antigen.
func (r *run) holds(v vaccine, antigen int, day calendar.Date) bool {
	for _, a := range r.engine.associations[v] {
		if a.antigen == antigen && r.ages[a.begin] <= day && day < r.ages[a.end] {
			return true
		}
	}
	return false
}
