package forecast

import "github.com/jenner-iis/jenner/forecast/schedule"

func (c *compiler) dose(d *dose, data *schedule.SeriesDose) {
	*d = dose{
		data:        data,
		seasonStart: data.SeasonStart,
		afterSeason: after(data.SeasonEnd),
		intervals:   c.intervals(data.Intervals),
		allowable:   c.intervals(data.AllowableIntervals),
		inadvertent: c.vaccineSet(data.InadvertentVaccines),
	}
	for i := range data.Ages {
		a := &data.Ages[i]
		d.ages = append(d.ages, ageRow{
			effective: inForce(a.Effective),
			data:      a,
			absMin:    c.begin(a.AbsoluteMinimum),
			min:       c.begin(a.Minimum),
			earliest:  c.begin(a.EarliestRecommended),
			latest:    c.begin(a.LatestRecommended),
			max:       c.end(a.Maximum),
		})
	}
	for i := range data.PreferableVaccines {
		v := &data.PreferableVaccines[i]
		row := preferableVaccine{vaccineWindow{c.vaccine(v.CVX), c.begin(v.Begin), c.end(v.End)}, v, volume(v.Volume)}
		d.preferables = append(d.preferables, row)
		d.preferable.add(row.vaccine)
	}
	for i := range data.AllowableVaccines {
		v := &data.AllowableVaccines[i]
		row := vaccineWindow{c.vaccine(v.CVX), c.begin(v.Begin), c.end(v.End)}
		d.allowables = append(d.allowables, row)
		d.allowed.add(row.vaccine)
	}
	for i := range data.ConditionalSkips {
		d.skips = append(d.skips, c.skip(&data.ConditionalSkips[i]))
	}
	c.forecastConflicts(d)
}

func (c *compiler) intervals(data []schedule.Interval) []interval {
	var rows []interval
	for i := range data {
		rows = append(rows, interval{
			effective:  inForce(data[i].Effective),
			data:       &data[i],
			mostRecent: c.vaccineSet(data[i].FromMostRecent),
		})
	}
	return rows
}

func (c *compiler) skip(data *schedule.ConditionalSkip) skip {
	s := skip{data: data}
	for i := range data.Sets {
		set := skipSet{effective: inForce(data.Sets[i].Effective), data: &data.Sets[i]}
		for j := range set.data.Conditions {
			x := &set.data.Conditions[j]
			row := skipCondition{
				data:       x,
				begin:      c.begin(x.Begin),
				end:        c.end(x.End),
				start:      x.Start,
				until:      x.Until,
				vaccines:   c.vaccineSet(x.Vaccines),
				anyVaccine: len(x.Vaccines) == 0,
				groups:     c.groupSet(x.SeriesGroups),
			}
			if row.until.IsZero() {
				row.until = never
			}
			set.conditions = append(set.conditions, row)
		}
		s.sets = append(s.sets, set)
	}
	return s
}

// forecastConflicts collects the vaccines that conflict with any preferable
// vaccine of d, and keeps one row for each of them and interval.
func (c *compiler) forecastConflicts(d *dose) {
	seen := make(map[forecastConflict]bool)
	var done vaccineSet
	for _, p := range d.preferables {
		if done.has(p.vaccine) {
			continue
		}
		done.add(p.vaccine)
		for _, x := range c.engine.conflicts[p.vaccine].rows {
			row := forecastConflict{x.previous, x.data.End}
			if seen[row] {
				continue
			}
			seen[row] = true
			d.conflicts = append(d.conflicts, row)
			d.conflictsAny.add(x.previous)
		}
	}
}
