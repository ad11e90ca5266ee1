package immds

import (
	"cmp"
	"context"
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
	// Search calls visit for every current resource of the type that matches the
	// query (such as patient=Patient/1), whatever the number of pages, in an order
	// of its own, and stops with visit's first error.
	Search(ctx context.Context, a resources.Access, resourceType, query string, visit func(resources.Version) error) error
}

// Instance answers [base]/Patient/[id]/$immds-forecast by POST and GET: System with
// the stored record of the patient, as the caller may see it, to which the
// parameters of the body are added. The error of a patient who is not there is that
// of package resources.
func (f *Forecaster) Instance(ctx context.Context, dst []byte, r operations.Request) ([]byte, error) {
	x := f.start()
	defer f.finish(x)
	x.chooseEdition(r)
	if err := x.readRecord(ctx, f.records, r.Access, r.ID); err != nil {
		return dst, err
	}
	x.readRequest(r)
	return f.answer(x, dst)
}

// readRecord reads all that is stored of a patient and bears on the forecast.
func (x *run) readRecord(ctx context.Context, records Records, a resources.Access, id string) error {
	v, err := records.Read(ctx, a, "Patient", id)
	if err != nil {
		return fmt.Errorf("read Patient/%s: %w", id, err)
	}
	d, err := codec.Parse(v.JSON, codec.Limits{})
	if err != nil {
		return fmt.Errorf("read Patient/%s: %w", id, err)
	}
	x.noteRead(v)
	x.readPatient(d.Root())

	var stored []storedDose
	for _, s := range [...]struct {
		resourceType string
		read         func(r codec.Value)
	}{
		{"Immunization", func(r codec.Value) { stored = x.appendStored(stored, r) }},
		{"Observation", func(r codec.Value) { x.readFinding(r, kindObservation, 0) }},
		{"Condition", func(r codec.Value) { x.readFinding(r, kindCondition, 0) }},
		{"AllergyIntolerance", func(r codec.Value) { x.readFinding(r, kindAllergyIntolerance, 0) }},
		{"Procedure", func(r codec.Value) { x.readFinding(r, kindProcedure, 0) }},
	} {
		visit := func(v resources.Version) error {
			d, err := codec.Parse(v.JSON, codec.Limits{})
			if err != nil {
				return fmt.Errorf("read %s/%s: %w", v.Type, v.ID, err)
			}
			x.noteRead(v)
			s.read(d.Root())
			return nil
		}
		if err := records.Search(ctx, a, s.resourceType, "patient=Patient/"+id, visit); err != nil {
			return fmt.Errorf("search %s of Patient/%s: %w", s.resourceType, id, err)
		}
	}
	slices.SortFunc(stored, storedDose.compare)
	for _, s := range stored {
		x.addDose(s.dose, s.in)
	}
	return nil
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
