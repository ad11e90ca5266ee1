package schedule

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// problem is something in a schedule that cannot be meant, with where it is.
type problem struct {
	antigen string // empty if it is in the schedule file
	text    string
}

// checker collects problems. It walks a schedule as it stands, so that what was
// read from a file and what was decoded pass the same checks.
type checker struct {
	schedule     *Schedule
	antigens     map[string]*Antigen
	groups       map[string]*VaccineGroup
	vaccines     map[CVX]*Vaccine
	observations map[ObservationCode]bool
	antigen      *Antigen
	where        string
	problems     []problem
}

// check returns what is wrong with a schedule: references that lead nowhere,
// things given twice, and ages, intervals and dates that contradict each other.
func check(s *Schedule) []problem {
	c := &checker{
		schedule:     s,
		antigens:     make(map[string]*Antigen),
		groups:       make(map[string]*VaccineGroup),
		vaccines:     make(map[CVX]*Vaccine),
		observations: make(map[ObservationCode]bool),
	}
	for i := range s.Antigens {
		c.antigens[s.Antigens[i].Name] = &s.Antigens[i]
	}
	c.scheduleFile()
	for i := range s.Antigens {
		c.antigen = &s.Antigens[i]
		c.antigenFile()
	}
	return c.problems
}

func (c *checker) fail(format string, args ...any) {
	p := problem{text: fmt.Sprintf(format, args...)}
	if c.antigen != nil {
		p.antigen = c.antigen.Name
	}
	if c.where != "" {
		p.text = c.where + ": " + p.text
	}
	c.problems = append(c.problems, p)
}

func (c *checker) scheduleFile() {
	s := c.schedule
	for i := range s.Observations {
		o := &s.Observations[i]
		if c.observations[o.Code] {
			c.fail("observation %s is given twice", o.Code)
		}
		c.observations[o.Code] = true
	}
	for i := range s.VaccineGroups {
		g := &s.VaccineGroups[i]
		if c.groups[g.Name] != nil {
			c.fail("vaccine group %q is given twice", g.Name)
		}
		c.groups[g.Name] = g
		if len(g.Antigens) == 0 {
			c.fail("vaccine group %q has no antigen", g.Name)
		}
		for _, name := range g.Antigens {
			if a := c.antigens[name]; a == nil {
				c.fail("vaccine group %q holds antigen %q, for which there is no file", g.Name, name)
			} else if a.VaccineGroup != g.Name {
				c.fail("vaccine group %q holds antigen %q, whose series belong to %q", g.Name, name, a.VaccineGroup)
			}
		}
	}
	for i := range s.Vaccines {
		v := &s.Vaccines[i]
		c.where = fmt.Sprintf("cvxMap %s", v.CVX)
		if c.vaccines[v.CVX] != nil {
			c.fail("is given twice")
		}
		c.vaccines[v.CVX] = v
		for _, a := range v.Associations {
			if c.antigens[a.Antigen] == nil {
				c.fail("names antigen %q, for which there is no file", a.Antigen)
			}
			c.window("association", a.Begin, a.End)
		}
	}
	for i := range s.Conflicts {
		x := &s.Conflicts[i]
		c.where = fmt.Sprintf("liveVirusConflict %s after %s", x.Current, x.Previous)
		// The vaccines need not be in cvxToAntigenMap: BCG conflicts, and is
		// not forecast.
		if !x.Begin.Present() || !x.MinEnd.Present() || !x.End.Present() {
			c.fail("lacks an interval")
		}
		c.ascending("interval", x.Begin, x.MinEnd, x.End)
	}
	c.where = ""
}

func (c *checker) antigenFile() {
	a := c.antigen
	switch g := c.groups[a.VaccineGroup]; {
	case g == nil:
		c.fail("vaccine group %q is not in the schedule file", a.VaccineGroup)
	case !slices.Contains(g.Antigens, a.Name):
		c.fail("vaccine group %q does not hold the antigen by vaccineGroupToAntigenMap: it would never be forecast", g.Name)
	}
	for _, h := range a.ClinicalHistory {
		c.observed("clinicalHistory", h.Code)
	}
	for _, b := range a.BirthDateImmunity {
		for _, x := range b.Exclusions {
			c.observed("exclusion", x.Code)
		}
	}
	for _, x := range a.Contraindications {
		c.observed("contraindication", x.Code)
		c.window("contraindication "+x.Code.String(), x.Begin, x.End)
	}
	for _, x := range a.VaccineContraindications {
		c.observed("contraindication", x.Code)
		for _, v := range x.Vaccines {
			c.known(v.CVX)
			c.window("contraindication "+x.Code.String(), v.Begin, v.End)
		}
	}
	names := make(map[string]bool)
	for i := range a.Series {
		s := &a.Series[i]
		c.where = fmt.Sprintf("series %q", s.Name)
		if names[s.Name] {
			c.fail("is given twice")
		}
		names[s.Name] = true
		c.series(s)
	}
	c.where = ""
}

func (c *checker) series(s *Series) {
	if s.Select.Group == 0 {
		c.fail("has no seriesGroup")
	}
	if len(s.Doses) == 0 {
		c.fail("has no doses")
	}
	for _, g := range s.EquivalentGroups {
		c.seriesGroup("equivalentSeriesGroups", g)
	}
	c.window("age to start", s.Select.MinAgeToStart, s.Select.MaxAgeToStart)
	if s.Type == Risk && len(s.Indications) == 0 {
		c.fail("is a risk series without an indication")
	}
	for _, i := range s.Indications {
		c.observed("indication", i.Code)
		c.window("indication "+i.Code.String(), i.Begin, i.End)
	}
	for i := range s.Doses {
		c.where = fmt.Sprintf("series %q, dose %d", s.Name, i+1)
		c.dose(s, &s.Doses[i])
	}
}

func (c *checker) dose(s *Series, d *SeriesDose) {
	if d.SeasonStart != 0 && d.SeasonEnd != 0 && d.SeasonStart > d.SeasonEnd {
		c.fail("seasonalRecommendation starts %s and ends %s", d.SeasonStart, d.SeasonEnd)
	}
	for i, a := range d.Ages {
		c.ascending("age", a.AbsoluteMinimum, a.Minimum, a.EarliestRecommended, a.LatestRecommended)
		c.window("age", a.AbsoluteMinimum, a.Maximum)
		c.window("age", a.Minimum, a.Maximum)
		c.effective("age", a.Effective)
		for _, b := range d.Ages[:i] {
			if overlap(a.Effective, b.Effective) {
				c.fail("two age rows are in effect at one time")
			}
		}
	}
	for _, x := range d.Intervals {
		c.interval("interval", d, x)
	}
	for _, x := range d.AllowableIntervals {
		c.interval("allowableInterval", d, x)
	}
	for _, v := range d.PreferableVaccines {
		c.seen("preferableVaccine", v.CVX)
		c.window("preferableVaccine "+v.CVX.String(), v.Begin, v.End)
	}
	for _, v := range d.AllowableVaccines {
		c.seen("allowableVaccine", v.CVX)
		c.window("allowableVaccine "+v.CVX.String(), v.Begin, v.End)
	}
	for _, v := range d.InadvertentVaccines {
		c.seen("inadvertentVaccine", v)
	}
	if len(d.PreferableVaccines)+len(d.AllowableVaccines) == 0 {
		c.fail("no vaccine can satisfy it")
	}
	for _, x := range d.ConditionalSkips {
		c.skip(s, x)
	}
}

func (c *checker) interval(element string, d *SeriesDose, x Interval) {
	if x.FromTargetDose >= d.Number {
		c.fail("%s counts from target dose %d", element, x.FromTargetDose)
	}
	if x.FromObservation != 0 {
		c.observed(element, x.FromObservation)
	}
	for _, v := range x.FromMostRecent {
		c.known(v)
	}
	c.ascending(element, x.AbsoluteMinimum, x.Minimum, x.EarliestRecommended, x.LatestRecommended)
	c.effective(element, x.Effective)
}

func (c *checker) skip(of *Series, s ConditionalSkip) {
	if len(s.Sets) == 0 {
		c.fail("conditionalSkip has no set")
	}
	for _, set := range s.Sets {
		c.effective("conditionalSkip set "+set.ID, set.Effective)
		if len(set.Conditions) == 0 {
			c.fail("conditionalSkip set %s has no condition", set.ID)
		}
		for _, x := range set.Conditions {
			c.window("conditionalSkip set "+set.ID, x.Begin, x.End)
			if x.Start != 0 && x.Until != 0 && x.Start > x.Until {
				c.fail("conditionalSkip set %s starts %s and ends %s", set.ID, x.Start, x.Until)
			}
			for _, v := range x.Vaccines {
				c.known(v)
			}
			for _, g := range x.SeriesGroups {
				c.seriesGroup("conditionalSkip set "+set.ID, g)
				if g >= of.Select.Group {
					c.fail("conditionalSkip set %s asks whether series group %d is complete, which is evaluated after group %d", set.ID, g, of.Select.Group)
				}
			}
		}
	}
}

func (c *checker) known(v CVX) {
	if c.vaccines[v] == nil {
		c.fail("vaccine %s is not in cvxToAntigenMap", v)
	}
}

// seen checks that a dose of a vaccine would come before the series that names it.
func (c *checker) seen(element string, v CVX) {
	known := c.vaccines[v]
	if known == nil {
		c.known(v)
		return
	}
	if !slices.ContainsFunc(known.Associations, func(a Association) bool { return a.Antigen == c.antigen.Name }) {
		c.fail("%s %s does not hold the antigen by cvxToAntigenMap: no dose of it would be evaluated", element, v)
	}
}

func (c *checker) observed(element string, code ObservationCode) {
	if !c.observations[code] {
		c.fail("%s asks for observation %s, which is not in the schedule file", element, code)
	}
}

func (c *checker) seriesGroup(element string, group int) {
	for i := range c.antigen.Series {
		if c.antigen.Series[i].Select.Group == group {
			return
		}
	}
	c.fail("%s names series group %d, which no series of the antigen belongs to", element, group)
}

func (c *checker) effective(element string, e Effective) {
	if e.From != 0 && e.To != 0 && e.From > e.To {
		c.fail("%s is effective from %s and ends %s", element, e.From, e.To)
	}
}

// window checks that a begin does not come after its end. They may be equal:
// CDC's data uses such a window, which holds for nobody.
func (c *checker) window(element string, begin, end calendar.Period) {
	c.possible(element, begin)
	c.possible(element, end)
	if begin.Present() && end.Present() && begin.Compare(end) > 0 {
		c.fail("%s begins at %s and ends at %s", element, begin, end)
	}
}

// ascending checks that of the periods present none is shorter than one before.
func (c *checker) ascending(element string, periods ...calendar.Period) {
	var last calendar.Period
	for _, p := range periods {
		c.possible(element, p)
		if last.Present() && p.Present() && p.Compare(last) < 0 {
			c.fail("%s: %s where at least %s is expected", element, p, last)
		}
		if p.Present() {
			last = p
		}
	}
}

// oldest is longer than anyone lives.
var oldest = calendar.Years(150)

// possible checks that a period lies within a life.
func (c *checker) possible(element string, p calendar.Period) {
	if p.Present() && (p.Compare(calendar.Days(0)) < 0 || p.Compare(oldest) > 0) {
		c.fail("%s: %s is not possible", element, p)
	}
}

// overlap reports whether there is a day on which both are in force.
func overlap(a, b Effective) bool {
	return max(a.From, b.From) <= min(cmp.Or(a.To, calendar.Max), cmp.Or(b.To, calendar.Max))
}
