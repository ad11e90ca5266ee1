package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Result is the answer of [Engine.Forecast]. The slices in it, and those they
// hold, belong to the Result and are overwritten when it is passed to Forecast
// again; what they point to in the schedule is shared and must not be changed.
type Result struct {
	// Forecasts holds the vaccine group forecasts, group by group in the order of
	// the schedule. Within a group the first is the one to act on; other series
	// of the group (a risk series beside the standard one) follow it. A group
	// for which the patient has no relevant series is absent.
	Forecasts []VaccineGroupForecast
	// Evaluations holds exactly one evaluation for each dose, antigen of the dose
	// and prioritized series of that antigen: by dose in order of administration,
	// then by antigen and series group in order of the schedule.
	Evaluations []Evaluation
	// Doses says for each dose of the input, in its order, what became of it.
	Doses []DoseOutcome
	// NextChange is the first day after the assessment date on which the same
	// input may have another answer: on every day before it the answer is the
	// same. It is zero if no day can change anything. What it does not tell is
	// when a date of the answer itself passes, such as the past due date.
	NextChange calendar.Date

	run run
}

// DoseOutcome says what became of a dose of the input.
type DoseOutcome uint8

const (
	// DoseEvaluated doses have at least one Evaluation.
	DoseEvaluated DoseOutcome = iota
	// DoseUndated doses have no date.
	DoseUndated
	// DoseUnknownVaccine doses have a CVX that the schedule does not map to any
	// antigen.
	DoseUnknownVaccine
	// DoseAfterAssessment doses are later than the assessment date.
	DoseAfterAssessment
	// DoseNotRelevant doses are of a known vaccine for whose antigens the patient
	// has no series selected.
	DoseNotRelevant
)

// EvaluationStatus is the status of a dose administered against a target dose
// (table 6-31).
type EvaluationStatus uint8

// The evaluation statuses.
const (
	NotEvaluated EvaluationStatus = iota
	Valid
	NotValid
	Extraneous
	SubStandard
)

// Reasons is a set of evaluation reasons.
type Reasons uint16

// The evaluation reasons, in the order in which to report them.
const (
	AgeTooYoung               Reasons = 1 << iota // 6.4
	AgeTooOld                                     // 6.4
	IntervalTooSoon                               // 6.5, 6.6
	VaccineConflict                               // 6.7
	InadvertentVaccine                            // 6.3
	WrongVaccine                                  // 6.8, 6.9: not a preferable or allowable vaccine
	SeriesAlreadyComplete                         // 4.4
	ExpiredLot                                    // 6.1
	SubstandardDose                               // 6.1
	GracePeriodAge                                // 6.4: valid, before the minimum age
	GracePeriodInterval                           // 6.5: valid, before the minimum interval
	WrongTradeName                                // 6.8: not a preferable product
	VolumeLessThanRecommended                     // 6.8: never a ground for invalidity
)

// Has reports whether all of q are in r.
func (r Reasons) Has(q Reasons) bool { return r&q == q }

// Grounds returns the reasons that make a dose less than valid, and leaves out
// what is only worth telling.
func (r Reasons) Grounds() Reasons {
	return r &^ (GracePeriodAge | GracePeriodInterval | WrongTradeName | VolumeLessThanRecommended)
}

// Evaluation is what a dose administered is worth in one patient series.
type Evaluation struct {
	Dose    int // index of the dose in Input.Doses
	Antigen *schedule.Antigen
	Series  *schedule.Series
	Status  EvaluationStatus
	Reasons Reasons
	// TargetDose is the number of the series dose that the dose was evaluated
	// against; 0 if none was left.
	TargetDose int
	// ValidFrom is, for a dose that is Not Valid and with Options.Explain, the
	// first day on which this dose would have been valid, all doses before it
	// being as they are; zero if no day is. (The search is given up, and the day
	// zero, where hundreds of doses conflict with this one.)
	ValidFrom calendar.Date
	Steps     []Step // with Options.Explain
}

// Status is the status of a patient series or of a vaccine group.
type Status uint8

// The patient series statuses (table 7-10).
const (
	NotComplete Status = iota + 1
	Complete
	Immune
	Contraindicated
	NotRecommended
	AgedOut
)

// ForecastReasons is a set of reasons for a status other than Not Complete.
type ForecastReasons uint16

// The forecast reasons of table 7-10.
const (
	ReasonComplete        ForecastReasons = 1 << iota // row 1: the patient series is complete
	ReasonHistory                                     // row 2: not recommended at this time due to past immunization history
	ReasonImmunity                                    // row 3: evidence of immunity
	ReasonContraindicated                             // row 4: the patient has a contraindication
	ReasonPastSeason                                  // row 5: past the seasonal recommendation end date
	ReasonMaximumAge                                  // row 6: the patient has exceeded the maximum age
	ReasonCannotFinish                                // row 7: unable to finish the series before the maximum age
)

// Dates are the dates of a forecast. A zero date is absent. None of them
// exceeds [calendar.Max].
type Dates struct {
	Earliest              calendar.Date // FORECASTDT-1, FORECASTVG: adjusted earliest
	Recommended           calendar.Date // FORECASTDT-5, FORECASTVG-2: adjusted recommended
	PastDue               calendar.Date // FORECASTDT-6, FORECASTVG-3: adjusted past due
	Latest                calendar.Date // FORECASTDT-4, FORECASTVG-4
	UnadjustedRecommended calendar.Date // FORECASTDT-2, FORECASTVG-5
	UnadjustedPastDue     calendar.Date // FORECASTDT-3, FORECASTVG-6
}

// VaccineGroupForecast is the forecast of the best series of one kind for a
// vaccine group (chapter 9).
type VaccineGroupForecast struct {
	Group       *schedule.VaccineGroup
	SeriesType  schedule.SeriesType
	SeriesGroup int // as numbered in the schedule
	Status      Status
	Reasons     ForecastReasons // FORECASTVG-7
	// Dates are zero unless Status is NotComplete.
	Dates
	// DoseNumber is the number of the next dose (FORECASTDN-2); 0 unless Status is
	// NotComplete.
	DoseNumber int
	// Series are the best series contained, one for each antigen, in the order
	// of the group's antigens; never empty. The first names the group's series.
	Series []SeriesForecast
	// Antigens are those whose best series is not complete (FORECASTVG-8).
	Antigens []*schedule.Antigen
	// Vaccines are recommended by name (FORECASTVG-9).
	Vaccines []RecommendedVaccine
	// Doses are the doses that satisfied target doses of the series contained, as
	// indices into Input.Doses, in order of administration.
	Doses []int
	// Guidance holds administrative guidance (FORECASTGUIDANCE-1), without
	// repetition.
	Guidance []string
	// Indications holds the text of indications of this group of which it is
	// not known whether they apply (table 5-4), without repetition. All entries
	// of a group have the same.
	Indications []string
	// Contraindications holds, in the same way, the text of contraindications of
	// which it is not known whether they apply (tables 7-5 and 7-6).
	Contraindications []string
	// NextChange is what [Result.NextChange] is, for the forecasts of this group
	// alone.
	NextChange calendar.Date
	Steps      []Step // with Options.Explain
}

// SeriesForecast is the forecast of one patient series (chapter 7).
type SeriesForecast struct {
	Antigen *schedule.Antigen
	Series  *schedule.Series
	Status  Status
	Reasons ForecastReasons
	// TargetDose is the number of the series dose that was forecast; 0 if none was.
	TargetDose int
	// Dates are zero unless Status is NotComplete.
	Dates
	// DoseNumber is that of FORECASTDN-1: 1 + the target doses satisfied, within
	// the season where the dose is seasonal.
	DoseNumber int
	Steps      []Step // with Options.Explain
}

// RecommendedVaccine is a vaccine that FORECASTRECVAC-1 recommends.
type RecommendedVaccine struct {
	CVX       schedule.CVX
	MVX       string // of the product, if the schedule names one
	TradeName string // of the product, if the schedule names one
}
