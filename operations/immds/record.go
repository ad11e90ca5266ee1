package immds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/resources"
)

// Records reads stored resources as far as an Access allows it. Its errors are
// those of package resources.
type Records interface {
	// Read gives the current version of a resource.
	Read(ctx context.Context, a resources.Access, resourceType, id string) (resources.Version, error)
	// OfPatients calls visit for every current resource of a type that belongs to a
	// patient with one of these ids, in an order of its own, and stops with visit's
	// first error.
	OfPatients(ctx context.Context, a resources.Access, resourceType string, ids []string, visit func(patientID string, r StoredResource) error) error
}

// StoredResource is a resource as it is stored, and its JSON, parsed.
type StoredResource struct {
	resources.Version
	Root codec.Value
}

// parseStored reads a stored resource.
func parseStored(v resources.Version) (StoredResource, error) {
	d, err := codec.Parse(v.JSON, codec.Limits{})
	if err != nil {
		return StoredResource{}, fmt.Errorf("read %s/%s: %w", v.Type, v.ID, err)
	}
	return StoredResource{v, d.Root()}, nil
}

// Instance answers [base]/Patient/[id]/$immds-forecast by POST and GET: System with
// the stored record of the patient, as the caller may see it, to which the
// parameters of the body are added. The error of a patient who is not there is that
// of package resources.
func (f *Forecaster) Instance(ctx context.Context, dst []byte, r operations.Request) ([]byte, error) {
	x := f.start()
	defer f.finish(x)
	x.chooseEdition(r)
	found, err := f.readRecords(ctx, r.Access, []string{r.ID})
	if err != nil {
		return dst, err
	}
	if found[0].err != nil {
		return dst, found[0].err
	}
	x.readRecord(&found[0])
	x.readRequest(r)
	return f.answer(x, dst)
}

// record is all that is stored of a patient and bears on the forecast.
type record struct {
	patient StoredResource
	err     error // why there is no patient
	others  [len(recordTypes)][]StoredResource
}

// recordTypes are the types of resources that belong to a patient and bear on the
// forecast, and what they are read as.
var recordTypes = [...]struct {
	name string
	kind findingKind
}{
	{"Immunization", kindImmunization},
	{"Observation", kindObservation},
	{"Condition", kindCondition},
	{"AllergyIntolerance", kindAllergyIntolerance},
	{"Procedure", kindProcedure},
}

// RecordTypes are the types of the resources that the forecast of a stored patient rests
// on, in the order of their names.
func RecordTypes() []string {
	types := []string{"Patient"}
	for _, t := range recordTypes {
		types = append(types, t.name)
	}
	slices.Sort(types)
	return types
}

// readRecords reads the records of some patients, in the order of their ids.
func (f *Forecaster) readRecords(ctx context.Context, a resources.Access, ids []string) ([]record, error) {
	found := make([]record, len(ids))
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
		v, err := f.records.Read(ctx, a, "Patient", id)
		if err == nil {
			found[i].patient, err = parseStored(v)
		}
		switch {
		case err == nil:
		case errors.Is(err, resources.ErrNotFound), errors.Is(err, resources.ErrGone):
			found[i].err = fmt.Errorf("read Patient/%s: %w", id, err)
		default:
			return nil, fmt.Errorf("read Patient/%s: %w", id, err)
		}
	}
	for n, t := range recordTypes {
		err := f.records.OfPatients(ctx, a, t.name, ids, func(patientID string, r StoredResource) error {
			if i, ok := at[patientID]; ok {
				found[i].others[n] = append(found[i].others[n], r)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read %s of %d patients: %w", t.name, len(ids), err)
		}
	}
	return found, nil
}

// readRecord takes over what is stored of a patient.
func (x *run) readRecord(found *record) {
	x.noteRead(found.patient.Version)
	x.readPatient(found.patient.Root)
	if x.advice != nil {
		x.notePatient()
	}
	var stored []storedDose
	for n, t := range recordTypes {
		for _, r := range found.others[n] {
			x.noteRead(r.Version)
			before := len(stored)
			stored = x.readStored(stored, t.kind, r.Root)
			if x.advice != nil {
				x.noteResource(t.kind, r, stored[before:])
			}
		}
	}
	x.addStored(stored)
}

// readStored reads a resource that belongs to the patient. A dose is added to the list.
func (x *run) readStored(list []storedDose, kind findingKind, r codec.Value) []storedDose {
	if kind == kindImmunization {
		return x.appendStored(list, r)
	}
	x.readFinding(r, kind, 0)
	return list
}

// addStored adds the doses of the record to the history, in their order.
func (x *run) addStored(list []storedDose) {
	slices.SortFunc(list, storedDose.compare)
	for i := range list {
		x.addDose(list[i].dose, list[i].in)
	}
}

// storedDose is a dose of the record with what orders it among those of its day.
type storedDose struct {
	dose
	in       forecast.Dose
	recorded fhir.Moment
}

// compare orders doses by day, then by Immunization.recorded, those without it last,
// then by id.
func (s storedDose) compare(t storedDose) int {
	return cmp.Or(cmp.Compare(s.in.Date, t.in.Date), cmp.Compare(s.recorded, t.recorded), cmp.Compare(s.id, t.id))
}

func (x *run) appendStored(list []storedDose, r codec.Value) []storedDose {
	if !x.room(r) {
		return list
	}
	d, in, ok := x.readImmunization(r, 0)
	if !ok {
		return list
	}
	s := storedDose{d, in, fhir.LatestMoment}
	if t, ok := fhir.ParseDateTime(r.Get("recorded").Text(), time.UTC, false); ok {
		s.recorded = t.Low
	}
	return append(list, s)
}
