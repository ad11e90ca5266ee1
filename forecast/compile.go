package forecast

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// What the engine's sets and small integers can hold.
const (
	maxAntigens    = 64
	maxSeriesGroup = 63
	maxSeriesDoses = 100
)

// compiler turns a schedule into the engine's tables.
type compiler struct {
	engine   *Engine
	ages     map[calendar.Period]age
	antigens map[string]int
	err      error
}

func compile(s *schedule.Schedule) (*Engine, error) {
	c := &compiler{
		engine:   &Engine{schedule: s, ages: make([]calendar.Period, 2)},
		ages:     make(map[calendar.Period]age),
		antigens: make(map[string]int),
	}
	if len(s.Antigens) > maxAntigens {
		return nil, fmt.Errorf("compile schedule: %d antigens, more than %d", len(s.Antigens), maxAntigens)
	}
	for i := range s.Antigens {
		c.antigens[s.Antigens[i].Name] = i
	}
	c.vaccines()
	c.engine.antigens = make([]antigen, len(s.Antigens))
	for i := range s.Antigens {
		c.antigen(&c.engine.antigens[i], i)
	}
	for i := range s.VaccineGroups {
		g := vaccineGroup{data: &s.VaccineGroups[i]}
		for _, name := range g.data.Antigens {
			g.antigens = append(g.antigens, c.antigenIndex(name))
		}
		c.engine.groups = append(c.engine.groups, g)
	}
	if c.err != nil {
		return nil, fmt.Errorf("compile schedule: %w", c.err)
	}
	return c.engine, nil
}

func (c *compiler) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// vaccines numbers the vaccines and compiles what belongs to each of them.
func (c *compiler) vaccines() {
	e := c.engine
	e.associations = make([][]association, 1)
	for _, v := range e.schedule.Vaccines {
		c.number(v.CVX)
	}
	for _, x := range e.schedule.Conflicts {
		c.number(x.Previous)
		c.number(x.Current)
	}
	for _, v := range e.schedule.Vaccines {
		n := c.vaccine(v.CVX)
		for _, a := range v.Associations {
			e.associations[n] = append(e.associations[n], association{c.antigenIndex(a.Antigen), c.begin(a.Begin), c.end(a.End)})
		}
	}
	e.conflicts = make([]conflicts, len(e.associations))
	for i := range e.schedule.Conflicts {
		x := &e.schedule.Conflicts[i]
		into := &e.conflicts[c.vaccine(x.Current)]
		previous := c.vaccine(x.Previous)
		into.previous.add(previous)
		into.rows = append(into.rows, conflict{previous, x})
		into.longest = max(into.longest, mostDays(x.MinEnd), mostDays(x.End))
	}
	for i := range e.conflicts {
		e.conflicts[i].index(len(e.associations))
	}
}

// index sorts the rows by conflicting vaccine and notes where each starts.
func (c *conflicts) index(vaccines int) {
	if len(c.rows) == 0 {
		return
	}
	slices.SortStableFunc(c.rows, func(a, b conflict) int { return cmp.Compare(a.previous, b.previous) })
	c.starts = make([]uint16, vaccines+1)
	for v, i := 0, 0; v < vaccines; v++ {
		for i < len(c.rows) && int(c.rows[i].previous) == v {
			i++
		}
		c.starts[v+1] = uint16(i)
	}
}

// number gives a vaccine the next number, unless it has one.
func (c *compiler) number(x schedule.CVX) {
	e := c.engine
	n := len(e.associations)
	switch {
	case int(x) >= len(e.byCVX):
		c.fail("vaccine %s is out of range", x)
	case e.byCVX[x] != 0:
	case n == len(vaccineSet{})*64:
		c.fail("more than %d vaccines", n-1)
	default:
		e.byCVX[x] = vaccine(n)
		e.associations = append(e.associations, nil)
	}
}

func (c *compiler) antigenIndex(name string) int {
	i, ok := c.antigens[name]
	if !ok {
		c.fail("antigen %q is not in the schedule", name)
	}
	return i
}

func (c *compiler) vaccine(x schedule.CVX) vaccine {
	v := c.engine.vaccine(x)
	if v == 0 {
		c.fail("vaccine %s is not in the schedule", x)
	}
	return v
}

func (c *compiler) vaccineSet(list []schedule.CVX) (s vaccineSet) {
	for _, x := range list {
		s.add(c.vaccine(x))
	}
	return s
}

// begin numbers the age at which something begins.
func (c *compiler) begin(p calendar.Period) age {
	if !p.Present() {
		return noAge
	}
	n, ok := c.ages[p]
	if !ok {
		n = age(len(c.engine.ages))
		c.ages[p] = n
		c.engine.ages = append(c.engine.ages, p)
	}
	return n
}

// end numbers the age at which something ends.
func (c *compiler) end(p calendar.Period) age {
	if !p.Present() {
		return neverAge
	}
	return c.begin(p)
}

// after returns the first day after the last day of something.
func after(last calendar.Date) calendar.Date {
	if last.IsZero() {
		return never
	}
	return last + 1
}

func inForce(e schedule.Effective) effective { return effective{e.From, after(e.To)} }

func (c *compiler) groupSet(groups []int) (set uint64) {
	for _, g := range groups {
		if g < 1 || g > maxSeriesGroup {
			c.fail("series group %d is out of range", g)
			continue
		}
		set |= 1 << g
	}
	return set
}

func (c *compiler) antigen(a *antigen, index int) {
	a.data, a.index = &c.engine.schedule.Antigens[index], index
	for _, h := range a.data.ClinicalHistory {
		a.immunity.add(h.Code)
		a.asked.add(h.Code)
	}
	for _, b := range a.data.BirthDateImmunity {
		x := birthDate{before: b.Before, country: normalCountry(b.Country)}
		for _, e := range b.Exclusions {
			x.exclusions.add(e.Code)
		}
		a.birthDates = append(a.birthDates, x)
	}
	for i := range a.data.Contraindications {
		x := &a.data.Contraindications[i]
		a.contras = append(a.contras, contraindication{x, c.begin(x.Begin), c.end(x.End)})
		a.asked.add(x.Code)
	}
	for i := range a.data.VaccineContraindications {
		x := vaccineContraindication{data: &a.data.VaccineContraindications[i]}
		for _, v := range x.data.Vaccines {
			x.vaccines = append(x.vaccines, vaccineWindow{c.vaccine(v.CVX), c.begin(v.Begin), c.end(v.End)})
		}
		a.vaccineBars = append(a.vaccineBars, x)
		a.asked.add(x.data.Code)
	}
	a.series = make([]series, len(a.data.Series))
	for i := range a.series {
		c.series(&a.series[i], a, i)
	}
	slices.SortStableFunc(a.series, func(s, t series) int { return cmp.Compare(s.group, t.group) })
}

func (c *compiler) series(s *series, a *antigen, index int) {
	d := &a.data.Series[index]
	*s = series{
		data:       d,
		antigen:    a,
		index:      index,
		group:      d.Select.Group,
		equivalent: c.groupSet(d.EquivalentGroups),
		required:   d.RequiredSex,
		minStart:   c.begin(d.Select.MinAgeToStart),
		maxStart:   c.end(d.Select.MaxAgeToStart),
		doses:      make([]dose, len(d.Doses)),
	}
	c.groupSet([]int{s.group})
	c.engine.seriesGroups = max(c.engine.seriesGroups, s.group)
	if n := len(d.Doses); n == 0 || n > maxSeriesDoses {
		c.fail("series %q has %d doses", d.Name, n)
	}
	for i := range d.Indications {
		x := &d.Indications[i]
		s.indications = append(s.indications, indication{x, c.begin(x.Begin), c.end(x.End)})
	}
	for i := range s.doses {
		c.dose(&s.doses[i], &d.Doses[i])
		s.preferable.union(&s.doses[i].preferable)
	}
}

// mostDays returns the largest number of days that a period can take.
func mostDays(p calendar.Period) calendar.Date {
	years, months, weeks, days := p.Parts()
	return calendar.Date((years*12+months)*31 + weeks*7 + days)
}

// volume reads a recommended volume; what is not a number recommends none.
func volume(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}

// normalCountry brings the spellings of the United States to one.
func normalCountry(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	switch s {
	case "U.S.", "U.S.A.", "USA", "UNITED STATES", "UNITED STATES OF AMERICA":
		return "US"
	}
	return s
}
