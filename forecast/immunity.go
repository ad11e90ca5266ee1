package forecast

import (
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// immunity is evidence of immunity: an observation, or birth before a day.
type immunity struct {
	evident bool
	by      schedule.ObservationCode // the immunity guideline; 0 if it is the birth date
	before  calendar.Date            // the immunity birth date; no date if it is an observation
}

// evidenceOfImmunity is section 7.2, table 7-3. A patient whose country of birth
// is not known is not taken to be born in the country that a row names.
func (r *run) evidenceOfImmunity(a *antigen) immunity {
	if a.immunity.meets(&r.active) {
		for _, h := range a.data.ClinicalHistory {
			if r.active.has(h.Code) {
				return immunity{evident: true, by: h.Code}
			}
		}
	}
	for i := range a.birthDates {
		b := &a.birthDates[i]
		if r.birth < b.before && !b.exclusions.meets(&r.active) &&
			(b.country == "" || b.country == normalCountry(r.in.Patient.BirthCountry)) {
			return immunity{evident: true, before: b.before}
		}
	}
	return immunity{}
}

// stepImmunity records the column of table 7-3 that shows immunity.
func (r *run) stepImmunity(i immunity) {
	switch {
	case r.steps == nil:
	case i.by != 0:
		r.steps.add(Step{Rule: RuleImmunity, Row: 1, Verdict: Yes, Dose: -1, Observation: i.by})
	default:
		r.steps.add(Step{Rule: RuleImmunity, Row: 3, Verdict: Yes, Dose: -1, Date: r.birth, Limit: i.before})
	}
}
