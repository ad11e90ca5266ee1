package schedule

import (
	"fmt"
	"slices"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// antigenFile reads the root element of an AntigenSupportingData file. The file
// names its antigen in each series alone.
func (r *reader) antigenFile(root *element) {
	series := r.all(root, "series")
	if len(series) == 0 {
		r.fail(root, "no series")
		return
	}
	a := Antigen{
		Name:         r.required(series[0], "targetDisease"),
		VaccineGroup: r.required(series[0], "vaccineGroup"),
	}
	r.in(a.Name, func() {
		r.immunity(r.one(root, "immunity"), &a)
		r.contraindications(r.one(root, "contraindications"), &a)
		for _, e := range series {
			r.in(fmt.Sprintf("series %q", r.text(e, "seriesName")), func() {
				if name := r.text(e, "targetDisease"); name != a.Name {
					r.fail(e, "target disease %q differs from that of the first series", name)
				}
				if name := r.text(e, "vaccineGroup"); name != a.VaccineGroup {
					r.fail(e, "vaccine group %q differs from that of the first series", name)
				}
				a.Series = append(a.Series, r.series(e))
			})
		}
		r.done(root)
	})
	if other, ok := r.files[a.Name]; ok {
		r.fail(root, "%s is about %s too", other, a.Name)
	}
	r.files[a.Name] = r.file
	r.schedule.Antigens = append(r.schedule.Antigens, a)
}

func (r *reader) immunity(e *element, a *Antigen) {
	for _, c := range r.all(e, "clinicalHistory") {
		a.ClinicalHistory = append(a.ClinicalHistory, ClinicalHistory{
			Code:  r.observation(c, "guidelineCode"),
			Title: r.text(c, "guidelineTitle"),
		})
		r.done(c)
	}
	for _, c := range r.all(e, "dateOfBirth") {
		b := BirthDateImmunity{Before: r.birthDate(c), Country: r.text(c, "birthCountry")}
		for _, x := range r.all(c, "exclusion") {
			b.Exclusions = append(b.Exclusions, Exclusion{
				Code:  r.observation(x, "exclusionCode"),
				Title: r.text(x, "exclusionTitle"),
			})
			r.done(x)
		}
		r.done(c)
		a.BirthDateImmunity = append(a.BirthDateImmunity, b)
	}
	r.done(e)
}

// birthDate reads immunityBirthDate, the one date that is written MM/DD/YYYY.
func (r *reader) birthDate(e *element) calendar.Date {
	s := r.text(e, "immunityBirthDate")
	t, err := time.Parse("01/02/2006", s)
	if err != nil {
		r.fail(r.one(e, "immunityBirthDate"), "%q is not a date of the form MM/DD/YYYY", s)
		return 0
	}
	return calendar.OfTime(t)
}

func (r *reader) contraindications(e *element, a *Antigen) {
	group := r.one(e, "vaccineGroup")
	for _, c := range r.all(group, "contraindication") {
		a.Contraindications = append(a.Contraindications, Contraindication{
			Code:     r.observation(c, "observationCode"),
			Title:    r.text(c, "observationTitle"),
			Text:     r.text(c, "contraindicationText"),
			Guidance: r.text(c, "contraindicationGuidance"),
			Begin:    r.period(c, "beginAge"),
			End:      r.period(c, "endAge"),
		})
		r.done(c)
	}
	r.done(group)
	vaccine := r.one(e, "vaccine")
	for _, c := range r.all(vaccine, "contraindication") {
		v := VaccineContraindication{
			Code:     r.observation(c, "observationCode"),
			Title:    r.text(c, "observationTitle"),
			Text:     r.text(c, "contraindicationText"),
			Guidance: r.text(c, "contraindicationGuidance"),
		}
		for _, b := range r.all(c, "contraindicatedVaccine") {
			r.text(b, "vaccineType")
			v.Vaccines = append(v.Vaccines, ContraindicatedVaccine{
				CVX:   r.cvx(b, "cvx"),
				Begin: r.period(b, "beginAge"),
				End:   r.period(b, "endAge"),
			})
			r.done(b)
		}
		r.done(c)
		a.VaccineContraindications = append(a.VaccineContraindications, v)
	}
	r.done(vaccine)
	r.done(e)
}

func (r *reader) series(e *element) Series {
	s := Series{
		Name:             r.required(e, "seriesName"),
		Type:             choice(r, e, "seriesType", map[string]SeriesType{"standard": Standard, "risk": Risk, "evaluation only": EvaluationOnly}),
		EquivalentGroups: r.numbers(e, "equivalentSeriesGroups"),
		Select:           r.selectSeries(r.one(e, "selectSeries")),
	}
	for _, g := range r.all(e, "seriesAdminGuidance") {
		if !slices.Contains(s.Guidance, g.text) {
			s.Guidance = append(s.Guidance, g.text)
		}
	}
	for _, g := range r.all(e, "requiredGender") {
		sex, ok := map[string]Sex{"Female": Female, "Male": Male, "Unknown": UnknownSex}[g.text]
		if !ok {
			r.fail(g, "%q is not one of the values known", g.text)
		}
		s.RequiredSex |= sex
	}
	for _, i := range r.all(e, "indication") {
		s.Indications = append(s.Indications, r.indication(i))
	}
	for i, d := range r.all(e, "seriesDose") {
		r.in(fmt.Sprintf("dose %d", i+1), func() {
			s.Doses = append(s.Doses, r.seriesDose(d, i+1))
		})
	}
	r.done(e)
	return s
}

func (r *reader) selectSeries(e *element) Select {
	s := Select{
		Default:       choice(r, e, "defaultSeries", yesOrNo),
		ProductPath:   choice(r, e, "productPath", yesOrNo),
		GroupName:     r.text(e, "seriesGroupName"),
		Group:         r.number(e, "seriesGroup"),
		Priority:      r.text(e, "seriesPriority"),
		Preference:    r.number(e, "seriesPreference"),
		MinAgeToStart: r.period(e, "minAgeToStart"),
		MaxAgeToStart: r.period(e, "maxAgeToStart"),
	}
	r.done(e)
	return s
}

func (r *reader) indication(e *element) Indication {
	o := r.one(e, "observationCode")
	i := Indication{
		Code:        r.observation(o, "code"),
		Title:       r.text(o, "text"),
		Description: r.text(e, "description"),
		Guidance:    r.text(e, "guidance"),
		Begin:       r.period(e, "beginAge"),
		End:         r.period(e, "endAge"),
	}
	r.done(o)
	r.done(e)
	return i
}
