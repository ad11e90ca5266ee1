package immds

import (
	"strings"
	"unicode"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// readPatient reads the Patient, of which the schedule asks the birth date, the
// gender, and the country of birth.
func (x *run) readPatient(p codec.Value) {
	if x.hasPatient {
		x.issues.add(fhir.Error, fhir.CodeInvalid, p.Path(), "there is more than one patient")
		return
	}
	x.patient, x.hasPatient = p, true
	x.referTo(p)
	x.readBirthDate(p)
	switch p.Get("gender").Text() {
	case "female":
		x.in.Patient.Sex = schedule.Female
	case "male":
		x.in.Patient.Sex = schedule.Male
	default:
		x.in.Patient.Sex = schedule.UnknownSex
	}
	for e := p.Get("extension").First(); e.Exists(); e = e.Next() {
		switch e.Get("url").Text() {
		case "http://hl7.org/fhir/StructureDefinition/patient-birthPlace":
			x.in.Patient.BirthCountry = e.Get("valueAddress").Get("country").Text()
		case "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race":
			x.readRace(e)
		}
	}
}

// readRace reads the race of US Core, of which the schedule asks one category: children
// who are American Indian or Alaska Native are more often in hospital with RSV.
func (x *run) readRace(race codec.Value) {
	for e := race.Get("extension").First(); e.Exists(); e = e.Next() {
		if t, ok := clinical().races[e.Get("valueCoding").Get("code").Text()]; ok && e.Get("url").Text() == "ombCategory" {
			x.addRace(t)
		}
	}
}

func (x *run) addRace(t term) {
	x.addFinding(finding{term: t, kind: kindPatient, source: source{kind: kindPatient, id: x.patientID}})
}

func (x *run) readBirthDate(p codec.Value) {
	v := p.Get("birthDate")
	if !v.Exists() {
		x.issues.add(fhir.Error, fhir.CodeRequired, expression(p, p, "birthDate"), "a forecast needs the patient's birth date")
		return
	}
	d, ok := day(v.Text())
	if v.Kind() != codec.String || !ok {
		x.issues.malformed(expression(p, v, ""), "must be a date that exists")
		return
	}
	if d.IsZero() {
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression(p, v, ""), "a forecast needs the day of birth, not the year or month alone")
		return
	}
	x.in.Patient.BirthDate = d
}

// referTo prepares the Reference by which the answer names the patient: by id,
// as the request does; by an identifier if there is none; and in words if the
// patient is known by neither, since the element is required.
func (x *run) referTo(p codec.Value) {
	if id := p.Get("id").Text(); fhir.ValidID(id) {
		x.referToID(id)
		return
	}
	w := writer{b: x.reference[:0]}
	defer func() { x.reference = w.b }()
	identifier := p.Get("identifier").First()
	value := identifier.Get("value")
	if value.Kind() != codec.String || !isPlain(value.Text()) {
		w.raw(`{"display":"the patient of the request"}`)
		return
	}
	w.raw(`{"identifier":{`)
	if system := identifier.Get("system"); system.Kind() == codec.String && isPlain(system.Text()) && !strings.ContainsAny(system.Text(), " ") {
		w.raw(`"system":`).str(system.Text()).raw(`,`)
	}
	w.raw(`"value":`).str(value.Text()).raw(`}}`)
}

// referToID is referTo for a patient with an id.
func (x *run) referToID(id string) {
	x.patientID = id
	w := writer{b: x.reference[:0]}
	w.raw(`{"reference":"Patient/`).raw(id).raw(`"}`)
	x.reference = w.b
}

// isPlain reports whether a text may be repeated in the answer as a FHIR string.
func isPlain(s string) bool {
	return s != "" && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}
