package forecast

import (
	"math"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// The types below are the schedule as the engine works with it: dense, by
// index, with names resolved. compile.go makes them; nothing changes them
// afterwards.

// never is a limit that no day reaches: what an absent end stands for.
const never calendar.Date = math.MaxInt32

// vaccine numbers the vaccine types that the schedule mentions; 0 is any other.
type vaccine uint16

// vaccineSet is a set of vaccines. Its size bounds the vaccines of a schedule.
type vaccineSet [8]uint64

func (s *vaccineSet) add(v vaccine)      { s[v/64] |= 1 << (v % 64) }
func (s *vaccineSet) has(v vaccine) bool { return s[v/64]&(1<<(v%64)) != 0 }

// within reports whether all of s are in t.
func (s *vaccineSet) within(t *vaccineSet) bool {
	for i := range s {
		if s[i]&^t[i] != 0 {
			return false
		}
	}
	return true
}

func (s *vaccineSet) union(t *vaccineSet) {
	for i := range s {
		s[i] |= t[i]
	}
}

// maxObservation is the largest observation code: they have three digits.
const maxObservation schedule.ObservationCode = 999

// observationSet is a set of observation codes.
type observationSet [16]uint64

func (s *observationSet) add(c schedule.ObservationCode)      { s[c/64&15] |= 1 << (c % 64) }
func (s *observationSet) has(c schedule.ObservationCode) bool { return s[c/64&15]&(1<<(c%64)) != 0 }

func (s *observationSet) meets(t *observationSet) bool {
	for i := range s {
		if s[i]&t[i] != 0 {
			return true
		}
	}
	return false
}

// age numbers the ages that the schedule mentions. A patient's dates of all of
// them are computed once: see run.ages.
type age uint16

const (
	noAge    age = 0 // an absent age that something begins at: its date is no date
	neverAge age = 1 // an absent age that something ends at: its date is never
)

// effective says when a row is in force: from <= day < until.
type effective struct{ from, until calendar.Date }

type antigen struct {
	data        *schedule.Antigen
	index       int
	series      []series // in ascending series group, then in order of the file
	immunity    observationSet
	birthDates  []birthDate
	contras     []contraindication
	vaccineBars []vaccineContraindication
	// asked holds every observation that immunity and contraindications ask for.
	asked observationSet
}

type birthDate struct {
	before     calendar.Date
	country    string // as normalCountry leaves it; empty is any
	exclusions observationSet
}

type contraindication struct {
	data       *schedule.Contraindication
	begin, end age
}

type vaccineContraindication struct {
	data     *schedule.VaccineContraindication
	vaccines []vaccineWindow
}

// vaccineWindow is a vaccine at some ages.
type vaccineWindow struct {
	vaccine    vaccine
	begin, end age
}

type series struct {
	data        *schedule.Series
	antigen     *antigen
	index       int // among the antigen's series, in order of the file
	group       int
	equivalent  uint64 // set of series groups
	required    schedule.Sex
	minStart    age
	maxStart    age
	indications []indication
	doses       []dose
	preferable  vaccineSet // of all doses
}

type indication struct {
	data       *schedule.Indication
	begin, end age
}

type dose struct {
	data         *schedule.SeriesDose
	seasonStart  calendar.Date
	afterSeason  calendar.Date // the first day after it
	ages         []ageRow
	intervals    []interval
	allowable    []interval
	preferables  []preferableVaccine
	allowables   []vaccineWindow
	preferable   vaccineSet
	allowed      vaccineSet
	inadvertent  vaccineSet
	skips        []skip
	conflictsAny vaccineSet // conflicting with any preferable vaccine
	conflicts    []forecastConflict
}

type ageRow struct {
	effective
	data                               *schedule.Age
	absMin, min, earliest, latest, max age
}

type interval struct {
	effective
	data       *schedule.Interval
	mostRecent vaccineSet
}

type preferableVaccine struct {
	vaccineWindow
	data   *schedule.PreferableVaccine
	volume float64 // 0 if none is recommended
}

// forecastConflict is a vaccine that conflicts with a preferable vaccine of a
// series dose, and for how long.
type forecastConflict struct {
	previous vaccine
	end      calendar.Period
}

type skip struct {
	data *schedule.ConditionalSkip
	sets []skipSet
}

type skipSet struct {
	effective
	data       *schedule.SkipSet
	conditions []skipCondition
}

type skipCondition struct {
	data       *schedule.SkipCondition
	begin, end age
	start      calendar.Date
	until      calendar.Date
	vaccines   vaccineSet
	anyVaccine bool
	groups     uint64 // set of series groups
}

// conflict is a vaccine that conflicts with a later one.
type conflict struct {
	previous vaccine
	data     *schedule.Conflict
}

// conflicts are those of one impacted vaccine.
type conflicts struct {
	previous vaccineSet
	rows     []conflict    // sorted by previous
	starts   []uint16      // by previous: where its rows start in rows; as long as there are vaccines, and one more
	longest  calendar.Date // no row ends more days than this after its dose
}

// of returns the rows of a conflicting vaccine.
func (c *conflicts) of(previous vaccine) []conflict {
	return c.rows[c.starts[previous]:c.starts[previous+1]]
}

// association says which antigen a vaccine holds at some ages.
type association struct {
	antigen    int
	begin, end age
}

type vaccineGroup struct {
	data     *schedule.VaccineGroup
	antigens []int
}
