package population

import (
	"strconv"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// limbs are codes of http://terminology.hl7.org/CodeSystem/v3-ActSite
var limbs = [...]string{"LA", "RA", "LT", "RT"}

// DoseSystem is the system of the identifiers of doses.
const DoseSystem = Base + "/dose"

// AppendDose appends a dose as an Immunization in JSON without white space. A
// dose that is new to a server has no id there yet; patient is the reference to
// its patient, by default Patient/[id].
func (s *State) AppendDose(b []byte, d *Dose, withID bool, patient string) []byte {
	p := &products[d.product]
	b = append(b, `{"resourceType":"Immunization",`...)
	if withID {
		b = append(d.ID.Append(append(b, `"id":"`...)), `",`...)
	}
	b = d.ID.Append(append(b, `"identifier":[{"system":"`+DoseSystem+`","value":"`...))
	b = append(append(append(b, `"}],"status":"`...), d.Status...), `",`...)
	if d.Status == NotDone {
		b = append(b, `"statusReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"`...)
		b = append(append(b, d.NotDoneReason()...), `"}]},`...)
	}
	b = append(append(b, s.productJSON[d.product]...), `,"patient":{"reference":"`...)
	if patient != "" {
		b = append(b, patient...)
	} else {
		b = d.Patient.Append(append(b, `Patient/`...))
	}
	b = d.Date.Append(append(b, `"},"occurrenceDateTime":"`...))
	if d.Minute > 0 {
		b = appendDigits(append(b, 'T'), d.Minute/60, 2)
		b = appendDigits(append(b, ':'), d.Minute%60, 2)
		b = append(b, `:00-07:00`...)
	}
	b = d.Recorded.Append(append(b, `","recorded":"`...))
	b = strconv.AppendBool(append(b, `","primarySource":`...), d.PrimarySource)
	if !d.PrimarySource {
		b = append(b, `,"reportOrigin":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/immunization-origin","code":"record"}]}`...)
	}
	site := &s.sites[d.Site]
	if d.Status == NotDone {
		b = append(append(b, `,"performer":[`...), site.performer...)
		return append(b, `]}`...)
	}
	b = append(b, site.locationJSON...)
	b = appendMaker(b, p)
	if d.lot >= 0 {
		b = s.appendLot(b, d)
	}
	if d.PrimarySource && (p.route == intramuscular || p.route == subcutaneous) {
		b = append(b, `,"site":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActSite","code":"`...)
		b = append(append(b, limbs[d.limb]...), `"}]}`...)
	}
	if d.PrimarySource {
		b = appendQuantity(b, p)
	}
	b = append(b, `,"performer":[`...)
	if d.Practitioner >= 0 {
		b = append(b, s.practitioners[d.Practitioner].performer...)
	}
	b = append(append(b, site.performer...), ']')
	return append(b, '}')
}

// notDoneReasons are codes of http://terminology.hl7.org/CodeSystem/v3-ActReason
var notDoneReasons = [...]string{"PATOBJ", "MEDPREC", "OSTOCK", "PATOBJ"}

// NotDoneReason is the code of why a dose was not given, if it was not.
func (d *Dose) NotDoneReason() string {
	if d.Status != NotDone {
		return ""
	}
	return notDoneReasons[d.Number%len(notDoneReasons)]
}

// Lot is the lot number of a dose; empty if it is not known or nothing was given.
func (s *State) Lot(d *Dose) string {
	if d.lot < 0 || d.Status == NotDone {
		return ""
	}
	r := s.lot(d)
	return string(appendLotNumber(nil, &r))
}

// lot opens what is random about the lot of a dose. A lot is of one product and
// quarter of a year, and goes to the whole state: with two million patients some
// hundreds of doses are of one lot.
func (s *State) lot(d *Dose) stream {
	year, month, _ := d.Date.Civil()
	quarter := year*4 + int(month-1)/3
	return open(s.seed, forLot, d.product, quarter*64+d.lot)
}

func appendLotNumber(b []byte, r *stream) []byte {
	b = append(b, byte('A'+r.below(26)), byte('A'+r.below(26)))
	b = appendDigits(b, r.below(10_000), 4)
	return append(b, byte('A'+r.below(26)))
}

// appendLot appends lot number and expiration date.
func (s *State) appendLot(b []byte, d *Dose) []byte {
	r := s.lot(d)
	b = appendLotNumber(append(b, `,"lotNumber":"`...), &r)
	year, month, _ := d.Date.Civil()
	expires := calendar.Of(year, (month-1)/3*3+1, 1) + calendar.Date(r.between(200, 700))
	return append(expires.EndOfMonth().Append(append(b, `","expirationDate":"`...)), '"')
}
