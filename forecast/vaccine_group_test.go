package forecast_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// several returns a small schedule of one vaccine group, A, of the antigens X and
// Y with a series each. Vaccine 1 holds both, 2 holds X and 3 holds Y.
func several(full bool, x, y schedule.Series) *schedule.Schedule {
	s := &schedule.Schedule{
		VaccineGroups: []schedule.VaccineGroup{{Name: "A", Antigens: []string{"X", "Y"}, AdministerFull: full}},
		Vaccines: []schedule.Vaccine{
			{CVX: 1, Associations: []schedule.Association{{Antigen: "X"}, {Antigen: "Y"}}},
			{CVX: 2, Associations: []schedule.Association{{Antigen: "X"}}},
			{CVX: 3, Associations: []schedule.Association{{Antigen: "Y"}}},
		},
	}
	for name, one := range map[string]schedule.Series{"X": x, "Y": y} {
		one.Type, one.Select = schedule.Standard, schedule.Select{Default: true, Group: 1}
		one.Doses = append([]schedule.SeriesDose(nil), one.Doses...)
		for i := range one.Doses {
			one.Doses[i].Number = i + 1
		}
		s.Antigens = append(s.Antigens, schedule.Antigen{Name: name, VaccineGroup: "A", Series: []schedule.Series{one}})
	}
	if s.Antigens[0].Name != "X" {
		s.Antigens[0], s.Antigens[1] = s.Antigens[1], s.Antigens[0]
	}
	return s
}

func of(name string, doses ...schedule.SeriesDose) schedule.Series {
	return schedule.Series{Name: name, Doses: doses}
}

// Section 9.3: MULTIANTVG-1 and FORECASTVG-2 to -6.
func TestVaccineGroupDates(t *testing.T) {
	dated := func(minimum, earliest, latest, maximum int) schedule.SeriesDose {
		d := anyTime(1)
		d.Ages = []schedule.Age{{Minimum: calendar.Years(minimum), EarliestRecommended: calendar.Years(earliest)}}
		if latest > 0 {
			d.Ages[0].LatestRecommended = calendar.Years(latest)
		}
		if maximum > 0 {
			d.Ages[0].Maximum = calendar.Years(maximum)
		}
		return d
	}
	x, y := of("x", dated(6, 10, 0, 20)), of("y", dated(7, 8, 9, 15))
	f := groupOf(t, run(t, several(true, x, y), patient(t)), "A")
	want := forecast.Dates{
		Earliest:    date(t, "2027-01-01"), // the latest of the earliest
		Recommended: date(t, "2028-01-01"), UnadjustedRecommended: date(t, "2028-01-01"),
		PastDue: date(t, "2028-12-31"), UnadjustedPastDue: date(t, "2028-12-31"),
		Latest: date(t, "2034-12-31"),
	}
	if diff := cmp.Diff(want, f.Dates); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}

	// FORECASTPRIORITY-1: every interval in force of the target dose overrides.
	priority := anyTime(1)
	priority.Intervals = []schedule.Interval{
		{FromPrevious: true, Minimum: calendar.Years(6), Priority: true},
		{FromPrevious: true, Minimum: calendar.Years(7), Effective: schedule.Effective{To: date(t, "2020-01-01")}},
	}
	x, y = of("x", anyTime(1), priority), of("y", anyTime(1), after(anyTime(1, 3), calendar.Years(8)))
	f = groupOf(t, run(t, several(false, x, y), patient(t, "2021-01-01 01")), "A")
	if f.Earliest != date(t, "2027-01-01") {
		t.Errorf("earliest %v with a priority forecast, want 2027-01-01", f.Earliest)
	}
	// ... but not before the last dose of the group.
	priority.Intervals[0].Minimum = calendar.Years(1)
	f = groupOf(t, run(t, several(false, of("x", anyTime(1), priority), y), patient(t, "2021-01-01 01", "2024-12-01 03")), "A")
	if f.Earliest != date(t, "2024-12-01") {
		t.Errorf("earliest %v with a priority forecast, want the day of the last dose, 2024-12-01", f.Earliest)
	}
	priority.Intervals[1].Effective = schedule.Effective{}
	f = groupOf(t, run(t, several(false, of("x", anyTime(1), priority), y), patient(t, "2021-01-01 01")), "A")
	if f.Earliest != date(t, "2029-01-01") {
		t.Errorf("earliest %v without a priority forecast, want 2029-01-01", f.Earliest)
	}
}

// Table 9-4, FORECASTVG-7 and -8.
func TestVaccineGroupStatus(t *testing.T) {
	open, done := of("open", anyTime(1), anyTime(1)), of("done", anyTime(1))
	old := anyTime(1)
	old.Ages = []schedule.Age{{Minimum: calendar.Days(0), Maximum: calendar.Years(3)}}
	past := anyTime(1)
	past.SeasonEnd = date(t, "2024-01-01")
	given := patient(t, "2021-01-01 01")
	for _, tt := range []struct {
		name   string
		x, y   schedule.Series
		status forecast.Status
	}{
		{"not complete", open, done, forecast.NotComplete},
		{"complete", done, done, forecast.Complete},
		{"aged out", open, of("old", anyTime(1), old), forecast.AgedOut},
		{"not recommended", open, of("past", anyTime(1), past), forecast.NotRecommended},
		{"aged out goes before not recommended", of("past", anyTime(1), past), of("old", anyTime(1), old), forecast.AgedOut},
	} {
		if f := groupOf(t, run(t, several(true, tt.x, tt.y), given), "A"); f.Status != tt.status {
			t.Errorf("%s: %v", tt.name, f.Status)
		}
	}
	f := groupOf(t, run(t, several(true, open, done), given), "A")
	if len(f.Antigens) != 1 || f.Antigens[0].Name != "X" || f.Reasons != forecast.ReasonComplete || len(f.Series) != 2 {
		t.Errorf("antigens %v, reasons %v, %d series; want X alone, complete, 2", f.Antigens, f.Reasons, len(f.Series))
	}
	immune := several(true, done, done)
	for i := range immune.Antigens {
		immune.Antigens[i].ClinicalHistory = []schedule.ClinicalHistory{{Code: 20}}
	}
	if f := groupOf(t, run(t, immune, observed(patient(t), 20)), "A"); f.Status != forecast.Immune {
		t.Errorf("all immune: %v", f.Status)
	}
	immune.Antigens[1].ClinicalHistory = nil
	if f := groupOf(t, run(t, immune, observed(patient(t, "2021-01-01 03"), 20)), "A"); f.Status != forecast.NotComplete {
		t.Errorf("immune and not complete: %v", f.Status)
	}
}

// The deviation ContraindicatedAntigen: DT for a child who may not have pertussis.
func TestContraindicatedAntigen(t *testing.T) {
	x, y := of("x", anyTime(1, 2)), of("y", anyTime(1, 3))
	s := several(false, x, y)
	s.Antigens[1].Contraindications = []schedule.Contraindication{{Code: 80}}
	in := observed(patient(t), 80)
	f := groupOf(t, run(t, s, in), "A")
	want := []forecast.RecommendedVaccine{{CVX: 2}} // 1 holds Y too
	if f.Status != forecast.NotComplete || !cmp.Equal(f.Vaccines, want) {
		t.Errorf("%v with %v, want Not Complete with %v", f.Status, f.Vaccines, want)
	}
	in.Options.Literal = forecast.ContraindicatedAntigen
	if f := groupOf(t, run(t, s, in), "A"); f.Status != forecast.Contraindicated {
		t.Errorf("%v to the letter, want Contraindicated", f.Status)
	}
	in.Options.Literal = 0
	s.VaccineGroups[0].AdministerFull = true
	if f := groupOf(t, run(t, s, in), "A"); f.Status != forecast.Contraindicated {
		t.Errorf("%v in a group given in full, want Contraindicated", f.Status)
	}
}

// FORECASTDN-2.
func TestVaccineGroupDoseNumber(t *testing.T) {
	x, y := of("x", anyTime(1, 2), anyTime(1, 2), anyTime(1)), of("y", anyTime(1), anyTime(1))
	in := patient(t, "2021-01-01 02", "2022-01-01 02")
	for full, want := range map[bool]int{true: 1, false: 3} {
		if f := groupOf(t, run(t, several(full, x, y), in), "A"); f.DoseNumber != want {
			t.Errorf("administer full %v: dose number %d, want %d", full, f.DoseNumber, want)
		}
	}
	f := groupOf(t, run(t, several(true, x, y), patient(t, "2022-01-01 02", "2021-01-01 01")), "A")
	if !cmp.Equal(f.Doses, []int{1, 0}) {
		t.Errorf("doses that count: %v, want those of both antigens, once each and by date: [1 0]", f.Doses)
	}
}

// FORECASTGUIDANCE-1.
func TestGuidance(t *testing.T) {
	s := oneSeries(anyTime(1))
	a := &s.Antigens[0]
	a.Series[0].Guidance = []string{"series", "shared"}
	a.Series = append(a.Series, schedule.Series{Name: "r", Type: schedule.Risk, Select: schedule.Select{Group: 2}, Doses: []schedule.SeriesDose{anyTime(1)},
		Guidance: []string{"shared", "risk"}, Indications: []schedule.Indication{{Code: 1, Guidance: "indication"}, {Code: 2, Guidance: "not observed"}}})
	a.Contraindications = []schedule.Contraindication{{Code: 1, Guidance: "contraindication", End: calendar.Years(1)}}
	a.VaccineContraindications = []schedule.VaccineContraindication{{Code: 1, Guidance: "vaccine contraindication"}}
	if f := groupOf(t, run(t, s, patient(t)), "A"); !cmp.Equal(f.Guidance, []string{"series", "shared"}) {
		t.Errorf("guidance %q", f.Guidance)
	}
	f := groupOf(t, run(t, s, observed(patient(t), 1)), "A")
	if want := []string{"shared", "risk", "indication", "contraindication", "vaccine contraindication"}; !cmp.Equal(f.Guidance, want) {
		t.Errorf("guidance %q, want %q", f.Guidance, want)
	}
}
