package immds

import (
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/terminology"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
)

// dose is what the answer needs to know about a dose, beside what the engine
// does.
type dose struct {
	resource codec.Value // the Immunization
	id       string      // its id, if it has a legal one that no dose before it has
	place    int         // its place among the immunization parameters, from 1; 0 if stored
	product  bool        // it is an immune globulin, which the forecast takes into account as an observation
	subpotent
}

// subpotent is a set of reasons why a dose is not worth a whole one:
// http://hl7.org/fhir/R4/valueset-immunization-subpotent-reason.html
type subpotent uint8

const (
	partialDose subpotent = 1 << iota
	coldChainBreak
	recalled
)

// readImmunization reads an Immunization. It is no dose, and ok is false, if it
// was not completed; and if it cannot be read, which is then an error among the
// issues. Place is its place among the immunization parameters, from 1; 0 if it is
// stored.
func (x *run) readImmunization(r codec.Value, place int) (d dose, out forecast.Dose, ok bool) {
	d.resource, d.place = r, place
	if id := r.Get("id").Text(); fhir.ValidID(id) {
		d.id = id
	}
	status := r.Get("status")
	if status.Kind() != codec.String {
		x.issues.malformed(expression(r, r, "status"), "an Immunization must have a status")
		return d, out, false
	}
	if status.Text() == "not-done" {
		x.readRefusal(&d)
		return d, out, false
	}
	if status.Text() != "completed" {
		x.issues.add(fhir.Information, fhir.CodeInformational, expression(r, status, ""),
			"only an immunization whose status is completed is a dose; this one was not evaluated")
		return d, out, false
	}
	out.Date, ok = x.occurrence(r)
	if vaccine := r.Get("vaccineCode"); vaccine.Kind() != codec.Object {
		x.issues.malformed(expression(r, r, "vaccineCode"), "an Immunization must have a vaccineCode")
		ok = false
	} else {
		out.CVX, out.MVX = x.vaccineType(r, vaccine)
		d.product = x.readProduct(&d, vaccine, out.Date)
	}
	if v := r.Get("expirationDate"); v.Exists() {
		var legal bool
		if out.Expires, legal = lastDay(v.Text()); !legal || v.Kind() != codec.String {
			x.issues.malformed(expression(r, v, ""), "must be a date that exists")
			ok = false
		}
	}
	if maker := manufacturer(r.Get("manufacturer")); maker != "" {
		out.MVX = maker
	}
	out.Volume = millilitres(r.Get("doseQuantity"))
	if r.Get("isSubpotent").Kind() == codec.True {
		out.Substandard = true
		d.subpotent = subpotentReasons(r.Get("subpotentReason"))
	}
	return d, out, ok
}

// occurrence is the day of the vaccination; zero if it is given in words, as a
// year or month alone, or as not known.
func (x *run) occurrence(r codec.Value) (d calendar.Date, ok bool) {
	v := r.Get("occurrenceDateTime")
	switch {
	case v.Kind() == codec.String:
		if d, ok = day(v.Text()); !ok {
			x.issues.malformed(expression(r, v, ""), "must be a date that exists, or a date and time with its offset")
		}
		return d, ok
	case v.Exists():
		x.issues.malformed(expression(r, v, ""), "must be a dateTime")
		return 0, false
	case r.Get("occurrenceString").Exists(), r.Get("_occurrenceDateTime").Exists(), r.Get("_occurrenceString").Exists():
		return 0, true
	}
	x.issues.malformed(expression(r, r, "occurrence"), "an Immunization must have an occurrenceDateTime or occurrenceString")
	return 0, false
}

// manufacturer is the MVX code in a reference to the maker; empty if there is
// none. Where it is not said to be one, a text is only taken for a code if CDC has
// that code: "GSK" is prose.
func manufacturer(reference codec.Value) string {
	identifier := reference.Get("identifier")
	code := strings.ToUpper(identifier.Get("value").Text())
	known := makerOf(code)
	switch system := identifier.Get("system").Text(); {
	case code != "" && isMVX(system):
		if known == "" {
			// A copy, since a part of the request would hold all its memory.
			known = strings.Clone(code)
		}
	case system != "" || known == "":
		known = makerOf(reference.Get("display").Text())
	}
	if known == unknownManufacturer {
		return ""
	}
	return known
}

// makerOf is an MVX code, if CDC has it, active or not.
func makerOf(code string) string {
	if m, ok := terminology.LookupMVX(code); ok {
		return m.Code
	}
	return ""
}

// millilitres is a quantity in mL, zero if it is none.
func millilitres(quantity codec.Value) float64 {
	unit := quantity.Get("code").Text()
	if unit == "" {
		unit = quantity.Get("unit").Text()
	}
	if !strings.EqualFold(unit, "mL") {
		return 0
	}
	n, err := strconv.ParseFloat(quantity.Get("value").Text(), 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func subpotentReasons(list codec.Value) subpotent {
	var s subpotent
	for concept := list.First(); concept.Exists(); concept = concept.Next() {
		for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
			switch c.Get("code").Text() {
			case "partial":
				s |= partialDose
			case "coldchainbreak":
				s |= coldChainBreak
			case "recall":
				s |= recalled
			}
		}
	}
	return s
}

// addDose adds a dose to the history. A dose with the id, the day and the vaccine
// of another is that one, given twice: once stored and once in the body, or by a
// client that merged two lists. If the ids alone agree both are taken, since one
// of the ids is wrong and losing a dose is worse; the later then goes by its place.
func (x *run) addDose(d dose, in forecast.Dose) {
	for i := range x.doses {
		if d.id == "" || x.doses[i].id != d.id {
			continue
		}
		if have := &x.in.Doses[i]; have.Date == in.Date && have.CVX == in.CVX {
			x.issues.add(fhir.Warning, fhir.CodeDuplicate, expression(d.resource, d.resource, ""),
				"this immunization was given twice; it was taken once")
			return
		}
		x.issues.add(fhir.Warning, fhir.CodeDuplicate, expression(d.resource, d.resource, "id"),
			"two different immunizations have this id; both were taken")
		d.id = ""
		break
	}
	x.doses = append(x.doses, d)
	x.in.Doses = append(x.in.Doses, in)
}
