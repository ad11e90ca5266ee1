package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// run is one call of Engine.Forecast: what is known of the patient, and the
// patient series as they come about. Its memory is kept from call to call.
type run struct {
	engine *Engine
	in     *Input
	today  clock // the assessment date
	birth  calendar.Date
	sex    schedule.Sex
	ages   []calendar.Date // by age: the day on which the patient reaches it

	active  observationSet // active observations
	unknown observationSet // observations that nobody could tell

	history []administered
	records []record
	doses   [maxAntigens][]int32 // by antigen: its doses, as indices in history

	series      arena[patientSeries]
	evaluations arena[evaluation]
	targets     arena[targetDose]
	indices     arena[int32]

	byAntigen [maxAntigens]antigenForecast

	chosen      arena[*patientSeries]
	candidates  []*patientSeries // working memory of chapter 8
	marks       []bool           // working memory: doses counted
	textList    []string         // working memory of guidance
	inputs      arena[int]
	contained   arena[SeriesForecast]
	antigens    arena[*schedule.Antigen]
	recommended arena[RecommendedVaccine]
	texts       arena[string]

	explained arena[explanation]
	steps     *recorder // nil unless steps are being recorded
	written   recorder
}

// antigenForecast is what the patient has for one antigen.
type antigenForecast struct {
	series      []patientSeries  // relevant, in the order of antigen.series
	prioritized []*patientSeries // at most one for each series group, in ascending group
	immunity    immunity
	contra      *contraindication // that applies; nil if none does
	barred      vaccineSet        // vaccines with a contraindication that applies
	next        calendar.Date     // the first day on which this antigen alone may have another answer
}

// patientSeries is a relevant patient series.
type patientSeries struct {
	series  *series
	doses   []int32      // of the antigen, as indices in run.history
	results []evaluation // of each of doses
	targets []targetDose
	// completed holds the series groups of the antigen that were complete before
	// this series was evaluated.
	completed uint64

	reference       int           // the last of doses that CALCDTINT-1 counts from; -1 if none
	lastEvaluated   calendar.Date // of the last dose that was evaluated against a target dose
	lastInadvertent calendar.Date
	firstValid      calendar.Date
	valid           int  // number of satisfied target doses (SELECTB-21)
	allValid        bool // SELECTB-2

	status     Status
	reasons    ForecastReasons
	next       calendar.Date // the first day on which the series may be forecast otherwise
	target     *dose         // forecast; nil if none is
	doseNumber int
	Dates

	// Chapter 8.
	finish      calendar.Date
	completable bool
	score       int
	holds       bool // the condition being scored
	best        bool

	// With Options.Explain, for prioritized patient series.
	explained []explanation // of each of doses
	steps     []Step        // of the forecast and of the selection
}

// evaluation is what a dose administered is worth in one patient series.
type evaluation struct {
	status  EvaluationStatus
	target  uint8 // number of the series dose; 0 if it was not evaluated against one
	reasons Reasons
}

// targetStatus is the status of a target dose.
type targetStatus uint8

const (
	notSatisfied targetStatus = iota
	satisfied
	skipped
)

// targetDose is a series dose as this patient needs it.
type targetDose struct {
	dose   uint8 // index in series.doses
	status targetStatus
	by     int32 // the one of patientSeries.doses that satisfied it
}

// start prepares r for a patient and gives up what was there.
func (r *run) start(e *Engine, in *Input) {
	r.engine, r.in = e, in
	r.today, r.birth = at(in.AssessmentDate), in.Patient.BirthDate
	r.sex = in.Patient.Sex
	if r.sex == 0 {
		r.sex = schedule.UnknownSex
	}
	r.ages = r.ages[:0]
	for _, p := range e.ages {
		r.ages = append(r.ages, r.birth.Add(p))
	}
	r.ages[noAge], r.ages[neverAge] = 0, never
	r.observe(in.Observations)
	r.series.reset()
	r.chosen.reset()
	r.evaluations.reset()
	r.targets.reset()
	r.indices.reset()
	r.inputs.reset()
	r.contained.reset()
	r.antigens.reset()
	r.recommended.reset()
	r.texts.reset()
	r.explained.reset()
	r.steps, r.written = nil, recorder{steps: r.written.steps[:0]}
}

// observe notes which observations are active, and of which it is not known.
func (r *run) observe(list []Observation) {
	r.active, r.unknown = observationSet{}, observationSet{}
	for i := range list {
		switch o := &list[i]; {
		case o.Code == 0 || o.Code > maxObservation: // no code
		case o.Presence == Present:
			r.active.add(o.Code)
		case o.Presence == Unknown:
			r.unknown.add(o.Code)
		}
	}
}

// deviates reports whether a deviation is on.
func (r *run) deviates(d Deviation) bool { return r.in.Options.Literal&d == 0 }
