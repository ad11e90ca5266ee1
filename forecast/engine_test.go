package forecast_test

import (
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// TestNewRefuses compiles schedules that refer to what they do not hold, or that
// hold more than the engine can number.
func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*schedule.Schedule)
		want   string
	}{
		{"vaccine group of an unknown antigen", func(s *schedule.Schedule) { s.VaccineGroups[0].Antigens[0] = "Z" }, `antigen "Z" is not in the schedule`},
		{"vaccine of an unknown antigen", func(s *schedule.Schedule) { s.Vaccines[0].Associations[0].Antigen = "Z" }, `antigen "Z" is not in the schedule`},
		{"series of an unknown vaccine", func(s *schedule.Schedule) { s.Antigens[0].Series[0].Doses[0] = anyTime(77) }, "vaccine 77 is not in the schedule"},
		{"vaccine out of range", func(s *schedule.Schedule) { s.Vaccines[0].CVX = 1000 }, "vaccine 1000 is out of range"},
		{"series group out of range", func(s *schedule.Schedule) { s.Antigens[0].Series[0].Select.Group = 64 }, "series group 64 is out of range"},
		{"series without doses", func(s *schedule.Schedule) { s.Antigens[0].Series[0].Doses = nil }, `series "a" has 0 doses`},
		{"too many antigens", func(s *schedule.Schedule) { s.Antigens = make([]schedule.Antigen, 65) }, "65 antigens, more than 64"},
		{"too many vaccines", func(s *schedule.Schedule) {
			for cvx := schedule.CVX(10); cvx < 600; cvx++ {
				s.Vaccines = append(s.Vaccines, schedule.Vaccine{CVX: cvx})
			}
		}, "more than 511 vaccines"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := oneSeries(anyTime(1))
			tt.change(s)
			if e, err := forecast.New(s); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, %v, want an error with %q", e, err, tt.want)
			}
		})
	}
}

// TestWords holds the words that tests and messages are read by.
func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		forecast.NotValid.String():                                   "Not Valid",
		forecast.AgedOut.String():                                    "Aged Out",
		(forecast.AgeTooYoung | forecast.VaccineConflict).String():   "age: too young, vaccine conflict",
		forecast.VolumeLessThanRecommended.String():                  "volume administered is less than recommended volume",
		forecast.ReasonCannotFinish.String():                         "patient is unable to finish the series prior to the maximum age",
		forecast.DoseNotRelevant.String():                            "no relevant series",
		forecast.AllDeviations.String():                              "AgedOutRiskPriority, ContraindicatedAntigen, SharedDoseNumber",
		forecast.RuleAbsoluteMinimumAge.String():                     "CALCDTAGE-5",
		forecast.RuleForecastNeed.String():                           "table 7-10",
		forecast.RuleSeriesComplete.String():                         "section 4.4",
		forecast.Rule(255).ID() + forecast.Rule(255).Section():       "",
		forecast.Status(99).String() + forecast.Verdict(99).String(): "",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
