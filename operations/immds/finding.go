package immds

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// finding is what a resource says about the patient, in one of the terms that matter
// here. Which findings count is decided when the assessment date is known, by
// settleFindings.
type finding struct {
	term      term
	kind      findingKind
	asserted  bool // by the schedule's own code
	tentative bool // unconfirmed, provisional or differential
	over      bool // said to be over
	planned   bool // a procedure that is to come, or under way
	undone    bool // a procedure that has not begun
	presence  forecast.Presence
	date      calendar.Date // when it was made or began; zero if no day is given
	end       calendar.Date // when it ended; zero if no day is given
	age       calendar.Period
	number    float64       // its value, of a fact that is a number
	day       calendar.Date // its value, of a fact that is a day
	source    source
}

// source is the resource that a finding comes from.
type source struct {
	kind  findingKind
	id    string
	place int // among the parameters of its name, from 1; 0 if stored
}

// findingKind is the type of the resource that a finding comes from.
type findingKind uint8

const (
	kindObservation findingKind = iota
	kindCondition
	kindAllergyIntolerance
	kindProcedure
	kindImmunization
	kindPatient
	kinds int = iota
)

var kindNames = [kinds]string{"Observation", "Condition", "AllergyIntolerance", "Procedure", "Immunization", "Patient"}

// readGivenFinding reads a resource that is a parameter of the request. One that says
// nothing to the schedule is reported; in a stored record most are so.
func (x *run) readGivenFinding(r codec.Value, kind findingKind) {
	x.places[kind]++
	if !x.readFinding(r, kind, x.places[kind]) {
		x.issues.add(fhir.Information, fhir.CodeInformational, expression(r, r, "code"),
			"the schedule has no observation for this code; it was not used")
	}
}

// readFinding reads an Observation, Condition, AllergyIntolerance or Procedure: what it
// says about the patient. It is false if it could have said something and did not.
func (x *run) readFinding(r codec.Value, kind findingKind, place int) bool {
	f := finding{kind: kind, source: source{kind: kind, place: place}}
	if id := r.Get("id").Text(); fhir.ValidID(id) {
		f.source.id = id
	}
	if !readStatus(&f, r) || !x.readDates(&f, r) {
		return true
	}
	f.presence = presenceOf(r)
	code := r.Get("code")
	found := x.addFindings(&f, r, code)
	switch kind {
	case kindObservation:
		if asksForFinding(code) {
			f.presence = forecast.Present
			found = x.addFindings(&f, r, r.Get("valueCodeableConcept")) || found
		}
	case kindAllergyIntolerance:
		for reaction := r.Get("reaction").First(); reaction.Exists(); reaction = reaction.Next() {
			found = x.addFindings(&f, r, reaction.Get("substance")) || found
		}
	}
	return found
}

// readStatus reads whether a resource says of itself that it is over, not certain, or to
// come; it is false if it does not count at all.
func readStatus(f *finding, r codec.Value) bool {
	status := r.Get("status").Text()
	switch f.kind {
	case kindObservation:
		return status != "entered-in-error" && status != "cancelled"
	case kindProcedure:
		f.planned = status == "preparation" || status == "in-progress"
		f.undone = status == "preparation"
		return status != "entered-in-error" && status != "not-done"
	}
	verification := r.Get("verificationStatus")
	f.tentative = hasCode(verification, "unconfirmed", "provisional", "differential")
	// Inactive has the children remission and resolved:
	// https://hl7.org/fhir/R4/codesystem-condition-clinical.html
	f.over = hasCode(r.Get("clinicalStatus"), "inactive", "remission", "resolved")
	return !hasCode(verification, "refuted", "entered-in-error")
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

// began and ended are the elements that say when a finding was made or began, and when
// it ended, the first that is there; a dot leads into a Period.
var (
	began = [...]string{"effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "performedDateTime", "performedPeriod.start",
		"onsetDateTime", "onsetPeriod.start", "recordedDate"}
	ended = [...]string{"abatementDateTime", "abatementPeriod.end", "performedPeriod.end"}
)

// readDates reads when a finding was made or began, and when it ended.
func (x *run) readDates(f *finding, r codec.Value) bool {
	if v := firstOf(r, began[:]); v.Exists() {
		var ok bool
		if f.date, ok = day(v.Text()); v.Kind() != codec.String || !ok {
			x.issues.malformed(expression(r, v, ""), "must be a date that exists")
			return false
		}
	}
	if v := firstOf(r, ended[:]); v.Exists() {
		// Of a month or year alone it is not said before when in it; it counts to its end.
		var ok bool
		if f.end, ok = lastDay(v.Text()); v.Kind() != codec.String || !ok {
			x.issues.malformed(expression(r, v, ""), "must be a date that exists")
			return false
		}
	} else if f.kind == kindCondition && hasMember(r, "abatement") {
		f.over = true
	}
	return true
}

func firstOf(r codec.Value, elements []string) codec.Value {
	for _, e := range elements {
		name, part, within := strings.Cut(e, ".")
		v := r.Get(name)
		if within {
			v = v.Get(part)
		}
		if v.Exists() {
			return v
		}
	}
	return codec.Value{}
}

// hasMember reports whether an object has a member whose name begins so, as the forms of
// a choice do, other than false.
func hasMember(r codec.Value, prefix string) bool {
	for m := r.First(); m.Exists(); m = m.Next() {
		if strings.HasPrefix(m.Name(), prefix) && m.Kind() != codec.False {
			return true
		}
	}
	return false
}

// addFindings adds what the codings of a concept mean, and reports whether there was
// anything.
func (x *run) addFindings(f *finding, r, concept codec.Value) bool {
	found, vaccine := false, false
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		code := c.Get("code").Text()
		switch s := systemOf(c.Get("system").Text()); s {
		case contextualCondition:
			if o, ok := schedule.ParseObservationCode(code); ok && x.edition.findings.known[o] {
				said := *f
				said.term, said.asserted = term(o), true
				x.addFinding(said)
				found = true
			}
		case phinVS, noSystem: // below
		default:
			any := x.addMeanings(f, r, s, code)
			found, vaccine = found || any, vaccine || any && s == cvx
		}
	}
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		code := c.Get("code").Text()
		if s := systemOf(c.Get("system").Text()); s == phinVS && !(vaccine && x.edition.findings.qualifiers[code]) {
			found = x.addMeanings(f, r, phinVS, code) || found
		}
	}
	return found
}

// addMeanings adds what a code means, if the rest of the resource agrees. A code that is
// known, of a value that says something else, is something found all the same.
func (x *run) addMeanings(f *finding, r codec.Value, s system, code string) (found bool) {
	x.edition.findings.meanings(s, code, func(m *meaning) {
		given := m.term.isObservation() && clinical().policies[m.term].given
		switch {
		case f.kind == kindAllergyIntolerance && given,
			s == cvx && !given && (f.kind == kindProcedure || f.kind == kindImmunization):
			return // an allergy to what was given; a vaccine that was given
		}
		for _, w := range m.with {
			if !hasCoding(r, w) {
				return
			}
		}
		found = true
		said := *f
		said.term, said.age = m.term, m.value.age
		switch m.value.kind {
		case anyValue:
			if f.undone {
				return
			}
		case plannedValue:
			if !f.planned {
				return
			}
		case absentValue:
			said.presence = forecast.Absent
		case positiveValue:
			if !positive(r) {
				return
			}
		case leastValue:
			n, ok := quantity(r)
			if !ok || n < m.value.least {
				return
			}
		}
		if !m.term.isObservation() && !readFact(&said, r, code) {
			return
		}
		x.addFinding(said)
	})
	return found
}

// maxFindings bounds the findings of a patient. No person's record comes near it, and
// each may be compared with all others.
const maxFindings = 10_000

func (x *run) addFinding(f finding) {
	if len(x.findings) == maxFindings {
		if !x.issues.refused {
			x.issues.add(fhir.Error, fhir.CodeTooCostly, "", "the patient has more observations than one forecast takes")
		}
		return
	}
	x.findings = append(x.findings, f)
	x.denied = x.denied || f.presence == forecast.Absent
}

// hasCoding reports whether a resource has a coding in its code, its value, one of its
// components or its reasons.
func hasCoding(r codec.Value, want coding) bool {
	in := func(concept codec.Value) bool {
		for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
			s := systemOf(c.Get("system").Text())
			if s == want.system && normalCode(s, c.Get("code").Text()) == want.code {
				return true
			}
		}
		return false
	}
	if in(r.Get("code")) || in(r.Get("valueCodeableConcept")) {
		return true
	}
	for c := r.Get("component").First(); c.Exists(); c = c.Next() {
		if in(c.Get("code")) || in(c.Get("valueCodeableConcept")) {
			return true
		}
	}
	for c := r.Get("reasonCode").First(); c.Exists(); c = c.Next() {
		if in(c) {
			return true
		}
	}
	return false
}
