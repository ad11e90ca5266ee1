package forecast

import "slices"

// guidance is FORECASTGUIDANCE-1: the administrative guidance of the series of
// recommended antigens, and that of the indications and contraindications whose
// observation is active.
func (r *run) guidance(g *vaccineGroup, contained []*patientSeries) []string {
	texts := r.textList[:0]
	for _, ps := range contained {
		if ps.status != NotComplete {
			continue
		}
		for _, text := range ps.series.data.Guidance {
			texts = addText(texts, text)
		}
	}
	if r.active != (observationSet{}) {
		for _, a := range g.antigens {
			texts = r.observedGuidance(texts, a)
		}
	}
	r.textList = texts
	return r.texts.keep(texts)
}

// observedGuidance adds the guidance of an antigen that active observations bring.
func (r *run) observedGuidance(texts []string, a int) []string {
	for i := range r.byAntigen[a].series {
		s := r.byAntigen[a].series[i].series
		for j := range s.indications {
			if x := s.indications[j].data; r.active.has(x.Code) {
				texts = addText(texts, x.Guidance)
			}
		}
	}
	data := r.engine.antigens[a].data
	for i := range data.Contraindications {
		if x := &data.Contraindications[i]; r.active.has(x.Code) {
			texts = addText(texts, x.Guidance)
		}
	}
	for i := range data.VaccineContraindications {
		if x := &data.VaccineContraindications[i]; r.active.has(x.Code) {
			texts = addText(texts, x.Guidance)
		}
	}
	return texts
}

// addText adds a text that is not empty and not there yet.
func addText(texts []string, text string) []string {
	if text == "" || slices.Contains(texts, text) {
		return texts
	}
	return append(texts, text)
}
