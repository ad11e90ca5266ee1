// Package forecast is the CDSi engine: it evaluates the doses a person has had
// and forecasts those that are due, by the CDC's Clinical Decision Support for
// Immunization, Logic Specification 4.6.
//
// An [Engine] is compiled once from a [schedule.Schedule]. Everything else is
// a pure function of the [Input]: no clock, no storage, no state. Files are
// named for the sections of the specification; forecast.go reads like
// chapter 4. What is FHIR lives elsewhere and maps to and from these types.
package forecast

import (
	"sync"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Engine evaluates and forecasts by one schedule. It is safe for concurrent
// use.
type Engine struct {
	schedule     *schedule.Schedule
	byCVX        [1000]vaccine
	associations [][]association // by vaccine
	conflicts    []conflicts     // by vaccine: those that impact it
	ages         []calendar.Period
	antigens     []antigen
	groups       []vaccineGroup
	seriesGroups int // the highest number of a series group
}

// New compiles an engine. The schedule must not be changed afterwards. An error
// means that the schedule refers to what it does not hold.
func New(s *schedule.Schedule) (*Engine, error) {
	return compile(s)
}

// Schedule returns the schedule that the engine was compiled from.
func (e *Engine) Schedule() *schedule.Schedule { return e.schedule }

// Default returns the engine for the schedule that is built in. It is compiled at
// the first call.
func Default() *Engine { return builtIn() }

var builtIn = sync.OnceValue(func() *Engine {
	e, err := New(schedule.Default())
	if err != nil {
		panic("forecast: schedule built in: " + err.Error())
	}
	return e
})

// Forecast evaluates and forecasts, and overwrites out with the answer. The zero
// Result is ready for use; using one again saves its memory, and changes nothing
// in the answer. The error is one of [ErrBirthDate], [ErrAssessmentDate],
// [ErrNotBorn] and [ErrTooManyDoses], and out is then empty.
func (e *Engine) Forecast(in *Input, out *Result) error {
	out.Forecasts, out.Evaluations, out.Doses = out.Forecasts[:0], out.Evaluations[:0], out.Doses[:0]
	out.NextChange = 0
	switch {
	case !exists(in.Patient.BirthDate):
		return ErrBirthDate
	case !exists(in.AssessmentDate):
		return ErrAssessmentDate
	case in.Patient.BirthDate > in.AssessmentDate:
		return ErrNotBorn
	case len(in.Doses) > MaxDoses:
		return ErrTooManyDoses
	}
	r := &out.run
	r.start(e, in)
	r.process(out)
	return nil
}

// exists reports whether d is a day that can be written down. What is not is taken
// for no date.
func exists(d calendar.Date) bool { return calendar.Min <= d && d <= calendar.Max }

// vaccine returns the number of a vaccine type, 0 if the schedule does not
// mention it.
func (e *Engine) vaccine(x schedule.CVX) vaccine {
	if int(x) >= len(e.byCVX) {
		return 0
	}
	return e.byCVX[x]
}
