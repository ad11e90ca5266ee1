package forecast_test

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// chosen returns the name of the series that A's first forecast is of.
func chosen(t *testing.T, s *schedule.Schedule, in *forecast.Input) string {
	t.Helper()
	for _, f := range run(t, s, in).Forecasts {
		if f.Group.Name == "A" {
			return f.Series[0].Series.Name
		}
	}
	return ""
}

// series is a standard series of doses of one vaccine, each a year after the one
// before.
func series(name string, vaccine schedule.CVX, doses int) schedule.Series {
	s := schedule.Series{Name: name, Select: schedule.Select{Preference: 1}}
	for i := range doses {
		d := anyTime(vaccine)
		if i > 0 {
			d = after(d, calendar.Years(1))
		}
		s.Doses = append(s.Doses, d)
	}
	return s
}

// with returns s changed.
func with(s schedule.Series, change func(*schedule.Series)) schedule.Series {
	change(&s)
	return s
}

func byDefault(s *schedule.Series)   { s.Select.Default = true }
func productPath(s *schedule.Series) { s.Select.ProductPath = true }

func preference(n int) func(*schedule.Series) {
	return func(s *schedule.Series) { s.Select.Preference = n }
}

func inGroup(n int, equivalent ...int) func(*schedule.Series) {
	return func(s *schedule.Series) { s.Select.Group, s.EquivalentGroups = n, equivalent }
}

func risk(priority string) func(*schedule.Series) {
	return func(s *schedule.Series) {
		s.Type, s.Select.Priority = schedule.Risk, priority
		s.Indications = []schedule.Indication{{Code: 1}}
	}
}

// Sections 8.1 and 8.2.
func TestPrioritizedSeries(t *testing.T) {
	a, b := series("a", 1, 2), series("b", 2, 2)
	for _, tt := range []struct {
		name   string
		series []schedule.Series
		doses  []string
		want   string
	}{
		{"default without doses", []schedule.Series{a, with(b, byDefault)}, nil, "b"},
		{"the one with a valid dose", []schedule.Series{a, with(b, byDefault)}, []string{"2021-01-01 01"}, "a"},
		{"the complete one", []schedule.Series{with(a, byDefault), b}, []string{"2021-01-01 01", "2021-01-02 02", "2022-02-01 02"}, "b"},
		{"no doses and no default", []schedule.Series{with(a, preference(2)), b}, nil, "b"},
		{"first valid dose before the maximum age to start", []schedule.Series{
			with(a, func(s *schedule.Series) { s.Select.MaxAgeToStart = calendar.Years(2) }), with(b, byDefault),
		}, []string{"2021-12-31 01"}, "a"},
		{"first valid dose at the maximum age to start", []schedule.Series{
			with(a, func(s *schedule.Series) { s.Select.MaxAgeToStart = calendar.Years(2) }), with(b, byDefault),
		}, []string{"2022-01-01 01"}, "b"},
		{"a default that is too young to start is none", []schedule.Series{
			with(with(a, byDefault), func(s *schedule.Series) { s.Select.MinAgeToStart = calendar.Years(50) }),
		}, nil, ""},
		{"evaluation only until it is complete", []schedule.Series{
			with(a, func(s *schedule.Series) { s.Type = schedule.EvaluationOnly }), with(b, byDefault),
		}, []string{"2021-01-01 01"}, "b"},
		{"evaluation only once it is complete", []schedule.Series{
			with(a, func(s *schedule.Series) { s.Type = schedule.EvaluationOnly }), with(b, byDefault),
		}, []string{"2021-01-01 01", "2022-01-01 01"}, "a"},
	} {
		if got := chosen(t, small(tt.series...), patient(t, tt.doses...)); got != tt.want {
			t.Errorf("%s: series %q, want %q", tt.name, got, tt.want)
		}
	}
	t.Run("contraindicated series", func(t *testing.T) { // SELECTB-24
		s := small(with(a, byDefault), b)
		s.Antigens[0].VaccineContraindications = []schedule.VaccineContraindication{{Code: 81, Vaccines: []schedule.ContraindicatedVaccine{{CVX: 1}}}}
		if got := chosen(t, s, observed(patient(t, "2021-01-01 01", "2021-01-02 02"), 81)); got != "b" {
			t.Errorf("series %q, want b: a is contraindicated", got)
		}
		s.Antigens[0].Contraindications = []schedule.Contraindication{{Code: 81}}
		out := run(t, s, observed(patient(t, "2021-01-01 01", "2021-01-02 02"), 81))
		wantForecast(t, out, forecast.Contraindicated, forecast.ReasonContraindicated)
	})
	t.Run("priority of risk series", func(t *testing.T) { // SELECTSCORE-2
		s := small(with(a, risk("B")), with(b, risk("A")))
		if got := chosen(t, s, observed(patient(t, "2021-01-01 01"), 1)); got != "b" {
			t.Errorf("series %q, want b: its priority is better", got)
		}
		s.Antigens[0].Series[1].Doses[0].Ages[0].Maximum = calendar.Years(3)
		in := observed(patient(t, "2021-01-01 01"), 1)
		if got := chosen(t, s, in); got != "a" {
			t.Errorf("series %q, want a: b is aged out", got)
		}
		in.Options.Literal = forecast.AgedOutRiskPriority
		if got := chosen(t, s, in); got != "b" {
			t.Errorf("series %q, want b to the letter", got)
		}
	})
}

// Sections 8.3 to 8.7. Every condition of the tables decides once.
func TestScore(t *testing.T) {
	a, b := series("a", 1, 3), series("b", 1, 3)
	both := func(s schedule.Series) schedule.Series { // also takes vaccine 2
		for i := range s.Doses {
			s.Doses[i].PreferableVaccines = anyTime(1, 2).PreferableVaccines
		}
		return s
	}
	shorter := series("b", 1, 2)
	quicker := series("b", 1, 3)
	quicker.Doses[2].Intervals[0].Minimum = calendar.Months(6)
	quicker.Doses[2].Intervals[0].AbsoluteMinimum = calendar.Months(6)
	endless := series("b", 1, 3)
	ends := series("a", 1, 3)
	ends.Doses[2].Ages[0].Maximum = calendar.NewPeriod(2, 0, 0, 0)
	bothComplete := series("b", 1, 1)
	started := []string{"2021-01-01 01"}
	for _, tt := range []struct {
		name   string
		series []schedule.Series
		doses  []string
		want   string
	}{
		{"complete: most valid doses", []schedule.Series{bothComplete, series("a", 1, 2)}, []string{"2021-01-01 01", "2022-01-01 01"}, "a"},
		{"complete: preference", []schedule.Series{with(series("a", 1, 1), preference(2)), bothComplete}, started, "b"},
		{"in process: product path", []schedule.Series{with(a, preference(1)), with(with(b, productPath), preference(2))}, started, "b"},
		{"in process: product path with a dose that is not valid", []schedule.Series{with(a, preference(1)), with(with(b, productPath), preference(2))},
			[]string{"2021-01-01 01", "2021-02-01 01"}, "a"},
		{"in process: completable", []schedule.Series{ends, with(endless, preference(2))}, started, "b"},
		{"in process: most valid doses", []schedule.Series{series("a", 1, 5), with(both(series("b", 1, 6)), preference(2))},
			[]string{"2021-01-01 01", "2022-01-01 02"}, "b"},
		{"in process: closest to completion", []schedule.Series{a, with(shorter, preference(2))}, started, "b"},
		{"in process: finishes earliest", []schedule.Series{a, with(quicker, preference(2))}, []string{"2021-01-01 01", "2022-01-01 01"}, "b"},
		{"in process: preference", []schedule.Series{with(a, preference(2)), with(b, preference(1))}, started, "b"},
		{"in process: blank preference comes last", []schedule.Series{with(a, preference(0)), with(b, preference(9))}, started, "b"},
		{"in process: order of the file", []schedule.Series{b, a}, started, "b"},
		{"no valid doses: starts earliest", []schedule.Series{with(a, func(s *schedule.Series) {
			s.Doses = append([]schedule.SeriesDose{from(anyTime(1), calendar.Years(6))}, s.Doses[1:]...)
		}), with(b, preference(2))}, nil, "b"},
		{"no valid doses: completable", []schedule.Series{with(ends, func(s *schedule.Series) {
			s.Doses = append([]schedule.SeriesDose(nil), s.Doses...)
			s.Doses[2].Ages = []schedule.Age{{Maximum: calendar.Months(6)}}
		}), with(b, preference(2))}, nil, "b"},
		{"no valid doses: not a product path", []schedule.Series{with(a, productPath), with(b, preference(2))}, nil, "b"},
		{"aged out with valid doses: most valid doses", []schedule.Series{agedOut("a", 1, 3), with(agedOut("b", 1, 4), preference(2))},
			[]string{"2021-01-01 01", "2022-01-01 01"}, "a"},
	} {
		if got := chosen(t, small(tt.series...), patient(t, tt.doses...)); got != tt.want {
			t.Errorf("%s: series %q, want %q", tt.name, got, tt.want)
		}
	}
}

// agedOut is a series of which nobody older than 3 years can have another dose.
func agedOut(name string, vaccine schedule.CVX, doses int) schedule.Series {
	s := series(name, vaccine, doses)
	for i := range s.Doses {
		s.Doses[i].Ages = []schedule.Age{{Minimum: calendar.Days(0), Maximum: calendar.Years(3)}}
	}
	return s
}

// Section 8.8, table 8-14.
func TestBestSeries(t *testing.T) {
	standard := with(with(series("standard", 1, 2), byDefault), inGroup(1, 2))
	atRisk := with(with(series("risk", 2, 1), risk("A")), inGroup(2, 1))
	names := func(s *schedule.Schedule, in *forecast.Input) (list string) {
		for _, f := range run(t, s, in).Forecasts {
			if f.Group.Name == "A" {
				list += " " + f.Series[0].Series.Name
			}
		}
		return list
	}
	for _, tt := range []struct {
		name   string
		series []schedule.Series
		doses  []string
		want   string
	}{
		{"risk goes before an equivalent standard", []schedule.Series{standard, atRisk}, nil, " risk"},
		{"both where they are not equivalent", []schedule.Series{with(standard, inGroup(1)), with(atRisk, inGroup(2))}, nil, " risk standard"},
		{"the relation has a direction", []schedule.Series{with(standard, inGroup(1)), atRisk}, nil, " risk standard"},
		{"an equivalent that is complete", []schedule.Series{standard, atRisk}, []string{"2021-01-01 01", "2022-01-01 01"}, " standard"},
		{"both complete", []schedule.Series{standard, atRisk}, []string{"2021-01-01 01", "2022-01-01 01", "2023-01-01 02"}, " risk standard"},
	} {
		if got := names(small(tt.series...), observed(patient(t, tt.doses...), 1)); got != tt.want {
			t.Errorf("%s: best series%s, want%s", tt.name, got, tt.want)
		}
	}
}

// What is first in a group, and the dose number over both kinds of series.
func TestActFirst(t *testing.T) {
	standard := with(with(series("standard", 1, 2), byDefault), inGroup(1))
	atRisk := with(with(series("risk", 2, 2), risk("A")), inGroup(2))
	for _, tt := range []struct {
		name   string
		series []schedule.Series
		doses  []string
		want   string
	}{
		{"risk", []schedule.Series{standard, atRisk}, nil, "risk"},
		{"risk, though complete", []schedule.Series{standard, with(atRisk, func(s *schedule.Series) { s.Doses = s.Doses[:1] })}, []string{"2021-01-01 02"}, "risk"},
		{"risk aged out, standard complete", []schedule.Series{standard, with(with(agedOut("risk", 2, 2), risk("A")), inGroup(2))},
			[]string{"2021-01-01 01", "2022-01-01 01"}, "standard"},
		{"risk aged out, standard not complete", []schedule.Series{standard, with(with(agedOut("risk", 2, 2), risk("A")), inGroup(2))}, nil, "risk"},
		{"of two standard ones the one that asks for a dose", []schedule.Series{
			with(with(agedOut("child", 1, 2), byDefault), inGroup(1)), with(with(series("adult", 1, 1), byDefault), inGroup(2)),
		}, nil, "adult"},
	} {
		if got := chosen(t, small(tt.series...), observed(patient(t, tt.doses...), 1)); got != tt.want {
			t.Errorf("%s: first is %q, want %q", tt.name, got, tt.want)
		}
	}
	t.Run("dose number", func(t *testing.T) {
		s := small(standard, atRisk)
		in := observed(patient(t, "2021-01-01 01", "2021-02-01 02"), 1)
		if f := groupOf(t, run(t, s, in), "A"); f.SeriesType != schedule.Risk || f.DoseNumber != 3 {
			t.Errorf("%v, dose number %d, want Risk and 3: a dose of each series", f.SeriesType, f.DoseNumber)
		}
		in.Options.Literal = forecast.SharedDoseNumber
		if f := groupOf(t, run(t, s, in), "A"); f.DoseNumber != 2 {
			t.Errorf("dose number %d to the letter, want 2", f.DoseNumber)
		}
	})
}
