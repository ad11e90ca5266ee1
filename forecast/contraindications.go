package forecast

import (
	"slices"

	"github.com/jenner-iis/jenner/forecast/schedule"
)

// determineContraindications is section 7.3 for an antigen: the antigen
// contraindication that applies, if any, and the vaccines that are barred by
// vaccine contraindications. A contraindication of which it is not known whether
// it applies does not.
func (r *run) determineContraindications(a *antigen) (contra *contraindication, barred vaccineSet) {
	if !a.asked.meets(&r.active) {
		return nil, barred
	}
	for i := range a.contras { // table 7-5
		x := &a.contras[i]
		if contra == nil && r.active.has(x.data.Code) && r.today.within(r.ages[x.begin], r.ages[x.end]) {
			contra = x
		}
	}
	for i := range a.vaccineBars { // table 7-6
		x := &a.vaccineBars[i]
		if !r.active.has(x.data.Code) {
			continue
		}
		for _, v := range x.vaccines {
			if r.today.within(r.ages[v.begin], r.ages[v.end]) {
				barred.add(v.vaccine)
			}
		}
	}
	return contra, barred
}

// stepContraindication records why a series is contraindicated: by a contraindication
// of the antigen or, vaccine by vaccine, by one of each.
func (r *run) stepContraindication(f *antigenForecast, s *series) {
	if r.steps == nil {
		return
	}
	if f.contra != nil {
		x := f.contra.data
		r.stepSpan(Step{Rule: RuleContraindication, Row: 1, Observation: x.Code}, x.Begin, x.End)
		return
	}
	var told vaccineSet
	for i := range s.doses {
		for _, p := range s.doses[i].preferables {
			if !told.has(p.vaccine) {
				told.add(p.vaccine)
				r.stepBarred(p.vaccine, p.data.CVX)
			}
		}
	}
	r.steps.add(Step{Rule: RuleContraindication, Row: 2, Verdict: Yes, Dose: -1, Date: r.today.now})
}

// stepBarred records the contraindications for which a vaccine is barred, one for each
// antigen in it that has any, and once for the series of a group.
func (r *run) stepBarred(v vaccine, cvx schedule.CVX) {
	if r.steps == nil || slices.ContainsFunc(r.steps.uncut(), func(s Step) bool {
		return s.Rule == RuleVaccineContraindication && s.CVX == cvx
	}) {
		return
	}
	for _, a := range r.engine.associations[v] {
		f, e := &r.byAntigen[a.antigen], &r.engine.antigens[a.antigen]
		s := Step{Rule: RuleVaccineContraindication, Row: 1, CVX: cvx}
		if f.contra != nil {
			s.Observation = f.contra.data.Code
			r.stepSpan(s, f.contra.data.Begin, f.contra.data.End)
		} else if i, j := r.barring(e, v); i >= 0 {
			x := e.vaccineBars[i].data
			s.Observation = x.Code
			r.stepSpan(s, x.Vaccines[j].Begin, x.Vaccines[j].End)
		}
	}
}

// barring returns which vaccine contraindication bars a vaccine, and which of its
// vaccines that is; -1 if none does. It asks no clock: what it finds has been asked.
func (r *run) barring(a *antigen, v vaccine) (int, int) {
	for i := range a.vaccineBars {
		if !r.active.has(a.vaccineBars[i].data.Code) {
			continue
		}
		for j, w := range a.vaccineBars[i].vaccines {
			if w.vaccine == v && r.ages[w.begin] <= r.today.now && r.today.now < r.ages[w.end] {
				return i, j
			}
		}
	}
	return -1, -1
}

// unknownContraindications collects the texts of the contraindications of a group
// of which it is not known whether they apply: a clinician may know (tables 7-5
// and 7-6).
func (r *run) unknownContraindications(g *vaccineGroup) []string {
	if r.unknown == (observationSet{}) {
		return nil
	}
	texts := r.textList[:0]
	for _, index := range g.antigens {
		a := &r.engine.antigens[index]
		for i := range a.contras {
			x := &a.contras[i]
			if r.unknown.has(x.data.Code) && r.today.within(r.ages[x.begin], r.ages[x.end]) {
				texts = addText(texts, x.data.Text)
			}
		}
		for i := range a.vaccineBars {
			x := &a.vaccineBars[i]
			if !r.unknown.has(x.data.Code) {
				continue
			}
			for _, v := range x.vaccines {
				if r.today.within(r.ages[v.begin], r.ages[v.end]) {
					texts = addText(texts, x.data.Text)
				}
			}
		}
	}
	r.textList = texts
	return r.texts.keep(texts)
}

// contraindicated is table 7-7: is the relevant patient series contraindicated?
// It is, too, when every preferable vaccine of all its doses is barred.
func (f *antigenForecast) contraindicated(s *series) bool {
	return f.contra != nil || s.preferable != (vaccineSet{}) && s.preferable.within(&f.barred)
}
