package immds

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Every name that the built-in schedule has must have its code: a new release that
// brings an antigen or a group must not go out with texts alone.
func TestCodesAreComplete(t *testing.T) {
	s := schedule.Default()
	if len(s.Antigens) != len(antigenCodes) {
		t.Errorf("%d antigens in the schedule, %d codes", len(s.Antigens), len(antigenCodes))
	}
	for _, a := range s.Antigens {
		if antigenCodes[a.Name] == "" {
			t.Errorf("antigen %s has no SNOMED CT code", a.Name)
		}
	}
	if len(s.VaccineGroups) != len(groupCodes) {
		t.Errorf("%d vaccine groups in the schedule, %d codes", len(s.VaccineGroups), len(groupCodes))
	}
	for _, g := range s.VaccineGroups {
		if c, ok := groupCodes[g.Name]; !ok {
			t.Errorf("vaccine group %s has no CVX code", g.Name)
		} else if _, ok := schedule.ParseCVX(c.cvx); !ok {
			t.Errorf("vaccine group %s: %q is no CVX code", g.Name, c.cvx)
		}
	}
	for _, o := range s.Observations {
		for _, v := range o.CodedValues {
			if publishedSystems[v.System] == noSystem {
				t.Errorf("observation %s: the code system %q of %s is not known", o.Code, v.System, v.Code)
			}
		}
	}
}

func TestStatusesAndReasonsAreComplete(t *testing.T) {
	for s := forecast.NotComplete; s.String() != ""; s++ {
		for _, overdue := range []bool{false, true} {
			if forecastStatus(s, overdue) == "" {
				t.Errorf("status %s has no code", s)
			}
		}
	}
	for s := forecast.NotEvaluated; s.String() != ""; s++ {
		if int(s) >= len(doseStatuses) || doseStatuses[s] == "" {
			t.Errorf("evaluation status %s has no code", s)
		}
	}
	// Told otherwise: grace in the description, subpotent doses by their own reasons.
	told := forecast.GracePeriodAge | forecast.GracePeriodInterval | forecast.SubstandardDose
	for _, r := range doseReasons {
		told |= r.reason
	}
	for r := forecast.AgeTooYoung; r <= forecast.VolumeLessThanRecommended; r <<= 1 {
		if !told.Has(r) {
			t.Errorf("evaluation reason %b has no code", r)
		}
	}
	var reasons forecast.ForecastReasons
	for _, r := range forecastReasons {
		reasons |= r.reason
	}
	for r := forecast.ReasonComplete; r <= forecast.ReasonCannotFinish; r <<= 1 {
		if reasons&r == 0 {
			t.Errorf("forecast reason %b has no code", r)
		}
	}
}

// A rule that the engine gives as a reason must be told in words too.
func TestEveryRuleHasASentence(t *testing.T) {
	for r := forecast.Rule(1); r.Section() != ""; r++ {
		told := false
		for _, verdict := range []forecast.Verdict{forecast.No, forecast.Yes, forecast.Grace} {
			for _, date := range []calendar.Date{0, 1} {
				told = told || sentenceOf(&forecast.Step{Rule: r, Row: 1, Verdict: verdict, Date: date, Limit: 1}) != ""
			}
		}
		if !told {
			t.Errorf("rule %s of section %s has no sentence", r, r.Section())
		}
	}
}
