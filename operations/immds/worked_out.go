package immds

import (
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// The observations of the schedule that are worked out, or that others are worked out of.
const (
	stemCellTransplant    schedule.ObservationCode = 4
	pregnant              schedule.ObservationCode = 7
	diabetes              schedule.ObservationCode = 14
	perinatalHIVBeforeART schedule.ObservationCode = 26
	smoker                schedule.ObservationCode = 42
	beginOfART            schedule.ObservationCode = 120
	severeHIV             schedule.ObservationCode = 154
	notSevereHIV          schedule.ObservationCode = 155
	onsetOfPregnancy      schedule.ObservationCode = 170
	dateOfTransplant      schedule.ObservationCode = 171
	hivInfection          schedule.ObservationCode = 186
	underOneYear          schedule.ObservationCode = 229
	cardiacRiskFactors    schedule.ObservationCode = 231
)

// workOutBirth adds what the Patient says: an age of less than one year.
func (x *run) workOutBirth() {
	birthday := x.in.Patient.BirthDate.Add(calendar.Years(1))
	if x.in.AssessmentDate < birthday && x.edition.findings.known[underOneYear] {
		x.observe(underOneYear, 0, forecast.Present, source{kind: kindPatient, id: x.patientID})
		x.changes(birthday)
	}
}

// workOutTransplant adds the date of a hematopoietic stem cell transplant. Only a
// Procedure tells it; the onset of a Condition "transplant status" may be any day after.
func (x *run) workOutTransplant() {
	for i := range x.findings {
		f := &x.findings[i]
		if f.term == term(stemCellTransplant) && f.kind == kindProcedure && !f.date.IsZero() && x.counts(f) {
			x.observe(dateOfTransplant, f.date, forecast.Present, f.source)
		}
	}
}

// workOutCardiacRisk counts the major cardiac risk factors that have codes. That a
// first-degree relative had heart disease by 50 has none.
func (x *run) workOutCardiacRisk() {
	var from source
	n := 0
	for _, code := range [...]schedule.ObservationCode{diabetes, smoker} {
		if s, ok := x.has(code, forecast.Present); ok {
			from = s
			n++
		}
	}
	for _, t := range [...]term{hypertension, hypercholesterolemia} {
		for i := range x.findings {
			if f := &x.findings[i]; f.term == t && x.counts(f) {
				from = f.source
				n++
				break
			}
		}
	}
	if n >= 3 {
		x.observe(cardiacRiskFactors, 0, forecast.Present, from)
	}
}
