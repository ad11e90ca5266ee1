package immds

import (
	"strings"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// edition is an engine with what the mapping prepares for its supporting data:
// the codes that can be read, and the JSON that every answer repeats.
type edition struct {
	engine   *forecast.Engine
	version  string
	findings findings
	diseases map[string]disease                     // by antigen
	groups   map[string]string                      // vaccine group to its vaccineCode
	vaccines map[schedule.CVX]*vaccine              // those with an antigen
	products map[forecast.RecommendedVaccine]string // vaccineCode of what the schedule recommends by name
	titles   map[schedule.ObservationCode]string
	used     string // the parameters knowledgeBaseUsed and knowledgeBaseVersionUsed
}

// disease is what an antigen protects against.
type disease struct {
	coding  string // JSON; empty if there is no code
	concept string // JSON of a CodeableConcept
}

// vaccine is a vaccine type that the schedule maps to antigens.
type vaccine struct {
	antigens []string
}

func newEdition(engine *forecast.Engine) *edition {
	s := engine.Schedule()
	e := &edition{
		engine:   engine,
		version:  s.Source.Version,
		findings: newFindings(s),
		diseases: map[string]disease{},
		groups:   map[string]string{},
		vaccines: map[schedule.CVX]*vaccine{},
		products: map[forecast.RecommendedVaccine]string{},
		titles:   map[schedule.ObservationCode]string{},
	}
	for _, o := range s.Observations {
		e.titles[o.Code] = o.Title
	}
	for i := range s.Antigens {
		e.addAntigen(s, &s.Antigens[i])
	}
	for i := range s.VaccineGroups {
		name := s.VaccineGroups[i].Name
		e.groups[name] = groupConcept(name)
	}
	for i := range s.Vaccines {
		e.addVaccine(&s.Vaccines[i])
	}
	var w writer
	w.raw(`{"name":"knowledgeBaseUsed","valueCodeableConcept":{"coding":[`).coding(systemKnowledgeBase, knowledgeBase, "").raw(`]`)
	if s.Source.Name != "" {
		w.raw(`,"text":`).str(s.Source.Name)
	}
	w.raw(`}},{"name":"knowledgeBaseVersionUsed","valueString":`).str(s.Source.Version).raw(`}`)
	e.used = string(w.b)
	return e
}

func (e *edition) addAntigen(s *schedule.Schedule, a *schedule.Antigen) {
	var coding, concept writer
	if code := antigenCodes[a.Name]; code != "" {
		coding.coding(systemSNOMED, code, "")
		concept.raw(`{"coding":[`).raw(string(coding.b)).raw(`],"text":`).str(a.Name).raw(`}`)
	} else {
		concept.raw(`{"text":`).str(a.Name).raw(`}`)
	}
	e.diseases[a.Name] = disease{string(coding.b), string(concept.b)}
	for i := range a.Series {
		for j := range a.Series[i].Doses {
			for _, p := range a.Series[i].Doses[j].PreferableVaccines {
				v := forecast.RecommendedVaccine{CVX: p.CVX, MVX: p.MVX, TradeName: p.TradeName}
				if p.Forecast && e.products[v] == "" {
					e.products[v] = productConcept(s, v)
				}
			}
		}
	}
}

func (e *edition) addVaccine(v *schedule.Vaccine) {
	var known vaccine
	for _, a := range v.Associations {
		known.antigens = append(known.antigens, a.Antigen)
	}
	if len(known.antigens) > 0 {
		e.vaccines[v.CVX] = &known
	}
}

// groupConcept is the CodeableConcept of a vaccine group.
func groupConcept(name string) string {
	var w writer
	w.raw(`{`)
	if g, ok := groupCodes[name]; ok {
		w.raw(`"coding":[`).coding(systemCVX, g.cvx, g.display).raw(`],`)
	}
	w.raw(`"text":`).str(strings.TrimSpace(name)).raw(`}`)
	return string(w.b)
}

// productConcept is the CodeableConcept of a vaccine that is recommended by name.
func productConcept(s *schedule.Schedule, v forecast.RecommendedVaccine) string {
	display := ""
	for i := range s.Vaccines {
		if s.Vaccines[i].CVX == v.CVX {
			display = s.Vaccines[i].Description
		}
	}
	var w writer
	w.raw(`{"coding":[`).coding(systemCVX, v.CVX.String(), display).raw(`]`)
	if v.TradeName != "" {
		w.raw(`,"text":`).str(v.TradeName)
	} else if display != "" {
		w.raw(`,"text":`).str(display)
	}
	w.raw(`}`)
	return string(w.b)
}
