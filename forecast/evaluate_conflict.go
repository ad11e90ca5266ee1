package forecast

// evaluateConflict is section 6.7: was the dose impacted by an earlier one of a
// conflicting vaccine? All doses of the history count, of any antigen.
func (r *run) evaluateConflict(ps *patientSeries, given administration, c *clock) (impacted bool) {
	into := &r.engine.conflicts[given.vaccine]
	if len(into.rows) == 0 {
		return false
	}
	var decided Step // by the conflict that ends last among those that impact or, if none does, among all
	for h := given.history - 1; h >= 0; h-- {
		q := &r.history[h]
		if q.date+into.longest <= c.now {
			break // all that came before has ended, too
		}
		if !into.previous.has(q.vaccine) {
			continue
		}
		// CALCDTCONFLICT-2. The status is the one in this series: a dose that
		// is not evaluated here has none.
		e := r.resultOf(ps, h)
		minimum := e == nil || e.status == Valid || e.status == NotEvaluated
		for _, row := range into.of(q.vaccine) {
			end := row.data.End
			if minimum {
				end = row.data.MinEnd
			}
			begins, ends := q.date.Add(row.data.Begin), q.date.Add(end) // CALCDTCONFLICT-1, -2
			hit := c.within(begins, ends)                               // CONFLICT-3
			if r.steps != nil && (hit && !impacted || hit == impacted && ends > decided.Limit) {
				decided = Step{Rule: RuleConflict, Verdict: verdict(!hit), Dose: r.input(h), Date: c.now,
					From: q.date, Period: end, Limit: ends, CVX: row.data.Previous}
			}
			impacted = impacted || hit
		}
	}
	if decided.Rule != 0 {
		r.steps.add(decided)
	}
	return impacted
}
