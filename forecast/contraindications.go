package forecast

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
