package immds

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/google/uuid"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/resources"
)

// Advice is the evaluation and forecast of a stored patient as resources that can be
// stored themselves.
type Advice struct {
	// Date is the day for which it is made.
	Date calendar.Date
	// NextChange is the first day on which it may read otherwise if nothing is added
	// to the record; zero for never.
	NextChange calendar.Date
	// Release is the version of the supporting data that it rests on.
	Release string
	// Newest is the youngest of the resources that it rests on, without its JSON.
	Newest resources.Version
	// None is why there can be no forecast of this record, and so no Documents: an
	// error of type *fhir.Invalid, resources.ErrNotFound or resources.ErrGone.
	None error
	// Documents are the ImmunizationEvaluations, and at the end an
	// ImmunizationRecommendation, which has the patient's id.
	Documents []Document

	read []byte // what a note says that was read; nil for too much
}

// Document is a resource of an Advice.
type Document struct {
	Type string
	// ID is the same whenever the same patient, dose and antigen is advised upon.
	ID string
	// JSON is the resource, without meta.
	JSON []byte
}

// Advise evaluates and forecasts stored patients as Instance does, for today and by
// the latest supporting data, and gives the advice in the order of their ids.
func (f *Forecaster) Advise(ctx context.Context, a resources.Access, patientIDs []string) ([]Advice, error) {
	found, err := f.readRecords(ctx, a, patientIDs)
	if err != nil {
		return nil, err
	}
	all := make([]Advice, len(found))
	for i := range found {
		if all[i], err = f.advise(&found[i]); err != nil {
			return nil, fmt.Errorf("advise on Patient/%s: %w", patientIDs[i], err)
		}
	}
	return all, nil
}

// advise gives the advice on one patient.
func (f *Forecaster) advise(found *record) (Advice, error) {
	if found.err != nil {
		return Advice{None: found.err}, nil
	}
	x := f.start()
	defer f.finish(x)
	x.advice = &Advice{Release: x.edition.version}
	x.readRecord(found)
	var invalid *fhir.Invalid
	switch err := f.forecast(x); {
	case errors.As(err, &invalid):
		return Advice{None: err}, nil
	case err != nil:
		return Advice{}, err
	}
	x.advice.Date, x.advice.read = x.in.AssessmentDate, x.read
	x.writeAdvice(make([]byte, 0, adviceSize))
	return *x.advice, nil
}

// adviceSize is room for the documents of most, in bytes.
const adviceSize = 48 << 10

// writeAdvice writes the documents of the advice that was worked out, into the room
// behind dst.
func (x *run) writeAdvice(dst []byte) {
	x.w = writer{b: dst}
	x.advice.NextChange = x.nextAnswer()
	x.writeEvaluations()
	x.writeRecommendation()
}

// noteRead remembers the youngest resource of the record.
func (x *run) noteRead(v resources.Version) {
	if x.advice != nil && v.LastUpdated > x.advice.Newest.LastUpdated {
		x.advice.Newest, x.advice.Newest.JSON = v, nil
	}
}

// beginDocument writes the beginning of a resource that is to be stored.
func (x *run) beginDocument(resourceType, id string) {
	x.advice.Documents = append(x.advice.Documents, Document{Type: resourceType, ID: id})
	x.w.b = x.w.b[len(x.w.b):]
	x.w.raw(`{"resourceType":"`).raw(resourceType).raw(`","id":"`).raw(id).raw(`"`)
}

func (x *run) endDocument() {
	x.advice.Documents[len(x.advice.Documents)-1].JSON = x.w.b[:len(x.w.b):len(x.w.b)]
}

// evaluations is the name space of the ids of ImmunizationEvaluations.
var evaluations = uuid.NewSHA1(uuid.NameSpaceURL, []byte(canonical+"/ImmunizationEvaluation"))

// evaluationID is made of the patient, the dose and the antigen, of which there is mostly
// one evaluation. A dose that turns out to be another patient's is evaluated for that one
// in a resource of its own.
func (x *run) evaluationID(dose int, antigen string) string {
	if x.hash == nil {
		x.hash = sha1.New()
	}
	name := x.patientID + " " + x.doses[dose].id + " " + antigen
	id := uuid.NewHash(x.hash, evaluations, []byte(name), 5).String()
	for n := 2; x.hasEvaluation(id); n++ {
		id = uuid.NewHash(x.hash, evaluations, []byte(name+" "+strconv.Itoa(n)), 5).String()
	}
	return id
}

func (x *run) hasEvaluation(id string) bool {
	return slices.ContainsFunc(x.advice.Documents, func(d Document) bool { return d.ID == id })
}

// The extensions of a stored ImmunizationRecommendation: from which day on it may read
// otherwise, and a digest of the evaluations that were stored with it, so that they stand
// if it does.
const (
	NextChangeURL  = canonical + "/StructureDefinition/forecast-next-change"
	EvaluationsURL = canonical + "/StructureDefinition/forecast-evaluations"
)

const (
	adviceExtended    = `,"extension":[`
	adviceUntil       = `{"url":"` + NextChangeURL + `","valueDate":"`
	adviceEvaluations = `{"url":"` + EvaluationsURL + `","valueString":"`
)

// extendAdvice writes the extensions of the recommendation. They follow the date.
func (x *run) extendAdvice(next calendar.Date) {
	x.w.raw(adviceExtended)
	if !next.IsZero() {
		x.w.raw(adviceUntil).day(next).raw(`"},`)
	}
	x.w.raw(adviceEvaluations).raw(digest(x.advice.Documents)).raw(`"}]`)
}

// digest is of what documents say, their dates left out, whatever their order.
func digest(all []Document) string {
	var sum uint64
	for _, d := range all {
		_, rest, _ := bytes.Cut(d.JSON, []byte(adviceDate))
		h := xxhash.New()
		h.WriteString(d.ID)
		h.Write(rest[min(len(rest), len("2006-01-02")):])
		sum += h.Sum64()
	}
	return fmt.Sprintf("%016x", sum)
}

const adviceDate = `,"date":"`

// Cause is why advice was made anew: a code of the CodeSystem forecast-cause.
type Cause string

// The causes.
const (
	CauseRecord  Cause = "record"  // something was added to the record, changed or taken away
	CauseDay     Cause = "day"     // time has passed
	CauseRelease Cause = "release" // it rests on other supporting data, or another program
)

// Stored gives a document of the advice as it is to be stored. Its meta has the cause
// and the release as tags, and as source the version of the record that was the cause,
// if it is known.
func (a *Advice) Stored(d Document, c Cause, source resources.Version) []byte {
	at := bytes.Index(d.JSON, []byte(adviceDate))
	w := writer{b: make([]byte, 0, len(d.JSON)+512)}
	w.b = append(w.b, d.JSON[:at]...)
	w.raw(`,"meta":{`)
	if source.Version != 0 {
		w.raw(`"source":"`).raw(source.Type).raw(`/`).raw(source.ID).raw(`/_history/`).int(int(source.Version)).raw(`",`)
	}
	w.raw(`"tag":[`).coding(systemCause, string(c), "").
		raw(`,{"system":"` + systemKnowledgeBase + `","version":`).str(a.Release).raw(`,"code":"` + knowledgeBase + `"}]}`)
	return append(w.b, d.JSON[at:]...)
}

const advisedPatient = `,"patient":{"reference":"Patient/`

// AdvisedPatient gives the id of the patient of a stored Document without parsing it;
// false for a resource that is not written as this package does it.
func AdvisedPatient(stored []byte) (id string, ok bool) {
	// Within a string the quotes would be escaped.
	_, rest, found := bytes.Cut(stored, []byte(advisedPatient))
	name, rest, closed := bytes.Cut(rest, []byte(`"`))
	return string(name), found && closed && bytes.HasPrefix(rest, []byte("},"))
}

// Stands reports whether stored, which was made from such a Document before, still
// says what this one does and need not be replaced: all but meta and the date is the
// same, and it will be looked at again no later than this one must be. An
// ImmunizationRecommendation stands only if the evaluations do that were stored with it.
func (d Document) Stands(stored []byte) bool {
	now, ok := cutAdvice(d.JSON)
	before, storedOK := cutAdvice(stored)
	if !ok || !storedOK || now.extended != before.extended || !bytes.Equal(now.rest, before.rest) {
		return false
	}
	return now.next == "" || before.next != "" && before.next <= now.next
}

// adviceParts are what Stands compares of a document.
type adviceParts struct {
	next     string // the day of its next change; empty if it says none
	extended bool   // it has other extensions
	rest     []byte // what follows, with them
}

// cutAdvice divides a document. In JSON that this package has written, the texts that it
// looks for are members of the resource: within a string their quotes would be escaped.
func cutAdvice(text []byte) (p adviceParts, ok bool) {
	const day = "2006-01-02"
	_, rest, ok := bytes.Cut(text, []byte(adviceDate))
	if !ok || len(rest) <= len(day) {
		return p, false
	}
	p.rest = rest[len(day)+1:]
	if rest, p.extended = bytes.CutPrefix(p.rest, []byte(adviceExtended)); !p.extended {
		return p, true
	}
	p.rest = rest
	rest, dated := bytes.CutPrefix(rest, []byte(adviceUntil))
	if !dated {
		return p, true
	}
	if len(rest) < len(day)+len(`"}]`) || string(rest[len(day):len(day)+2]) != `"}` {
		return p, false
	}
	p.next = string(rest[:len(day)])
	p.extended = rest[len(day)+2] == ','
	p.rest = rest[len(day)+3:]
	return p, true
}
