package forecast

// evidenceOfImmunity is section 7.2, table 7-3. A patient whose country of birth
// is not known is not taken to be born in the country that a row names.
func (r *run) evidenceOfImmunity(a *antigen) bool {
	if a.immunity.meets(&r.active) {
		return true
	}
	for i := range a.birthDates {
		b := &a.birthDates[i]
		if r.birth < b.before && !b.exclusions.meets(&r.active) &&
			(b.country == "" || b.country == normalCountry(r.in.Patient.BirthCountry)) {
			return true
		}
	}
	return false
}
