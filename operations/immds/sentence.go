package immds

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir/terminology"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// sentence says for people what a rule decided. Words in braces stand for the values
// of the step; see writeSentence.
type sentence struct {
	yes, no, grace string
	// forecast is for a step that judges no day but gives one: of the same rule,
	// when it makes a date of the forecast.
	forecast string
	// unbounded is for a step that found nothing to compare with.
	unbounded string
}

// sentences are for the rules that say the same whatever column of their table decided.
var sentences = map[forecast.Rule]sentence{
	forecast.RuleIndication:              {yes: "The series is meant for the patient because of: {observation}{span}."},
	forecast.RuleVaccineContraindication: {yes: "{vaccine} must not be given because of: {observation}{span}."},
	forecast.RuleSeriesComplete:          {yes: "The series was complete before the dose of {date}."},
	forecast.RuleLotExpiration:           {no: "Given on {date}; the lot could be used until {limit}."},
	forecast.RuleDoseCondition:           {no: "The dose of {date} is recorded as subpotent."},
	forecast.RuleSkipAge: {yes: "{date} meets the age at which the dose can be left out: {period} of age is {limit}.",
		no: "{date} does not meet the age at which the dose can be left out: {period} of age is {limit}."},
	forecast.RuleSkipCompletedSeries: {yes: "Another series is complete, after which the dose can be left out.",
		no: "No other series is complete after which the dose can be left out."},
	forecast.RuleSkipInterval: {yes: "{date} meets the interval after which the dose can be left out: {period} after {from} is {limit}.",
		no: "{date} does not meet the interval after which the dose can be left out: {period} after {from} is {limit}."},
	forecast.RuleSkipCount: {yes: "{counted}; a condition for leaving the dose out asks for {wanted} and holds.",
		no: "{counted}; a condition for leaving the dose out asks for {wanted} and does not hold."},
	forecast.RuleSkip:               {yes: "Dose {target} of the series is not needed and is left out.", no: "Dose {target} of the series cannot be left out."},
	forecast.RuleInadvertent:        {yes: "{vaccine} must not be given as dose {target} of the series."},
	forecast.RuleBirth:              {no: "The dose is dated {date}, before birth on {limit}."},
	forecast.RuleAbsoluteMinimumAge: {no: "Given on {date}, {days} before the minimum age of {grace}, which is {limit}."},
	forecast.RuleMinimumAge: {yes: "Given on {date}; the minimum age of {period} is {limit}.",
		grace:     "Given on {date}, {days} before the minimum age of {period}, which is {limit}: within the days of grace.",
		forecast:  "The minimum age of {period} is {limit}.",
		unbounded: "There is no minimum age for the dose."},
	forecast.RuleMaximumAge:              {no: "Given on {date}; the dose must be given before the age of {period}, which is {limit}."},
	forecast.RuleAbsoluteMinimumInterval: {no: "Given on {date}, {days} before the minimum interval of {grace} after {from}, which ends on {limit}."},
	forecast.RuleMinimumInterval: {yes: "Given on {date}; the minimum interval of {period} after {from} ends on {limit}.",
		grace:     "Given on {date}, {days} before the minimum interval of {period} after {from} ends on {limit}: within the days of grace.",
		forecast:  "The minimum interval of {period} after {from} ends on {limit}.",
		unbounded: "There is no minimum interval for the dose."},
	forecast.RuleAllowableInterval: {yes: "Given on {date}; the allowable interval of {period} after {from} ends on {limit}.",
		no: "Given on {date}, {days} before the allowable interval of {grace} after {from} ends on {limit}."},
	forecast.RuleConflict: {yes: "Given on {date}; the effect of {vaccine} given on {from} ends on {limit}.",
		no: "Given on {date}, {days} before the effect of {vaccine} given on {from} ends on {limit}."},
	forecast.RulePreferableVaccine:           {yes: "{vaccine} is a preferable vaccine for the dose.", no: "{vaccine} is preferable for the dose as another product only."},
	forecast.RuleAllowableVaccine:            {yes: "{vaccine} is an allowable vaccine for the dose.", no: "{vaccine} is neither preferable nor allowable for the dose at this age."},
	forecast.RuleSatisfyTargetDose:           {yes: "The dose of {date} satisfies dose {target} of the series.", no: "The dose of {date} does not satisfy dose {target} of the series."},
	forecast.RuleSeason:                      {forecast: "The season begins on {limit}."},
	forecast.RuleForecastConflict:            {forecast: "The effect of a vaccine given on {from} ends {period} later, on {limit}."},
	forecast.RuleInadvertentDate:             {forecast: "A vaccine that does not belong here was given on {limit}; the dose is not due before."},
	forecast.RuleLastDose:                    {forecast: "The last dose was given on {limit}; the next is not due before."},
	forecast.RuleCandidateEarliest:           {forecast: "The earliest date is {limit}, the latest of the days that bind it."},
	forecast.RuleEarliestRecommendedAge:      {forecast: "The earliest recommended age of {period} is {limit}."},
	forecast.RuleEarliestRecommendedInterval: {forecast: "The earliest recommended interval of {period} after {from} ends on {limit}."},
	forecast.RuleLatestRecommendedAge:        {forecast: "The latest recommended age of {period} is {limit}."},
	forecast.RuleLatestRecommendedInterval:   {forecast: "The latest recommended interval of {period} after {from} ends on {limit}."},
	forecast.RuleRecommended:                 {forecast: "The dose is recommended on {limit}."},
	forecast.RulePastDue:                     {forecast: "The dose is overdue after {limit}."},
	forecast.RuleLatest:                      {forecast: "The dose can be given until {limit}."},
	forecast.RuleDoseNumber:                  {yes: "The next dose is number {count} of the series."},
	forecast.RulePrioritized:                 {yes: "{series} was chosen among the series of its group."},
	forecast.RuleBestSeries:                  {yes: "{series} is a best series for the patient.", no: "Another series makes {series} needless."},
	forecast.RulePriorityForecast:            {yes: "The interval of a series goes before the ages of the others.", no: "No interval goes before the ages."},
	forecast.RuleVaccineGroupEarliest:        {forecast: "The earliest date of the group is {limit}."},
	forecast.RuleVaccineGroupRecommended:     {forecast: "The recommended date of the group is {limit}."},
	forecast.RuleVaccineGroupPastDue:         {forecast: "The dose of the group is overdue after {limit}."},
	forecast.RuleVaccineGroupLatest:          {forecast: "The dose of the group can be given until {limit}."},
	forecast.RuleVaccineGroupDoseNumber:      {yes: "The next dose of the group is number {count}."},
}

// needs are the sentences of the columns of table 7-10, by which a series is forecast.
var needs = [...]string{
	1: "Dose {target} of the series is needed.",
	2: "The series is complete.",
	3: "No more doses are recommended after those given.",
	4: "There is evidence of immunity.",
	5: "There is a contraindication.",
	6: "The season was over on {limit}.",
	7: "The patient passed the maximum age on {limit}.",
	8: "The earliest date, {date}, is not before the maximum age on {limit}.",
}

// groupStatuses are the sentences of the columns of table 9-4, by which the status of a
// group of several antigens is found.
var groupStatuses = [...]string{
	1: "Against one of the diseases of the group the patient must not be vaccinated.",
	2: "For one of the diseases of the group the patient has passed the maximum age.",
	3: "Against one of the diseases of the group no dose is recommended.",
	4: "Against one of the diseases of the group a dose is needed.",
	5: "The patient is immune to all diseases of the group.",
	6: "Against all diseases of the group the patient is immune or the series complete.",
}

// conditions are what the series of a group are given points for, by the row of the
// table: 8-7, 8-9 and 8-11.
var conditions = map[forecast.Rule][]string{
	forecast.RuleScoreComplete: {1: "most valid doses"},
	forecast.RuleScoreInProcess: {1: "product path with valid doses only", 2: "can be completed", 3: "most valid doses",
		4: "closest to completion", 5: "finishes earliest"},
	forecast.RuleScoreNoValidDoses: {1: "can start earliest", 2: "can be completed", 3: "product path"},
}

// sentenceOf is the sentence of a step; empty if there is none to say.
func sentenceOf(s *forecast.Step) string {
	row := int(s.Row)
	switch {
	case s.Rule == forecast.RuleForecastNeed:
		return at(needs[:], row)
	case s.Rule == forecast.RuleVaccineGroupStatus:
		return at(groupStatuses[:], row)
	case conditions[s.Rule] != nil:
		if s.Verdict == forecast.No {
			return "{series}: {count} points, {condition}: no."
		}
		return "{series}: {count} points, {condition}: yes."
	case s.Rule == forecast.RuleImmunity && s.Observation != 0:
		return "There is evidence of immunity: {observation}."
	case s.Rule == forecast.RuleImmunity:
		return "There is evidence of immunity: born on {date}, before {limit}."
	case s.Rule == forecast.RuleContraindication && s.Observation != 0:
		return "Contraindicated because of: {observation}{span}."
	case s.Rule == forecast.RuleContraindication:
		return "Every vaccine of the series is contraindicated."
	}
	t := sentences[s.Rule]
	text := t.yes
	switch {
	case s.Date.IsZero() && t.forecast != "":
		text = t.forecast
	case s.Verdict == forecast.No:
		text = t.no
	case s.Verdict == forecast.Grace:
		text = t.grace
	}
	if s.Limit.IsZero() && strings.Contains(text, "{limit}") {
		return t.unbounded
	}
	return text
}

// at is list[i], and nothing where there is none.
func at(list []string, i int) string {
	if i >= len(list) {
		return ""
	}
	return list[i]
}

// writeSentence writes a sentence with the values of a step in it, within a string that
// is open.
func (x *run) writeSentence(text string, s *forecast.Step) {
	w := &x.w
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		w.escaped(before)
		if !found {
			return
		}
		name, after, _ := strings.Cut(rest, "}")
		text = after
		x.writeValue(name, s)
	}
}

// writeValue writes a value of a step by its name in a sentence.
func (x *run) writeValue(name string, s *forecast.Step) {
	w := &x.w
	switch name {
	case "date":
		w.day(s.Date)
	case "limit":
		w.day(s.Limit)
	case "from":
		w.day(s.From)
	case "days":
		writeDays(w, s.Limit-s.Date)
	case "period":
		w.b = s.Period.Append(w.b)
	case "grace":
		w.raw(withGrace(s.Period))
	case "vaccine":
		writeVaccine(w, s.CVX)
	case "observation":
		w.escaped(strings.TrimSuffix(oneLine(x.edition.titles[s.Observation]), "."))
	case "span":
		if s.Limit != 0 || s.End != 0 {
			w.raw(", at an age")
			x.writeSpan(s)
		}
	case "counted":
		x.writeCounted(s)
	case "series":
		if s.Series != nil {
			w.escaped(s.Series.Name)
		}
	case "target":
		w.int(int(s.TargetDose))
	case "condition":
		w.raw(at(conditions[s.Rule], int(s.Row)))
	case "count":
		w.int(s.Count)
	case "wanted":
		if s.Condition != nil {
			w.raw(logics[s.Condition.CountLogic].words)
		}
		w.int(s.Wanted)
	}
}

// writeSpan writes between which ages something holds, each with its day.
func (x *run) writeSpan(s *forecast.Step) {
	w := &x.w
	if s.Period.Present() {
		w.raw(" from ")
		w.b = s.Period.Append(w.b)
		w.raw(" (").day(s.Limit).raw(")")
	}
	if s.EndPeriod.Present() {
		if s.Period.Present() {
			w.raw(" and")
		}
		w.raw(" before ")
		w.b = s.EndPeriod.Append(w.b)
		w.raw(" (").day(s.End).raw(")")
	}
}

// writeCounted writes which doses a condition counts, and how many they were.
func (x *run) writeCounted(s *forecast.Step) {
	w := &x.w
	w.int(s.Count)
	if s.Condition.ValidOnly {
		w.raw(" valid")
	}
	noun, verb := " doses", " were given"
	if s.Count == 1 {
		noun, verb = " dose", " was given"
	}
	w.raw(noun)
	if len(s.Condition.Vaccines) > 0 {
		w.raw(" of certain vaccines")
	}
	w.raw(verb)
	if s.Period.Present() || s.EndPeriod.Present() {
		w.raw(" at an age")
		x.writeSpan(s)
	}
	since, before := s.Condition.Start, s.Condition.Until
	if since != 0 {
		w.raw(" since ").day(since)
	}
	if since != 0 && before != 0 {
		w.raw(" and")
	}
	if before != 0 {
		w.raw(" before ").day(before)
	}
}

// withGrace is a minimum in words: the days of grace are in the schedule's absolute
// minima, as "12 months - 4 days".
func withGrace(p calendar.Period) string {
	text := p.String()
	if before, days, found := strings.Cut(text, " - "); found && strings.HasSuffix(days, "days") {
		return before + " less " + days + " of grace"
	}
	return text
}

// writeVaccine writes the name of a vaccine, and its code.
func writeVaccine(w *writer, cvx schedule.CVX) {
	if v, ok := terminology.LookupCVX(cvx.String()); ok {
		w.escaped(v.Short).raw(" (CVX ")
		w.b = append(cvx.Append(w.b), ')')
		return
	}
	w.raw("CVX ")
	w.b = cvx.Append(w.b)
}

// writeDays writes a number of days.
func writeDays(w *writer, n calendar.Date) {
	w.int(int(n))
	if n == 1 {
		w.raw(" day")
	} else {
		w.raw(" days")
	}
}
