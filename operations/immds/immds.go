// Package immds is the operation $immds-forecast of the HL7 guide Immunization
// Decision Support Forecast (https://hl7.org/fhir/us/immds/): it reads a
// patient's record out of FHIR, has package forecast evaluate and forecast it,
// and writes the answer as ImmunizationEvaluation and
// ImmunizationRecommendation.
//
// No clinical rule is here, only the mapping. A file named for a resource reads
// or writes that resource; the files whose names end in codes hold the code
// tables, each with its source. Input is walked as [codec.Value]; output is
// appended as text, most of it from fragments prepared when a Forecaster is
// made.
package immds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"slices"
	"sync"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations"
)

// Code is the name of the operation in a URL, without the dollar sign.
const Code = "immds-forecast"

// Config is what a Forecaster is made of.
type Config struct {
	// Engines forecast; there must be one at least. The one with the highest
	// version of the supporting data answers, unless knowledgeBaseVersion names
	// another.
	Engines []*forecast.Engine
	// Today is the assessment date of requests that name none. Required.
	Today func() calendar.Date
	// Records holds the stored patients. Without it there is only the operation
	// at system level.
	Records Records
	// Literal names the deviations from the letter of the CDSi specification
	// that are left out.
	Literal forecast.Deviation
}

// Forecaster answers $immds-forecast. It is safe for concurrent use.
type Forecaster struct {
	today    func() calendar.Date
	records  Records
	literal  forecast.Deviation
	editions []*edition // the latest first
	runs     sync.Pool  // of *run
}

// New makes a Forecaster.
func New(c Config) (*Forecaster, error) {
	if len(c.Engines) == 0 {
		return nil, errors.New("immds: no forecast engine is configured")
	}
	if c.Today == nil {
		return nil, errors.New("immds: no clock is configured")
	}
	f := &Forecaster{today: c.Today, records: c.Records, literal: c.Literal}
	for _, e := range c.Engines {
		f.editions = append(f.editions, newEdition(e))
	}
	slices.SortStableFunc(f.editions, func(a, b *edition) int { return compareVersions(b.version, a.version) })
	for i, e := range f.editions[1:] {
		if compareVersions(e.version, f.editions[i].version) == 0 {
			return nil, fmt.Errorf("immds: two sets of supporting data have version %q", e.version)
		}
	}
	f.runs.New = func() any { return new(run) }
	return f, nil
}

// Operations lists what the Forecaster serves.
func (f *Forecaster) Operations() []operations.Operation {
	system := operations.Operation{
		Code:       Code,
		Definition: "http://hl7.org/fhir/us/immds/OperationDefinition/ImmDSForecastOperation",
		Run:        f.System,
	}
	if f.records == nil {
		return []operations.Operation{system}
	}
	return []operations.Operation{system, {
		Code:       Code,
		Resource:   "Patient",
		Definition: canonical + "/OperationDefinition/patient-immds-forecast",
		GET:        true,
		Run:        f.Instance,
	}}
}

// System answers POST [base]/$immds-forecast: everything about the patient is
// in the Parameters. It appends the Parameters that answer to dst. What is wrong
// with the request is an error of type *fhir.Invalid: it wraps fhir.ErrSyntax
// for what is not R4 JSON, and otherwise fhir.ErrUnprocessable.
func (f *Forecaster) System(_ context.Context, dst []byte, r operations.Request) ([]byte, error) {
	x := f.start()
	defer f.finish(x)
	x.chooseEdition(r)
	x.readRequest(r)
	return f.answer(x, dst)
}

// File answers the text of a Parameters resource with the text of another, as
// System does.
func (f *Forecaster) File(text []byte) ([]byte, error) {
	d, err := parseFile(text)
	if err != nil {
		return nil, err
	}
	return f.System(context.Background(), nil, operations.Request{Parameters: d.Root()})
}

// parseFile reads a file, which may have been written by an editor that puts a byte
// order mark.
func parseFile(text []byte) (*codec.Document, error) {
	return codec.Parse(bytes.TrimPrefix(text, []byte("\uFEFF")), codec.Limits{})
}

// run is the work on one request. Its memory is used again.
type run struct {
	edition    *edition
	editions   []*edition // those to choose from, the latest first
	assessed   bool       // whether the request names an assessment date
	explain    bool
	patient    codec.Value // of the request or of the store; absent if it was read from a note
	hasPatient bool
	doses      []dose     // what the engine does not need to know about in.Doses
	given      int        // immunization parameters seen
	history    int        // immunizations seen, stored ones too
	places     [kinds]int // parameters seen, by the type of resource they hold
	findings   []finding
	denied     bool          // there is a finding that the patient has something not
	evidence   []source      // of in.Observations, in their order
	next       calendar.Date // when the findings will count otherwise; zero if never
	refusals   []refusal
	patientID  string
	issues     issues
	in         forecast.Input
	out        forecast.Result
	foresight  foresight // of an answer that is explained
	w          writer
	reference  []byte    // JSON of the Reference to the patient
	advice     *Advice   // what the answer becomes if it is to be stored; nil for Parameters
	hash       hash.Hash // by which ids are made; nil until one is wanted

	// Of the advice on a stored patient, for its note:
	read       []byte // what was read; nil for too much
	notedWhole int    // bytes of it that are whole resources
	scratch    []byte // room for documents that are only looked at
}

func (f *Forecaster) start() *run {
	x := f.runs.Get().(*run)
	x.edition, x.editions = f.editions[0], f.editions
	x.in.Options.Literal = f.literal
	return x
}

// finish gives the memory of x back, without what it holds of the request.
func (f *Forecaster) finish(x *run) {
	const most = 256 // doses and observations; memory for more is not kept
	if cap(x.in.Doses) > most || cap(x.in.Observations) > most || cap(x.findings) > most || cap(x.refusals) > most {
		return
	}
	clear(x.doses)
	clear(x.in.Doses)
	x.issues.reset()
	clear(x.findings)
	clear(x.refusals)
	clear(x.evidence)
	*x = run{
		findings:  x.findings[:0],
		evidence:  x.evidence[:0],
		refusals:  x.refusals[:0],
		doses:     x.doses[:0],
		in:        forecast.Input{Doses: x.in.Doses[:0], Observations: x.in.Observations[:0]},
		out:       x.out,
		foresight: foresight{groups: x.foresight.groups[:0], today: x.foresight.today[:0], then: x.foresight.then[:0]},
		issues:    x.issues,
		reference: x.reference[:0],
		hash:      x.hash,
		scratch:   x.scratch,
	}
	f.runs.Put(x)
}

// answer forecasts what x has read and appends the answer to dst.
func (f *Forecaster) answer(x *run, dst []byte) ([]byte, error) {
	if err := f.forecast(x); err != nil {
		return dst, err
	}
	x.w = writer{b: dst}
	x.writeParameters()
	return x.w.b, nil
}

// forecast forecasts what x has read.
func (f *Forecaster) forecast(x *run) error {
	x.checkInput(f.today)
	if err := x.issues.err(); err != nil {
		return err
	}
	slices.SortFunc(x.refusals, refusal.compare)
	if x.explain {
		if err := x.foresee(); err != nil {
			return err
		}
	}
	return x.evaluate()
}

// evaluate evaluates and forecasts what has been read, as of x.in.AssessmentDate. That
// can be done again as of another day.
func (x *run) evaluate() error {
	x.settleFindings()
	x.in.Options.Explain = x.explain
	if err := x.edition.engine.Forecast(&x.in, &x.out); err != nil {
		// checkInput has looked for all that the engine refuses.
		return fmt.Errorf("forecast by supporting data %s: %w", x.edition.version, err)
	}
	x.noteOutcomes()
	return nil
}
