package forecast

import (
	"slices"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// administered is a vaccine dose administered that counts as history.
type administered struct {
	date    calendar.Date
	vaccine vaccine
	input   int32 // index in Input.Doses
	records int32 // index in run.records of the first record of the dose
}

// record says that a dose of the history holds an antigen: an antigen
// administered record of section 4.2.
type record struct {
	antigen  int32
	position int32 // among the antigen's doses
}

// organizeHistory is section 4.2: it sorts the doses by date, keeping the order
// of the input within a day, and lists the doses of each antigen.
func (r *run) organizeHistory(out *Result) {
	r.history = r.history[:0]
	for i := range r.in.Doses {
		d := &r.in.Doses[i]
		outcome := DoseNotRelevant
		v := r.engine.vaccine(d.CVX)
		switch {
		case !exists(d.Date):
			outcome = DoseUndated
		case !r.today.reached(d.Date):
			outcome = DoseAfterAssessment
		case len(r.engine.associations[v]) == 0:
			outcome = DoseUnknownVaccine
		}
		out.Doses = append(out.Doses, outcome)
		// A vaccine without an antigen may still conflict with others.
		if v != 0 && outcome != DoseUndated && outcome != DoseAfterAssessment {
			r.history = append(r.history, administered{date: d.Date, vaccine: v, input: int32(i)})
		}
	}
	slices.SortStableFunc(r.history, func(a, b administered) int { return int(a.date) - int(b.date) })
	r.listRecords()
}

// listRecords finds the antigens of each dose, by the age at administration,
// and the doses of each antigen.
func (r *run) listRecords() {
	r.records = r.records[:0]
	clear(r.doses[:])
	var count [maxAntigens]int32
	for h := range r.history {
		q := &r.history[h]
		q.records = int32(len(r.records))
		// A dose recorded before birth is evaluated as one on the day of birth
		// would be, and found too young.
		date := max(q.date, r.birth)
		for _, a := range r.engine.associations[q.vaccine] {
			if r.ages[a.begin] <= date && date < r.ages[a.end] {
				r.records = append(r.records, record{int32(a.antigen), count[a.antigen]})
				count[a.antigen]++
			}
		}
	}
	for a := range r.engine.antigens {
		r.doses[a] = r.indices.take(int(count[a]))
	}
	for h := range r.history {
		for _, c := range r.recordsOf(h) {
			r.doses[c.antigen] = append(r.doses[c.antigen], int32(h))
		}
	}
}

// recordsOf returns the records of a dose of the history.
func (r *run) recordsOf(h int) []record {
	end := len(r.records)
	if h+1 < len(r.history) {
		end = int(r.history[h+1].records)
	}
	return r.records[r.history[h].records:end]
}

// input returns the index in Input.Doses of a dose of the history; -1 for -1.
func (r *run) input(h int) int {
	if h < 0 {
		return -1
	}
	return int(r.history[h].input)
}

// dose returns the input that a dose of the history came from.
func (r *run) dose(h int) *Dose { return &r.in.Doses[r.history[h].input] }
