package forecast

import "github.com/jenner-iis/jenner/forecast/calendar"

// points are what a scoring table gives to a series for a condition: one if it is
// true for that series alone, several if it is true for several, not if it is not
// true. Where a table has n/a for several, each gets the points of one.
type points struct{ one, several, not int }

// award adds the points for a condition, which each series notes in holds. Rule
// and row say which condition of which table it is.
func (r *run) award(list []*patientSeries, rule Rule, row uint8, p points) {
	n := 0
	for _, ps := range list {
		if ps.holds {
			n++
		}
	}
	for _, ps := range list {
		given := p.one
		switch {
		case !ps.holds:
			given = p.not
		case n > 1:
			given = p.several
		}
		ps.score += given
		if r.steps != nil {
			r.steps.add(Step{Rule: rule, Row: row, Verdict: verdict(ps.holds), Dose: -1, Series: ps.series.data, Count: given})
		}
	}
}

// scoreComplete is section 8.4, table 8-7.
func (r *run) scoreComplete(list []*patientSeries) []*patientSeries {
	mostValidDoses(list)
	r.award(list, RuleScoreComplete, 1, points{+1, 0, -1})
	return list
}

// scoreInProcess is section 8.5, table 8-9.
func (r *run) scoreInProcess(list []*patientSeries) []*patientSeries {
	r.projectFinish(list)
	for _, ps := range list {
		ps.holds = ps.productPath() && ps.allValid // SELECTB-23, SELECTB-2
	}
	r.award(list, RuleScoreInProcess, 1, points{+2, +2, -2})
	completable(list)
	r.award(list, RuleScoreInProcess, 2, points{+3, +3, -3})
	mostValidDoses(list)
	r.award(list, RuleScoreInProcess, 3, points{+2, 0, -2})
	closestToCompletion(list)
	r.award(list, RuleScoreInProcess, 4, points{+2, 0, -2})
	finishesEarliest(list)
	r.award(list, RuleScoreInProcess, 5, points{+1, 0, -1})
	return list
}

// scoreNoValidDoses is section 8.6, table 8-11.
func (r *run) scoreNoValidDoses(list []*patientSeries) []*patientSeries {
	r.projectFinish(list)
	startsEarliest(list)
	r.award(list, RuleScoreNoValidDoses, 1, points{+1, 0, -1})
	completable(list)
	r.award(list, RuleScoreNoValidDoses, 2, points{+1, +1, -1})
	for _, ps := range list {
		ps.holds = ps.productPath() // SELECTB-23
	}
	r.award(list, RuleScoreNoValidDoses, 3, points{-1, -1, +1})
	return list
}

func (ps *patientSeries) productPath() bool { return ps.series.data.Select.ProductPath }

// mostValidDoses is SELECTB-19; equals all have the most.
func mostValidDoses(list []*patientSeries) {
	most := 0
	for _, ps := range list {
		most = max(most, ps.valid)
	}
	for _, ps := range list {
		ps.holds = ps.valid == most
	}
}

// completable is SELECTB-3.
func completable(list []*patientSeries) {
	for _, ps := range list {
		ps.holds = ps.completable
	}
}

// closestToCompletion is SELECTB-5. Its text asks for fewer doses than all other
// series; the table foresees several, which are taken to be equals.
func closestToCompletion(list []*patientSeries) {
	fewest := list[0].remaining()
	for _, ps := range list {
		fewest = min(fewest, ps.remaining())
	}
	for _, ps := range list {
		ps.holds = ps.remaining() == fewest
	}
}

// remaining is the number of target doses that are not satisfied. Skipped ones
// are not among them.
func (ps *patientSeries) remaining() int {
	t := ps.targets[len(ps.targets)-1]
	if t.status != notSatisfied {
		return 0
	}
	return len(ps.series.doses) - int(t.dose)
}

// finishesEarliest is SELECTB-11, among completable series.
func finishesEarliest(list []*patientSeries) {
	earliest := never
	for _, ps := range list {
		if ps.completable {
			earliest = min(earliest, ps.finish)
		}
	}
	for _, ps := range list {
		ps.holds = ps.completable && ps.finish == earliest
	}
}

// startsEarliest is SELECTB-14. The start date is the earliest date of the
// forecast; a series without a forecast has none.
func startsEarliest(list []*patientSeries) {
	earliest := never
	for _, ps := range list {
		if ps.target != nil {
			earliest = min(earliest, ps.Earliest)
		}
	}
	for _, ps := range list {
		ps.holds = ps.target != nil && ps.Earliest == earliest
	}
}

// projectFinish notes when each series could be finished.
func (r *run) projectFinish(list []*patientSeries) {
	for _, ps := range list {
		ps.finish, ps.completable = r.forecastFinish(ps)
	}
}

// forecastFinish returns the forecast finish date (SELECTB-12), the earliest date
// plus the longest of the minimum intervals of the target doses that remain after
// it, and whether the series is completable (SELECTB-3). Without a forecast it is
// not.
func (r *run) forecastFinish(ps *patientSeries) (finish calendar.Date, completable bool) {
	if ps.target == nil {
		return never, false
	}
	finish = ps.Earliest
	for i := ps.target.data.Number; i < len(ps.series.doses); i++ {
		d := &ps.series.doses[i]
		for j := range d.intervals {
			if row := &d.intervals[j]; r.today.inForce(row.effective) {
				finish = max(finish, ps.Earliest.Add(row.data.Minimum))
			}
		}
	}
	last := never
	if a := ps.series.doses[len(ps.series.doses)-1].ageInForce(&r.today); a != nil {
		last = r.ages[a.max]
	}
	return finish, finish < last
}
