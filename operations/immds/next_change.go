package immds

import (
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
)

// explainRecommendation writes the explanation of the recommendation as a whole: how long
// it stays as it is.
func (x *run) explainRecommendation() {
	var next calendar.Date
	for i := range x.out.Forecasts {
		next = sooner(next, x.nextChange(&x.out.Forecasts[i]))
	}
	if len(x.out.Forecasts) == 0 {
		next = sooner(x.next, x.out.NextChange)
	}
	x.w.raw(`,"extension":[`)
	x.beginExplanation()
	x.stepDate("nextChange", next)
	x.w.raw(`]}]`)
}

// nextChange is the first day on which an entry of the recommendation may read
// otherwise, if nothing is added to the record: when the schedule or the age decides
// anew, when a finding begins, ends or wears off, or when a date of the entry passes.
func (x *run) nextChange(f *forecast.VaccineGroupForecast) calendar.Date {
	next := sooner(x.next, x.out.NextChange)
	today := x.in.AssessmentDate
	for _, d := range [...]calendar.Date{f.Earliest, f.Recommended, f.PastDue} {
		if d == f.PastDue && !d.IsZero() {
			d++ // it is overdue on the day after
		}
		if d > today {
			next = sooner(next, d)
		}
	}
	for i := range x.refusals {
		if d := x.refusals[i].date; d > today {
			next = sooner(next, d)
		}
	}
	return next
}

// sooner is the earlier of two days, of which either may be none.
func sooner(a, b calendar.Date) calendar.Date {
	if a.IsZero() || !b.IsZero() && b < a {
		return b
	}
	return a
}
