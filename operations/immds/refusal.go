package immds

import (
	"cmp"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// refusal is a dose that was not given: an Immunization whose status is not-done. It is
// shown beside the recommendation of its vaccine groups, and has no other effect: a
// parent who refused in spring is asked again in autumn.
type refusal struct {
	source source
	date   calendar.Date
	cvx    schedule.CVX
	reason codec.Value // statusReason
}

// readRefusal reads a dose that was not given.
func (x *run) readRefusal(d *dose) {
	r := d.resource
	f := refusal{source: source{kindImmunization, d.id, d.place}, reason: r.Get("statusReason")}
	f.date, _ = day(firstOf(r, []string{"occurrenceDateTime", "recorded"}).Text())
	f.cvx, _ = x.vaccineType(r, r.Get("vaccineCode"))
	x.refusals = append(x.refusals, f)
	text := "this dose was not given"
	if why := f.why(); why != "" {
		text += " (" + why + ")"
	}
	x.issues.add(fhir.Information, fhir.CodeInformational, expression(r, r.Get("status"), ""),
		text+"; it is shown with the recommendation and does not count")
}

// compare orders refusals by day, then by id, then as they came.
func (f refusal) compare(g refusal) int {
	return cmp.Or(cmp.Compare(f.date, g.date), cmp.Compare(f.source.id, g.source.id), cmp.Compare(f.source.place, g.source.place))
}

// why is the reason in words, or else its code.
func (f *refusal) why() string {
	text := f.reason.Get("text").Text()
	for c := f.reason.Get("coding").First(); c.Exists() && text == ""; c = c.Next() {
		if text = c.Get("display").Text(); text == "" {
			text = c.Get("code").Text()
		}
	}
	if !isPlain(text) {
		return ""
	}
	return text
}

// writeRefusals writes the extensions of the doses of a vaccine group that were not
// given.
func (x *run) writeRefusals(group *schedule.VaccineGroup) {
	for i := range x.refusals {
		f := &x.refusals[i]
		if f.date > x.in.AssessmentDate || !x.refuses(f, group) {
			continue
		}
		w := &x.w
		w.next().raw(`{"url":"` + extensionNotGiven + `","extension":[{"url":"immunization","valueReference":`)
		x.writeSource(f.source)
		w.raw(`}`)
		if !f.date.IsZero() {
			w.raw(`,{"url":"date","valueDate":`).date(f.date).raw(`}`)
		}
		for c := f.reason.Get("coding").First(); c.Exists(); c = c.Next() {
			system, code := c.Get("system").Text(), c.Get("code").Text()
			if isToken(system) && isToken(code) {
				w.raw(`,{"url":"reason","valueCoding":{"system":`).str(system).raw(`,"code":`).str(code).raw(`}}`)
			}
		}
		if why := f.why(); why != "" {
			w.raw(`,{"url":"text","valueString":`).str(why).raw(`}`)
		}
		w.raw(`]}`)
	}
}

// writeSource writes a Reference to the resource that a finding comes from.
func (x *run) writeSource(s source) {
	w := &x.w
	if s.kind == kindPatient && s.id == "" {
		w.raw(string(x.reference))
		return
	}
	w.raw(`{"reference":"`).raw(kindNames[s.kind]).raw(`/`)
	if s.id != "" {
		w.raw(s.id)
	} else {
		w.raw(`input-`).int(s.place)
	}
	w.raw(`"}`)
}

// isToken reports whether a text is a URI or code that may be repeated in the answer.
func isToken(s string) bool { return isPlain(s) && !strings.Contains(s, " ") }
