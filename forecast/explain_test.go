package forecast_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// explained makes a forecast with its steps.
func explained(tb testing.TB, in *forecast.Input) *forecast.Result {
	tb.Helper()
	with := *in
	with.Options.Explain = true
	return forecastOf(tb, &with)
}

// TestExplainChangesNothing compares answers with and without steps.
func TestExplainChangesNothing(t *testing.T) {
	r := newRandom(11)
	for range rounds(500) {
		in := r.patient()
		want, got := forecastOf(t, in), explained(t, in)
		for i := range got.Evaluations {
			got.Evaluations[i].Steps, got.Evaluations[i].ValidFrom = nil, 0
		}
		for i := range got.Forecasts {
			got.Forecasts[i].Steps = nil
			for j := range got.Forecasts[i].Series {
				got.Forecasts[i].Series[j].Steps = nil
			}
		}
		if diff := differs(want, got); diff != "" {
			t.Fatalf("the answer changes when it is explained (-without +with):\n%s", diff)
		}
	}
}

// TestSteps recomputes every step of random answers from its own values.
func TestSteps(t *testing.T) {
	r := newRandom(12)
	seen := make(map[forecast.Rule]bool)
	for range rounds(1500) {
		in := r.patient()
		out := explained(t, in)
		for _, e := range out.Evaluations {
			if len(e.Steps) == 0 {
				t.Fatalf("dose %d in %q has no steps", e.Dose, e.Series.Name)
			}
			for _, s := range e.Steps {
				seen[s.Rule] = true
				checkStep(t, in, s)
			}
			checkLast(t, e)
		}
		for _, f := range out.Forecasts {
			for _, s := range f.Steps {
				seen[s.Rule] = true
				checkStep(t, in, s)
			}
			for _, x := range f.Series {
				if len(x.Steps) == 0 {
					t.Fatalf("the forecast of %q has no steps", x.Series.Name)
				}
				for _, s := range x.Steps {
					seen[s.Rule] = true
					checkStep(t, in, s)
				}
				checkDates(t, x)
			}
		}
	}
	for rule := forecast.RuleIndication; rule <= forecast.RuleVaccineGroupDoseNumber; rule++ {
		if !seen[rule] {
			t.Errorf("no step of %v (%d)", rule, rule)
		}
		if rule.Section() == "" || rule.String() == "" {
			t.Errorf("rule %d has no place in the specification", rule)
		}
	}
}

// checkStep recomputes a step.
func checkStep(t *testing.T, in *forecast.Input, s forecast.Step) {
	t.Helper()
	if s.Period.Present() && s.From.Add(s.Period) != s.Limit {
		t.Fatalf("%v: %v + %v = %v, the step says %v", s.Rule, s.From, s.Period, s.From.Add(s.Period), s.Limit)
	}
	if s.EndPeriod.Present() && s.From.Add(s.EndPeriod) != s.End {
		t.Fatalf("%v: %v + %v = %v, the step says %v", s.Rule, s.From, s.EndPeriod, s.From.Add(s.EndPeriod), s.End)
	}
	switch s.Rule {
	case forecast.RuleIndication, forecast.RuleContraindication, forecast.RuleVaccineContraindication:
		checkObserved(t, in, s)
		return
	case forecast.RuleSkipCount:
		checkCount(t, in, s)
		return
	}
	if s.Dose >= 0 && s.From != 0 && in.Doses[s.Dose].Date != s.From {
		t.Fatalf("%v: counts from %v, dose %d was given on %v", s.Rule, s.From, s.Dose, in.Doses[s.Dose].Date)
	}
	if s.Date == 0 || s.Limit == 0 {
		return
	}
	reached := s.Date >= s.Limit
	var want bool
	switch s.Rule {
	case forecast.RuleAbsoluteMinimumAge, forecast.RuleMinimumAge, forecast.RuleAbsoluteMinimumInterval, forecast.RuleMinimumInterval,
		forecast.RuleAllowableInterval, forecast.RuleBirth, forecast.RuleSkipInterval:
		want = s.Verdict == forecast.Yes
	case forecast.RuleMaximumAge:
		want = s.Verdict == forecast.No
	case forecast.RuleConflict:
		if s.Verdict == forecast.Yes && s.Date == s.From {
			return // the same day is before the conflict begins
		}
		want = s.Verdict == forecast.Yes
	case forecast.RuleLotExpiration:
		if !(s.Date > s.Limit) {
			t.Fatalf("a dose of %v is expired after %v", s.Date, s.Limit)
		}
		return
	case forecast.RuleForecastNeed:
		if s.Verdict == forecast.No && s.Row != 6 && !reached {
			t.Fatalf("table 7-10, column %d: %v is before %v", s.Row, s.Date, s.Limit)
		}
		return
	default:
		return
	}
	if reached != want {
		t.Fatalf("%v: verdict %v for %v against %v", s.Rule, s.Verdict, s.Date, s.Limit)
	}
}

// checkDates works out the dates of a forecast by hand, from the days in its steps, and
// expects those that it has (FORECASTDTCAN-1, FORECASTDT-1 to -6).
func checkDates(t *testing.T, f forecast.SeriesForecast) {
	t.Helper()
	if f.Status != forecast.NotComplete {
		return
	}
	var binding, byAge, byInterval, lateByAge, lateByInterval, latest calendar.Date
	for _, s := range f.Steps {
		switch {
		case s.Rule == forecast.RuleSkip && s.Verdict == forecast.Yes: // on to the next target dose
			binding, byAge, byInterval, lateByAge, lateByInterval, latest = 0, 0, 0, 0, 0, 0
		case s.Date != 0: // it judges a dose
		case slices.Contains(bindingRules, s.Rule):
			binding = max(binding, s.Limit)
		case s.Rule == forecast.RuleCandidateEarliest && s.Limit != binding:
			t.Fatalf("%q: the days that bind are up to %v, the candidate earliest date is %v", f.Series.Name, binding, s.Limit)
		case s.Rule == forecast.RuleEarliestRecommendedAge:
			byAge = s.Limit
		case s.Rule == forecast.RuleEarliestRecommendedInterval:
			byInterval = max(byInterval, s.Limit)
		case s.Rule == forecast.RuleLatestRecommendedAge:
			lateByAge = s.Limit
		case s.Rule == forecast.RuleLatestRecommendedInterval:
			lateByInterval = max(lateByInterval, s.Limit)
		case s.Rule == forecast.RuleLatest:
			latest = s.Limit
		}
	}
	want := forecast.Dates{Earliest: binding, UnadjustedRecommended: firstThatIs(byAge, byInterval, binding), Latest: latest}
	want.Recommended = max(binding, want.UnadjustedRecommended)
	if late := firstThatIs(lateByAge, lateByInterval); late != 0 {
		want.UnadjustedPastDue, want.PastDue = late-1, max(binding, late-1)
	}
	for _, d := range []*calendar.Date{&want.Earliest, &want.UnadjustedRecommended, &want.Recommended, &want.UnadjustedPastDue, &want.PastDue, &want.Latest} {
		*d = min(*d, calendar.Max)
	}
	if want != f.Dates {
		t.Fatalf("%q: by its steps the dates are %+v, they are %+v\n%+v", f.Series.Name, want, f.Dates, f.Steps)
	}
}

// bindingRules give the days before which a dose cannot be given.
var bindingRules = []forecast.Rule{forecast.RuleMinimumAge, forecast.RuleMinimumInterval, forecast.RuleForecastConflict,
	forecast.RuleSeason, forecast.RuleInadvertentDate, forecast.RuleLastDose}

func firstThatIs(days ...calendar.Date) calendar.Date {
	for _, d := range days {
		if d != 0 {
			return d
		}
	}
	return 0
}

// checkObserved checks that the patient has the observation of a step, and is of the age
// at which it counts.
func checkObserved(t *testing.T, in *forecast.Input, s forecast.Step) {
	t.Helper()
	if s.Rule == forecast.RuleContraindication && s.Row == 2 {
		return // every vaccine has a step of its own before it
	}
	has := slices.ContainsFunc(in.Observations, func(o forecast.Observation) bool {
		return o.Code == s.Observation && o.Presence == forecast.Present
	})
	if !has || s.Date != in.AssessmentDate || s.Verdict != forecast.Yes {
		t.Fatalf("%v: rests on observation %v of %v, verdict %v; the patient has %v on %v", s.Rule, s.Observation, s.Date, s.Verdict, in.Observations, in.AssessmentDate)
	}
	if s.Limit != 0 && s.Date < s.Limit || s.End != 0 && s.Date >= s.End {
		t.Fatalf("%v: %v is not from %v until %v", s.Rule, s.Date, s.Limit, s.End)
	}
	if (s.Rule == forecast.RuleVaccineContraindication) != (s.CVX != 0) {
		t.Fatalf("%v: vaccine %v", s.Rule, s.CVX)
	}
}

// checkCount recomputes the verdict on a number of doses, and counts again those that
// lie between the ages and days of the step: they are as many where any dose of a list
// of vaccines counts and a forecast asks, as it does for a day to come.
func checkCount(t *testing.T, in *forecast.Input, s forecast.Step) {
	t.Helper()
	x := s.Condition
	met := map[schedule.CountLogic]bool{schedule.GreaterThan: s.Count > x.Count, schedule.EqualTo: s.Count == x.Count, schedule.LessThan: s.Count < x.Count}[x.CountLogic]
	if s.Wanted != x.Count || met != (s.Verdict == forecast.Yes) {
		t.Fatalf("%v: %d against %d (logic %d), verdict %v", s.Rule, s.Count, s.Wanted, x.CountLogic, s.Verdict)
	}
	n := 0
	for _, d := range in.Doses {
		if d.Date < calendar.Min || d.Date > in.AssessmentDate || d.Date < s.Limit || s.End != 0 && d.Date >= s.End ||
			d.Date < x.Start || x.Until != 0 && d.Date >= x.Until {
			continue
		}
		if len(x.Vaccines) == 0 || slices.Contains(x.Vaccines, d.CVX) {
			n++
		}
	}
	if s.Count > n || s.Count < n && !x.ValidOnly && len(x.Vaccines) > 0 && s.Date > in.AssessmentDate {
		t.Fatalf("%v on %v: %d doses were counted, by hand %d, from %v until %v\npatient %+v", s.Rule, s.Date, s.Count, n, s.Limit, s.End, in)
	}
}

// checkLast compares the last step with the evaluation it led to.
func checkLast(t *testing.T, e forecast.Evaluation) {
	t.Helper()
	last := e.Steps[len(e.Steps)-1]
	var want []forecast.Rule
	switch e.Status {
	case forecast.Valid:
		want = []forecast.Rule{forecast.RuleSatisfyTargetDose}
	case forecast.NotValid:
		want = []forecast.Rule{forecast.RuleSatisfyTargetDose, forecast.RuleInadvertent}
	case forecast.Extraneous:
		want = []forecast.Rule{forecast.RuleSatisfyTargetDose, forecast.RuleSeriesComplete}
	case forecast.SubStandard:
		want = []forecast.Rule{forecast.RuleLotExpiration, forecast.RuleDoseCondition}
	}
	if !slices.Contains(want, last.Rule) {
		t.Fatalf("dose %d is %v after %v", e.Dose, e.Status, last.Rule)
	}
	if last.Rule == forecast.RuleSatisfyTargetDose && (int(last.TargetDose) != e.TargetDose || (last.Verdict == forecast.Yes) != (e.Status == forecast.Valid)) {
		t.Fatalf("dose %d is %v for target dose %d; its last step says %v for %d", e.Dose, e.Status, e.TargetDose, last.Verdict, last.TargetDose)
	}
}

// alone returns an engine that knows one series of an antigen and no other, so
// that the series is always selected.
func alone(t *testing.T, a *schedule.Antigen, s *schedule.Series) *forecast.Engine {
	t.Helper()
	whole := *schedule.Default()
	whole.Antigens = slices.Clone(whole.Antigens)
	only := *s
	only.Type, only.Select.Default, only.Select.MinAgeToStart = schedule.Standard, true, calendar.Period{}
	for i := range whole.Antigens {
		if whole.Antigens[i].Name == a.Name {
			whole.Antigens[i].Series = []schedule.Series{only}
		}
	}
	e, err := forecast.New(&whole)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestValidFrom moves doses that are not valid to the day that the explanation
// names, leaving out those that come after it, and expects them to be valid from
// that day on and not a day sooner.
func TestValidFrom(t *testing.T) {
	r := newRandom(13)
	engines := make(map[*schedule.Series]*forecast.Engine)
	moved, hopeless := 0, 0
	for range rounds(400) {
		in := r.patient()
		for _, e := range explained(t, in).Evaluations {
			if e.Status != forecast.NotValid {
				if e.ValidFrom != 0 {
					t.Fatalf("dose %d is %v and valid from %v", e.Dose, e.Status, e.ValidFrom)
				}
				continue
			}
			if asksForOthers(e.Series) || r.IntN(4) > 0 {
				continue
			}
			if engines[e.Series] == nil {
				engines[e.Series] = alone(t, e.Antigen, e.Series)
			}
			valid := func(day calendar.Date) bool { return validOn(t, engines[e.Series], in, e, day) }
			given := in.Doses[e.Dose].Date
			if e.ValidFrom == 0 {
				hopeless++
				for range 3 {
					if day := given + calendar.Date(r.IntN(12000)); day <= calendar.Max && valid(day) {
						t.Fatalf("dose %d in %q is never valid, but it is on %v\npatient %+v", e.Dose, e.Series.Name, day, in)
					}
				}
				continue
			}
			moved++
			if e.ValidFrom <= given || !valid(e.ValidFrom) {
				t.Fatalf("dose %d of %v in %q is not valid on %v, the day named\npatient %+v", e.Dose, given, e.Series.Name, e.ValidFrom, in)
			}
			for _, day := range []calendar.Date{e.ValidFrom - 1, given + calendar.Date(r.IntN(int(e.ValidFrom-given)))} {
				if valid(day) {
					t.Fatalf("dose %d of %v in %q is valid on %v, before %v, the day named\npatient %+v", e.Dose, given, e.Series.Name, day, e.ValidFrom, in)
				}
			}
		}
	}
	if moved < rounds(100) || hopeless < rounds(100) {
		t.Errorf("%d doses were moved and %d had no day", moved, hopeless)
	}
}

// asksForOthers reports whether a series looks at others (section 6.2, completed
// series), which it could not do alone.
func asksForOthers(s *schedule.Series) bool {
	for _, d := range s.Doses {
		for _, k := range d.ConditionalSkips {
			for _, set := range k.Sets {
				for _, c := range set.Conditions {
					if c.Type == schedule.SkipByCompletedSeries {
						return true
					}
				}
			}
		}
	}
	return false
}

// validOn reports whether the dose of an evaluation would be valid in its series on
// a day, after the doses that came before it.
func validOn(t *testing.T, engine *forecast.Engine, in *forecast.Input, e forecast.Evaluation, day calendar.Date) bool {
	t.Helper()
	moved := *in
	moved.Doses = nil
	given := in.Doses[e.Dose]
	for i, d := range in.Doses {
		if i != e.Dose && (d.Date < given.Date || d.Date == given.Date && i < e.Dose) {
			moved.Doses = append(moved.Doses, d)
		}
	}
	given.Date = day
	moved.Doses = append(moved.Doses, given)
	moved.AssessmentDate = max(in.AssessmentDate, day)
	var out forecast.Result
	if err := engine.Forecast(&moved, &out); err != nil {
		t.Fatal(err)
	}
	for _, x := range out.Evaluations {
		if x.Dose == len(moved.Doses)-1 && x.Antigen.Name == e.Antigen.Name {
			return x.Status == forecast.Valid
		}
	}
	return false
}

// TestValidFromByHand are the sentences that a nurse will read.
func TestValidFromByHand(t *testing.T) {
	s := oneSeries(from(anyTime(1), calendar.Months(12)), after(anyTime(1), calendar.Weeks(4)))
	s.Conflicts = []schedule.Conflict{{Previous: 9, Current: 1, Begin: calendar.Days(1), MinEnd: calendar.Days(28), End: calendar.Days(28)}}
	for _, tt := range []struct {
		name  string
		doses []string
		want  string
	}{
		{"too young", []string{"2020-12-23 01"}, "2020-12-28"},
		{"too soon", []string{"2021-01-01 01", "2021-01-20 01"}, "2021-01-25"},
		{"too soon after a conflicting vaccine", []string{"2021-01-01 09", "2021-01-20 01"}, "2021-01-29"},
		{"the wrong vaccine", []string{"2021-01-01 02"}, ""},
	} {
		in := patient(t, tt.doses...)
		in.Options.Explain = true
		if e := evaluationOf(t, run(t, s, in), len(tt.doses)-1); e.Status != forecast.NotValid || e.ValidFrom != date(t, tt.want) {
			t.Errorf("%s: %v, valid from %q, want %q", tt.name, e.Status, e.ValidFrom, tt.want)
		}
	}
	in := patient(t, "2020-12-23 01")
	in.Options.Explain = true
	got := evaluationOf(t, run(t, s, in), 0).Steps
	want := []forecast.Step{
		{Rule: forecast.RuleAbsoluteMinimumAge, Row: 1, Verdict: forecast.No, Dose: -1, Date: date(t, "2020-12-23"), Limit: date(t, "2020-12-28"),
			From: date(t, "2020-01-01"), Period: calendar.NewPeriod(0, 12, 0, -4)},
		{Rule: forecast.RulePreferableVaccine, Row: 1, Verdict: forecast.Yes, Dose: -1, Date: date(t, "2020-12-23"), CVX: 1},
		{Rule: forecast.RuleSatisfyTargetDose, Row: 3, Verdict: forecast.No, Dose: -1, Date: date(t, "2020-12-23"), TargetDose: 1},
	}
	if diff := cmp.Diff(want, got, sameAnswer); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}
