package immds

import (
	"slices"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// nextAnswer is the first day after the assessment date on which the answer may read
// otherwise if nothing is added to the record; zero if no day can change it. On every
// day before it the answer is the same to the byte, but for its elements date: whoever
// keeps an answer may hold it for current until then, and need not look sooner.
//
// It is the earliest of the days on which the schedule or the age decides anew, a dose
// or a refusal that is dated later begins to count, a finding begins, ends or wears off,
// and a date of the recommendation comes or passes. Of generated patients, fewer than one
// of these days in a hundred changes nothing; which, only a new forecast tells (foresight).
func (x *run) nextAnswer() calendar.Date {
	next := sooner(x.next, x.out.NextChange)
	for i := range x.out.Forecasts {
		next = sooner(next, x.nextDate(&x.out.Forecasts[i]))
	}
	for i := range x.refusals {
		if f := &x.refusals[i]; f.date > x.in.AssessmentDate && x.edition.vaccines[f.cvx] != nil {
			next = sooner(next, f.date)
		}
	}
	return next
}

// nextGroup is for the entries of a vaccine group what nextAnswer is for the whole.
func (x *run) nextGroup(group *schedule.VaccineGroup) calendar.Date {
	next := x.next
	for i := range x.out.Forecasts {
		if f := &x.out.Forecasts[i]; f.Group == group {
			next = sooner(next, sooner(f.NextChange, x.nextDate(f)))
		}
	}
	for i := range x.refusals {
		if f := &x.refusals[i]; f.date > x.in.AssessmentDate && x.refuses(f, group) {
			next = sooner(next, f.date)
		}
	}
	return next
}

// nextDate is the first day on which a date of an entry of the recommendation has come
// or passed, and the sentence or status by it reads otherwise. See describeDue.
func (x *run) nextDate(f *forecast.VaccineGroupForecast) (next calendar.Date) {
	days := [...]calendar.Date{f.Earliest, f.Recommended, 0}
	if !f.PastDue.IsZero() {
		days[2] = f.PastDue + 1 // it is overdue on the day after
	}
	for _, d := range days {
		if d > x.in.AssessmentDate && d <= calendar.Max {
			next = sooner(next, d)
		}
	}
	return next
}

// refuses reports whether a refusal is of a vaccine of the group.
func (x *run) refuses(f *refusal, group *schedule.VaccineGroup) bool {
	v := x.edition.vaccines[f.cvx]
	return v != nil && slices.ContainsFunc(v.antigens, func(a string) bool { return slices.Contains(group.Antigens, a) })
}

// sooner is the earlier of two days, of which either may be none.
func sooner(a, b calendar.Date) calendar.Date {
	if a.IsZero() || !b.IsZero() && b < a {
		return b
	}
	return a
}
