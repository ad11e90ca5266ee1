package forecast

// doseCondition is section 6.1, table 6-3: it returns why a dose is sub-standard
// and cannot be evaluated, or nothing.
func (r *run) doseCondition(given administration) (why Reasons) {
	d := r.dose(given.history)
	if !d.Expires.IsZero() && given.date > d.Expires { // CALCDTLOTEXP-1
		why |= ExpiredLot
		if r.steps != nil {
			r.steps.add(Step{Rule: RuleLotExpiration, Row: 1, Verdict: No, Dose: -1, Date: given.date, Limit: d.Expires})
		}
	}
	if d.Substandard {
		why |= SubstandardDose
		if r.steps != nil {
			r.steps.add(Step{Rule: RuleDoseCondition, Row: 2, Verdict: No, Dose: -1, Date: given.date})
		}
	}
	return why
}
