package forecast_test

import (
	"encoding/binary"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// forecastOf makes a forecast in a new Result.
func forecastOf(tb testing.TB, in *forecast.Input) *forecast.Result {
	tb.Helper()
	out := new(forecast.Result)
	if err := forecast.Default().Forecast(in, out); err != nil {
		tb.Fatalf("Forecast(%+v) = %v", in, err)
	}
	return out
}

// differs returns how two results differ in what callers can see.
func differs(a, b *forecast.Result) string {
	// Comparing at length is slow, so only what is not plainly equal gets there.
	if reflect.DeepEqual(a.Forecasts, b.Forecasts) && reflect.DeepEqual(a.Evaluations, b.Evaluations) &&
		slices.Equal(a.Doses, b.Doses) && a.NextChange == b.NextChange {
		return ""
	}
	return cmp.Diff(a, b, sameAnswer)
}

// sameAnswer compares results by what callers can see.
var sameAnswer = cmp.Options{
	cmpopts.IgnoreUnexported(forecast.Result{}),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b *schedule.Antigen) bool { return a == b }),
	cmp.Comparer(func(a, b *schedule.Series) bool { return a == b }),
	cmp.Comparer(func(a, b *schedule.VaccineGroup) bool { return a == b }),
	cmp.Comparer(func(a, b calendar.Period) bool { return a == b }),
}

func TestAnyHistory(t *testing.T) {
	r := newRandom(1)
	var out forecast.Result
	for range rounds(4000) {
		in := r.patient()
		if err := forecast.Default().Forecast(in, &out); err != nil {
			t.Fatalf("Forecast(%+v) = %v", in, err)
		}
		checkAnswer(t, in, &out)
	}
}

// checkAnswer holds what every answer promises.
func checkAnswer(t *testing.T, in *forecast.Input, out *forecast.Result) {
	t.Helper()
	if len(out.Doses) != len(in.Doses) {
		t.Fatalf("%d outcomes for %d doses", len(out.Doses), len(in.Doses))
	}
	type key struct {
		dose    int
		antigen *schedule.Antigen
		series  *schedule.Series
	}
	seen := make(map[key]bool)
	evaluated := make(map[int]bool)
	for _, e := range out.Evaluations {
		k := key{e.Dose, e.Antigen, e.Series}
		if seen[k] {
			t.Fatalf("dose %d is evaluated twice for %s in %q", e.Dose, e.Antigen.Name, e.Series.Name)
		}
		seen[k], evaluated[e.Dose] = true, true
		if e.Status == forecast.NotEvaluated || (e.Status == forecast.Valid) != (e.Reasons.Grounds() == 0) {
			t.Fatalf("dose %d is %v (%v)", e.Dose, e.Status, e.Reasons)
		}
		if e.TargetDose > len(e.Series.Doses) {
			t.Fatalf("dose %d: target dose %d of %d", e.Dose, e.TargetDose, len(e.Series.Doses))
		}
	}
	for i, o := range out.Doses {
		if (o == forecast.DoseEvaluated) != evaluated[i] {
			t.Fatalf("dose %d: outcome %v, evaluated %v", i, o, evaluated[i])
		}
	}
	for i, f := range out.Forecasts {
		if i > 0 && f.Group != out.Forecasts[i-1].Group {
			for _, g := range out.Forecasts[:i] {
				if g.Group == f.Group {
					t.Fatalf("the forecasts of %s are not together", f.Group.Name)
				}
			}
		}
		d := f.Dates
		if f.Status != forecast.NotComplete {
			if d != (forecast.Dates{}) || f.DoseNumber != 0 || len(f.Vaccines) != 0 {
				t.Fatalf("%s is %v with %+v, dose %d, %v", f.Group.Name, f.Status, d, f.DoseNumber, f.Vaccines)
			}
			continue
		}
		for _, day := range []calendar.Date{d.Earliest, d.Recommended, d.PastDue, d.Latest} {
			if day > calendar.Max || day < 0 {
				t.Fatalf("%s: dates %+v", f.Group.Name, d)
			}
		}
		if d.Earliest.IsZero() || d.Recommended < d.Earliest || d.PastDue != 0 && d.PastDue < d.Earliest || f.DoseNumber < 1 {
			t.Fatalf("%s: dates %+v, dose %d", f.Group.Name, d, f.DoseNumber)
		}
	}
	if out.NextChange != 0 && out.NextChange <= in.AssessmentDate {
		t.Fatalf("NextChange = %v, assessed on %v", out.NextChange, in.AssessmentDate)
	}
}

// TestOrderOfInput shuffles the observations, and the doses so that those of one day
// stay in their order.
func TestOrderOfInput(t *testing.T) {
	r := newRandom(2)
	for range rounds(500) {
		in := r.patient()
		want := forecastOf(t, in)
		shuffled := *in
		shuffled.Doses, shuffled.Observations = slices.Clone(in.Doses), slices.Clone(in.Observations)
		place := r.Perm(len(in.Doses)) // of each dose in the shuffled input
		for i, d := range in.Doses {
			for j := range i { // the places of a day ascend
				if in.Doses[j].Date == d.Date && place[j] > place[i] {
					place[i], place[j] = place[j], place[i]
				}
			}
		}
		for i, p := range place {
			shuffled.Doses[p] = in.Doses[i]
		}
		r.Shuffle(len(shuffled.Observations), func(i, j int) {
			shuffled.Observations[i], shuffled.Observations[j] = shuffled.Observations[j], shuffled.Observations[i]
		})
		got := forecastOf(t, &shuffled)
		renumber(want, place)
		if diff := differs(want, got); diff != "" {
			t.Fatalf("the order of the input matters (-in order +shuffled):\n%s", diff)
		}
	}
}

// renumber changes the numbers of doses in an answer to their new places.
func renumber(out *forecast.Result, place []int) {
	outcomes := slices.Clone(out.Doses)
	for i, p := range place {
		out.Doses[p] = outcomes[i]
	}
	for i := range out.Evaluations {
		out.Evaluations[i].Dose = place[out.Evaluations[i].Dose]
	}
	for _, f := range out.Forecasts {
		for i := range f.Doses {
			f.Doses[i] = place[f.Doses[i]]
		}
	}
}

// TestResultReuse makes other forecasts in a Result between two of the same
// patient.
func TestResultReuse(t *testing.T) {
	r := newRandom(3)
	var out forecast.Result
	for range rounds(150) {
		a, b := r.patient(), r.patient()
		a.Options.Explain, b.Options.Explain = r.IntN(2) == 0, r.IntN(2) == 0
		want := forecastOf(t, a)
		for _, in := range []*forecast.Input{a, b, a} {
			if err := forecast.Default().Forecast(in, &out); err != nil {
				t.Fatal(err)
			}
		}
		if diff := differs(want, &out); diff != "" {
			t.Fatalf("a Result that was used before answers otherwise (-new +used):\n%s", diff)
		}
	}
}

// TestOtherSchedule uses a Result with engines of different schedules.
func TestOtherSchedule(t *testing.T) {
	small, err := forecast.New(oneSeries(anyTime(1), anyTime(1)))
	if err != nil {
		t.Fatal(err)
	}
	in := patient(t, "2021-01-01 01")
	var out forecast.Result
	for _, e := range []*forecast.Engine{small, forecast.Default(), small} {
		if err := e.Forecast(in, &out); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(run(t, small.Schedule(), in).Doses, out.Doses); diff != "" || len(out.Forecasts) != 2 {
		t.Errorf("%d forecasts, want 2; doses (-new +used):\n%s", len(out.Forecasts), diff)
	}
}

func TestConcurrentUse(t *testing.T) {
	r := newRandom(4)
	patients := make([]*forecast.Input, 40)
	want := make([]*forecast.Result, len(patients))
	for i := range patients {
		patients[i] = r.patient()
		want[i] = forecastOf(t, patients[i])
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			var out forecast.Result
			for i := range patients {
				i = (i + worker*10) % len(patients)
				if err := forecast.Default().Forecast(patients[i], &out); err != nil {
					t.Error(err)
				}
				if diff := differs(want[i], &out); diff != "" {
					t.Errorf("patient %d (-alone +among others):\n%s", i, diff)
				}
			}
		})
	}
	wg.Wait()
}

// TestNextChange asks on the days up to NextChange and expects the same answer, of all
// and of each vaccine group, and makes sure that most answers do change on that day.
func TestNextChange(t *testing.T) {
	r := newRandom(5)
	named, changed := 0, 0
	for range rounds(150) {
		in := r.patient()
		want := forecastOf(t, in)
		next := want.NextChange
		if next == 0 {
			next = calendar.Max + 1
		}
		for _, day := range []calendar.Date{in.AssessmentDate + calendar.Date(r.IntN(int(next-in.AssessmentDate))), next - 1} {
			later := *in
			later.AssessmentDate = day
			if diff := differs(want, forecastOf(t, &later)); diff != "" {
				t.Fatalf("assessed on %v, before NextChange %v (-then +later):\n%s", day, next, diff)
			}
		}
		if next <= calendar.Max {
			named++
			later := *in
			later.AssessmentDate = next
			if !cmp.Equal(want, forecastOf(t, &later), sameAnswer, untilWhen) {
				changed++
			}
		}
		if len(want.Forecasts) > 0 {
			checkGroupStays(t, r, in, want.Forecasts[r.IntN(len(want.Forecasts))])
		}
	}
	if named == 0 || changed < named*2/3 {
		t.Errorf("%d of %d answers changed on their NextChange", changed, named)
	}
}

// untilWhen leaves NextChange out of a comparison.
var untilWhen = cmp.Options{
	cmpopts.IgnoreFields(forecast.Result{}, "NextChange"),
	cmpopts.IgnoreFields(forecast.VaccineGroupForecast{}, "NextChange"),
}

// checkGroupStays asks for a vaccine group on days before its NextChange.
func checkGroupStays(t *testing.T, r random, in *forecast.Input, want forecast.VaccineGroupForecast) {
	t.Helper()
	next := want.NextChange
	if next == 0 {
		next = calendar.Max + 1
	}
	for _, day := range []calendar.Date{in.AssessmentDate + calendar.Date(r.IntN(int(next-in.AssessmentDate))), next - 1} {
		later := *in
		later.AssessmentDate = day
		same := false
		for _, f := range forecastOf(t, &later).Forecasts {
			if f.SeriesGroup == want.SeriesGroup && f.SeriesType == want.SeriesType && f.Group == want.Group {
				same = same || cmp.Equal(want, f, sameAnswer, untilWhen)
			}
		}
		if !same {
			t.Fatalf("%s, assessed on %v: another forecast on %v, before its NextChange %v\npatient %+v", want.Group.Name, in.AssessmentDate, day, next, in)
		}
	}
}

// TestGivenOnEarliest gives each preferable vaccine on the earliest date, after all
// other doses, and expects it to be valid in every series that was forecast for which it
// is preferable and whose own earliest date has come: in a group where an interval goes
// before ages, one of them may have a later one (MULTIANTVG-1).
func TestGivenOnEarliest(t *testing.T) {
	r := newRandom(6)
	single, several := 0, 0
	for range rounds(400) {
		in := r.patient()
		for _, f := range forecastOf(t, in).Forecasts {
			if f.Status != forecast.NotComplete || f.Earliest < in.AssessmentDate || f.Earliest == calendar.Max {
				continue
			}
			later := *in
			later.AssessmentDate = f.Earliest
			later.Doses = slices.DeleteFunc(slices.Clone(in.Doses), func(d forecast.Dose) bool { return d.Date > in.AssessmentDate })
			again := sameForecast(forecastOf(t, &later), &f)
			if again == nil || f.Dates != again.Dates {
				continue // another series, or other rows, are in force by then
			}
			before := len(later.Doses)
			for _, v := range preferableOf(in, again, f.Earliest) {
				later.Doses = append(later.Doses[:before:before], forecast.Dose{Date: f.Earliest, CVX: v.CVX, MVX: v.MVX})
				for _, e := range forecastOf(t, &later).Evaluations {
					if e.Dose != before || !slices.ContainsFunc(again.Series, func(s forecast.SeriesForecast) bool {
						return s.Series == e.Series && s.Status == forecast.NotComplete && s.Earliest <= f.Earliest && slices.Contains(preferable(in, &s, f.Earliest), v)
					}) {
						continue
					}
					if single++; len(again.Series) > 1 {
						several++
					}
					if e.Status != forecast.Valid {
						t.Errorf("%s %v on its earliest date %v in %q is %v (%v)\npatient %+v",
							f.Group.Name, v, f.Earliest, e.Series.Name, e.Status, e.Reasons, in)
					}
				}
			}
		}
	}
	if single < rounds(4000) || several < rounds(1000) {
		t.Errorf("only %d evaluations were made, %d of groups of several antigens", single, several)
	}
}

// sameForecast is the forecast of the same group, kind and series group, or nil.
func sameForecast(out *forecast.Result, f *forecast.VaccineGroupForecast) *forecast.VaccineGroupForecast {
	for i := range out.Forecasts {
		if g := &out.Forecasts[i]; g.Group == f.Group && g.SeriesType == f.SeriesType && g.SeriesGroup == f.SeriesGroup {
			return g
		}
	}
	return nil
}

// preferable are the preferable vaccines of the dose that a series needs, at the age of
// the day.
func preferable(in *forecast.Input, s *forecast.SeriesForecast, day calendar.Date) (list []forecast.RecommendedVaccine) {
	birth := in.Patient.BirthDate
	for _, p := range s.Series.Doses[s.TargetDose-1].PreferableVaccines {
		if (!p.Begin.Present() || birth.Add(p.Begin) <= day) && (!p.End.Present() || day < birth.Add(p.End)) {
			list = append(list, forecast.RecommendedVaccine{CVX: p.CVX, MVX: p.MVX})
		}
	}
	return list
}

// preferableOf are those of all series of a forecast that need a dose.
func preferableOf(in *forecast.Input, f *forecast.VaccineGroupForecast, day calendar.Date) (list []forecast.RecommendedVaccine) {
	for i := range f.Series {
		if s := &f.Series[i]; s.Status == forecast.NotComplete {
			for _, v := range preferable(in, s, day) {
				if !slices.Contains(list, v) {
					list = append(list, v)
				}
			}
		}
	}
	return list
}

// FuzzForecast makes a history of any bytes: six of them are a dose, or an
// observation. Traits are what else there is to say of the patient and the doses.
func FuzzForecast(f *testing.F) {
	f.Add([]byte("\x00\x0b\x48\x00\x03\x00"), int32(738000), int32(739565), uint16(0))
	f.Add([]byte{}, int32(calendar.Min), int32(calendar.Max), uint16(0xffff))
	f.Fuzz(func(t *testing.T, history []byte, birth, assessed int32, traits uint16) {
		in := &forecast.Input{
			Patient:        forecast.Patient{BirthDate: calendar.Date(birth), Sex: schedule.Sex(traits & 7), BirthCountry: []string{"", "U.S."}[traits>>3&1]},
			AssessmentDate: calendar.Date(assessed),
			Options:        forecast.Options{Explain: true, Literal: forecast.Deviation(traits >> 4 & 7)},
		}
		for b := range slices.Chunk(history, 6) {
			if len(b) < 6 {
				break
			}
			day, code := calendar.Date(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint16(b[4:])
			if code >= 0x8000 {
				in.Observations = append(in.Observations, forecast.Observation{Code: schedule.ObservationCode(code & 0x7fff), Date: day, Presence: forecast.Presence(traits >> 10 & 3)})
			} else {
				d := forecast.Dose{CVX: schedule.CVX(code), Date: day, Substandard: traits&0x100 != 0 && len(in.Doses)%3 == 0}
				if traits&0x200 != 0 {
					d.Expires = day + calendar.Date(len(in.Doses)%3) - 1
				}
				in.Doses = append(in.Doses, d)
			}
		}
		var out forecast.Result
		if err := forecast.Default().Forecast(in, &out); err == nil {
			checkAnswer(t, in, &out)
		}
	})
}

func TestErrors(t *testing.T) {
	good := func() *forecast.Input { return patient(t, "2021-01-01 08") }
	tests := []struct {
		name   string
		change func(*forecast.Input)
		want   error
	}{
		{"no birth date", func(in *forecast.Input) { in.Patient.BirthDate = 0 }, forecast.ErrBirthDate},
		{"a birth date that cannot be written", func(in *forecast.Input) { in.Patient.BirthDate = -5 }, forecast.ErrBirthDate},
		{"no assessment date", func(in *forecast.Input) { in.AssessmentDate = 0 }, forecast.ErrAssessmentDate},
		{"not born", func(in *forecast.Input) { in.AssessmentDate = in.Patient.BirthDate - 1 }, forecast.ErrNotBorn},
		{"too many doses", func(in *forecast.Input) { in.Doses = make([]forecast.Dose, forecast.MaxDoses+1) }, forecast.ErrTooManyDoses},
	}
	var out forecast.Result
	for _, tt := range tests {
		if err := forecast.Default().Forecast(good(), &out); err != nil {
			t.Fatal(err)
		}
		in := good()
		tt.change(in)
		if err := forecast.Default().Forecast(in, &out); err != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if len(out.Forecasts)+len(out.Evaluations)+len(out.Doses) != 0 {
			t.Errorf("%s: the result is not empty", tt.name)
		}
	}
}
