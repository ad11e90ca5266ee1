package forecast_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Section 5.1, tables 5-4 and 5-5.
func TestRelevantSeries(t *testing.T) {
	risk := func(x schedule.Series) *schedule.Schedule {
		x.Name, x.Type, x.Doses = "r", schedule.Risk, []schedule.SeriesDose{anyTime(1)}
		return small(x)
	}
	relevant := func(s *schedule.Schedule, in *forecast.Input) bool {
		for _, f := range run(t, s, in).Forecasts {
			if f.Group.Name == "A" {
				return true
			}
		}
		return false
	}
	t.Run("sex", func(t *testing.T) {
		s := oneSeries(anyTime(1))
		for _, tt := range []struct {
			required, sex schedule.Sex
			want          bool
		}{
			{0, schedule.Male, true}, {schedule.Female | schedule.UnknownSex, schedule.Female, true},
			{schedule.Female | schedule.UnknownSex, 0, true}, {schedule.Female | schedule.UnknownSex, schedule.Male, false},
			{schedule.Male, schedule.UnknownSex, false},
		} {
			s.Antigens[0].Series[0].RequiredSex = tt.required
			in := patient(t)
			in.Patient.Sex = tt.sex
			if got := relevant(s, in); got != tt.want {
				t.Errorf("required %v, sex %v: relevant %v, want %v", tt.required, tt.sex, got, tt.want)
			}
		}
	})
	t.Run("indication", func(t *testing.T) {
		for _, tt := range []struct {
			name       string
			begin, end calendar.Period
			observed   []schedule.ObservationCode
			want       bool
		}{
			{"none observed", calendar.Period{}, calendar.Period{}, nil, false},
			{"another observed", calendar.Period{}, calendar.Period{}, []schedule.ObservationCode{8}, false},
			{"observed", calendar.Period{}, calendar.Period{}, []schedule.ObservationCode{7}, true},
			{"at the begin age", calendar.NewPeriod(5, 0, 0, 0), calendar.Period{}, []schedule.ObservationCode{7}, true},
			{"a day before", calendar.NewPeriod(5, 0, 0, 1), calendar.Period{}, []schedule.ObservationCode{7}, false},
			{"at the end age", calendar.Period{}, calendar.NewPeriod(5, 0, 0, 0), []schedule.ObservationCode{7}, false},
			{"a day before the end", calendar.Period{}, calendar.NewPeriod(5, 0, 0, 1), []schedule.ObservationCode{7}, true},
		} {
			s := risk(schedule.Series{Indications: []schedule.Indication{{Code: 6}, {Code: 7, Begin: tt.begin, End: tt.end}}})
			if got := relevant(s, observed(patient(t), tt.observed...)); got != tt.want {
				t.Errorf("%s: relevant %v, want %v", tt.name, got, tt.want)
			}
		}
	})
	t.Run("unknown indications are told", func(t *testing.T) {
		s := oneSeries(anyTime(1))
		s.Antigens[0].Series = append(s.Antigens[0].Series, schedule.Series{Name: "r", Type: schedule.Risk, Select: schedule.Select{Group: 2},
			Doses: []schedule.SeriesDose{anyTime(1)}, Indications: []schedule.Indication{
				{Code: 7, Description: "seven"}, {Code: 8, Description: "eight", Begin: calendar.Years(6)}, {Code: 9, Description: "nine"},
			}})
		in := patient(t)
		for _, c := range []schedule.ObservationCode{7, 8} {
			in.Observations = append(in.Observations, forecast.Observation{Code: c, Presence: forecast.Unknown})
		}
		out := run(t, s, in)
		if f := groupOf(t, out, "A"); f.SeriesType != schedule.Standard || !cmp.Equal(f.Indications, []string{"seven"}) {
			t.Errorf("%v forecast with indications %q, want the standard one with seven", f.SeriesType, f.Indications)
		}
	})
}

// Section 7.2, table 7-3.
func TestEvidenceOfImmunity(t *testing.T) {
	s := oneSeries(anyTime(1))
	s.Antigens[0].ClinicalHistory = []schedule.ClinicalHistory{{Code: 20}}
	s.Antigens[0].BirthDateImmunity = []schedule.BirthDateImmunity{{Before: date(t, "2020-06-01"), Country: "U.S.", Exclusions: []schedule.Exclusion{{Code: 55}}}}
	for _, tt := range []struct {
		name, born, country string
		observed            []schedule.ObservationCode
		want                bool
	}{
		{"born before, there", "2020-05-31", "US", nil, true},
		{"the country in full", "2020-05-31", "United States of America", nil, true},
		{"born on the day", "2020-06-01", "US", nil, false},
		{"born elsewhere", "2020-05-31", "MX", nil, false},
		{"born nobody knows where", "2020-05-31", "", nil, false},
		{"excluded", "2020-05-31", "US", []schedule.ObservationCode{55}, false},
		{"laboratory evidence", "2020-06-01", "", []schedule.ObservationCode{20, 55}, true},
	} {
		in := observed(patient(t), tt.observed...)
		in.Patient.BirthDate, in.Patient.BirthCountry = date(t, tt.born), tt.country
		got := groupOf(t, run(t, s, in), "A").Status
		if got != forecast.Immune && tt.want || got != forecast.NotComplete && !tt.want {
			t.Errorf("%s: %v, immune is %v", tt.name, got, tt.want)
		}
	}
	s.Antigens[0].BirthDateImmunity[0].Country = ""
	wantForecast(t, run(t, s, patient(t)), forecast.Immune, forecast.ReasonImmunity)
}

// Section 7.3, tables 7-5 to 7-7.
func TestContraindications(t *testing.T) {
	t.Run("antigen", func(t *testing.T) {
		s := oneSeries(anyTime(1))
		s.Antigens[0].Contraindications = []schedule.Contraindication{{Code: 80, Begin: calendar.Years(5), End: calendar.NewPeriod(5, 0, 0, 10)}}
		wantForecast(t, run(t, s, observed(patient(t), 80)), forecast.Contraindicated, forecast.ReasonContraindicated)
		for _, day := range []string{"2024-12-31", "2025-01-11"} {
			in := observed(patient(t), 80)
			in.AssessmentDate = date(t, day)
			wantForecast(t, run(t, s, in), forecast.NotComplete, 0)
		}
		in := patient(t)
		in.Observations = []forecast.Observation{{Code: 80, Presence: forecast.Unknown}}
		s.Antigens[0].Contraindications[0].Text = "eighty"
		out := run(t, s, in)
		wantForecast(t, out, forecast.NotComplete, 0)
		if f := groupOf(t, out, "A"); !cmp.Equal(f.Contraindications, []string{"eighty"}) {
			t.Errorf("contraindications to ask about: %q, want eighty", f.Contraindications)
		}
		// Table 7-10: a complete series stays complete, immunity goes before.
		wantForecast(t, run(t, s, observed(patient(t, "2021-01-01 01"), 80)), forecast.Complete, forecast.ReasonComplete)
		s.Antigens[0].ClinicalHistory = []schedule.ClinicalHistory{{Code: 80}}
		wantForecast(t, run(t, s, observed(patient(t), 80)), forecast.Immune, forecast.ReasonImmunity)
	})
	t.Run("vaccine", func(t *testing.T) {
		s := oneSeries(anyTime(1, 2), anyTime(1, 3))
		s.Antigens[0].VaccineContraindications = []schedule.VaccineContraindication{
			{Code: 81, Vaccines: []schedule.ContraindicatedVaccine{{CVX: 1}, {CVX: 2}}},
			{Code: 82, Vaccines: []schedule.ContraindicatedVaccine{{CVX: 3}}},
			{Code: 83, Vaccines: []schedule.ContraindicatedVaccine{{CVX: 3, Begin: calendar.Years(10)}}},
		}
		for _, tt := range []struct {
			observed []schedule.ObservationCode
			status   forecast.Status
			vaccines []schedule.CVX
		}{
			{nil, forecast.NotComplete, []schedule.CVX{1, 2}},
			{[]schedule.ObservationCode{81}, forecast.NotComplete, nil}, // the second dose still has a vaccine
			{[]schedule.ObservationCode{82}, forecast.NotComplete, []schedule.CVX{1, 2}},
			{[]schedule.ObservationCode{81, 82}, forecast.Contraindicated, nil},
			{[]schedule.ObservationCode{81, 83}, forecast.NotComplete, nil}, // by age
		} {
			f := groupOf(t, run(t, s, observed(patient(t), tt.observed...)), "A")
			var got []schedule.CVX
			for _, v := range f.Vaccines {
				got = append(got, v.CVX)
			}
			if f.Status != tt.status || !cmp.Equal(got, tt.vaccines) {
				t.Errorf("observed %v: %v with %v, want %v with %v", tt.observed, f.Status, got, tt.status, tt.vaccines)
			}
		}
	})
}

// Section 7.4, table 7-10.
func TestForecastNeed(t *testing.T) {
	season := anyTime(1)
	season.SeasonStart, season.SeasonEnd = date(t, "2024-07-01"), date(t, "2025-01-01")
	t.Run("season", func(t *testing.T) {
		in := patient(t)
		wantEarliest(t, run(t, oneSeries(season), in), "2024-07-01")
		in.AssessmentDate = date(t, "2025-01-02") // the end itself is in the season
		wantForecast(t, run(t, oneSeries(season), in), forecast.NotRecommended, forecast.ReasonPastSeason)
	})
	t.Run("maximum age", func(t *testing.T) {
		d := anyTime(1)
		d.Ages[0].Maximum = calendar.Years(5)
		in := patient(t)
		wantForecast(t, run(t, oneSeries(d), in), forecast.AgedOut, forecast.ReasonMaximumAge)
		in.AssessmentDate = date(t, "2024-12-31")
		out := run(t, oneSeries(d), in)
		wantForecast(t, out, forecast.NotComplete, 0)
		if f := groupOf(t, out, "A"); f.Latest != date(t, "2024-12-31") {
			t.Errorf("latest %v, want the day before the maximum age", f.Latest)
		}
	})
	t.Run("cannot finish", func(t *testing.T) {
		second := after(anyTime(1), calendar.Weeks(4))
		second.Ages[0].Maximum = calendar.NewPeriod(5, 0, 0, 14)
		wantForecast(t, run(t, oneSeries(anyTime(1), second), patient(t, "2024-12-18 01")), forecast.AgedOut, forecast.ReasonCannotFinish)
	})
	t.Run("nothing gives a date", func(t *testing.T) {
		d := anyTime(1)
		d.Ages = nil
		wantForecast(t, run(t, oneSeries(d), patient(t)), forecast.AgedOut, forecast.ReasonCannotFinish)
	})
}

// Section 7.5.
func TestForecastDates(t *testing.T) {
	second := anyTime(1)
	second.Ages = []schedule.Age{{Minimum: calendar.Years(5), EarliestRecommended: calendar.Years(6), LatestRecommended: calendar.Years(7)}}
	second.Intervals = []schedule.Interval{
		{FromPrevious: true, Minimum: calendar.Weeks(4), EarliestRecommended: calendar.Years(3), LatestRecommended: calendar.Years(4)},
		{FromTargetDose: 1, Minimum: calendar.Weeks(8), EarliestRecommended: calendar.Years(2), LatestRecommended: calendar.Years(5)},
	}
	dates := func(d schedule.SeriesDose) forecast.Dates {
		return groupOf(t, run(t, oneSeries(anyTime(1), d), patient(t, "2024-12-01 01")), "A").Dates
	}
	check := func(name string, got forecast.Dates, earliest, recommended, pastDue, unadjustedRecommended, unadjustedPastDue string) {
		t.Helper()
		want := forecast.Dates{
			Earliest: date(t, earliest), Recommended: date(t, recommended), PastDue: date(t, pastDue),
			UnadjustedRecommended: date(t, unadjustedRecommended), UnadjustedPastDue: date(t, unadjustedPastDue),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	check("ages go first", dates(second), "2025-01-26", "2026-01-01", "2026-12-31", "2026-01-01", "2026-12-31")
	second.Ages = []schedule.Age{{Minimum: calendar.Years(5)}}
	check("then the latest interval", dates(second), "2025-01-26", "2027-12-01", "2029-11-30", "2027-12-01", "2029-11-30")
	second.Ages = []schedule.Age{{Minimum: calendar.Years(5), EarliestRecommended: calendar.Years(2), LatestRecommended: calendar.Years(3)}}
	check("never before the earliest", dates(second), "2025-01-26", "2025-01-26", "2025-01-26", "2022-01-01", "2022-12-31")
	second.Ages, second.Intervals = []schedule.Age{{Minimum: calendar.Years(6)}}, nil
	check("neither", dates(second), "2026-01-01", "2026-01-01", "", "2026-01-01", "")
}

// FORECASTDN-1 and FORECASTRECVAC-1.
func TestDoseNumberAndVaccines(t *testing.T) {
	t.Run("season", func(t *testing.T) {
		d := anyTime(1)
		d.Recurring, d.SeasonStart = true, date(t, "2024-07-01")
		s := oneSeries(anyTime(1), d)
		out := run(t, s, patient(t, "2021-01-01 01", "2022-01-01 01", "2024-07-01 01"))
		if f := groupOf(t, out, "A"); f.DoseNumber != 3 {
			t.Errorf("dose number %d, want 3: one without season, one of this season", f.DoseNumber)
		}
	})
	t.Run("ages of vaccines", func(t *testing.T) {
		d := from(anyTime(), calendar.Years(6))
		d.Ages[0].EarliestRecommended = calendar.Years(8)
		d.PreferableVaccines = []schedule.PreferableVaccine{
			{CVX: 1, End: calendar.Years(6), Forecast: true}, {CVX: 2, End: calendar.Years(7), Forecast: true}, {CVX: 3, Begin: calendar.Years(7), Forecast: true},
			{CVX: 4, Begin: calendar.NewPeriod(8, 0, 0, 1), Forecast: true}, {CVX: 5}, {CVX: 6, TradeName: "P", MVX: "SKB", Forecast: true},
			{CVX: 2, Forecast: true},
		}
		got := groupOf(t, run(t, oneSeries(d), patient(t)), "A").Vaccines
		want := []forecast.RecommendedVaccine{{CVX: 2}, {CVX: 3}, {CVX: 6, MVX: "SKB", TradeName: "P"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recommended vaccines (-want +got):\n%s", diff)
		}
	})
}
