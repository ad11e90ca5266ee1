package forecast

// evaluateVaccine are sections 6.8 and 6.9: was the dose a preferable vaccine
// or, failing that, an allowable vaccine for the target dose?
func (r *run) evaluateVaccine(d *dose, given administration, c *clock) (bool, Reasons) {
	ok, why := r.evaluatePreferableVaccine(d, given, c)
	if ok {
		return true, why
	}
	if r.evaluateAllowableVaccine(d, given, c) {
		return true, why
	}
	return false, why | WrongVaccine
}

// evaluatePreferableVaccine is section 6.8, table 6-26. The schedule names a
// product by trade name and maker; the maker is what a dose carries. A dose
// whose maker is not known is not taken for the product.
func (r *run) evaluatePreferableVaccine(d *dose, given administration, c *clock) (ok bool, why Reasons) {
	if !d.preferable.has(given.vaccine) {
		return false, 0
	}
	input := r.dose(int32(given.history))
	for i := range d.preferables {
		v := &d.preferables[i]
		if v.vaccine != given.vaccine || !c.within(r.ages[v.begin], r.ages[v.end]) { // CALCDTPREF-1, -2
			continue
		}
		if v.data.MVX != "" && v.data.MVX != input.MVX {
			why |= WrongTradeName
			continue
		}
		if input.Volume > 0 && input.Volume < v.volume {
			return true, VolumeLessThanRecommended
		}
		return true, 0
	}
	return false, why
}

// evaluateAllowableVaccine is section 6.9, table 6-29.
func (r *run) evaluateAllowableVaccine(d *dose, given administration, c *clock) bool {
	if !d.allowed.has(given.vaccine) {
		return false
	}
	for _, v := range d.allowables {
		if v.vaccine == given.vaccine && c.within(r.ages[v.begin], r.ages[v.end]) { // CALCDTALLOW-1, -2
			return true
		}
	}
	return false
}
