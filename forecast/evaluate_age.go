package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

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
		r.stepAge(RuleBirth, 1, No, c, calendar.Days(0))
		return ageNo, AgeTooYoung
	}
	a := d.ageInForce(c)
	if a == nil {
		return ageYes, 0
	}
	switch {
	case !c.reached(r.ages[a.absMin]): // CALCDTAGE-5
		r.stepAge(RuleAbsoluteMinimumAge, 1, No, c, a.data.AbsoluteMinimum)
		return ageNo, AgeTooYoung
	case !c.reached(r.ages[a.min]): // CALCDTAGE-4
		r.stepAge(RuleMinimumAge, 2, Grace, c, a.data.Minimum)
		return ageYes, GracePeriodAge
	case c.reached(r.ages[a.max]): // CALCDTAGE-1
		r.stepAge(RuleMaximumAge, 4, No, c, a.data.Maximum)
		return ageExtraneous, AgeTooOld
	}
	r.stepAge(RuleMinimumAge, 3, Yes, c, a.data.Minimum)
	return ageYes, 0
}

// stepAge records a row of table 6-15.
func (r *run) stepAge(rule Rule, row uint8, v Verdict, c *clock, p calendar.Period) {
	if r.steps == nil {
		return
	}
	s := Step{Rule: rule, Row: row, Verdict: v, Dose: -1, Date: c.now}
	if p.Present() {
		s.From, s.Period, s.Limit = r.birth, p, r.birth.Add(p)
	}
	r.steps.add(s)
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
