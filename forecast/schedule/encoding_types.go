package schedule

import "github.com/jenner-iis/jenner/forecast/calendar"

// The methods below describe the compact form, a type each, in the order of
// schedule.go. They write and they read: see codec.

func (c *codec) schedule(s *Schedule) {
	c.text(&s.Source.Name)
	c.text(&s.Source.Version)
	number(c, &s.Source.Released)
	list(c, &s.Antigens, (*codec).antigen)
	list(c, &s.VaccineGroups, (*codec).vaccineGroup)
	list(c, &s.Vaccines, (*codec).vaccine)
	list(c, &s.Conflicts, (*codec).conflict)
	list(c, &s.Observations, (*codec).observation)
}

func (c *codec) vaccineGroup(g *VaccineGroup) {
	c.text(&g.Name)
	list(c, &g.Antigens, (*codec).text)
	c.flag(&g.AdministerFull)
}

func (c *codec) vaccine(v *Vaccine) {
	number(c, &v.CVX)
	c.text(&v.Description)
	list(c, &v.Associations, (*codec).association)
}

func (c *codec) association(a *Association) {
	c.text(&a.Antigen)
	c.ages(&a.Begin, &a.End)
}

func (c *codec) conflict(x *Conflict) {
	number(c, &x.Previous)
	number(c, &x.Current)
	c.period(&x.Begin)
	c.period(&x.MinEnd)
	c.period(&x.End)
}

func (c *codec) observation(o *Observation) {
	number(c, &o.Code)
	c.text(&o.Title)
	c.text(&o.Group)
	c.text(&o.IndicationText)
	c.text(&o.ContraindicationText)
	c.text(&o.ClarifyingText)
	list(c, &o.CodedValues, (*codec).codedValue)
}

func (c *codec) codedValue(v *CodedValue) {
	c.text(&v.System)
	c.text(&v.Code)
	c.text(&v.Text)
}

func (c *codec) antigen(a *Antigen) {
	c.text(&a.Name)
	c.text(&a.VaccineGroup)
	list(c, &a.ClinicalHistory, (*codec).clinicalHistory)
	list(c, &a.BirthDateImmunity, (*codec).birthDateImmunity)
	list(c, &a.Contraindications, (*codec).contraindication)
	list(c, &a.VaccineContraindications, (*codec).vaccineContraindication)
	list(c, &a.Series, (*codec).series)
}

func (c *codec) clinicalHistory(h *ClinicalHistory) {
	number(c, &h.Code)
	c.text(&h.Title)
}

func (c *codec) birthDateImmunity(b *BirthDateImmunity) {
	number(c, &b.Before)
	c.text(&b.Country)
	list(c, &b.Exclusions, (*codec).exclusion)
}

func (c *codec) exclusion(x *Exclusion) {
	number(c, &x.Code)
	c.text(&x.Title)
}

func (c *codec) contraindication(x *Contraindication) {
	number(c, &x.Code)
	c.text(&x.Title)
	c.text(&x.Text)
	c.text(&x.Guidance)
	c.ages(&x.Begin, &x.End)
}

func (c *codec) vaccineContraindication(x *VaccineContraindication) {
	number(c, &x.Code)
	c.text(&x.Title)
	c.text(&x.Text)
	c.text(&x.Guidance)
	list(c, &x.Vaccines, (*codec).contraindicatedVaccine)
}

func (c *codec) contraindicatedVaccine(v *ContraindicatedVaccine) {
	number(c, &v.CVX)
	c.ages(&v.Begin, &v.End)
}

func (c *codec) series(s *Series) {
	c.text(&s.Name)
	number(c, &s.Type)
	list(c, &s.Guidance, (*codec).text)
	list(c, &s.EquivalentGroups, number[int])
	number(c, &s.RequiredSex)
	c.selection(&s.Select)
	list(c, &s.Indications, (*codec).indication)
	list(c, &s.Doses, (*codec).seriesDose)
}

func (c *codec) selection(s *Select) {
	c.flag(&s.Default)
	c.flag(&s.ProductPath)
	c.text(&s.GroupName)
	number(c, &s.Group)
	c.text(&s.Priority)
	number(c, &s.Preference)
	c.ages(&s.MinAgeToStart, &s.MaxAgeToStart)
}

func (c *codec) indication(i *Indication) {
	number(c, &i.Code)
	c.text(&i.Title)
	c.text(&i.Description)
	c.text(&i.Guidance)
	c.ages(&i.Begin, &i.End)
}

func (c *codec) seriesDose(d *SeriesDose) {
	number(c, &d.Number)
	c.flag(&d.Recurring)
	number(c, &d.SeasonStart)
	number(c, &d.SeasonEnd)
	list(c, &d.Ages, (*codec).age)
	list(c, &d.Intervals, (*codec).interval)
	list(c, &d.AllowableIntervals, (*codec).interval)
	list(c, &d.PreferableVaccines, (*codec).preferableVaccine)
	list(c, &d.AllowableVaccines, (*codec).allowableVaccine)
	list(c, &d.InadvertentVaccines, number[CVX])
	list(c, &d.ConditionalSkips, (*codec).conditionalSkip)
}

func (c *codec) effective(e *Effective) {
	number(c, &e.From)
	number(c, &e.To)
}

func (c *codec) ages(begin, end *calendar.Period) {
	c.period(begin)
	c.period(end)
}

func (c *codec) age(a *Age) {
	c.period(&a.AbsoluteMinimum)
	c.period(&a.Minimum)
	c.period(&a.EarliestRecommended)
	c.period(&a.LatestRecommended)
	c.period(&a.Maximum)
	c.effective(&a.Effective)
}

func (c *codec) interval(i *Interval) {
	c.flag(&i.FromPrevious)
	number(c, &i.FromTargetDose)
	list(c, &i.FromMostRecent, number[CVX])
	number(c, &i.FromObservation)
	c.period(&i.AbsoluteMinimum)
	c.period(&i.Minimum)
	c.period(&i.EarliestRecommended)
	c.period(&i.LatestRecommended)
	c.flag(&i.Priority)
	c.effective(&i.Effective)
}

func (c *codec) preferableVaccine(v *PreferableVaccine) {
	number(c, &v.CVX)
	c.ages(&v.Begin, &v.End)
	c.text(&v.TradeName)
	c.text(&v.MVX)
	c.text(&v.Volume)
	c.flag(&v.Forecast)
}

func (c *codec) allowableVaccine(v *AllowableVaccine) {
	number(c, &v.CVX)
	c.ages(&v.Begin, &v.End)
}

func (c *codec) conditionalSkip(s *ConditionalSkip) {
	number(c, &s.Context)
	c.flag(&s.AllSets)
	list(c, &s.Sets, (*codec).skipSet)
}

func (c *codec) skipSet(s *SkipSet) {
	c.text(&s.ID)
	c.text(&s.Description)
	c.flag(&s.AllConditions)
	c.effective(&s.Effective)
	list(c, &s.Conditions, (*codec).skipCondition)
}

func (c *codec) skipCondition(x *SkipCondition) {
	c.text(&x.ID)
	number(c, &x.Type)
	c.ages(&x.Begin, &x.End)
	number(c, &x.Start)
	number(c, &x.Until)
	c.period(&x.Interval)
	number(c, &x.Count)
	number(c, &x.CountLogic)
	c.flag(&x.ValidOnly)
	list(c, &x.Vaccines, number[CVX])
	list(c, &x.SeriesGroups, number[int])
}
