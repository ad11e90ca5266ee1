package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

// relevantSeries is section 5.1, table 5-5: is the antigen series a relevant
// patient series for the patient?
func (r *run) relevantSeries(s *series) bool {
	if s.required != 0 && s.required&r.sex == 0 {
		return false
	}
	if s.data.Type != schedule.Risk {
		return true
	}
	for i := range s.indications {
		x := &s.indications[i]
		if r.active.has(x.data.Code) && r.today.within(r.ages[x.begin], r.ages[x.end]) { // table 5-4
			if r.steps != nil {
				r.stepSpan(Step{Rule: RuleIndication, Row: 1, Observation: x.data.Code}, x.data.Begin, x.data.End)
			}
			return true
		}
	}
	return false
}

// unknownIndications collects the texts of the indications of a group of which
// it is not known whether they apply, while no indication of their series does:
// a clinician may know (table 5-4).
func (r *run) unknownIndications(g *vaccineGroup) []string {
	if r.unknown == (observationSet{}) {
		return nil
	}
	texts := r.textList[:0]
	for _, a := range g.antigens {
		for i := range r.engine.antigens[a].series {
			s := &r.engine.antigens[a].series[i]
			if s.data.Type != schedule.Risk || r.relevantSeries(s) || s.required != 0 && s.required&r.sex == 0 {
				continue
			}
			for j := range s.indications {
				x := &s.indications[j]
				if r.unknown.has(x.data.Code) && r.today.within(r.ages[x.begin], r.ages[x.end]) {
					texts = addText(texts, x.data.Description)
				}
			}
		}
	}
	r.textList = texts
	return r.texts.keep(texts)
}
