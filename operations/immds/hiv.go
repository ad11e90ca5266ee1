package immds

import (
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// sixMonths is how long CD4 results must not have been low: "for 6 months or longer"
// (ACIP, MMWR 2013;62(RR-4), page 19).
var sixMonths = calendar.Months(6)

// workOutHIV tells how immunocompromised a patient with HIV is, by the latest CD4
// results. Without any it is not known: then the contraindications of severe
// immunocompromise are offered to the clinician as text.
func (x *run) workOutHIV() {
	from, ok := x.has(hivInfection, forecast.Present)
	if !ok {
		return
	}
	x.workOutART()
	_, severe := x.has(severeHIV, forecast.Present)
	_, notSevere := x.has(notSevereHIV, forecast.Present)
	if severe || notSevere {
		x.workOutPerinatalHIV()
		return
	}
	var latest, low *finding
	for i := range x.findings {
		f := &x.findings[i]
		if f.term != cd4Count && f.term != cd4Percent || f.date.IsZero() {
			continue
		}
		if f.date > x.in.AssessmentDate {
			x.changes(f.date)
			continue
		}
		if latest == nil || f.date >= latest.date {
			latest = f
		}
		if x.isLow(f) && (low == nil || f.date >= low.date) {
			low = f
		}
	}
	switch {
	case latest == nil:
		x.observe(severeHIV, 0, forecast.Unknown, from)
	case low != nil && (low.date == latest.date || x.in.AssessmentDate < low.date.Add(sixMonths)):
		if low.date != latest.date {
			x.changes(low.date.Add(sixMonths))
		}
		x.observe(severeHIV, low.date, forecast.Present, low.source)
	default:
		x.observe(notSevereHIV, latest.date, forecast.Present, latest.source)
	}
	x.workOutPerinatalHIV()
}

// isLow reports whether a CD4 result is that of severe immunosuppression: less than 15%;
// or less than 200 per microliter, at 1 to 5 years of age less than 500, before the first
// birthday less than 750 (MMWR 2013;62(RR-4), page 19).
func (x *run) isLow(f *finding) bool {
	if f.term == cd4Percent {
		return f.number < 15
	}
	birth := x.in.Patient.BirthDate
	switch {
	case f.date < birth.Add(calendar.Years(1)):
		return f.number < 750
	case f.date < birth.Add(calendar.Years(6)):
		return f.number < 500
	}
	return f.number < 200
}

// workOutART adds when an antiviral therapy began: of a patient with HIV it is the
// antiretroviral therapy.
func (x *run) workOutART() {
	for i := range x.findings {
		f := &x.findings[i]
		if f.term == antiviralTherapy && f.kind == kindProcedure && !f.date.IsZero() && x.counts(f) {
			x.observe(beginOfART, f.date, forecast.Present, f.source)
		}
	}
}

// workOutPerinatalHIV finds those whose doses of MMR are to be repeated: perinatal HIV
// without severe immunosuppression, and a dose before antiretroviral therapy.
func (x *run) workOutPerinatalHIV() {
	if _, ok := x.has(notSevereHIV, forecast.Present); !ok {
		return
	}
	var begin calendar.Date
	for _, o := range x.in.Observations {
		if o.Code == beginOfART && o.Date > begin {
			begin = o.Date
		}
	}
	for i := range x.findings {
		f := &x.findings[i]
		if f.term == perinatalHIV && x.counts(f) && x.hadMMRBefore(begin) {
			x.observe(perinatalHIVBeforeART, 0, forecast.Present, f.source)
			return
		}
	}
}

func (x *run) hadMMRBefore(d calendar.Date) bool {
	for i := range x.in.Doses {
		switch in := &x.in.Doses[i]; in.CVX {
		case schedule.CVX(3), schedule.CVX(94): // MMR, MMRV
			if !in.Date.IsZero() && in.Date < d {
				return true
			}
		}
	}
	return false
}
