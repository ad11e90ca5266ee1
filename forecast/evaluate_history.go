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
	ps.targets = append(ps.targets, targetDose{dose: 0})
	ps.reference, ps.allValid = -1, true
	open := true // the last target dose is not satisfied
	first := 0   // the series dose that was open when the dose came up
	for k := 0; k < len(ps.doses); {
		h := ps.doses[k]
		given := administration{r.history[h].date, r.history[h].vaccine, k, int(h)}
		if !open {
			ps.results = append(ps.results, evaluation{status: Extraneous, reasons: SeriesAlreadyComplete})
			if r.steps != nil {
				r.steps.add(Step{Rule: RuleSeriesComplete, Verdict: Yes, Dose: -1, Date: given.date})
				r.explainDose(ps, 0)
			}
			k++
			continue
		}
		if why := r.doseCondition(h); why != 0 {
			ps.results = append(ps.results, evaluation{status: SubStandard, reasons: why})
			ps.allValid = false
			if r.steps != nil {
				r.stepCondition(h, why)
				r.explainDose(ps, 0)
			}
			k++
			continue
		}
		target := &ps.targets[len(ps.targets)-1]
		d := &ps.series.doses[target.dose]
		c := at(given.date)
		if r.canSkip(ps, d, schedule.SkipEvaluation, given, &c, &c) {
			target.status = skipped
			open = ps.nextTarget(int(target.dose) + 1)
			continue
		}
		status, why := r.satisfyTargetDose(ps, d, given, &c)
		if r.steps != nil {
			from := calendar.Date(0)
			if status == NotValid {
				from = r.validFrom(ps, first, given)
			}
			r.explainDose(ps, from)
		}
		ps.note(k, given, status, why, target)
		if status == Valid {
			next := int(target.dose) + 1
			if d.data.Recurring {
				next = int(target.dose)
			}
			open = ps.nextTarget(next)
		}
		k, first = k+1, int(ps.targets[len(ps.targets)-1].dose)
	}
}

// nextTarget opens a target dose for the series dose with that index, if the
// series has one.
func (ps *patientSeries) nextTarget(index int) bool {
	if index >= len(ps.series.doses) {
		return false
	}
	ps.targets = append(ps.targets, targetDose{dose: uint8(index)})
	return true
}

// note keeps the result of an evaluation, and what later ones ask of it.
func (ps *patientSeries) note(k int, given administration, status EvaluationStatus, why Reasons, target *targetDose) {
	ps.results = append(ps.results, evaluation{status, target.dose + 1, why})
	ps.lastEvaluated = given.date
	ps.allValid = ps.allValid && status == Valid
	switch {
	case status == Valid:
		target.status, target.by = satisfied, int32(k)
		ps.valid++
		if ps.firstValid.IsZero() {
			ps.firstValid = given.date
		}
		ps.reference = k
	case why.Has(InadvertentVaccine):
		ps.lastInadvertent = given.date
	case status == NotValid:
		ps.reference = k
	}
}
