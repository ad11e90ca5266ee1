package immds

import "github.com/jenner-iis/jenner/forecast"

// faults are what a dose is not valid for, in half a sentence each. They are made from
// the same steps as the sentences.
var faults = map[forecast.Rule]struct {
	verdict forecast.Verdict // of the step that is a fault
	text    string
}{
	forecast.RuleSeriesComplete:          {forecast.Yes, "the series was already complete"},
	forecast.RuleLotExpiration:           {forecast.No, "the lot could be used until {limit}"},
	forecast.RuleDoseCondition:           {forecast.No, "it is recorded as subpotent"},
	forecast.RuleInadvertent:             {forecast.Yes, "{vaccine} must not be given for this dose"},
	forecast.RuleBirth:                   {forecast.No, "dated before birth on {limit}"},
	forecast.RuleAbsoluteMinimumAge:      {forecast.No, "given {days} before the minimum age of {grace}"},
	forecast.RuleMaximumAge:              {forecast.No, "given after the age of {period}, which was reached on {limit}"},
	forecast.RuleAbsoluteMinimumInterval: {forecast.No, "given {days} before the minimum interval of {grace} after {from}"},
	forecast.RuleConflict:                {forecast.No, "given {days} before the effect of {vaccine} of {from} was over"},
	forecast.RuleAllowableVaccine:        {forecast.No, "{vaccine} is not for this dose at this age"},
}

// writeSummary writes the sentence that says what a dose is worth and why, within a
// string that is open.
func (x *run) writeSummary(e *forecast.Evaluation) {
	w := &x.w
	if e.TargetDose > 0 {
		w.raw(`Dose `).int(e.TargetDose)
	} else {
		w.raw(`The dose of `).day(x.in.Doses[e.Dose].Date)
	}
	switch e.Status {
	case forecast.Valid:
		w.raw(` is valid`)
	case forecast.Extraneous:
		w.raw(` is extraneous`)
	case forecast.SubStandard:
		w.raw(` is sub-standard and must be repeated`)
	case forecast.NotValid, forecast.NotEvaluated:
		w.raw(` is not valid`)
	}
	separator := `: `
	for i := range e.Steps {
		s := &e.Steps[i]
		fault, ok := faults[s.Rule]
		if !ok || s.Verdict != fault.verdict || e.Status == forecast.Valid {
			continue
		}
		if s.Rule == forecast.RuleAbsoluteMinimumInterval && !e.Reasons.Has(forecast.IntervalTooSoon) {
			continue // an allowable interval held
		}
		w.raw(separator)
		x.writeSentence(fault.text, s)
		separator = `; `
	}
	for i := range e.Steps {
		s := &e.Steps[i]
		if s.Verdict == forecast.Grace && e.Status == forecast.Valid {
			w.raw(separator)
			x.writeSentence(graces[s.Rule], s)
			separator = `; `
		}
	}
	w.raw(`.`)
	if e.Status == forecast.NotValid {
		if e.ValidFrom.IsZero() {
			w.raw(` On no later day would it have been valid.`)
		} else {
			w.raw(` It would have been valid from `).day(e.ValidFrom).raw(`.`)
		}
	}
}

// graces are what a valid dose has needed grace for.
var graces = map[forecast.Rule]string{
	forecast.RuleMinimumAge:      "given {days} before the minimum age of {period}, within the days of grace",
	forecast.RuleMinimumInterval: "given {days} before the minimum interval of {period} after {from}, within the days of grace",
}
