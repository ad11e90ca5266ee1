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
