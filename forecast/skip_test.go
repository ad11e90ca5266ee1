package forecast_test

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// count is a condition that more than n doses were given.
func count(n int) schedule.SkipCondition {
	return schedule.SkipCondition{Type: schedule.SkipByVaccineCount, CountLogic: schedule.GreaterThan, Count: n}
}

// targetOf returns the series dose that A's forecast is for; 0 if it has none.
func targetOf(t *testing.T, out *forecast.Result) int {
	t.Helper()
	return groupOf(t, out, "A").Series[0].TargetDose
}

// Section 6.2 and its use in 7.1 and 7.6.
func TestConditionalSkip(t *testing.T) {
	age := schedule.SkipCondition{Type: schedule.SkipByAge, Begin: calendar.Years(4), End: calendar.Years(6)}
	never := schedule.SkipCondition{Type: schedule.SkipByAge, Begin: calendar.Years(100)}
	always := schedule.SkipCondition{Type: schedule.SkipByAge, Begin: calendar.Days(0)}

	t.Run("age, by context", func(t *testing.T) {
		for _, tt := range []struct {
			context  schedule.SkipContext
			given    int // target dose of the dose of 2024, at 4 years
			forecast int // target dose at 5 years
		}{
			{schedule.SkipEvaluation, 2, 1}, {schedule.SkipForecast, 1, 2}, {schedule.SkipBoth, 2, 2},
		} {
			s := oneSeries(skipIf(anyTime(1), tt.context, age), anyTime(1), anyTime(1))
			if e := evaluationOf(t, run(t, s, patient(t, "2024-01-01 01")), 0); e.TargetDose != tt.given {
				t.Errorf("context %v: the dose is for target dose %d, want %d", tt.context, e.TargetDose, tt.given)
			}
			if got := targetOf(t, run(t, s, patient(t))); got != tt.forecast {
				t.Errorf("context %v: forecast of target dose %d, want %d", tt.context, got, tt.forecast)
			}
		}
		s := oneSeries(skipIf(anyTime(1), schedule.SkipBoth, age), anyTime(1))
		if e := evaluationOf(t, run(t, s, patient(t, "2023-12-31 01")), 0); e.TargetDose != 1 {
			t.Errorf("before the begin age the dose is for target dose %d, want 1", e.TargetDose)
		}
	})
	t.Run("both elements of a dose are kept", func(t *testing.T) {
		d := skipIf(skipIf(anyTime(1), schedule.SkipEvaluation, never), schedule.SkipForecast, always)
		if got := targetOf(t, run(t, oneSeries(d, anyTime(1)), patient(t))); got != 2 {
			t.Errorf("forecast of target dose %d, want 2", got)
		}
		d = skipIf(skipIf(anyTime(1), schedule.SkipForecast, never), schedule.SkipEvaluation, always)
		if e := evaluationOf(t, run(t, oneSeries(d, anyTime(1)), patient(t, "2021-01-01 01")), 0); e.TargetDose != 2 {
			t.Errorf("the dose is for target dose %d, want 2", e.TargetDose)
		}
	})
	t.Run("sets and conditions", func(t *testing.T) {
		set := func(all bool, conditions ...schedule.SkipCondition) schedule.SkipSet {
			return schedule.SkipSet{AllConditions: all, Conditions: conditions}
		}
		past, future := set(false, always), set(false, always)
		past.Effective.To = date(t, "2024-12-31")
		future.Effective.From = date(t, "2025-01-02")
		for _, tt := range []struct {
			name    string
			allSets bool
			sets    []schedule.SkipSet
			want    bool
		}{
			{"any condition", false, []schedule.SkipSet{set(false, never, always)}, true},
			{"all conditions", false, []schedule.SkipSet{set(true, never, always)}, false},
			{"all conditions hold", false, []schedule.SkipSet{set(true, always, age)}, true},
			{"no condition holds", false, []schedule.SkipSet{set(false, never, never)}, false},
			{"any set", false, []schedule.SkipSet{set(true, never), set(true, always)}, true},
			{"all sets", true, []schedule.SkipSet{set(true, never), set(true, always)}, false},
			{"all sets hold", true, []schedule.SkipSet{set(true, age), set(true, always)}, true},
			{"a set that has ended", false, []schedule.SkipSet{past}, false},
			{"a set to come", false, []schedule.SkipSet{future}, false},
			{"all sets in force", true, []schedule.SkipSet{past, set(true, always)}, true},
			{"no set in force", true, []schedule.SkipSet{past, future}, false},
		} {
			d := anyTime(1)
			d.ConditionalSkips = []schedule.ConditionalSkip{{Context: schedule.SkipBoth, AllSets: tt.allSets, Sets: tt.sets}}
			if got := targetOf(t, run(t, oneSeries(d, anyTime(1)), patient(t))) == 2; got != tt.want {
				t.Errorf("%s: skipped %v, want %v", tt.name, got, tt.want)
			}
		}
	})
	t.Run("interval", func(t *testing.T) { // CALCDTSKIP-5
		d := skipIf(anyTime(1), schedule.SkipEvaluation, schedule.SkipCondition{Type: schedule.SkipByInterval, Interval: calendar.Months(5)})
		s := oneSeries(anyTime(1), d, anyTime(1))
		for second, want := range map[string]int{"2021-05-31": 2, "2021-06-01": 3} {
			if e := evaluationOf(t, run(t, s, patient(t, "2021-01-01 01", second+" 01")), 1); e.TargetDose != want {
				t.Errorf("on %s the dose is for target dose %d, want %d", second, e.TargetDose, want)
			}
		}
		// The immediate previous dose counts, whatever it was worth.
		if e := evaluationOf(t, run(t, s, patient(t, "2021-01-01 01", "2021-03-01 02", "2021-06-01 01")), 2); e.TargetDose != 2 {
			t.Errorf("after a dose that was not valid the dose is for target dose %d, want 2", e.TargetDose)
		}
		d.ConditionalSkips[0].Context = schedule.SkipBoth
		if got := targetOf(t, run(t, oneSeries(d, anyTime(1)), patient(t))); got != 1 {
			t.Errorf("without any dose target dose %d is forecast, want 1", got)
		}
	})
	t.Run("count", func(t *testing.T) {
		valid, some, dated, aged := count(0), count(0), count(0), count(0)
		valid.ValidOnly = true
		some.Vaccines = []schedule.CVX{9, 2}
		dated.Start, dated.Until = date(t, "2021-06-01"), date(t, "2021-07-01")
		aged.Begin, aged.End = calendar.Years(1), calendar.Years(2)
		equal, less := count(1), count(1)
		equal.CountLogic, less.CountLogic = schedule.EqualTo, schedule.LessThan
		validSome := some
		validSome.ValidOnly = true
		for _, tt := range []struct {
			name  string
			c     schedule.SkipCondition
			doses []string
			want  bool
		}{
			{"more than none", count(0), []string{"2021-01-01 01"}, true},
			{"not more than one", count(1), []string{"2021-01-01 01"}, false},
			{"of any worth", count(0), []string{"2021-01-01 02"}, true},
			{"valid only, not valid", valid, []string{"2021-01-01 02"}, false},
			{"valid only, valid", valid, []string{"2021-01-01 01"}, true},
			{"doses of the antigen", count(0), []string{"2021-01-01 09"}, false},
			{"listed, of another antigen", some, []string{"2021-01-01 09"}, true},
			{"not listed", some, []string{"2021-01-01 01"}, false},
			{"listed and valid here", validSome, []string{"2021-01-01 09"}, false},
			{"by date, before", dated, []string{"2021-05-31 01"}, false},
			{"by date, first day", dated, []string{"2021-06-01 01"}, true},
			{"by date, end day", dated, []string{"2021-07-01 01"}, false},
			{"by age, before", aged, []string{"2020-12-31 01"}, false},
			{"by age, first day", aged, []string{"2021-01-01 01"}, true},
			{"by age, end day", aged, []string{"2022-01-01 01"}, false},
			{"equal", equal, []string{"2021-01-01 01"}, true},
			{"not equal", equal, []string{"2021-01-01 01", "2021-02-01 02"}, false},
			{"less", less, nil, true},
			{"not less", less, []string{"2021-01-01 01"}, false},
		} {
			// The dose recurs, so that it is the one to forecast however many
			// valid doses there are, until it is skipped.
			d := skipIf(anyTime(1), schedule.SkipForecast, tt.c)
			d.Recurring = true
			skipped := targetOf(t, run(t, oneSeries(d, anyTime(1)), patient(t, tt.doses...))) == 2
			if skipped != tt.want {
				t.Errorf("%s: skipped %v, want %v", tt.name, skipped, tt.want)
			}
		}
	})
	t.Run("only doses before the one evaluated count", func(t *testing.T) {
		s := oneSeries(skipIf(anyTime(1), schedule.SkipEvaluation, count(0)), anyTime(1))
		out := run(t, s, patient(t, "2021-01-01 01", "2021-02-01 01"))
		if e := evaluationOf(t, out, 0); e.TargetDose != 1 {
			t.Errorf("the first dose is for target dose %d, want 1", e.TargetDose)
		}
	})
	t.Run("completed series", func(t *testing.T) {
		early := schedule.Series{Name: "early", Select: schedule.Select{Default: true, Group: 1}, Doses: []schedule.SeriesDose{anyTime(1)}}
		late := schedule.Series{Name: "late", Select: schedule.Select{Default: true, Group: 2}, Doses: []schedule.SeriesDose{
			skipIf(anyTime(2), schedule.SkipBoth, schedule.SkipCondition{Type: schedule.SkipByCompletedSeries, SeriesGroups: []int{1}}), anyTime(2),
		}}
		s := small(late, early) // the order of the file does not matter
		for _, tt := range []struct {
			doses []string
			want  int
		}{{nil, 1}, {[]string{"2021-01-01 01"}, 2}} {
			out := run(t, s, patient(t, tt.doses...))
			for _, f := range out.Forecasts {
				if f.SeriesGroup == 2 && f.Group.Name == "A" && f.Series[0].TargetDose != tt.want {
					t.Errorf("with doses %v the late series forecasts target dose %d, want %d", tt.doses, f.Series[0].TargetDose, tt.want)
				}
			}
		}
	})
	t.Run("all skipped", func(t *testing.T) {
		s := oneSeries(skipIf(anyTime(1), schedule.SkipBoth, always))
		wantForecast(t, run(t, s, patient(t)), forecast.NotRecommended, forecast.ReasonHistory)
	})
	t.Run("at the earliest date", func(t *testing.T) { // 7.6
		// The second dose is not needed from 5 years on, and cannot be given before.
		second := skipIf(from(anyTime(1), calendar.Years(5)), schedule.SkipForecast, schedule.SkipCondition{Type: schedule.SkipByAge, Begin: calendar.Years(5)})
		s := oneSeries(anyTime(1), second, from(anyTime(1), calendar.Years(6)))
		in := patient(t, "2021-01-01 01")
		in.AssessmentDate = date(t, "2022-01-01")
		out := run(t, s, in)
		if got := targetOf(t, out); got != 3 {
			t.Errorf("forecast of target dose %d, want 3", got)
		}
		wantEarliest(t, out, "2026-01-01")
	})
	t.Run("a recurring dose that is skipped does not come again", func(t *testing.T) {
		d := skipIf(anyTime(1), schedule.SkipForecast, count(0))
		d.Recurring = true
		wantForecast(t, run(t, oneSeries(d), patient(t, "2021-01-01 01")), forecast.Complete, forecast.ReasonComplete)
	})
}
