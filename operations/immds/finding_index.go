package immds

import (
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// findings finds what codes mean: by the schedule's coded values, and by the clinical
// tables.
type findings struct {
	known map[schedule.ObservationCode]bool
	coded map[coding][]meaning
	// qualifiers are PHIN VS codes that speak of "this vaccine" (VXC20: allergy to
	// a previous dose of it). The vaccine is named by a CVX code beside them, and
	// then that code finds the observation. Alone they mean only those
	// observations that are not about one vaccine.
	qualifiers map[string]bool
	// products holds the CVX codes of what is given and is no vaccine.
	products map[schedule.CVX]bool
	// immunity holds the observations that are evidence of immunity (section 7.2).
	immunity map[term]bool
}

// coding is a code with its system.
type coding struct {
	system system
	code   string
}

func newFindings(s *schedule.Schedule) findings {
	f := findings{
		known:      map[schedule.ObservationCode]bool{},
		coded:      map[coding][]meaning{},
		qualifiers: map[string]bool{},
		products:   map[schedule.CVX]bool{},
		immunity:   map[term]bool{},
	}
	for i := range s.Observations {
		f.addObservation(&s.Observations[i])
	}
	for i := range s.Antigens {
		for _, h := range s.Antigens[i].ClinicalHistory {
			f.immunity[term(h.Code)] = true
		}
	}
	for c, list := range clinical().codes {
		for _, m := range list {
			if !m.term.isObservation() || f.known[schedule.ObservationCode(m.term)] {
				f.coded[c] = append(f.coded[c], m)
			}
		}
	}
	for c, list := range f.coded {
		for _, m := range list {
			if c.system == cvx && m.term.isObservation() && clinical().policies[m.term].given {
				code, _ := schedule.ParseCVX(c.code)
				f.products[code] = true
			}
		}
	}
	return f
}

// addObservation adds the coded values of an observation of the schedule.
func (f *findings) addObservation(o *schedule.Observation) {
	f.known[o.Code] = true
	if clinical().policies[o.Code].parts {
		return
	}
	ofVaccine := false
	for _, v := range o.CodedValues {
		ofVaccine = ofVaccine || publishedSystems[v.System] == cvx
	}
	for _, v := range o.CodedValues {
		s := publishedSystems[v.System]
		c := coding{s, normalCode(s, v.Code)}
		switch {
		case s == noSystem, clinical().never[codedTerm{c, term(o.Code)}]:
		case s == phinVS && ofVaccine:
			f.qualifiers[v.Code] = true
		default:
			f.coded[c] = append(f.coded[c], meaning{term: term(o.Code)})
		}
	}
}

// meanings calls visit for everything that a code means. ICD-10-CM codes mean, too, what
// the categories above them do.
func (f *findings) meanings(s system, code string, visit func(m *meaning)) {
	code = normalCode(s, code)
	list := f.coded[coding{s, code}]
	for i := range list {
		visit(&list[i])
	}
	if s != icd10 {
		return
	}
	for n := len(code); n >= 3; n-- {
		list := f.coded[coding{s, code[:n] + "*"}]
		for i := range list {
			visit(&list[i])
		}
	}
}
