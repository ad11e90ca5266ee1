package forecast

// doseCondition is section 6.1, table 6-3: it returns why a dose is sub-standard
// and cannot be evaluated, or nothing.
func (r *run) doseCondition(h int32) (why Reasons) {
	d := r.dose(h)
	if !d.Expires.IsZero() && d.Date > d.Expires { // CALCDTLOTEXP-1
		why |= ExpiredLot
	}
	if d.Substandard {
		why |= SubstandardDose
	}
	return why
}

// stepCondition records why a dose is sub-standard.
func (r *run) stepCondition(h int32, why Reasons) {
	d := r.dose(h)
	if why.Has(ExpiredLot) {
		r.steps.add(Step{Rule: RuleLotExpiration, Row: 1, Verdict: No, Dose: -1, Date: d.Date, Limit: d.Expires})
	}
	if why.Has(SubstandardDose) {
		r.steps.add(Step{Rule: RuleDoseCondition, Row: 2, Verdict: No, Dose: -1, Date: d.Date})
	}
}
