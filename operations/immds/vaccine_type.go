package immds

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/terminology"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// vaccineType is the CVX code of a vaccineCode, and the maker if the code tells it; zero
// if there is none. Among several the first counts that the schedule knows. A coding
// without a system is taken as CVX, because testing tools and old interfaces send bare
// codes. Where there is no CVX code the NDC of the package stands for it, and then the
// trade name.
func (x *run) vaccineType(r, concept codec.Value) (schedule.CVX, string) {
	var first schedule.CVX
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		if system := c.Get("system").Text(); system != "" && !isCVX(system) {
			continue
		}
		cvx, ok := schedule.ParseCVX(c.Get("code").Text())
		if !ok {
			continue
		}
		if x.edition.vaccines[cvx] != nil {
			return cvx, ""
		}
		if first == 0 {
			first = cvx
		}
	}
	if first != 0 {
		return first, ""
	}
	for c := concept.Get("coding").First(); c.Exists(); c = c.Next() {
		if systemOf(c.Get("system").Text()) != ndc {
			continue
		}
		if list := terminology.LookupNDC(c.Get("code").Text()); len(list) > 0 {
			x.noteAmbiguous(r, c, list)
			cvx, _ := schedule.ParseCVX(list[0].CVX)
			return cvx, list[0].MVX
		}
	}
	return productOf(concept.Get("text").Text())
}

// noteAmbiguous reports an NDC that CDC lists under several vaccine types, of which the
// first is taken: Engerix-B for adults is also the half of a dose for dialysis.
func (x *run) noteAmbiguous(r, coding codec.Value, list []terminology.Package) {
	for _, p := range list[1:] {
		if p.CVX != list[0].CVX {
			x.issues.add(fhir.Information, fhir.CodeInformational, expression(r, coding, ""),
				"this NDC stands for the CVX codes "+list[0].CVX+" and "+p.CVX+"; it was taken as "+list[0].CVX)
			return
		}
	}
}

// productOf is the vaccine type that a trade name stands for, if it is but one. What is
// still sold goes before what was once sold under the name.
func productOf(name string) (schedule.CVX, string) {
	var code, maker string
	for _, active := range [...]bool{true, false} {
		for _, p := range terminology.LookupProduct(name) {
			switch {
			case (p.Status == terminology.Active) != active:
			case code == "":
				code, maker = p.CVX, p.MVX
			case code != p.CVX:
				return 0, ""
			case maker != p.MVX:
				maker = ""
			}
		}
		if code != "" {
			break
		}
	}
	cvx, _ := schedule.ParseCVX(code)
	return cvx, maker
}

// readProduct takes an immune globulin that is recorded as an Immunization for the
// observation that it is: live vaccines must wait after it.
func (x *run) readProduct(d *dose, vaccine codec.Value, date calendar.Date) bool {
	if !x.isProduct(vaccine) {
		return false
	}
	f := finding{kind: kindImmunization, presence: forecast.Present, date: date, source: source{kindImmunization, d.id, d.place}}
	found := false
	for c := vaccine.Get("coding").First(); c.Exists(); c = c.Next() {
		if system := c.Get("system").Text(); system == "" || isCVX(system) {
			found = x.addMeanings(&f, d.resource, cvx, c.Get("code").Text()) || found
		}
	}
	return found
}

// isProduct reports whether a vaccineCode may be that of an immune globulin.
func (x *run) isProduct(vaccine codec.Value) bool {
	for c := vaccine.Get("coding").First(); c.Exists(); c = c.Next() {
		if code, ok := schedule.ParseCVX(c.Get("code").Text()); ok && x.edition.findings.products[code] {
			return true
		}
	}
	return false
}
