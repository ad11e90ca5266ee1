package forecast_test

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Section 4.2.
func TestOrganizeHistory(t *testing.T) {
	s := oneSeries(anyTime(1), anyTime(2))
	t.Run("sorts by date", func(t *testing.T) {
		out := run(t, s, patient(t, "2021-01-01 02", "2020-06-01 01"))
		wantStatus(t, out, 1, forecast.Valid, 0)
		wantStatus(t, out, 0, forecast.Valid, 0)
		if e := evaluationOf(t, out, 0); e.TargetDose != 2 {
			t.Errorf("the later dose has target dose %d, want 2", e.TargetDose)
		}
	})
	t.Run("keeps the order of a day", func(t *testing.T) {
		out := run(t, s, patient(t, "2021-01-01 02", "2021-01-01 01"))
		wantStatus(t, out, 0, forecast.NotValid, forecast.WrongVaccine)
		wantStatus(t, out, 1, forecast.Valid, 0)
	})
	t.Run("outcomes", func(t *testing.T) {
		in := patient(t, "2021-01-01 01", "2021-01-01 99", "2025-01-02 02", "2021-01-02 01")
		in.Doses[3].Date = 0
		out := run(t, s, in)
		want := []forecast.DoseOutcome{forecast.DoseEvaluated, forecast.DoseUnknownVaccine, forecast.DoseAfterAssessment, forecast.DoseUndated}
		for i, o := range out.Doses {
			if o != want[i] {
				t.Errorf("dose %d: %v, want %v", i, o, want[i])
			}
		}
		if out.NextChange != date(t, "2025-01-02") {
			t.Errorf("NextChange = %v, want the day of the dose that is yet to count", out.NextChange)
		}
	})
	t.Run("known vaccine without relevant series", func(t *testing.T) {
		s := small(schedule.Series{Name: "r", Type: schedule.Risk, Doses: []schedule.SeriesDose{anyTime(1)},
			Indications: []schedule.Indication{{Code: 1}}})
		out := run(t, s, patient(t, "2021-01-01 01"))
		if len(out.Evaluations) != 0 || out.Doses[0] != forecast.DoseNotRelevant {
			t.Errorf("%d evaluations, outcome %v, want none and no relevant series", len(out.Evaluations), out.Doses[0])
		}
	})
	t.Run("antigen by age", func(t *testing.T) { // as CVX 121, varicella and zoster
		s := oneSeries(anyTime(1))
		s.Vaccines[0].Associations = []schedule.Association{
			{Antigen: "A", Begin: calendar.Days(0), End: calendar.Years(2)}, {Antigen: "B", Begin: calendar.Years(2)},
		}
		for day, want := range map[string]string{"2021-12-31": "A", "2022-01-01": "B"} {
			if e := evaluationOf(t, run(t, s, patient(t, day+" 01")), 0); e.Antigen.Name != want {
				t.Errorf("on %s the dose holds %s, want %s", day, e.Antigen.Name, want)
			}
		}
	})
}

// Section 4.4.
func TestEvaluateHistory(t *testing.T) {
	t.Run("extraneous after the last dose", func(t *testing.T) {
		out := run(t, oneSeries(anyTime(1)), patient(t, "2021-01-01 01", "2022-01-01 01"))
		wantStatus(t, out, 1, forecast.Extraneous, forecast.SeriesAlreadyComplete)
		if e := evaluationOf(t, out, 1); e.TargetDose != 0 {
			t.Errorf("the extraneous dose has target dose %d, want none", e.TargetDose)
		}
	})
	t.Run("recurring dose in the middle", func(t *testing.T) {
		first := anyTime(1)
		first.Recurring = true
		s := oneSeries(skipIf(first, schedule.SkipEvaluation, schedule.SkipCondition{Type: schedule.SkipByAge, Begin: calendar.Years(3)}), anyTime(1))
		out := run(t, s, patient(t, "2021-01-01 01", "2021-06-01 01", "2023-06-01 01"))
		for i, want := range []int{1, 1, 2} {
			if e := evaluationOf(t, out, i); e.Status != forecast.Valid || e.TargetDose != want {
				t.Errorf("dose %d is %v for target dose %d, want Valid for %d", i, e.Status, e.TargetDose, want)
			}
		}
		wantForecast(t, out, forecast.Complete, forecast.ReasonComplete)
	})
}

// Section 6.1, table 6-3.
func TestDoseCondition(t *testing.T) {
	s := oneSeries(anyTime(1), after(anyTime(1), calendar.Weeks(4)))
	in := patient(t, "2021-01-01 01", "2021-01-10 01", "2021-02-01 01")
	in.Doses[0].Expires = date(t, "2021-01-01") // the last day of use
	in.Doses[1].Expires = date(t, "2021-01-09")
	in.Doses[2].Substandard = true
	out := run(t, s, in)
	wantStatus(t, out, 0, forecast.Valid, 0)
	wantStatus(t, out, 1, forecast.SubStandard, forecast.ExpiredLot)
	wantStatus(t, out, 2, forecast.SubStandard, forecast.SubstandardDose)
	// Neither counts as a previous dose (CALCDTINT-1).
	wantEarliest(t, out, "2021-01-29")
}

// Section 6.3.
func TestInadvertentVaccine(t *testing.T) {
	second := after(anyTime(1), calendar.Weeks(4))
	second.InadvertentVaccines = []schedule.CVX{2}
	s := oneSeries(anyTime(1), second)
	out := run(t, s, patient(t, "2021-01-01 01", "2021-01-05 02"))
	wantStatus(t, out, 1, forecast.NotValid, forecast.InadvertentVaccine)
	wantEarliest(t, out, "2021-01-29") // four weeks from the dose before it
	out = run(t, s, patient(t, "2021-01-01 01", "2021-03-01 02"))
	wantEarliest(t, out, "2021-03-01") // FORECASTDTCAN-1: not before the inadvertent dose itself
}

// Section 6.4, table 6-15.
func TestEvaluateAge(t *testing.T) {
	first := from(anyTime(1), calendar.Months(12))
	first.Ages[0].Maximum = calendar.Years(3)
	s := oneSeries(first)
	for _, tt := range []struct {
		day    string
		status forecast.EvaluationStatus
		why    forecast.Reasons
	}{
		{"2020-12-27", forecast.NotValid, forecast.AgeTooYoung},
		{"2020-12-28", forecast.Valid, forecast.GracePeriodAge},
		{"2020-12-31", forecast.Valid, forecast.GracePeriodAge},
		{"2021-01-01", forecast.Valid, 0},
		{"2022-12-31", forecast.Valid, 0},
		{"2023-01-01", forecast.Extraneous, forecast.AgeTooOld},
	} {
		wantStatus(t, run(t, s, patient(t, tt.day+" 01")), 0, tt.status, tt.why)
	}
	// Table 6-31: too old is extraneous whatever else is wrong.
	wantStatus(t, run(t, s, patient(t, "2023-01-01 02")), 0, forecast.Extraneous, forecast.AgeTooOld|forecast.WrongVaccine)

	bare := anyTime(1)
	bare.Ages = nil
	out := run(t, oneSeries(bare), patient(t, "2019-12-31 01"))
	wantStatus(t, out, 0, forecast.NotValid, forecast.AgeTooYoung)
}

// RELEVANT-1: as the polio row that ends on 2009-08-06, age rows go by the day of
// administration; both ends are included.
func TestEffectiveAge(t *testing.T) {
	first := anyTime(1)
	first.Ages = []schedule.Age{
		{AbsoluteMinimum: calendar.Weeks(18), Minimum: calendar.Weeks(18), Effective: schedule.Effective{To: date(t, "2020-08-06")}},
		{AbsoluteMinimum: calendar.Years(4), Minimum: calendar.Years(4), Effective: schedule.Effective{From: date(t, "2020-08-07")}},
	}
	s := oneSeries(first)
	wantStatus(t, run(t, s, patient(t, "2020-08-06 01")), 0, forecast.Valid, 0)
	wantStatus(t, run(t, s, patient(t, "2020-08-07 01")), 0, forecast.NotValid, forecast.AgeTooYoung)
	wantEarliest(t, run(t, s, patient(t)), "2024-01-01")
}

// Sections 6.5 and 6.6.
func TestEvaluateInterval(t *testing.T) {
	t.Run("all rows must hold", func(t *testing.T) {
		third := after(anyTime(1), calendar.Weeks(4))
		third.Intervals = append(third.Intervals, schedule.Interval{FromTargetDose: 1, AbsoluteMinimum: calendar.Weeks(16), Minimum: calendar.Weeks(16)})
		s := oneSeries(anyTime(1), anyTime(1), third)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 01", "2021-02-01 01", "2021-04-22 01")), 2, forecast.NotValid, forecast.IntervalTooSoon)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 01", "2021-02-01 01", "2021-04-23 01")), 2, forecast.Valid, 0)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 01", "2021-04-01 01", "2021-04-25 01")), 2, forecast.Valid, forecast.GracePeriodInterval)
	})
	t.Run("a row without reference date holds", func(t *testing.T) {
		first := anyTime(1)
		first.Intervals = []schedule.Interval{
			{FromPrevious: true, AbsoluteMinimum: calendar.Years(1)},
			{FromMostRecent: []schedule.CVX{9}, AbsoluteMinimum: calendar.Years(1)},
			{FromObservation: 7, AbsoluteMinimum: calendar.Years(1)},
		}
		wantStatus(t, run(t, oneSeries(first), patient(t, "2020-02-01 01")), 0, forecast.Valid, 0)
	})
	t.Run("from the most recent vaccine of another antigen", func(t *testing.T) { // CALCDTINT-8
		first := anyTime(1)
		first.Intervals = []schedule.Interval{{FromMostRecent: []schedule.CVX{9}, AbsoluteMinimum: calendar.Weeks(8), Minimum: calendar.Weeks(8)}}
		s := oneSeries(first)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 09", "2021-02-25 01")), 1, forecast.NotValid, forecast.IntervalTooSoon)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 09", "2021-02-26 01")), 1, forecast.Valid, 0)
		wantEarliest(t, run(t, s, patient(t, "2024-12-30 09")), "2025-02-24")
	})
	t.Run("from the latest observation", func(t *testing.T) { // CALCDTINT-9
		first := anyTime(1)
		first.Intervals = []schedule.Interval{{FromObservation: 7, AbsoluteMinimum: calendar.Weeks(27), Minimum: calendar.Weeks(27)}}
		in := patient(t)
		for _, day := range []string{"2024-06-01", "2022-01-01", ""} {
			in.Observations = append(in.Observations, forecast.Observation{Code: 7, Date: date(t, day)})
		}
		wantEarliest(t, run(t, oneSeries(first), in), "2024-12-07")
		in.Observations[0].Presence = forecast.Absent
		wantEarliest(t, run(t, oneSeries(first), in), "2022-07-09")
	})
	t.Run("given before the observation", func(t *testing.T) { // CALCDTINT-3: no interval is 01/01/1900
		for _, tt := range []struct {
			absolute, minimum calendar.Period
			want              forecast.EvaluationStatus
			why               forecast.Reasons
		}{
			{calendar.Period{}, calendar.Weeks(32), forecast.Valid, forecast.GracePeriodInterval},
			{calendar.Period{}, calendar.Period{}, forecast.Valid, 0},
			{calendar.Days(0), calendar.Weeks(32), forecast.NotValid, forecast.IntervalTooSoon},
		} {
			first := anyTime(1)
			first.Intervals = []schedule.Interval{{FromObservation: 7, AbsoluteMinimum: tt.absolute, Minimum: tt.minimum}}
			in := patient(t, "2022-10-01 01")
			in.Observations = []forecast.Observation{{Code: 7, Date: date(t, "2024-06-01")}}
			wantStatus(t, run(t, oneSeries(first), in), 0, tt.want, tt.why)
		}
	})
	t.Run("allowable", func(t *testing.T) {
		second := after(anyTime(1), calendar.Months(6))
		second.AllowableIntervals = []schedule.Interval{{FromPrevious: true, AbsoluteMinimum: calendar.Months(4)}}
		s := oneSeries(anyTime(1), second)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 01", "2021-04-30 01")), 1, forecast.NotValid, forecast.IntervalTooSoon)
		wantStatus(t, run(t, s, patient(t, "2021-01-01 01", "2021-05-01 01")), 1, forecast.Valid, 0)
		wantEarliest(t, run(t, s, patient(t, "2021-01-01 01")), "2021-07-01") // never forecast by it
		// An exception without a reference date does not apply.
		second.AllowableIntervals[0] = schedule.Interval{FromTargetDose: 2, AbsoluteMinimum: calendar.Days(0)}
		third := second
		s = oneSeries(anyTime(1), skipIf(anyTime(1), schedule.SkipEvaluation, schedule.SkipCondition{Type: schedule.SkipByAge, Begin: calendar.Days(0)}), third)
		wantStatus(t, run(t, s, patient(t, "2020-01-02 01", "2021-05-01 01")), 0, forecast.Valid, 0)
		wantStatus(t, run(t, s, patient(t, "2021-03-01 01", "2021-05-01 01")), 1, forecast.NotValid, forecast.IntervalTooSoon)
	})
	t.Run("not valid doses count as previous", func(t *testing.T) { // CALCDTINT-1
		s := oneSeries(anyTime(1), after(anyTime(1), calendar.Weeks(4)))
		out := run(t, s, patient(t, "2021-01-01 01", "2021-01-10 01"))
		wantStatus(t, out, 1, forecast.NotValid, forecast.IntervalTooSoon)
		wantEarliest(t, out, "2021-02-07")
	})
	t.Run("extraneous doses do not", func(t *testing.T) {
		second := after(anyTime(1), calendar.Weeks(4))
		second.Ages = []schedule.Age{
			{Maximum: calendar.Years(1), Effective: schedule.Effective{To: date(t, "2021-12-31")}},
			{Effective: schedule.Effective{From: date(t, "2022-01-01")}},
		}
		out := run(t, oneSeries(anyTime(1), second), patient(t, "2020-06-01 01", "2021-12-20 01"))
		wantStatus(t, out, 1, forecast.Extraneous, forecast.AgeTooOld)
		wantEarliest(t, out, "2021-12-20") // the date of the last dose evaluated, not four weeks after it
	})
}

// Section 6.7.
func TestEvaluateConflict(t *testing.T) {
	s := oneSeries(from(anyTime(1), calendar.Months(12)), anyTime(2))
	s.Conflicts = []schedule.Conflict{
		{Previous: 1, Current: 2, Begin: calendar.Days(1), MinEnd: calendar.Days(24), End: calendar.Days(28)},
		{Previous: 9, Current: 1, Begin: calendar.Days(1), MinEnd: calendar.Days(28), End: calendar.Days(30)},
		{Previous: 50, Current: 1, Begin: calendar.Days(1), MinEnd: calendar.Days(30), End: calendar.Days(30)},
	}
	for _, tt := range []struct {
		name   string
		doses  []string
		status forecast.EvaluationStatus
		why    forecast.Reasons
	}{
		{"same day", []string{"2021-02-01 01", "2021-02-01 02"}, forecast.Valid, 0},
		{"next day", []string{"2021-02-01 01", "2021-02-02 02"}, forecast.NotValid, forecast.VaccineConflict},
		{"valid: one day before the minimum end", []string{"2021-02-01 01", "2021-02-24 02"}, forecast.NotValid, forecast.VaccineConflict},
		{"valid: at the minimum end", []string{"2021-02-01 01", "2021-02-25 02"}, forecast.Valid, 0},
		{"other antigen has no status here", []string{"2021-02-01 09", "2021-03-01 01"}, forecast.Valid, 0},
		{"other antigen, before the minimum end", []string{"2021-02-01 09", "2021-02-28 01"}, forecast.NotValid, forecast.VaccineConflict},
		{"vaccine of no antigen", []string{"2021-02-01 50", "2021-03-02 01"}, forecast.NotValid, forecast.VaccineConflict},
		{"vaccine of no antigen, later", []string{"2021-02-01 50", "2021-03-03 01"}, forecast.Valid, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantStatus(t, run(t, s, patient(t, tt.doses...)), 1, tt.status, tt.why)
		})
	}
	t.Run("not valid: the full end", func(t *testing.T) {
		s := oneSeries(anyTime(2))
		s.Conflicts = []schedule.Conflict{{Previous: 1, Current: 2, Begin: calendar.Days(1), MinEnd: calendar.Days(24), End: calendar.Days(28)}}
		out := run(t, s, patient(t, "2021-02-01 01", "2021-02-28 02"))
		wantStatus(t, out, 0, forecast.NotValid, forecast.WrongVaccine)
		wantStatus(t, out, 1, forecast.NotValid, forecast.VaccineConflict)
		wantStatus(t, run(t, s, patient(t, "2021-02-01 01", "2021-03-01 02")), 1, forecast.Valid, 0)
	})
	t.Run("forecast by the full end", func(t *testing.T) {
		wantEarliest(t, run(t, s, patient(t, "2021-02-01 01")), "2021-03-01")
		wantEarliest(t, run(t, s, patient(t, "2021-02-01 09")), "2021-03-03")
	})
}

// Sections 6.8 and 6.9.
func TestEvaluateVaccine(t *testing.T) {
	product := anyTime()
	product.PreferableVaccines = []schedule.PreferableVaccine{
		{CVX: 1, TradeName: "P", MVX: "SKB", Volume: "1.0"}, {CVX: 2, Begin: calendar.Years(1), End: calendar.Years(2), Volume: "0.5"},
	}
	product.AllowableVaccines = []schedule.AllowableVaccine{{CVX: 3, Begin: calendar.Years(1), End: calendar.Years(2)}}
	s := oneSeries(product)
	for _, tt := range []struct {
		name   string
		dose   string
		mvx    string
		volume float64
		status forecast.EvaluationStatus
		why    forecast.Reasons
	}{
		{"the product", "2021-06-01 01", "SKB", 1, forecast.Valid, 0},
		{"another product", "2021-06-01 01", "MSD", 0, forecast.NotValid, forecast.WrongVaccine | forecast.WrongTradeName},
		{"unknown product", "2021-06-01 01", "", 0, forecast.NotValid, forecast.WrongVaccine | forecast.WrongTradeName},
		{"enough", "2021-06-01 02", "", 0.5, forecast.Valid, 0},
		{"too little is only a reason", "2021-06-01 02", "", 0.25, forecast.Valid, forecast.VolumeLessThanRecommended},
		{"before its age", "2020-12-31 02", "", 0, forecast.NotValid, forecast.WrongVaccine},
		{"at the end of its age", "2022-01-01 02", "", 0, forecast.NotValid, forecast.WrongVaccine},
		{"allowable", "2021-01-01 03", "", 0, forecast.Valid, 0},
		{"allowable, before its age", "2020-12-31 03", "", 0, forecast.NotValid, forecast.WrongVaccine},
		{"allowable, at the end of its age", "2022-01-01 03", "", 0, forecast.NotValid, forecast.WrongVaccine},
		{"neither", "2021-06-01 04", "", 0, forecast.NotValid, forecast.WrongVaccine},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := patient(t, tt.dose)
			in.Doses[0].MVX, in.Doses[0].Volume = tt.mvx, tt.volume
			wantStatus(t, run(t, s, in), 0, tt.status, tt.why)
		})
	}
	t.Run("another product that is allowable", func(t *testing.T) {
		product.AllowableVaccines = []schedule.AllowableVaccine{{CVX: 1}}
		wantStatus(t, run(t, oneSeries(product), patient(t, "2021-06-01 01")), 0, forecast.Valid, forecast.WrongTradeName)
	})
}
