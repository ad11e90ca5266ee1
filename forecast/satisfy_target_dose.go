package forecast

// satisfyTargetDose are sections 6.3 to 6.10: it evaluates a dose against a
// target dose and collects all that is wrong with it. Table 6-31 decides.
func (r *run) satisfyTargetDose(ps *patientSeries, d *dose, given administration, c *clock) (EvaluationStatus, Reasons) {
	if d.inadvertent.has(given.vaccine) { // section 6.3, table 6-13
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
	switch {
	case age == ageExtraneous:
		return Extraneous, why
	case age == ageYes && interval && !conflict && vaccine:
		return Valid, why
	}
	return NotValid, why
}
