package immds

import "github.com/jenner-iis/jenner/forecast"

// The codings of a forecast status: ImmDS ForecastStatus
// (https://hl7.org/fhir/us/immds/CodeSystem-ForecastStatus.html), HL7's
// immunization-recommendation-status where it has the status, and the LOINC answer
// list LL940-8 of question 59783-1, by which HL7 v2 messages say the same.
var (
	statusDue             = statusConcept("notComplete", "Not Complete", "due", "Due", "LA13422-3", "On schedule")
	statusOverdue         = statusConcept("notComplete", "Not Complete", "overdue", "Overdue", "LA13423-1", "Overdue")
	statusComplete        = statusConcept("complete", "Complete", "complete", "Complete", "LA13421-5", "Complete")
	statusImmune          = statusConcept("immune", "Immune", "immune", "Immune", "LA27183-5", "Immune")
	statusContraindicated = statusConcept("contraindicated", "Contraindicated", "contraindicated", "Contraindicated", "LA4216-3", "Contraindicated")
	statusNotRecommended  = statusConcept("notRecommended", "Not Recommended", "", "", "LA4695-8", "Not Recommended")
	statusAgedOut         = statusConcept("agedOut", "Aged Out", "", "", "LA13424-9", "Too old")
)

func statusConcept(immds, display, hl7, hl7Display, answer, answerDisplay string) string {
	var w writer
	w.raw(`{"coding":[`).coding(systemForecast, immds, display)
	if hl7 != "" {
		w.next().coding(systemHL7Status, hl7, hl7Display)
	}
	w.next().coding(systemLOINC, answer, answerDisplay).raw(`],"text":`).str(display).raw(`}`)
	return string(w.b)
}

func forecastStatus(s forecast.Status, overdue bool) string {
	switch s {
	case forecast.NotComplete:
		if overdue {
			return statusOverdue
		}
		return statusDue
	case forecast.Complete:
		return statusComplete
	case forecast.Immune:
		return statusImmune
	case forecast.Contraindicated:
		return statusContraindicated
	case forecast.NotRecommended:
		return statusNotRecommended
	case forecast.AgedOut:
		return statusAgedOut
	}
	panic("immds: forecast status " + s.String() + " has no code")
}

// dateCriteria are the beginnings of the items of dateCriterion, with the LOINC codes
// of https://hl7.org/fhir/R4/valueset-immunization-recommendation-date-criterion.html
// and of the guide's examples: earliest, recommended, past due, latest.
var dateCriteria = [...]string{
	`{"code":{"coding":[{"system":"` + systemLOINC + `","code":"30981-5","display":"Earliest date to give"}]},"value":`,
	`{"code":{"coding":[{"system":"` + systemLOINC + `","code":"30980-7","display":"Date vaccine due"}]},"value":`,
	`{"code":{"coding":[{"system":"` + systemLOINC + `","code":"59778-1","display":"Date when overdue for immunization"}]},"value":`,
	`{"code":{"coding":[{"system":"` + systemLOINC + `","code":"59777-3","display":"Latest date to give immunization"}]},"value":`,
}

// The dose statuses of
// https://terminology.hl7.org/CodeSystem-immunization-evaluation-dose-status.html; the
// two kinds of doses that do not count without being wrong have a second coding,
// in the system of our own.
const (
	doseNotValid = `,"doseStatus":{"coding":[` + codingNotValid + `],"text":"Not valid"}`

	codingNotValid = `{"system":"` + systemDoseStatus + `","code":"notvalid","display":"Not valid"}`
)

var doseStatuses = [...]string{
	forecast.NotEvaluated: doseNotValid,
	forecast.Valid:        `,"doseStatus":{"coding":[{"system":"` + systemDoseStatus + `","code":"valid","display":"Valid"}],"text":"Valid"}`,
	forecast.NotValid:     doseNotValid,
	forecast.Extraneous:   `,"doseStatus":{"coding":[` + codingNotValid + `,{"system":"` + systemDoseDetail + `","code":"extraneous","display":"Extraneous"}],"text":"Extraneous"}`,
	forecast.SubStandard:  `,"doseStatus":{"coding":[` + codingNotValid + `,{"system":"` + systemDoseDetail + `","code":"substandard","display":"Sub-standard"}],"text":"Sub-standard"}`,
}
