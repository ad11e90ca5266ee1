package forecast

// satisfyTargetDose are sections 6.3 to 6.10: it evaluates a dose against a
// target dose and collects all that is wrong with it. Table 6-31 decides.
func (r *run) satisfyTargetDose(ps *patientSeries, d *dose, given administration, c *clock) (EvaluationStatus, Reasons) {
	if d.inadvertent.has(given.vaccine) { // section 6.3, table 6-13
		if r.steps != nil {
			r.steps.add(Step{Rule: RuleInadvertent, Row: 1, Verdict: Yes, Dose: -1, Date: c.now,
				CVX: r.dose(given.history).CVX, TargetDose: uint8(d.data.Number)})
		}
		return NotValid, InadvertentVaccine
	}
	age, whyAge := r.evaluateAge(d, c)
	interval, whyInterval := r.evaluateIntervals(ps, d, given, c)
	conflict := r.evaluateConflict(ps, given, c)
	vaccine, whyVaccine := r.evaluateVaccine(d, given, c)
	why := whyAge | whyInterval | whyVaccine
	if conflict {
		why |= VaccineConflict
	}
	status, row := NotValid, uint8(0)
	switch {
	case age == ageExtraneous:
		status, row = Extraneous, 2
	case age == ageNo:
		row = 3
	case !interval:
		row = 4
	case conflict:
		row = 5
	case !vaccine:
		row = 6
	default:
		status, row = Valid, 1
	}
	if r.steps != nil {
		r.steps.add(Step{Rule: RuleSatisfyTargetDose, Row: row, Verdict: verdict(status == Valid), Dose: -1,
			Date: c.now, TargetDose: uint8(d.data.Number)})
	}
	return status, why
}
