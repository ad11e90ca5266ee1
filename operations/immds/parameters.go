package immds

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations"
)

// chooseEdition reads which supporting data a request asks for. That comes before all
// else, because they say which codes are known.
func (x *run) chooseEdition(r operations.Request) {
	for _, v := range r.Query["knowledgeBase"] {
		system, code, found := strings.Cut(v, "|")
		if !found {
			system, code = "", system
		}
		x.chooseKnowledgeBase(system, code, "knowledgeBase")
	}
	for _, v := range r.Query["knowledgeBaseVersion"] {
		x.chooseVersion(v, "knowledgeBaseVersion")
	}
	for p := r.Parameters.Get("parameter").First(); p.Exists(); p = p.Next() {
		switch p.Get("name").Text() {
		case "knowledgeBase":
			x.readKnowledgeBase(r.Parameters, p)
		case "knowledgeBaseVersion":
			x.readVersion(r.Parameters, p)
		}
	}
}

// readRequest reads the rest of a request: its URL and its body.
func (x *run) readRequest(r operations.Request) {
	x.readQuery(r.Query)
	root := r.Parameters
	if !root.Exists() {
		return
	}
	if root.ResourceType() != "Parameters" {
		x.issues.malformed("", "the body must be a Parameters resource")
		return
	}
	list := root.Get("parameter")
	if !list.Exists() {
		return
	}
	if list.Kind() != codec.Array {
		x.issues.malformed(list.Path(), "must be a list of parameters")
		return
	}
	for p := list.First(); p.Exists(); p = p.Next() {
		x.readParameter(root, p)
	}
}

// readParameter reads one parameter. Those that are not known are left out with
// a warning: a client that writes immunisation must learn that its doses were
// not seen.
func (x *run) readParameter(root, p codec.Value) {
	name := p.Get("name")
	if name.Kind() != codec.String {
		x.issues.malformed(expression(root, p, "name"), "a parameter must have a name")
		return
	}
	switch name.Text() {
	case "assessmentDate":
		x.readAssessmentDate(root, p)
	case "patient":
		if r, ok := x.resource(root, p, "Patient"); ok {
			x.readPatient(r)
		}
	case "immunization":
		x.given++
		if r, ok := x.resource(root, p, "Immunization"); ok && x.room(r) {
			if d, out, ok := x.readImmunization(r, x.given); ok {
				x.addDose(d, out)
			}
		}
	case "observation":
		if r, ok := x.resource(root, p, "Observation"); ok {
			x.readGivenFinding(r, kindObservation)
		}
	case "condition":
		if r, ok := x.resource(root, p, "Condition"); ok {
			x.readGivenFinding(r, kindCondition)
		}
	case "allergyIntolerance":
		if r, ok := x.resource(root, p, "AllergyIntolerance"); ok {
			x.readGivenFinding(r, kindAllergyIntolerance)
		}
	case "procedure":
		if r, ok := x.resource(root, p, "Procedure"); ok {
			x.readGivenFinding(r, kindProcedure)
		}
	case "knowledgeBase", "knowledgeBaseVersion": // read before
	case "explain":
		v := p.Get("valueBoolean")
		if k := v.Kind(); k != codec.True && k != codec.False {
			x.issues.add(fhir.Error, fhir.CodeInvalid, expression(root, p, ""), "explain must be a valueBoolean")
			return
		}
		x.explain = x.explain || v.Kind() == codec.True
	default:
		x.issues.add(fhir.Warning, fhir.CodeNotSupported, expression(root, p, ""), "this operation has no parameter of this name; it was ignored")
	}
}

// resource is the resource that the parameter p holds, if it is of the type.
func (x *run) resource(root, p codec.Value, resourceType string) (codec.Value, bool) {
	r := p.Get("resource")
	switch {
	case !r.Exists():
		x.issues.add(fhir.Error, fhir.CodeRequired, expression(root, p, "resource"), "the parameter must hold a resource of type "+resourceType)
	case r.Kind() != codec.Object:
		x.issues.malformed(r.Path(), "must be a resource")
	case r.ResourceType() != resourceType:
		x.issues.add(fhir.Error, fhir.CodeInvalid, r.Path(), "must be a resource of type "+resourceType)
	default:
		return r, true
	}
	return codec.Value{}, false
}

// room counts an immunization and reports whether it may still be read.
// Records that are no doses count too: they cost as much.
func (x *run) room(r codec.Value) bool {
	x.history++
	if x.history == forecast.MaxDoses+1 {
		x.issues.add(fhir.Error, fhir.CodeTooCostly, expression(r, r, ""),
			"the patient has more than "+strconv.Itoa(forecast.MaxDoses)+" immunizations, the most that a forecast takes")
	}
	return x.history <= forecast.MaxDoses
}

func (x *run) readAssessmentDate(root, p codec.Value) {
	v := p.Get("valueDate")
	if !v.Exists() {
		v = p.Get("valueDateTime")
	}
	typed := v.Exists()
	if !typed {
		v = p.Get("valueString")
	}
	if v.Kind() != codec.String {
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression(root, p, ""), "assessmentDate must be a valueDate")
		return
	}
	x.assess(v.Text(), expression(root, p, "value"), typed)
}

// assess sets the assessment date. In an element that is typed as a date, what
// is no date is not R4.
func (x *run) assess(text, expression string, typed bool) {
	d, ok := day(text)
	switch {
	case !ok && typed:
		x.issues.malformed(expression, "must be a date that exists")
	case !ok || d.IsZero():
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression, "must be a full date, YYYY-MM-DD")
	case x.assessed:
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression, "there is more than one assessmentDate")
	default:
		x.in.AssessmentDate, x.assessed = d, true
	}
}

// readQuery reads the parameters of the URL that chooseEdition has not. Names that
// begin with an underscore (_format, _pretty) are the server's.
func (x *run) readQuery(q url.Values) {
	for _, v := range q["assessmentDate"] {
		x.assess(v, "assessmentDate", false)
	}
	for _, v := range q["explain"] {
		if v != "true" && v != "false" {
			x.issues.add(fhir.Error, fhir.CodeInvalid, "explain", "must be true or false")
		}
		x.explain = x.explain || v == "true"
	}
	for name := range q {
		switch name {
		case "assessmentDate", "knowledgeBase", "knowledgeBaseVersion", "explain":
		default:
			if !strings.HasPrefix(name, "_") {
				x.issues.add(fhir.Warning, fhir.CodeNotSupported, "", "a parameter of the URL is not known to this operation; it was ignored")
			}
		}
	}
}

// checkInput looks for what the engine would refuse, when all is read.
func (x *run) checkInput(today func() calendar.Date) {
	if !x.assessed {
		x.in.AssessmentDate = today()
	}
	if x.issues.refused {
		return
	}
	if !x.hasPatient {
		x.issues.add(fhir.Error, fhir.CodeRequired, "Parameters.parameter", "there is no parameter patient")
		return
	}
	if x.in.Patient.BirthDate > x.in.AssessmentDate {
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression(x.patient, x.patient, "birthDate"), "the birth date is after the assessment date")
	}
	if x.explain && len(x.doses) > maxExplained {
		x.issues.add(fhir.Error, fhir.CodeTooCostly, "", "the patient has more than "+strconv.Itoa(maxExplained)+" doses, the most that are explained; ask without explain")
	}
}

// maxExplained bounds the doses of a forecast that is explained. To name the day from
// which a dose would have been valid it is evaluated anew for many days, so that a
// thousand doses in conflict with each other would take seconds.
const maxExplained = 200
