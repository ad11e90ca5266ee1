package forecast

import "strings"

// The words below are those of the specification. Sentences for people are made
// from them, and from Steps, by whoever shows an answer.

// word returns words[i], and "" where there is none.
func word(words []string, i int) string {
	if i >= len(words) {
		return ""
	}
	return words[i]
}

// setWords joins the words of the bits that are set.
func setWords(words []string, set uint16) string {
	var list []string
	for i, w := range words {
		if set&(1<<i) != 0 {
			list = append(list, w)
		}
	}
	return strings.Join(list, ", ")
}

var evaluationStatuses = []string{"Not Evaluated", "Valid", "Not Valid", "Extraneous", "Sub-standard"}

// String returns the status in the words of the specification: "Not Valid".
func (s EvaluationStatus) String() string { return word(evaluationStatuses, int(s)) }

var statuses = []string{"", "Not Complete", "Complete", "Immune", "Contraindicated", "Not Recommended", "Aged Out"}

// String returns the status in the words of the specification: "Not Complete".
func (s Status) String() string { return word(statuses, int(s)) }

var reasons = []string{
	"age: too young", "age: too old", "interval: too soon", "vaccine conflict", "inadvertent vaccine",
	"not a preferable or allowable vaccine", "series already complete", "lot expired", "dose condition",
	"age: grace period", "interval: grace period", "not a preferable product", "volume administered is less than recommended volume",
}

// String lists the reasons.
func (r Reasons) String() string { return setWords(reasons, uint16(r)) }

var forecastReasons = []string{
	"patient series is complete", "not recommended at this time due to past immunization history", "patient has evidence of immunity",
	"patient has a contraindication", "past seasonal recommendation end date", "patient has exceeded the maximum age",
	"patient is unable to finish the series prior to the maximum age",
}

// String lists the reasons in the words of table 7-10.
func (r ForecastReasons) String() string { return setWords(forecastReasons, uint16(r)) }

var outcomes = []string{"evaluated", "undated", "unknown vaccine", "after the assessment date", "no relevant series"}

func (o DoseOutcome) String() string { return word(outcomes, int(o)) }

var deviations = []string{"AgedOutRiskPriority", "ContraindicatedAntigen", "SharedDoseNumber"}

// String lists the names of the deviations.
func (d Deviation) String() string { return setWords(deviations, uint16(d)) }

func (v Verdict) String() string { return word([]string{"no", "yes", "grace period"}, int(v)) }
