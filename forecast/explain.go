package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Step records one comparison that decided something. Steps come out of the
// code that decides, in the order in which it decided, and hold what is
// needed to check it by hand: Limit is From plus Period wherever Period is
// present, and Date was compared with Limit.
type Step struct {
	Rule    Rule
	Verdict Verdict
	Date    calendar.Date   // the day judged: of administration, of assessment, or the earliest date
	Limit   calendar.Date   // the day it was compared with; zero if there is none
	From    calendar.Date   // the day from which Limit counts; zero if there is none
	Period  calendar.Period // what lies between From and Limit
	// Dose is the index in Input.Doses of another dose that the step looked at; -1
	// if there was none.
	Dose        int
	CVX         schedule.CVX             // the vaccine that the step is about; zero if none
	Observation schedule.ObservationCode // the observation that decided; zero if none
	// Count and Wanted are the numbers compared, where the step counts.
	Count, Wanted int
}

// Verdict is the outcome of a Step.
type Verdict uint8

// The verdicts.
const (
	No Verdict = iota
	Yes
	Grace // yes, in the grace period before the minimum
)

// Rule names the rule, or the table, that a Step applied.
type Rule uint8

// recorder collects steps.
type recorder struct{ steps []Step }
