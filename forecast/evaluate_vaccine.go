package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// evaluateVaccine are sections 6.8 and 6.9: was the dose a preferable vaccine
// or, failing that, an allowable vaccine for the target dose?
func (r *run) evaluateVaccine(d *dose, given administration, c *clock) (bool, Reasons) {
	ok, why := r.evaluatePreferableVaccine(d, given, c)
	if ok {
		return true, why
	}
	cvx := r.dose(given.history).CVX
	if r.evaluateAllowableVaccine(d, given, c) {
		r.stepVaccine(RuleAllowableVaccine, 1, Yes, c, cvx)
		return true, why
	}
	row := uint8(2) // not an allowable vaccine
	if d.allowed.has(given.vaccine) {
		row = 3 // out of its age range
	}
	r.stepVaccine(RuleAllowableVaccine, row, No, c, cvx)
	return false, why | WrongVaccine
}

// evaluatePreferableVaccine is section 6.8, table 6-26. The schedule names a
// product by trade name and maker; the maker is what a dose carries. A dose
// whose maker is not known is not taken for the product.
func (r *run) evaluatePreferableVaccine(d *dose, given administration, c *clock) (ok bool, why Reasons) {
	if !d.preferable.has(given.vaccine) {
		return false, 0
	}
	input := r.dose(given.history)
	for i := range d.preferables {
		v := &d.preferables[i]
		if v.vaccine != given.vaccine || !c.within(r.ages[v.begin], r.ages[v.end]) { // CALCDTPREF-1, -2
			continue
		}
		if v.data.MVX != "" && v.data.MVX != input.MVX {
			why |= WrongTradeName
			r.stepVaccine(RulePreferableVaccine, 5, No, c, v.data.CVX)
			continue
		}
		if input.Volume > 0 && input.Volume < v.volume {
			r.stepVaccine(RulePreferableVaccine, 2, Yes, c, v.data.CVX)
			return true, VolumeLessThanRecommended
		}
		r.stepVaccine(RulePreferableVaccine, 1, Yes, c, v.data.CVX)
		return true, 0
	}
	return false, why
}

// stepVaccine records a row of table 6-26 or 6-29.
func (r *run) stepVaccine(rule Rule, row uint8, v Verdict, c *clock, x schedule.CVX) {
	if r.steps != nil {
		r.steps.add(Step{Rule: rule, Row: row, Verdict: v, Dose: -1, Date: c.now, CVX: x})
	}
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
