package immds

import (
	"strconv"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// explainRecommendation writes the explanation of the recommendation as a whole: how
// long the answer stays as it is.
func (x *run) explainRecommendation() {
	x.w.raw(`,"extension":[`)
	x.beginExplanation()
	x.stepDate("nextChange", x.foresight.answer.next)
	x.w.raw(`]}]`)
}

// explainForecast writes the explanation of an entry of the recommendation: the steps
// of each series in it, and how the forecast of the group was made of theirs.
func (x *run) explainForecast(f *forecast.VaccineGroupForecast) {
	x.w.next()
	x.beginExplanation()
	x.stepDate("nextChange", x.foresight.of(f.Group))
	for i := range f.Series {
		s := &f.Series[i]
		x.writeSteps(s.Steps, s.Series.Name)
	}
	x.writeSteps(f.Steps, "")
	x.w.raw(`]}`)
}

// explainEvaluation writes the explanation of an evaluation, as its member extension.
func (x *run) explainEvaluation(e *forecast.Evaluation) {
	x.w.raw(`,"extension":[`)
	x.beginExplanation()
	x.w.raw(`,{"url":"summary","valueString":"`)
	x.writeSummary(e)
	x.w.raw(`"}`)
	if !e.ValidFrom.IsZero() {
		x.w.raw(`,{"url":"validFrom","valueDate":`).date(e.ValidFrom).raw(`}`)
	}
	x.writeSteps(e.Steps, "")
	x.w.raw(`]}]`)
}

func (x *run) beginExplanation() {
	x.w.raw(`{"url":"` + extensionExplanation + `","extension":[{"url":"supportingData","valueString":`).str(x.edition.version).raw(`}`)
}

func (x *run) writeSteps(steps []forecast.Step, series string) {
	for i := range steps {
		x.writeStep(&steps[i], series)
	}
}

// writeStep writes the values that a step compared, and the sentence that says so. They
// all come from the step: nothing is worked out again here.
func (x *run) writeStep(s *forecast.Step, series string) {
	w := &x.w
	w.raw(`,{"url":"step","extension":[{"url":"rule","valueString":`).str(s.Rule.String())
	w.raw(`},{"url":"section","valueString":`).str(s.Rule.Section()).raw(`}`)
	if table := s.Rule.Table(); table != "" {
		w.raw(`,{"url":"table","valueString":`).str(table).raw(`}`)
	}
	x.stepNumber("row", int(s.Row))
	w.raw(`,{"url":"outcome","valueCode":"`).raw(outcomes[s.Verdict]).raw(`"}`)
	if s.Series != nil {
		series = s.Series.Name
	}
	if series != "" {
		w.raw(`,{"url":"series","valueString":`).str(series).raw(`}`)
	}
	x.stepNumber("targetDose", int(s.TargetDose))
	x.stepDate("date", s.Date)
	x.stepDate("limit", s.Limit)
	x.stepDate("from", s.From)
	x.stepPeriod("period", s.Period)
	x.stepDate("end", s.End)
	x.stepPeriod("endPeriod", s.EndPeriod)
	if s.Dose >= 0 {
		w.raw(`,{"url":"dose","valueReference":`)
		x.writeEvent(int(s.Dose))
		w.raw(`}`)
	}
	if s.CVX != 0 {
		w.raw(`,{"url":"vaccine","valueCoding":`).coding(systemCVX, s.CVX.String(), "").raw(`}`)
	}
	if s.Observation != 0 {
		w.raw(`,{"url":"observation","valueCoding":`).coding(systemContextual, s.Observation.String(), x.edition.titles[s.Observation]).raw(`}`)
		if from, ok := x.has(s.Observation, forecast.Present); ok {
			w.raw(`,{"url":"evidence","valueReference":`)
			x.writeSource(from)
			w.raw(`}`)
		}
	}
	if counts(s.Rule) {
		w.raw(`,{"url":"count","valueInteger":`).int(s.Count).raw(`}`)
	}
	if s.Condition != nil {
		w.raw(`,{"url":"wanted","valueInteger":`).int(s.Wanted).raw(`}`)
		x.writeCondition(s.Condition)
	}
	if text := sentenceOf(s); text != "" {
		w.raw(`,{"url":"text","valueString":"`)
		x.writeSentence(text, s)
		w.raw(`"}`)
	}
	w.raw(`]}`)
}

// writeCondition writes which doses were counted, and how their number was compared.
func (x *run) writeCondition(c *schedule.SkipCondition) {
	w := &x.w
	w.raw(`,{"url":"logic","valueCode":"`).raw(logics[c.CountLogic].code).raw(`"}`)
	w.raw(`,{"url":"validOnly","valueBoolean":`).raw(strconv.FormatBool(c.ValidOnly)).raw(`}`)
	x.stepDate("since", c.Start)
	x.stepDate("before", c.Until)
	for _, cvx := range c.Vaccines {
		w.raw(`,{"url":"counted","valueCoding":`).coding(systemCVX, cvx.String(), "").raw(`}`)
	}
}

// logics are how numbers of doses are compared: the code, and the words.
var logics = [...]struct{ code, words string }{
	schedule.GreaterThan: {"greater-than", "more than "},
	schedule.EqualTo:     {"equal-to", "exactly "},
	schedule.LessThan:    {"less-than", "fewer than "},
}

// outcomes are the codes of the verdicts.
var outcomes = [...]string{forecast.No: "no", forecast.Yes: "yes", forecast.Grace: "grace"}

// counts reports whether the steps of a rule hold a count, which may be 0.
func counts(r forecast.Rule) bool {
	switch r {
	case forecast.RuleSkipCount, forecast.RuleDoseNumber, forecast.RuleVaccineGroupDoseNumber,
		forecast.RulePrioritized, forecast.RuleScoreComplete, forecast.RuleScoreInProcess, forecast.RuleScoreNoValidDoses:
		return true
	}
	return false
}

// stepDate writes a day of a step, if there is one and FHIR can write it: what counts from
// a birth in 9999 is beyond.
func (x *run) stepDate(url string, d calendar.Date) {
	if d >= calendar.Min && d <= calendar.Max {
		x.w.raw(`,{"url":"`).raw(url).raw(`","valueDate":`).date(d).raw(`}`)
	}
}

func (x *run) stepPeriod(url string, p calendar.Period) {
	if p.Present() {
		x.w.raw(`,{"url":"`).raw(url).raw(`","valueString":"`)
		x.w.b = p.Append(x.w.b)
		x.w.raw(`"}`)
	}
}

func (x *run) stepNumber(url string, n int) {
	if n != 0 {
		x.w.raw(`,{"url":"`).raw(url).raw(`","valueInteger":`).int(n).raw(`}`)
	}
}
