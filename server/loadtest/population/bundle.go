package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// AppendTransaction appends what an EHR sends of a patient: a transaction Bundle
// with the Patient and the doses, which refer to it by its urn:uuid. The fullUrls
// are the ids that the same resources have in NDJSON.
func (s *State) AppendTransaction(b []byte, p *Patient, doses []Dose) []byte {
	patient := "urn:uuid:" + p.ID.String()
	b = append(append(append(b, `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"`...), patient...), `","resource":`...)
	b = append(s.AppendPatient(b, p, false), `,"request":{"method":"POST","url":"Patient"}}`...)
	for i := range doses {
		b = append(doses[i].ID.Append(append(b, `,{"fullUrl":"urn:uuid:`...)), `","resource":`...)
		b = append(s.AppendDose(b, &doses[i], false, patient), `,"request":{"method":"POST","url":"Immunization"}}`...)
	}
	return append(b, `]}`...)
}

// AppendForecast appends the Parameters that ask $immds-forecast for what a
// patient is due on a day.
func (s *State) AppendForecast(b []byte, p *Patient, doses []Dose, on calendar.Date) []byte {
	b = on.Append(append(b, `{"resourceType":"Parameters","parameter":[{"name":"assessmentDate","valueDate":"`...))
	b = append(s.AppendPatient(append(b, `"},{"name":"patient","resource":`...), p, true), '}')
	for i := range doses {
		b = append(s.AppendDose(append(b, `,{"name":"immunization","resource":`...), &doses[i], true, ""), '}')
	}
	return append(b, `]}`...)
}
