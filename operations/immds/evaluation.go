package immds

import (
	"github.com/jenner-iis/jenner/forecast"
)

// writeEvaluations writes the parameters evaluation: what the engine says, and then
// for each dose that it could not evaluate that this was so.
func (x *run) writeEvaluations() {
	for i := range x.out.Evaluations {
		x.writeEvaluation(i+1, &x.out.Evaluations[i])
	}
	n := len(x.out.Evaluations)
	for i, outcome := range x.out.Doses {
		switch outcome {
		case forecast.DoseUndated:
			v := x.edition.vaccines[x.in.Doses[i].CVX]
			if v == nil {
				n++
				x.writeNotEvaluated(n, i, "", unknownDisease, "The day of this dose is not known, nor is its vaccine.")
				continue
			}
			for _, a := range v.antigens {
				n++
				x.writeNotEvaluated(n, i, a, x.edition.diseases[a].concept, "The day of this dose is not known.")
			}
		case forecast.DoseUnknownVaccine:
			n++
			x.writeNotEvaluated(n, i, "", unknownDisease, "The schedule does not know the vaccine of this dose.")
		case forecast.DoseEvaluated, forecast.DoseAfterAssessment, forecast.DoseNotRelevant:
		}
	}
}

// unknownDisease stands where targetDisease is required and not known.
const unknownDisease = `{"coding":[{"system":"` + systemDataAbsent + `","code":"unknown","display":"Unknown"}],"text":"unknown"}`

// beginEvaluation writes what all evaluations have, up to immunizationEvent: of dose
// number dose against an antigen, which may be unknown. Without an engine's evaluation
// there is nothing to explain.
func (x *run) beginEvaluation(n, dose int, antigen, disease string, e *forecast.Evaluation) {
	w := &x.w
	if x.advice == nil {
		w.next().raw(`{"name":"evaluation","resource":{"resourceType":"ImmunizationEvaluation","id":"evaluation-`).int(n).raw(`"`)
	} else {
		x.beginDocument("ImmunizationEvaluation", x.evaluationID(dose, antigen))
	}
	w.raw(`,"date":`).date(x.in.AssessmentDate)
	if e != nil && x.explain {
		x.explainEvaluation(e)
	}
	w.raw(`,"status":"completed","patient":`).raw(string(x.reference))
	w.raw(`,"targetDisease":`).raw(disease)
	w.raw(`,"immunizationEvent":`)
	x.writeEvent(dose)
}

func (x *run) endEvaluation() {
	x.w.raw(`}`)
	if x.advice == nil {
		x.w.raw(`}`) // of the parameter
		return
	}
	x.endDocument()
}

// writeNotEvaluated writes the evaluation of a dose that the engine had to pass over.
func (x *run) writeNotEvaluated(n, dose int, antigen, disease, why string) {
	x.beginEvaluation(n, dose, antigen, disease, nil)
	x.w.raw(doseNotValid).raw(`,"doseStatusReason":[`).raw(reasonNotEvaluated).raw(`],"description":`).str(why)
	x.endEvaluation()
}

func (x *run) writeEvaluation(n int, e *forecast.Evaluation) {
	x.beginEvaluation(n, e.Dose, e.Antigen.Name, x.edition.diseases[e.Antigen.Name].concept, e)
	w := &x.w
	w.raw(doseStatuses[e.Status])
	x.writeReasons(e)
	w.raw(`,"description":`)
	x.describeEvaluation(e)
	w.raw(`,"series":`).str(e.Series.Name)
	x.writeNumbers(e.TargetDose, len(e.Series.Doses))
	x.endEvaluation()
}

// writeReasons writes doseStatusReason: one for each thing that is wrong.
func (x *run) writeReasons(e *forecast.Evaluation) {
	w := &x.w
	open := len(w.b)
	w.raw(`,"doseStatusReason":[`)
	none := len(w.b)
	if e.Status == forecast.NotEvaluated {
		w.raw(reasonNotEvaluated)
	}
	for _, r := range doseReasons {
		if !e.Reasons.Has(r.reason | r.beside) {
			continue
		}
		w.next().raw(r.concept)
	}
	if e.Reasons.Has(forecast.SubstandardDose) {
		given := x.doses[e.Dose].subpotent
		if given == 0 {
			w.next().raw(reasonSubpotent)
		}
		for _, r := range subpotentConcepts {
			if given&r.reason != 0 {
				w.next().raw(r.concept)
			}
		}
	}
	if len(w.b) == none {
		w.b = w.b[:open]
		return
	}
	w.raw(`]`)
}

// writeNumbers writes which dose of how many. A series that goes on for life
// (boosters every ten years) has as many doses as have been needed so far, and no
// fewer than the schedule lists.
func (x *run) writeNumbers(number, of int) {
	if number > 0 {
		x.w.raw(`,"doseNumberPositiveInt":`).int(number)
	}
	if of > 0 {
		x.w.raw(`,"seriesDosesPositiveInt":`).int(max(number, of))
	}
}
