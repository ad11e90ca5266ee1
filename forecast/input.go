package forecast

import (
	"errors"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Input is all that the engine knows about a patient. It is only read.
type Input struct {
	Patient Patient
	// Doses are the doses administered, in any order. Among doses of one day the
	// order is kept: the first is evaluated first.
	Doses        []Dose
	Observations []Observation
	// AssessmentDate is the day as of which the answer holds. Doses after it do
	// not count, not even for intervals.
	AssessmentDate calendar.Date
	Options        Options
}

// Patient holds what the schedule asks about a person.
type Patient struct {
	BirthDate calendar.Date // required
	Sex       schedule.Sex  // one of Female, Male, UnknownSex; 0 is UnknownSex
	// BirthCountry is an ISO 3166-1 code of two or three letters, or a name such
	// as "U.S."; empty is unknown. It matters for presumed immunity alone (7.2).
	BirthCountry string
}

// Dose is a vaccine dose administered.
type Dose struct {
	// Date is the day of administration. A zero Date, for a day that is not fully
	// known, keeps the dose from being evaluated.
	Date calendar.Date
	// CVX is the vaccine type; zero if it is unknown.
	CVX schedule.CVX
	// MVX is the manufacturer's code; empty if it is unknown. It matters where the
	// schedule names a product.
	MVX string
	// Expires is the last day of use of the lot; zero if it is unknown. Where only
	// the month is known it is the last day of that month (CALCDTLOTEXP-1,
	// [calendar.Date.EndOfMonth]).
	Expires calendar.Date
	// Substandard is the dose condition flag: recalled, subpotent, stored wrongly,
	// given in part (section 6.1).
	Substandard bool
	// Volume is in mL; zero if it is unknown. Too little is a reason that is
	// reported, never a ground for invalidity (section 6.8).
	Volume float64
}

// Observation is a fact about the patient, by the schedule's own code.
type Observation struct {
	Code schedule.ObservationCode
	// Date is when it was observed or began; zero if that is unknown. Only
	// intervals from a relevant observation (CALCDTINT-9) need it.
	Date     calendar.Date
	Presence Presence
}

// Presence says whether the patient has what the observation names.
type Presence uint8

// The values of Presence. Observations that the input does not mention are
// Absent.
const (
	Present Presence = iota // an active observation
	Absent                  // known not to be so
	Unknown                 // asked, and not known: indications that rest on it are shown as text
)

// Options alter how a forecast is made.
type Options struct {
	// Literal names the deviations to leave out; with [AllDeviations] the
	// engine follows the letter of the specification.
	Literal Deviation
	// Explain asks for the steps of each evaluation and forecast.
	Explain bool
}

// Deviation is a set of deliberate deviations from the letter of the CDSi Logic
// Specification 4.6. Each is on unless Options.Literal names it.
type Deviation uint8

const (
	// AgedOutRiskPriority keeps an Aged Out risk series from setting the series
	// priority that other risk series of its group must reach (SELECTSCORE-2).
	AgedOutRiskPriority Deviation = 1 << iota
	// ContraindicatedAntigen leaves a contraindicated antigen out of the forecast
	// of a vaccine group that need not be given in full, while another of its
	// antigens is Not Complete: DT for a child who may not have pertussis vaccine
	// (table 9-4).
	ContraindicatedAntigen
	// SharedDoseNumber counts the doses of a group's standard series into the dose
	// number of its risk series and the other way round (FORECASTDN-1, -2).
	SharedDoseNumber

	// AllDeviations are all of them.
	AllDeviations = AgedOutRiskPriority | ContraindicatedAntigen | SharedDoseNumber
)

// MaxDoses is the largest number of doses that [Engine.Forecast] takes.
//
// Conditional skips count doses for each dose that they are asked about, so
// the work can grow with the square of the history. At this many an answer takes
// under a tenth of a second at worst, an explained one some two tenths. No person
// has had a tenth of them: a record that has more is damaged or hostile, and is
// refused rather than answered slowly.
const MaxDoses = 1000

// What is wrong with an Input. Nothing else makes a forecast fail.
var (
	ErrBirthDate      = errors.New("the patient has no birth date")
	ErrAssessmentDate = errors.New("there is no assessment date")
	ErrNotBorn        = errors.New("the patient is born after the assessment date")
	ErrTooManyDoses   = errors.New("the patient has more doses than the engine takes")
)
