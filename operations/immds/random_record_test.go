package immds_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// randomRecord makes up a patient of any age with all that bears on a forecast, as
// parameters without an assessment date: doses that are good, early, expired, subpotent
// or yet to come, immune globulins, refusals, and findings of every kind that begin, end
// and wear off around the day.
func randomRecord(r *rand.Rand, around calendar.Date) []string {
	m := recordMaker{r, around}
	birth := around - calendar.Date(r.IntN([]int{60, 800, 7000, 33000}[r.IntN(4)]))
	country := []string{"unknown", "US", "MX"}[r.IntN(3)]
	list := []string{resource("patient", fmt.Sprintf(`{"resourceType":"Patient","id":"p","gender":%q,"birthDate":%q,`+
		`"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"country":%q}}]}`,
		[]string{"female", "male", "unknown"}[r.IntN(3)], birth, country))}
	for i := range r.IntN(14) {
		list = append(list, m.dose(i, birth))
	}
	for range r.IntN(5) {
		list = append(list, m.finding(birth))
	}
	return list
}

type recordMaker struct {
	*rand.Rand
	around calendar.Date
}

// soon is a day in the months before and after, now and then one that comes often.
func (m recordMaker) soon() calendar.Date {
	if m.IntN(4) == 0 {
		return m.around - 100
	}
	return m.around - 300 + calendar.Date(m.IntN(420))
}

// some is the text about half of the time.
func (m recordMaker) some(format string, args ...any) string {
	if m.IntN(2) == 0 {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

var usualVaccines = []string{"08", "20", "10", "49", "133", "116", "03", "21", "94", "83", "62", "146", "115", "162", "114", "140", "309", "187", "305", "110", "121", "216"}

func (m recordMaker) dose(i int, birth calendar.Date) string {
	day := birth + calendar.Date(m.IntN(int(m.around-birth)+60)) // some are yet to come
	cvx := usualVaccines[m.IntN(len(usualVaccines))]
	switch m.IntN(8) {
	case 0:
		vaccines := schedule.Default().Vaccines
		cvx = vaccines[m.IntN(len(vaccines))].CVX.String()
	case 1: // immune globulins
		cvx, day = []string{"30", "86", "87", "71", "93", "34"}[m.IntN(6)], m.soon()
	}
	status, more := "completed", ""
	switch m.IntN(12) {
	case 0:
		status, day = "not-done", m.soon()
	case 1:
		more = fmt.Sprintf(`,"expirationDate":%q`, day-3+calendar.Date(m.IntN(6)))
	case 2:
		more = `,"isSubpotent":true`
	}
	return immunization(fmt.Sprintf(`"id":"d%d","status":%q,"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"occurrenceDateTime":%q%s`,
		i, status, cvx, day, more))
}

// finding is a resource about a state that the schedule asks for, by one of the ways in
// which it can be known.
func (m recordMaker) finding(birth calendar.Date) string {
	day := m.soon()
	observation := func(code, value string) string {
		return resource("observation", `{"resourceType":"Observation","status":"final",`+code+fmt.Sprintf(`,"effectiveDateTime":%q`, day)+value+`}`)
	}
	switch m.IntN(10) {
	case 0:
		return observation(codeOf(loincURI, []string{"11778-8", "8665-2"}[m.IntN(2)]), fmt.Sprintf(`,"valueDateTime":%q`, day+calendar.Date(m.IntN(250)-60)))
	case 1:
		return observation(codeOf(loincURI, "18185-9"), fmt.Sprintf(`,"valueQuantity":{"value":%d,"code":"wk"}`, 5+m.IntN(34)))
	case 2:
		return observation(codeOf(loincURI, []string{"24467-3", "8123-2"}[m.IntN(2)]), fmt.Sprintf(`,"valueQuantity":{"value":%d}`, m.IntN(400)))
	case 3:
		code := []string{"86406008", "52079000", "77386006", "427314002", "38341003", "73211009"}[m.IntN(6)]
		if code == "427314002" {
			return resource("procedure", fmt.Sprintf(`{"resourceType":"Procedure","status":"completed",%s,"performedDateTime":%q}`, codeOf(snomedURI, code), day))
		}
		return m.condition(codeOf(snomedURI, code), day)
	case 4: // pregnant, or no more so
		return observation(codeOf(snomedURI, "77386006"), fmt.Sprintf(`,"valueBoolean":%t`, m.IntN(2) == 0))
	case 5:
		return resource("procedure", fmt.Sprintf(`{"resourceType":"Procedure","status":%q,%s,"performedPeriod":{"start":%q%s}}`,
			[]string{"completed", "in-progress", "preparation"}[m.IntN(3)], codeOf(snomedURI, []string{"234319005", "58390007", "118189007"}[m.IntN(3)]),
			day, m.some(`,"end":%q`, day+calendar.Date(m.IntN(90)))))
	case 6: // by the schedule's own code
		list := schedule.Default().Observations
		return observation(codeOf("http://ivci.org/CodeSystem/contextual-condition", list[m.IntN(len(list))].Code.String()),
			[]string{"", "", `,"valueBoolean":false`, `,"dataAbsentReason":{"text":"asked"}`}[m.IntN(4)])
	}
	list := schedule.Default().Observations
	for {
		o := &list[m.IntN(len(list))]
		if len(o.CodedValues) == 0 {
			continue
		}
		v := &o.CodedValues[m.IntN(len(o.CodedValues))]
		if v.System != "SNOMED" {
			continue
		}
		if m.IntN(4) == 0 {
			return observation(codeOf(snomedURI, v.Code), m.some(`,"valueBoolean":false`))
		}
		return m.condition(codeOf(snomedURI, v.Code), day)
	}
}

func (m recordMaker) condition(code string, day calendar.Date) string {
	status := []string{"active", "resolved"}[m.IntN(2)]
	return resource("condition", `{"resourceType":"Condition",`+code+
		m.some(`,"onsetDateTime":%q`, day)+
		m.some(`,"abatementDateTime":%q`, day+calendar.Date(m.IntN(200)))+
		m.some(`,"clinicalStatus":{"coding":[{"code":%q}]}`, status)+`}`)
}
