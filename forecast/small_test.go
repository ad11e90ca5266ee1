package forecast_test

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// The tests of single rules run on small schedules of their own, so that a new
// release of the supporting data does not change what they show. A small
// schedule has one antigen, A, of the vaccine group A, and the vaccines 1 to 9,
// of which 9 does not hold A.

// small returns a small schedule with these series, all of series group 1 unless
// they say otherwise.
func small(series ...schedule.Series) *schedule.Schedule {
	s := &schedule.Schedule{
		VaccineGroups: []schedule.VaccineGroup{{Name: "A", Antigens: []string{"A"}}},
		Antigens:      []schedule.Antigen{{Name: "A", VaccineGroup: "A"}},
	}
	for cvx := schedule.CVX(1); cvx <= 8; cvx++ {
		s.Vaccines = append(s.Vaccines, schedule.Vaccine{CVX: cvx, Associations: []schedule.Association{{Antigen: "A"}}})
	}
	s.Antigens = append(s.Antigens, schedule.Antigen{Name: "B", VaccineGroup: "B", Series: []schedule.Series{
		{Name: "b", Type: schedule.Standard, Select: schedule.Select{Default: true, Group: 1}, Doses: []schedule.SeriesDose{anyTime(9)}},
	}})
	s.VaccineGroups = append(s.VaccineGroups, schedule.VaccineGroup{Name: "B", Antigens: []string{"B"}})
	s.Vaccines = append(s.Vaccines, schedule.Vaccine{CVX: 9, Associations: []schedule.Association{{Antigen: "B"}}})
	for _, x := range series {
		if x.Select.Group == 0 {
			x.Select.Group = 1
		}
		if x.Type == 0 {
			x.Type = schedule.Standard
		}
		for i := range x.Doses {
			x.Doses[i].Number = i + 1
		}
		s.Antigens[0].Series = append(s.Antigens[0].Series, x)
	}
	return s
}

// oneSeries is a small schedule of one default series.
func oneSeries(doses ...schedule.SeriesDose) *schedule.Schedule {
	return small(schedule.Series{Name: "a", Select: schedule.Select{Default: true}, Doses: doses})
}

// anyTime is a series dose that the vaccines satisfy at any age from birth.
func anyTime(vaccines ...schedule.CVX) schedule.SeriesDose {
	d := schedule.SeriesDose{Number: 1, Ages: []schedule.Age{{Minimum: calendar.Days(0)}}}
	for _, v := range vaccines {
		d.PreferableVaccines = append(d.PreferableVaccines, schedule.PreferableVaccine{CVX: v, Forecast: true})
	}
	return d
}

// from is a series dose like d from an age on, with 4 days of grace.
func from(d schedule.SeriesDose, minimum calendar.Period) schedule.SeriesDose {
	y, m, w, days := minimum.Parts()
	d.Ages = []schedule.Age{{AbsoluteMinimum: calendar.NewPeriod(y, m, w, days-4), Minimum: minimum}}
	return d
}

// after is a series dose like d at least so long after the previous dose, with 4
// days of grace.
func after(d schedule.SeriesDose, minimum calendar.Period) schedule.SeriesDose {
	y, m, w, days := minimum.Parts()
	d.Intervals = append(d.Intervals, schedule.Interval{
		FromPrevious: true, AbsoluteMinimum: calendar.NewPeriod(y, m, w, days-4), Minimum: minimum,
	})
	return d
}

// skipIf is a series dose like d that is skipped under one condition.
func skipIf(d schedule.SeriesDose, context schedule.SkipContext, conditions ...schedule.SkipCondition) schedule.SeriesDose {
	d.ConditionalSkips = append(d.ConditionalSkips, schedule.ConditionalSkip{
		Context: context, Sets: []schedule.SkipSet{{ID: "1", AllConditions: true, Conditions: conditions}},
	})
	return d
}

// patient is an Input born on 2020-01-01 and assessed on 2025-01-01, with doses
// as "date cvx".
func patient(tb testing.TB, doses ...string) *forecast.Input {
	tb.Helper()
	in := &forecast.Input{
		Patient:        forecast.Patient{BirthDate: date(tb, "2020-01-01"), Sex: schedule.Female},
		AssessmentDate: date(tb, "2025-01-01"),
	}
	for _, d := range doses {
		cvx, ok := schedule.ParseCVX(d[len("2020-01-01 "):])
		if !ok {
			tb.Fatalf("dose %q", d)
		}
		in.Doses = append(in.Doses, forecast.Dose{Date: date(tb, d[:len("2020-01-01")]), CVX: cvx})
	}
	return in
}

// observed adds active observations to an Input.
func observed(in *forecast.Input, codes ...schedule.ObservationCode) *forecast.Input {
	for _, c := range codes {
		in.Observations = append(in.Observations, forecast.Observation{Code: c})
	}
	return in
}

// run makes a forecast by a schedule.
func run(tb testing.TB, s *schedule.Schedule, in *forecast.Input) *forecast.Result {
	tb.Helper()
	e, err := forecast.New(s)
	if err != nil {
		tb.Fatal(err)
	}
	var out forecast.Result
	if err := e.Forecast(in, &out); err != nil {
		tb.Fatal(err)
	}
	return &out
}

// groupOf returns the first forecast of a vaccine group.
func groupOf(tb testing.TB, out *forecast.Result, name string) *forecast.VaccineGroupForecast {
	tb.Helper()
	for i := range out.Forecasts {
		if out.Forecasts[i].Group.Name == name {
			return &out.Forecasts[i]
		}
	}
	tb.Fatalf("no forecast of vaccine group %s", name)
	return nil
}

// evaluationOf returns the one evaluation of a dose.
func evaluationOf(tb testing.TB, out *forecast.Result, dose int) forecast.Evaluation {
	tb.Helper()
	var found []forecast.Evaluation
	for _, e := range out.Evaluations {
		if e.Dose == dose {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		tb.Fatalf("dose %d has %d evaluations, want 1: %+v", dose, len(found), found)
	}
	return found[0]
}

// wantStatus checks the evaluation of a dose; the reasons must be just these.
func wantStatus(tb testing.TB, out *forecast.Result, dose int, status forecast.EvaluationStatus, why forecast.Reasons) {
	tb.Helper()
	if e := evaluationOf(tb, out, dose); e.Status != status || e.Reasons != why {
		tb.Errorf("dose %d is %v (%v), want %v (%v)", dose, e.Status, e.Reasons, status, why)
	}
}

// wantEarliest checks that A is Not Complete from a day.
func wantEarliest(tb testing.TB, out *forecast.Result, day string) {
	tb.Helper()
	if f := groupOf(tb, out, "A"); f.Status != forecast.NotComplete || f.Earliest != date(tb, day) {
		tb.Errorf("A is %v from %v, want Not Complete from %s", f.Status, f.Earliest, day)
	}
}

// wantForecast checks the status of A and why.
func wantForecast(tb testing.TB, out *forecast.Result, status forecast.Status, why forecast.ForecastReasons) {
	tb.Helper()
	if f := groupOf(tb, out, "A"); f.Status != status || f.Reasons != why {
		tb.Errorf("A is %v (%v), want %v (%v)", f.Status, f.Reasons, status, why)
	}
}
