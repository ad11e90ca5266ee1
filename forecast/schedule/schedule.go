// Package schedule owns the immunization schedule that package forecast
// evaluates by: the CDC's supporting data for Clinical Decision Support for
// Immunization (CDSi), in our own compact form.
//
// A [Schedule] holds facts only: ages, intervals, codes, rules and the texts
// that go with them, named in the words of the CDSi Logic Specification 4.6.
// What follows from them for a patient is decided in package forecast. [Default]
// is the release that is built in; [ReadCDC] reads any other as published.
package schedule

import "github.com/jenner-iis/jenner/forecast/calendar"

// Schedule is one release of the supporting data. It is not changed once read
// and may be shared.
type Schedule struct {
	Source        Source
	Antigens      []Antigen      // sorted by name
	VaccineGroups []VaccineGroup // in the order of the schedule file
	Vaccines      []Vaccine      // sorted by CVX
	Conflicts     []Conflict     // in the order of the schedule file
	Observations  []Observation  // sorted by code
}

// Source says which release a Schedule is.
type Source struct {
	Name     string        // of the publication, for people
	Version  string        // such as "4.64"
	Released calendar.Date // the day from which CDC holds it current; absent if not known
}

// VaccineGroup is a group of antigens that is forecast as one, such as MMR.
type VaccineGroup struct {
	Name     string
	Antigens []string
	// AdministerFull is the attribute administerFullVaccineGroup: all antigens
	// of the group are given together, as in MMR, or need not be, as in
	// DTaP/Tdap/Td. It decides the dose number (FORECASTDN-2).
	AdministerFull bool
}

// Vaccine is a vaccine type that the schedule knows, with what it protects
// against.
type Vaccine struct {
	CVX          CVX
	Description  string // short description of the vaccine type
	Associations []Association
}

// Association says that a vaccine holds an antigen, for patients who are at
// least Begin and younger than End on the day of administration. Absent ages
// do not bound.
type Association struct {
	Antigen    string
	Begin, End calendar.Period
}

// Conflict says that a vaccine (the impacted type, Current) should not follow
// another (the conflicting type, Previous) too soon: from Begin after it up to
// MinEnd if the former dose was valid, else up to End (CALCDTCONFLICT-1 and -2).
type Conflict struct {
	Previous, Current  CVX
	Begin, MinEnd, End calendar.Period
}

// Observation is a fact about a patient that some rule of the schedule asks
// for: a condition, a reaction, an exposure, an occupation, evidence of
// immunity.
type Observation struct {
	Code                 ObservationCode
	Title                string
	Group                string
	IndicationText       string
	ContraindicationText string
	ClarifyingText       string
	CodedValues          []CodedValue
}

// CodedValue is a code of another system that means the observation.
type CodedValue struct {
	System string // as published: SNOMED, CVX or CDCPHINVS
	Code   string
	Text   string
}

// Antigen holds all that the schedule says about one antigen.
type Antigen struct {
	Name                     string
	VaccineGroup             string
	ClinicalHistory          []ClinicalHistory
	BirthDateImmunity        []BirthDateImmunity
	Contraindications        []Contraindication
	VaccineContraindications []VaccineContraindication
	Series                   []Series // in the order of the file
}

// ClinicalHistory is evidence of immunity by laboratory or by history of the
// disease.
type ClinicalHistory struct {
	Code  ObservationCode // the guideline code
	Title string
}

// BirthDateImmunity presumes those immune who were born before Before, in
// Country if it is given, unless an exclusion is active.
type BirthDateImmunity struct {
	Before     calendar.Date
	Country    string // as published, "U.S."; empty is any
	Exclusions []Exclusion
}

// Exclusion is an observation that voids presumed immunity.
type Exclusion struct {
	Code  ObservationCode
	Title string
}

// Contraindication bars every vaccine of an antigen.
type Contraindication struct {
	Code       ObservationCode
	Title      string
	Text       string
	Guidance   string
	Begin, End calendar.Period // ages
}

// VaccineContraindication bars some vaccines of an antigen.
type VaccineContraindication struct {
	Code     ObservationCode
	Title    string
	Text     string
	Guidance string
	Vaccines []ContraindicatedVaccine
}

// ContraindicatedVaccine is a vaccine that is barred at some ages.
type ContraindicatedVaccine struct {
	CVX        CVX
	Begin, End calendar.Period // ages
}

// SeriesType tells for whom a series is meant.
type SeriesType uint8

// The series types.
const (
	Standard       SeriesType = iota + 1 // everyone
	Risk                                 // those with an indication
	EvaluationOnly                       // recognised, never recommended
)

var seriesTypes = [...]string{Standard: "Standard", Risk: "Risk", EvaluationOnly: "Evaluation Only"}

func (t SeriesType) String() string { return name(seriesTypes[:], int(t)) }

// Sex is a set of the values that a series may require.
type Sex uint8

// The sexes of the supporting data.
const (
	Female Sex = 1 << iota
	Male
	UnknownSex
)

// Series is an antigen series: one way to become immune against an antigen.
type Series struct {
	Name     string
	Type     SeriesType
	Guidance []string // seriesAdminGuidance
	// EquivalentGroups are the series groups of the same antigen whose completion
	// makes this series needless (section 8.8). The relation has a direction.
	EquivalentGroups []int
	RequiredSex      Sex // a set; empty is any
	Select           Select
	Indications      []Indication
	Doses            []SeriesDose // in order, numbered from 1
}

// Select is what chapter 8 chooses among series by.
type Select struct {
	Default     bool
	ProductPath bool // the doses of one product, followed to the end
	GroupName   string
	Group       int // the series group, from 1
	Priority    string
	// Preference orders the series of a group, 1 first. 0 is blank.
	Preference    int
	MinAgeToStart calendar.Period
	MaxAgeToStart calendar.Period
}

// Indication makes a risk series relevant for patients of some ages.
type Indication struct {
	Code        ObservationCode
	Title       string
	Description string
	Guidance    string
	Begin, End  calendar.Period // ages
}

// SeriesDose is one dose of a series, with all that decides whether a dose
// administered satisfies it.
type SeriesDose struct {
	Number              int
	Recurring           bool
	SeasonStart         calendar.Date // of the seasonal recommendation
	SeasonEnd           calendar.Date
	Ages                []Age
	Intervals           []Interval // preferable
	AllowableIntervals  []Interval // with an absolute minimum alone
	PreferableVaccines  []PreferableVaccine
	AllowableVaccines   []AllowableVaccine
	InadvertentVaccines []CVX
	ConditionalSkips    []ConditionalSkip
}

// Effective says when a row is in force: from From to To, both included
// (RELEVANT-1, RELEVANT-2). Absent dates do not bound.
type Effective struct {
	From calendar.Date // effectiveDate
	To   calendar.Date // cessationDate
}

// Age is an age row of a series dose.
type Age struct {
	AbsoluteMinimum     calendar.Period
	Minimum             calendar.Period
	EarliestRecommended calendar.Period
	LatestRecommended   calendar.Period
	Maximum             calendar.Period
	Effective           Effective
}

// Interval is an interval row of a series dose. Exactly one of FromPrevious,
// FromTargetDose, FromMostRecent and FromObservation says from where it counts.
type Interval struct {
	FromPrevious        bool            // CALCDTINT-1
	FromTargetDose      int             // CALCDTINT-2: number of a series dose; 0 none
	FromMostRecent      []CVX           // CALCDTINT-8
	FromObservation     ObservationCode // CALCDTINT-9; 0 none
	AbsoluteMinimum     calendar.Period
	Minimum             calendar.Period
	EarliestRecommended calendar.Period
	LatestRecommended   calendar.Period
	Priority            bool // intervalPriority "override": FORECASTPRIORITY-1
	Effective           Effective
}

// PreferableVaccine is a vaccine that may be recommended for a dose.
type PreferableVaccine struct {
	CVX        CVX
	Begin, End calendar.Period // ages
	TradeName  string          // empty is any product
	MVX        string          // maker of the trade name
	Volume     string          // recommended, in mL, as published; empty if none is
	Forecast   bool            // forecastVaccineType: recommend it by name
}

// AllowableVaccine is a vaccine that satisfies a dose without being recommended
// for it.
type AllowableVaccine struct {
	CVX        CVX
	Begin, End calendar.Period // ages
}

// SkipContext says in which step a conditional skip is looked at.
type SkipContext uint8

// The contexts of conditional skips; SkipBoth is the union.
const (
	SkipEvaluation SkipContext = 1 << iota
	SkipForecast
	SkipBoth = SkipEvaluation | SkipForecast
)

// ConditionalSkip says when a target dose is not needed. A series dose may
// have several; any of them suffices.
type ConditionalSkip struct {
	Context SkipContext
	AllSets bool // set logic AND; otherwise any set suffices
	Sets    []SkipSet
}

// SkipSet is a set of conditions.
type SkipSet struct {
	ID            string
	Description   string
	AllConditions bool // condition logic AND; otherwise any condition suffices
	Effective     Effective
	Conditions    []SkipCondition
}

// SkipConditionType tells what a condition looks at.
type SkipConditionType uint8

// The condition types of section 6.2.
const (
	SkipByAge SkipConditionType = iota + 1
	SkipByCompletedSeries
	SkipByInterval
	SkipByVaccineCount // by age, by date, or by both: the absent bounds do not bind
)

// CountLogic compares a count of doses.
type CountLogic uint8

// The values of doseCountLogic.
const (
	GreaterThan CountLogic = iota + 1
	EqualTo
	LessThan
)

// SkipCondition is one condition. Which fields count depends on Type.
type SkipCondition struct {
	ID           string
	Type         SkipConditionType
	Begin, End   calendar.Period // ages: SkipByAge, SkipByVaccineCount
	Start, Until calendar.Date   // dates: SkipByVaccineCount; Until is the first day after
	Interval     calendar.Period // SkipByInterval
	Count        int             // SkipByVaccineCount
	CountLogic   CountLogic
	ValidOnly    bool  // dose type "Valid"; otherwise "Total"
	Vaccines     []CVX // empty is every vaccine of the antigen
	SeriesGroups []int // SkipByCompletedSeries
}

// name returns names[i], and "" where there is none.
func name(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return ""
	}
	return names[i]
}
