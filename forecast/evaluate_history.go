package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// administration is a dose administered that is being evaluated, or, in a
// forecast, the place after the last one.
type administration struct {
	date     calendar.Date
	vaccine  vaccine
	position int // in patientSeries.doses
	history  int // in run.history
}

// evaluateHistory is section 4.4: it takes the antigen's doses in order of
// administration against the target doses in order of the series.
func (r *run) evaluateHistory(ps *patientSeries) {
	ps.reference, ps.allValid = -1, true
	ps.nextTarget(0)
	for k, h := range ps.doses {
		given := administration{r.history[h].date, r.history[h].vaccine, k, int(h)}
		open := ps.targets[len(ps.targets)-1].dose
		e := r.evaluateDose(ps, given)
		if r.steps != nil {
			r.explainDose(ps, int(open), given, e)
		}
		ps.note(given, e)
	}
}

// evaluateDose takes one dose against the open target dose, and passes over
// target doses that are not needed.
func (r *run) evaluateDose(ps *patientSeries, given administration) evaluation {
	for {
		d := ps.unsatisfied()
		if d == nil {
			if r.steps != nil {
				r.steps.add(Step{Rule: RuleSeriesComplete, Verdict: Yes, Dose: -1, Date: given.date})
			}
			return evaluation{status: Extraneous, reasons: SeriesAlreadyComplete}
		}
		if why := r.doseCondition(given); why != 0 {
			return evaluation{status: SubStandard, reasons: why}
		}
		c := at(given.date)
		if r.canSkip(ps, d, schedule.SkipEvaluation, given, &c, &c) {
			ps.skipTarget()
			continue
		}
		status, why := r.satisfyTargetDose(ps, d, given, &c)
		return evaluation{status, uint8(d.data.Number), why}
	}
}

// unsatisfied returns the series dose of the target dose that is not satisfied,
// or nil. It is always the last.
func (ps *patientSeries) unsatisfied() *dose {
	t := &ps.targets[len(ps.targets)-1]
	if t.status != notSatisfied {
		return nil
	}
	return &ps.series.doses[t.dose]
}

// skipTarget skips the last target dose and opens the next, if there is one. A
// recurring dose that is skipped does not come again.
func (ps *patientSeries) skipTarget() {
	t := &ps.targets[len(ps.targets)-1]
	t.status = skipped
	ps.nextTarget(int(t.dose) + 1)
}

// satisfyTarget satisfies the last target dose with a dose and opens the next, if
// there is one. A recurring dose is always the next after itself.
func (ps *patientSeries) satisfyTarget(position int) {
	t := &ps.targets[len(ps.targets)-1]
	t.status, t.by = satisfied, int32(position)
	if ps.series.doses[t.dose].data.Recurring {
		ps.nextTarget(int(t.dose))
	} else {
		ps.nextTarget(int(t.dose) + 1)
	}
}

// nextTarget opens a target dose for the series dose with that index, if the
// series has one.
func (ps *patientSeries) nextTarget(index int) {
	if index < len(ps.series.doses) {
		ps.targets = append(ps.targets, targetDose{dose: uint8(index)})
	}
}

// note keeps the result of an evaluation, and what later ones ask of it.
func (ps *patientSeries) note(given administration, e evaluation) {
	ps.results = append(ps.results, e)
	if e.reasons.Has(SeriesAlreadyComplete) {
		return
	}
	ps.allValid = ps.allValid && e.status == Valid
	if e.status == SubStandard {
		return
	}
	ps.lastEvaluated = given.date
	switch {
	case e.status == Valid:
		ps.valid++
		if ps.firstValid.IsZero() {
			ps.firstValid = given.date
		}
		ps.reference = given.position
		ps.satisfyTarget(given.position)
	case e.reasons.Has(InadvertentVaccine):
		ps.lastInadvertent = given.date
	case e.status == NotValid:
		ps.reference = given.position
	}
}
