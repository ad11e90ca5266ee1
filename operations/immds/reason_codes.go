package immds

import "github.com/jenner-iis/jenner/forecast"

// doseReasons are what doseStatusReason says for each evaluation reason: a code of
// the guide (https://hl7.org/fhir/us/immds/CodeSystem-StatusReason.html) where it has
// one, and a text. That a dose was given within the days of grace is no fault; the
// description tells it.
var doseReasons = []struct {
	reason forecast.Reasons
	// beside is what else must be wrong for it to be worth a word. A dose of another
	// product than the preferable one may be allowable, and then that is no fault.
	beside  forecast.Reasons
	concept string
}{
	{forecast.AgeTooYoung, 0, statusReason("tooyoung", "The patient was younger than the minimum age.")},
	{forecast.AgeTooOld, 0, statusReason("tooold", "The patient was older than the maximum age.")},
	{forecast.IntervalTooSoon, 0, statusReason("toosoon", "The dose was given too soon after an earlier one.")},
	{forecast.VaccineConflict, 0, statusReason("productconflict", "The dose was given too soon after a vaccine that impairs it.")},
	{forecast.InadvertentVaccine, 0, statusReason("inappropriate", "The vaccine is not to be given for this dose.")},
	{forecast.WrongVaccine, 0, statusReason("inappropriate", "The vaccine is neither preferable nor allowable for this dose at this age.")},
	{forecast.WrongTradeName, forecast.WrongVaccine, statusReason("inappropriate", "The product is not the preferable one.")},
	{forecast.SeriesAlreadyComplete, 0, statusReason("notevaluated", "The series was already complete.")},
	{forecast.ExpiredLot, 0, statusReason("expired", "The lot had expired.")},
	{forecast.VolumeLessThanRecommended, 0, statusReason("quantity", "Less than the recommended volume was given.")},
}

// subpotentConcepts are what doseStatusReason says of forecast.SubstandardDose, by the
// reasons that the Immunization gives; reasonSubpotent is for none.
var subpotentConcepts = []struct {
	reason  subpotent
	concept string
}{
	{partialDose, statusReason("quantity", "A part of the dose was given.")},
	{coldChainBreak, statusReason("storage", "The vaccine was not kept cold.")},
	{recalled, statusReason("recall", "The lot was recalled.")},
}

var reasonSubpotent = statusReason("", "The dose is recorded as subpotent.")

var reasonNotEvaluated = statusReason("notevaluated", "The dose could not be evaluated.")

func statusReason(code, text string) string { return reasonConcept(systemStatusReason, code, text) }

// reasonConcept is a CodeableConcept with a text, and with a code if there is one.
func reasonConcept(system, code, text string) string {
	var w writer
	w.raw(`{`)
	if code != "" {
		w.raw(`"coding":[`).coding(system, code, "").raw(`],`)
	}
	w.raw(`"text":`).str(text).raw(`}`)
	return string(w.b)
}

// forecastReasons are what forecastReason says for each reason of table 7-10, with
// the codes of https://hl7.org/fhir/us/immds/CodeSystem-ForecastReason.html as far as
// they go.
var forecastReasons = []struct {
	reason  forecast.ForecastReasons
	concept string
}{
	{forecast.ReasonComplete, forecastReason("complete", "The series is complete.")},
	{forecast.ReasonHistory, forecastReason("notRecommended", "Not recommended at this time because of the doses already given.")},
	{forecast.ReasonImmunity, forecastReason("", "There is evidence of immunity.")},
	{forecast.ReasonContraindicated, forecastReason("", "There is a contraindication.")},
	{forecast.ReasonPastSeason, forecastReason("seasonalPast", "The season for this vaccine is over.")},
	{forecast.ReasonMaximumAge, forecastReason("maximumAge", "The patient has passed the maximum age.")},
	{forecast.ReasonCannotFinish, forecastReason("", "The series cannot be finished before the maximum age.")},
}

var (
	reasonNotComplete         = forecastReason("", "More doses are needed to complete the series.")
	reasonPartContraindicated = forecastReason("", "Against one of the diseases of the group the patient must not be vaccinated.")
	reasonSeasonComplete      = forecastReason("seasonalComplete", "The series is complete for this season.")
)

func forecastReason(code, text string) string { return reasonConcept(systemReason, code, text) }
