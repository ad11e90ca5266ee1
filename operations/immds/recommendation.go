package immds

import (
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
)

// writeRecommendation writes the ImmunizationRecommendation.
func (x *run) writeRecommendation() {
	w := &x.w
	if x.advice == nil {
		w.raw(`{"resourceType":"ImmunizationRecommendation","id":"recommendation"`)
	} else {
		x.beginDocument("ImmunizationRecommendation", x.patientID)
	}
	w.raw(`,"date":`).date(x.in.AssessmentDate)
	switch {
	case x.explain:
		x.explainRecommendation()
	case x.advice != nil:
		x.extendAdvice(x.advice.NextChange)
	}
	w.raw(`,"patient":`).raw(string(x.reference))
	w.raw(`,"authority":{"display":"CDC, Advisory Committee on Immunization Practices (ACIP)"},"recommendation":[`)
	for i := range x.out.Forecasts {
		w.next()
		x.writeForecast(&x.out.Forecasts[i])
	}
	if len(x.out.Forecasts) == 0 {
		w.raw(nothingRelevant)
	}
	w.raw(`]}`)
	if x.advice != nil {
		x.endDocument()
	}
}

// nothingRelevant is the one entry of an ImmunizationRecommendation with nothing to
// say. R4 requires an entry, with a status and a vaccine or disease (imr-1).
const nothingRelevant = `{"vaccineCode":[{"coding":[{"system":"` + systemDataAbsent + `","code":"not-applicable","display":"Not Applicable"}],"text":"none"}],` +
	`"forecastStatus":{"coding":[{"system":"` + systemForecast + `","code":"notRecommended","display":"Not Recommended"},` +
	`{"system":"` + systemLOINC + `","code":"LA4695-8","display":"Not Recommended"}],"text":"Not Recommended"},` +
	`"description":"No vaccine of the schedule is meant for this patient."}`

// writeForecast writes one entry of recommendation.
func (x *run) writeForecast(f *forecast.VaccineGroupForecast) {
	w := &x.w
	w.raw(`{`)
	x.writeExtensions(f)
	w.next().raw(`"vaccineCode":[`).raw(x.edition.groups[f.Group.Name])
	for _, v := range f.Vaccines {
		w.raw(`,`)
		if product := x.edition.products[v]; product != "" {
			w.raw(product)
		} else {
			w.raw(productConcept(x.edition.engine.Schedule(), v))
		}
	}
	w.raw(`],"targetDisease":`)
	x.writeDiseases(f)
	overdue := !f.PastDue.IsZero() && x.in.AssessmentDate > f.PastDue
	w.raw(`,"forecastStatus":`).raw(forecastStatus(f.Status, overdue))
	w.raw(`,"forecastReason":[`)
	x.writeForecastReasons(f)
	w.raw(`]`)
	if f.Status == forecast.NotComplete {
		x.writeDates(f)
	}
	w.raw(`,"description":`)
	x.describeForecast(f)
	w.raw(`,"series":`).str(f.Series[0].Series.Name)
	x.writeNumbers(f.DoseNumber, len(f.Series[0].Series.Doses))
	w.list("supportingImmunization", len(f.Doses), func(i int) { x.writeEvent(f.Doses[i]) })
	w.raw(`}`)
}

// writeDates writes dateCriterion.
func (x *run) writeDates(f *forecast.VaccineGroupForecast) {
	dates := [len(dateCriteria)]calendar.Date{f.Earliest, f.Recommended, f.PastDue, f.Latest}
	w := &x.w
	separator := `,"dateCriterion":[`
	for i, d := range dates {
		if d.IsZero() {
			continue
		}
		w.raw(separator).raw(dateCriteria[i]).date(d).raw(`}`)
		separator = `,`
	}
	if separator == `,` {
		w.raw(`]`)
	}
}

// writeDiseases writes targetDisease: the diseases against which a dose is needed, or,
// when none is, those of the series. R4 has room for one concept; for several antigens
// it holds a coding for each.
func (x *run) writeDiseases(f *forecast.VaccineGroupForecast) {
	names := make([]string, 0, 4)
	for _, a := range f.Antigens {
		names = append(names, a.Name)
	}
	if len(names) == 0 {
		for i := range f.Series {
			names = append(names, f.Series[i].Antigen.Name)
		}
	}
	w := &x.w
	if len(names) == 1 {
		w.raw(x.edition.diseases[names[0]].concept)
		return
	}
	w.raw(`{`)
	separator := `"coding":[`
	for _, name := range names {
		if c := x.edition.diseases[name].coding; c != "" {
			w.raw(separator).raw(c)
			separator = `,`
		}
	}
	if separator == `,` {
		w.raw(`],`)
	}
	w.raw(`"text":"`)
	for i, name := range names {
		if i > 0 {
			w.raw(`, `)
		}
		w.escaped(name)
	}
	w.raw(`"}`)
}

// writeForecastReasons writes the items of forecastReason.
func (x *run) writeForecastReasons(f *forecast.VaccineGroupForecast) {
	w := &x.w
	if f.Status == forecast.NotComplete {
		w.raw(reasonNotComplete)
		if f.Reasons&forecast.ReasonContraindicated != 0 {
			w.raw(`,`).raw(reasonPartContraindicated)
		}
		return
	}
	for _, r := range forecastReasons {
		switch {
		case f.Reasons&r.reason == 0:
		case r.reason == forecast.ReasonComplete && seasonal(f):
			w.next().raw(reasonSeasonComplete)
		default:
			w.next().raw(r.concept)
		}
	}
}

// seasonal reports whether the series is one that begins anew with each season.
func seasonal(f *forecast.VaccineGroupForecast) bool {
	doses := f.Series[0].Series.Doses
	return len(doses) > 0 && !doses[len(doses)-1].SeasonStart.IsZero()
}

// writeTexts writes an extension for each text.
func (x *run) writeTexts(url string, texts []string) {
	for _, text := range texts {
		x.w.next().raw(`{"url":"`).raw(url).raw(`","valueString":`).str(text).raw(`}`)
	}
}

// writeExtensions writes what the guide has no element for: the guidance for whoever
// gives the vaccine, what ought to be asked, and the explanation.
func (x *run) writeExtensions(f *forecast.VaccineGroupForecast) {
	w := &x.w
	open := len(w.b)
	w.raw(`"extension":[`)
	none := len(w.b)
	// What the schedule says to everyone would be half of all that is stored.
	if x.advice == nil {
		x.writeTexts(extensionGuidance, f.Guidance)
		x.writeTexts(extensionIndication, f.Indications)
		x.writeTexts(extensionContra, f.Contraindications)
	}
	x.writeRefusals(f.Group)
	if x.explain {
		x.explainForecast(f)
	}
	if len(w.b) == none {
		w.b = w.b[:open]
		return
	}
	w.raw(`]`)
}
