package forecast

// ageVerdict is an outcome of table 6-15.
type ageVerdict uint8

const (
	ageYes ageVerdict = iota
	ageNo
	ageExtraneous
)

// evaluateAge is section 6.4, table 6-15: was the dose administered at a valid
// age? Without an age row in force every age is valid, save those before birth.
func (r *run) evaluateAge(d *dose, c *clock) (ageVerdict, Reasons) {
	if !c.reached(r.birth) {
		return ageNo, AgeTooYoung
	}
	a := d.ageInForce(c)
	if a == nil {
		return ageYes, 0
	}
	switch {
	case !c.reached(r.ages[a.absMin]): // CALCDTAGE-5
		return ageNo, AgeTooYoung
	case !c.reached(r.ages[a.min]): // CALCDTAGE-4
		return ageYes, GracePeriodAge
	case c.reached(r.ages[a.max]): // CALCDTAGE-1
		return ageExtraneous, AgeTooOld
	}
	return ageYes, 0
}

// ageInForce returns the age row that is in force, or nil. The schedule has at
// most one.
func (d *dose) ageInForce(c *clock) *ageRow {
	for i := range d.ages {
		if c.inForce(d.ages[i].effective) {
			return &d.ages[i]
		}
	}
	return nil
}
