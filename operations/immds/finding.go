package immds

import (
	"slices"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// readFinding reads an Observation, Condition or AllergyIntolerance: what it says
// about the patient, in the observations of the schedule. One that is given with
// the request, and says nothing to the schedule, is reported; in a stored record
// most are so.
func (x *run) readFinding(r codec.Value, given bool) {
	if retracted(r) {
		return
	}
	date, ok := x.findingDate(r)
	if !ok {
		return
	}
	presence := presenceOf(r)
	code := r.Get("code")
	found := x.addFindings(code, date, presence)
	if r.ResourceType() == "Observation" && asksForFinding(code) {
		found = x.addFindings(r.Get("valueCodeableConcept"), date, forecast.Present) || found
	}
	if !found && given {
		x.issues.add(fhir.Information, fhir.CodeInformational, expression(r, r, "code"),
			"the schedule has no observation for this code; it was not used")
	}
}

// retracted reports whether a resource says itself that it does not count.
func retracted(r codec.Value) bool {
	switch r.Get("status").Text() { // of an Observation
	case "entered-in-error", "cancelled":
		return true
	}
	// Inactive has the children remission and resolved:
	// https://hl7.org/fhir/R4/codesystem-condition-clinical.html
	return hasCode(r.Get("clinicalStatus"), "inactive", "remission", "resolved") ||
		hasCode(r.Get("verificationStatus"), "refuted", "entered-in-error")
}

// hasCode reports whether a CodeableConcept has one of the codes in any system.
func hasCode(concept codec.Value, codes ...string) bool {
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		code := c.Get("code").Text()
		for _, want := range codes {
			if code == want {
				return true
			}
		}
	}
	return false
}

// findingDate is when a finding was made or began; zero if no day is given.
func (x *run) findingDate(r codec.Value) (calendar.Date, bool) {
	v := r.Get("effectiveDateTime")
	for _, or := range [...]codec.Value{
		r.Get("effectivePeriod").Get("start"), r.Get("effectiveInstant"), r.Get("onsetDateTime"), r.Get("recordedDate"),
	} {
		if v.Exists() {
			break
		}
		v = or
	}
	if !v.Exists() {
		return 0, true
	}
	d, ok := day(v.Text())
	if v.Kind() != codec.String || !ok {
		x.issues.malformed(expression(r, v, ""), "must be a date that exists")
		return 0, false
	}
	return d, true
}

// presenceOf reads the answer of an observation that is put as a question:
// pregnant, no.
func presenceOf(r codec.Value) forecast.Presence {
	value := r.Get("valueCodeableConcept")
	switch {
	case r.Get("valueBoolean").Kind() == codec.False, hasCode(value, absentCodes...), hasCode(r.Get("interpretation").First(), "NEG", "ND"):
		return forecast.Absent
	case r.Get("dataAbsentReason").Exists(), hasCode(value, unknownCodes...):
		return forecast.Unknown
	}
	return forecast.Present
}

// asksForFinding reports whether the code of an Observation is a question of
// which the value names the finding.
func asksForFinding(code codec.Value) bool {
	for c := code.Get("coding").First(); c.Exists(); c = c.Next() {
		if systemOf(c.Get("system").Text()) == loinc && findingQuestions[c.Get("code").Text()] {
			return true
		}
	}
	return false
}

// addFindings adds the schedule's observations that a concept's codings mean, and
// reports whether there was any.
func (x *run) addFindings(concept codec.Value, date calendar.Date, presence forecast.Presence) bool {
	index := &x.edition.findings
	found, vaccine := false, false
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		code := c.Get("code").Text()
		switch s := systemOf(c.Get("system").Text()); s {
		case contextualCondition:
			if o, ok := schedule.ParseObservationCode(code); ok && index.known[o] {
				x.addFinding(o, date, presence)
				found = true
			}
		case phinVS, noSystem: // below
		default:
			if s == cvx {
				n, _ := schedule.ParseCVX(code)
				code = n.String()
			}
			for _, o := range index.coded[coding{s, code}] {
				x.addFinding(o, date, presence)
				found, vaccine = true, vaccine || s == cvx
			}
		}
	}
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		code := c.Get("code").Text()
		if s := systemOf(c.Get("system").Text()); s != phinVS || vaccine && index.qualifiers[code] {
			continue
		}
		for _, o := range index.coded[coding{phinVS, code}] {
			x.addFinding(o, date, presence)
			found = true
		}
	}
	return found
}

// maxFindings bounds the findings that the engine gets. No person's record comes
// near it.
const maxFindings = 10_000

// addFinding adds an observation, once for each date while there are few.
func (x *run) addFinding(code schedule.ObservationCode, date calendar.Date, presence forecast.Presence) {
	o := forecast.Observation{Code: code, Date: date, Presence: presence}
	if n := len(x.in.Observations); n < 64 && slices.Contains(x.in.Observations, o) {
		return
	} else if n == maxFindings {
		if !x.issues.refused {
			x.issues.add(fhir.Error, fhir.CodeTooCostly, "", "the patient has more observations than one forecast takes")
		}
		return
	}
	x.in.Observations = append(x.in.Observations, o)
}

// findings finds the schedule's observations by code.
type findings struct {
	known map[schedule.ObservationCode]bool
	coded map[coding][]schedule.ObservationCode
	// qualifiers are PHIN VS codes that speak of "this vaccine" (VXC20: allergy to
	// a previous dose of it). The vaccine is named by a CVX code beside them, and
	// then that code finds the observation. Alone they mean only those
	// observations that are not about one vaccine.
	qualifiers map[string]bool
}

// coding is a code with its system.
type coding struct {
	system system
	code   string
}

func newFindings(s *schedule.Schedule) findings {
	f := findings{
		known:      map[schedule.ObservationCode]bool{},
		coded:      map[coding][]schedule.ObservationCode{},
		qualifiers: map[string]bool{},
	}
	for _, o := range s.Observations {
		f.known[o.Code] = true
		ofVaccine := false
		for _, v := range o.CodedValues {
			ofVaccine = ofVaccine || publishedSystems[v.System] == cvx
		}
		for _, v := range o.CodedValues {
			c := coding{publishedSystems[v.System], v.Code}
			switch c.system {
			case noSystem:
				continue
			case cvx:
				n, _ := schedule.ParseCVX(v.Code)
				c.code = n.String()
			case phinVS:
				if ofVaccine {
					f.qualifiers[v.Code] = true
					continue
				}
			}
			f.coded[c] = append(f.coded[c], o.Code)
		}
	}
	return f
}
