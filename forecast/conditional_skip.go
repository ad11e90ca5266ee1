package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// canSkip is section 6.2, table 6-11: is the target dose not needed? It serves
// sections 7.1 and 7.6 too. The reference is the conditional skip reference date
// (CONDSKIP-2); in force says which sets count. Before is the dose being
// evaluated: only doses before it count.
func (r *run) canSkip(ps *patientSeries, d *dose, context schedule.SkipContext, before administration, reference, inForce *clock) bool {
	for i := range d.skips {
		s := &d.skips[i]
		if s.data.Context&context == 0 {
			continue
		}
		met := r.skipMet(ps, s, before, reference, inForce)
		if r.steps != nil {
			r.steps.add(Step{Rule: RuleSkip, Verdict: verdict(met), Dose: -1, Date: reference.now, TargetDose: uint8(d.data.Number)})
		}
		if met {
			return true
		}
	}
	return false
}

// skipMet decides one conditional skip. Without a set in force it is not met.
func (r *run) skipMet(ps *patientSeries, s *skip, before administration, reference, inForce *clock) bool {
	met := false
	for i := range s.sets {
		set := &s.sets[i]
		if !inForce.inForce(set.effective) {
			continue
		}
		met = r.setMet(ps, set, before, reference)
		if met != s.data.AllSets {
			return met
		}
	}
	return met
}

// setMet is table 6-10.
func (r *run) setMet(ps *patientSeries, set *skipSet, before administration, reference *clock) bool {
	met := false
	for i := range set.conditions {
		met = r.conditionMet(ps, &set.conditions[i], before, reference)
		if met != set.data.AllConditions {
			return met
		}
	}
	return met
}

// conditionMet are tables 6-6 to 6-9.
func (r *run) conditionMet(ps *patientSeries, x *skipCondition, before administration, reference *clock) bool {
	switch x.data.Type {
	case schedule.SkipByAge: // CALCDTSKIP-3, CALCDTSKIP-4
		met := reference.within(r.ages[x.begin], r.ages[x.end])
		r.stepSkipAge(x, met, reference)
		return met
	case schedule.SkipByCompletedSeries:
		met := ps.completed&x.groups != 0
		if r.steps != nil {
			r.steps.add(Step{Rule: RuleSkipCompletedSeries, Verdict: verdict(met), Dose: -1, Date: reference.now})
		}
		return met
	case schedule.SkipByInterval: // CALCDTSKIP-5
		if before.position == 0 {
			return false
		}
		h := int(ps.doses[before.position-1])
		previous := r.history[h].date
		met := reference.reached(previous.Add(x.data.Interval))
		if r.steps != nil {
			r.steps.add(Step{Rule: RuleSkipInterval, Verdict: verdict(met), Dose: r.input(h), Date: reference.now,
				From: previous, Period: x.data.Interval, Limit: previous.Add(x.data.Interval)})
		}
		return met
	case schedule.SkipByVaccineCount:
		n := r.countDoses(ps, x, before)
		met := compareCount(n, x.data.CountLogic, x.data.Count)
		r.stepSkipCount(x, met, reference, n)
		return met
	}
	return false
}

// compareCount is table 6-9.
func compareCount(n int, logic schedule.CountLogic, count int) bool {
	switch logic {
	case schedule.GreaterThan:
		return n > count
	case schedule.EqualTo:
		return n == count
	case schedule.LessThan:
		return n < count
	}
	return false
}

// stepSkipCount records a condition on the number of doses, and between which ages they
// were counted.
func (r *run) stepSkipCount(x *skipCondition, met bool, reference *clock, n int) {
	if r.steps == nil {
		return
	}
	s := Step{Rule: RuleSkipCount, Verdict: verdict(met), Dose: -1, Date: reference.now, Count: n, Wanted: x.data.Count, Condition: x.data}
	if p := x.data.Begin; p.Present() {
		s.From, s.Period, s.Limit = r.birth, p, r.birth.Add(p)
	}
	if p := x.data.End; p.Present() {
		s.From, s.EndPeriod, s.End = r.birth, p, r.birth.Add(p)
	}
	r.steps.add(s)
}

// stepSkipAge records an age condition by the bound that decided it.
func (r *run) stepSkipAge(x *skipCondition, met bool, reference *clock) {
	if r.steps == nil {
		return
	}
	s := Step{Rule: RuleSkipAge, Verdict: verdict(met), Dose: -1, Date: reference.now}
	p := x.data.Begin
	if !p.Present() || !met && reference.now >= r.ages[x.begin] {
		p = x.data.End
	}
	if p.Present() {
		s.From, s.Period, s.Limit = r.birth, p, r.birth.Add(p)
	}
	r.steps.add(s)
}

// countDoses is CONDSKIP-1, the number of conditional doses administered. A
// list of vaccines may name some that do not hold the antigen, so with a list
// the whole history is searched.
func (r *run) countDoses(ps *patientSeries, x *skipCondition, before administration) (n int) {
	if x.anyVaccine {
		for k, h := range ps.doses[:before.position] {
			if r.counts(x, int(h)) && (!x.data.ValidOnly || ps.results[k].status == Valid) {
				n++
			}
		}
		return n
	}
	for h := range r.history[:before.history] {
		if !x.vaccines.has(r.history[h].vaccine) || !r.counts(x, h) {
			continue
		}
		if x.data.ValidOnly {
			if e := r.resultOf(ps, h); e == nil || e.status != Valid {
				continue
			}
		}
		n++
	}
	return n
}

// counts reports whether a dose lies within the ages and dates of a condition.
func (r *run) counts(x *skipCondition, h int) bool {
	date := r.history[h].date
	return r.ages[x.begin] <= date && date < r.ages[x.end] && x.start <= date && date < x.until
}
