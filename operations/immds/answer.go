package immds

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/forecast"
)

// noteOutcomes reports the doses that were not evaluated, and why.
func (x *run) noteOutcomes() {
	for i, outcome := range x.out.Doses {
		d := &x.doses[i]
		switch outcome {
		case forecast.DoseUndated:
			x.issues.add(fhir.Warning, fhir.CodeRequired, expression(d.resource, d.resource, "occurrence"),
				"the day of this dose is not known; it was not evaluated and does not count")
		case forecast.DoseUnknownVaccine:
			if d.product {
				x.issues.add(fhir.Information, fhir.CodeInformational, expression(d.resource, d.resource, "vaccineCode"),
					"this is an immune globulin and no vaccine; live vaccines wait until its effect is over")
				continue
			}
			text := "vaccineCode has no CVX code, nor an NDC or product name that stands for one; the dose was not evaluated and does not count"
			if cvx := x.in.Doses[i].CVX; cvx != 0 {
				text = "the schedule has no vaccine with the CVX code " + cvx.String() + "; the dose was not evaluated and does not count"
			}
			x.issues.add(fhir.Warning, fhir.CodeCodeInvalid, expression(d.resource, d.resource, "vaccineCode"), text)
		case forecast.DoseAfterAssessment:
			x.issues.add(fhir.Information, fhir.CodeInformational, expression(d.resource, d.resource, "occurrence"),
				"this dose is later than the assessment date; it was left out")
		case forecast.DoseNotRelevant:
			x.issues.add(fhir.Information, fhir.CodeInformational, expression(d.resource, d.resource, ""),
				"no series of the schedule with this vaccine is relevant to the patient; the dose has no evaluation")
		case forecast.DoseEvaluated:
		}
	}
}

// writeParameters writes the answer: the evaluations, the recommendation, and
// which supporting data it rests on.
func (x *run) writeParameters() {
	w := &x.w
	w.raw(`{"resourceType":"Parameters","parameter":[`)
	x.writeEvaluations()
	w.next().raw(`{"name":"recommendation","resource":`)
	x.writeRecommendation()
	w.raw(`},`)
	if len(x.issues.list) > 0 {
		w.raw(`{"name":"issues","resource":`)
		x.writeIssues()
		w.raw(`},`)
	}
	w.raw(x.edition.used).raw(`]}`)
}

// writeIssues writes the OperationOutcome of the parameter issues.
func (x *run) writeIssues() {
	w := &x.w
	w.raw(`{"resourceType":"OperationOutcome","issue":[`)
	for _, i := range x.issues.list {
		w.next().raw(`{"severity":"`).raw(string(i.Severity)).raw(`","code":"`).raw(string(i.Code)).raw(`","diagnostics":`).str(i.Text)
		if i.Expression != "" {
			w.raw(`,"expression":[`).str(i.Expression).raw(`]`)
		}
		w.raw(`}`)
	}
	if x.issues.more > 0 {
		w.next().raw(`{"severity":"information","code":"informational","diagnostics":"`).
			int(x.issues.more).raw(` more issues are not listed"}`)
	}
	w.raw(`]}`)
}

// writeEvent writes the Reference to the Immunization of dose i of the input.
func (x *run) writeEvent(i int) {
	d := &x.doses[i]
	x.w.raw(`{"reference":"Immunization/`)
	if d.id != "" {
		x.w.raw(d.id)
	} else {
		x.w.raw("input-").int(d.place)
	}
	x.w.raw(`"}`)
}
