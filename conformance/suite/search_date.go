package suite

import "strings"

var dated = []string{
	"day", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2020-03-15"}`,
	"time", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2020-03-15T10:30:00Z"}`,
	"zone", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2020-03-16T00:30:00+02:00"}`,
	"month", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2020-04"}`,
	"year", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceDateTime":"2019"}`,
	"words", `Immunization {"status":"completed","vaccineCode":{"text":"x"},"patient":{"display":"x"},"occurrenceString":"as a child"}`,
}

var periods = []string{
	"closed", `Encounter {"status":"finished","class":{"code":"AMB"},"period":{"start":"2020-03-10","end":"2020-03-20"}}`,
	"open", `Encounter {"status":"in-progress","class":{"code":"AMB"},"period":{"start":"2020-03-15"}}`,
	"ended", `Encounter {"status":"finished","class":{"code":"AMB"},"period":{"end":"2020-03-12"}}`,
	"none", `Encounter {"status":"planned","class":{"code":"AMB"}}`,
}

func dateRequirements() []Requirement {
	const clause = r4 + "search.html#date"
	const prefix = r4 + "search.html#prefix"
	needs := []Need{searching("Immunization", "date")}
	return family(
		Requirement{ID: "search.date.1", Clause: clause, Text: "A date is the range that its precision says; equal is within it", Needs: needs, Check: these(dated,
			"Immunization?date=2020", "day time zone month",
			"Immunization?date=2020-03", "day time zone",
			"Immunization?date=2020-04", "month",
			"Immunization?date=2020-04-01", "",
			"Immunization?date=2019", "year",
			"Immunization?date=2018", "",
		)},
		Requirement{ID: "search.date.2", Clause: clause, Text: "Times are compared as instants, whatever their zone", Needs: needs, Check: these(dated,
			"Immunization?date=2020-03-15T10:30:00Z", "time",
			"Immunization?date=2020-03-15T12:30:00%2B02:00", "time",
			"Immunization?date=2020-03-15T22:30:00Z", "zone",
			"Immunization?date=2020-03-15T10:30Z", "time",
			"Immunization?date=2020-03-15T10:31:00Z", "",
		)},
		Requirement{ID: "search.date.3", Clause: prefix, Text: "gt, lt, ge, le, sa, eb and ne", Needs: needs, Check: these(dated,
			"Immunization?date=gt2020-03-15T23:59:59Z", "month",
			"Immunization?date=lt2020", "year",
			"Immunization?date=ge2020-04", "month",
			"Immunization?date=le2019", "year",
			"Immunization?date=sa2020-03", "month",
			"Immunization?date=eb2020-03", "year",
			"Immunization?date=eq2019", "year",
			"Immunization?date=ge2020-03&date=lt2020-04", "day time zone",
			"Immunization?date=2019,2020-04", "year month",
		)},
		Requirement{ID: "search.date.4", Clause: prefix, Text: "A period that is open has no end: gt and lt reach into it, sa and eb lie outside", Needs: []Need{searching("Encounter", "date")}, Check: these(periods,
			"Encounter?date=gt2021", "open",
			"Encounter?date=lt2019", "ended",
			"Encounter?date=ge2020-03-18", "closed open",
			"Encounter?date=sa2020-03-01", "closed open",
			"Encounter?date=eb2020-03-30", "closed ended",
			"Encounter?date=sa2020-03-12", "open",
			"Encounter?date=2020-03", "closed",
		)},
		Requirement{ID: "search.date.5", Clause: clause, Text: "What is no date, no real day and no prefix is 400", Needs: needs, Check: func(s *Session) {
			for _, v := range []string{"yesterday", "2020-02-31", "2020-13", "20-01-01", "2020-1-1", "xx2020", "2020-03-15T25:00:00Z", "2020-03-15T10", "gt", "2020-03-15Z"} {
				s.do("GET /Immunization?date="+v, "", strict).refused(400)
			}
		}},
		Requirement{ID: "search.date.6", Clause: r4 + "search.html#lastUpdated", Text: "_lastUpdated is searched by instant", Needs: []Need{searching("Patient", "_lastUpdated"), interactions("Patient", "read")}, Check: func(s *Session) {
			s.have("p1", `Patient {"active":true}`)
			at := strings.ReplaceAll(s.do("GET /Patient/<p1>", "").must(200).get("meta.lastUpdated"), "+", "%2B")
			s.found("Patient?_lastUpdated="+at, "p1")
			s.found("Patient?_lastUpdated=ge"+at, "p1")
			s.found("Patient?_lastUpdated=gt"+at, "")
			s.found("Patient?_lastUpdated=lt"+at, "")
			s.found("Patient?_lastUpdated=gt2001", "p1")
			s.found("Patient?_lastUpdated=lt2001", "")
		}},
		Requirement{ID: "search.date.7", Clause: prefix, Text: "ap is about the date, or refused", Needs: needs, Check: optionally(dated,
			"Immunization?date=ap1950", "",
			"Immunization?date=ap2020-03-15&date=ge2020-03-15&date=le2020-03-15", "day time zone",
		)},
		Requirement{ID: "search.date.8", Clause: prefix, Text: "ne is what eq is not", Needs: needs, Check: these(dated,
			"Immunization?date=ne2020", "year",
			"Immunization?date=ne2020-03", "month year",
		)},
		Requirement{ID: "search.date.9", Clause: clause, Text: "A birth date is found by day, month and year", Needs: []Need{searching("Patient", "birthdate")}, Check: these([]string{
			"leap", `Patient {"birthDate":"2020-02-29"}`, "march", `Patient {"birthDate":"2020-03-01"}`, "only", `Patient {"birthDate":"2020"}`,
		},
			"Patient?birthdate=2020-02-29", "leap",
			"Patient?birthdate=2020-02", "leap",
			"Patient?birthdate=2020", "leap march only",
			"Patient?birthdate=lt2020-03-01", "leap only",
			"Patient?birthdate=ge2020-03-01", "march only",
		)},
	)
}
