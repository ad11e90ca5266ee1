package immds

import (
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// describeForecast writes the sentence by which a person reads an entry of the
// recommendation.
func (x *run) describeForecast(f *forecast.VaccineGroupForecast) {
	w := &x.w
	name := f.Group.Name
	w.raw(`"`)
	defer w.raw(`"`)
	switch f.Status {
	case forecast.NotComplete:
		x.describeDue(f)
	case forecast.Complete:
		if f.SeriesType == schedule.Risk {
			// The standard series of the group may still owe a dose.
			w.raw(`The `).escaped(f.Series[0].Series.Name).raw(` is complete; no dose of it is due.`)
		} else {
			w.raw(`The `).escaped(name).raw(` series is complete; no dose is due.`)
		}
	case forecast.Immune:
		w.raw(`There is evidence of immunity; no dose of `).escaped(name).raw(` is needed.`)
	case forecast.Contraindicated:
		w.escaped(name).raw(` must not be given: there is a contraindication.`)
	case forecast.NotRecommended:
		if f.Reasons&forecast.ReasonPastSeason != 0 {
			w.raw(`No dose of `).escaped(name).raw(` is recommended: the season is over.`)
		} else {
			w.raw(`No dose of `).escaped(name).raw(` is recommended after those already given.`)
		}
	case forecast.AgedOut:
		if f.Reasons&forecast.ReasonCannotFinish != 0 {
			w.raw(`No dose of `).escaped(name).raw(` is due: the series cannot be finished before the maximum age.`)
		} else {
			w.raw(`No dose of `).escaped(name).raw(` is due: the patient has passed the maximum age.`)
		}
	}
}

// describeDue writes the sentence about a dose that is needed: when it is due, from
// when and until when it can be given, each date as far as it says something.
func (x *run) describeDue(f *forecast.VaccineGroupForecast) {
	w, today := &x.w, x.in.AssessmentDate
	w.raw(`Dose `).int(f.DoseNumber).raw(` of `).escaped(f.Group.Name)
	switch {
	case !f.PastDue.IsZero() && today > f.PastDue:
		w.raw(` is overdue: it was due on `).day(f.Recommended)
	case f.Recommended.IsZero():
		w.raw(` is due`)
	case today >= f.Recommended:
		w.raw(` is due now, since `).day(f.Recommended)
	default:
		w.raw(` is due on `).day(f.Recommended)
	}
	if f.Earliest > today && f.Earliest < f.Recommended {
		w.raw(`; it can be given from `).day(f.Earliest)
	}
	if !f.PastDue.IsZero() && today <= f.PastDue {
		w.raw(`; overdue after `).day(f.PastDue)
	}
	if !f.Latest.IsZero() {
		w.raw(`; not to be given after `).day(f.Latest)
	}
	w.raw(`.`)
}

// describeEvaluation writes the sentence about a dose.
func (x *run) describeEvaluation(e *forecast.Evaluation) {
	w := &x.w
	w.raw(`"The dose given on `).day(x.in.Doses[e.Dose].Date)
	switch e.Status {
	case forecast.Valid:
		w.raw(` counts`)
		switch {
		case e.Reasons.Has(forecast.GracePeriodAge | forecast.GracePeriodInterval):
			w.raw(`, within the days of grace before the minimum age and the minimum interval`)
		case e.Reasons.Has(forecast.GracePeriodAge):
			w.raw(`, within the days of grace before the minimum age`)
		case e.Reasons.Has(forecast.GracePeriodInterval):
			w.raw(`, within the days of grace before the minimum interval`)
		}
	case forecast.Extraneous:
		w.raw(` was not needed and does not count`)
	case forecast.SubStandard:
		w.raw(` was not a whole, sound dose and must be repeated`)
	default:
		w.raw(` does not count`)
	}
	w.raw(`."`)
}
