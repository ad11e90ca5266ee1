package cdsitest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/cdsitest"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// written is a case as the files hold it, made up here.
const written = `[{"id": "X", "name": "HepB a day early", "dob": "2025-06-02", "gender": "F", "assessmentDate": "2025-07-15",
	"vaccineGroup": "HepB", "observations": [{"code": "055", "text": "x", "date": null}],
	"doses": [{"n": 1, "date": "2025-06-02", "cvx": "08", "mvx": null, "expectedStatus": "Valid", "expectedReason": null},
	          {"n": 2, "date": "2025-06-20", "cvx": "08", "mvx": "MSD", "expectedStatus": "Not Valid", "expectedReason": "Interval: too Soon"}],
	"expected": {"seriesStatus": "Not complete", "forecastNumber": "2", "earliest": "2025-07-18", "recommended": "2025-07-18", "pastDue": "2025-09-29"}}]`

// TestJudge takes an answer that passes, and expects every single thing that
// differs from it to be found.
func TestJudge(t *testing.T) {
	judge := func(change func(*cdsitest.Case)) []string {
		cases, err := cdsitest.Read(strings.NewReader(written))
		if err != nil {
			t.Fatal(err)
		}
		c := &cases[0]
		in, err := c.Input()
		if err != nil {
			t.Fatal(err)
		}
		if in.Doses[1].MVX != "MSD" || in.Observations[0].Code != 55 || in.Patient.Sex != schedule.Female {
			t.Fatalf("Input() = %+v", in)
		}
		var out forecast.Result
		if err := forecast.Default().Forecast(in, &out); err != nil {
			t.Fatal(err)
		}
		change(c)
		return c.Judge(&out)
	}
	if diffs := judge(func(*cdsitest.Case) {}); len(diffs) != 0 {
		t.Fatalf("Judge of a right answer = %q", diffs)
	}
	for want, change := range map[string]func(*cdsitest.Case){
		"no forecast for Malaria":   func(c *cdsitest.Case) { c.VaccineGroup = "Malaria" },
		"status Not Complete, want": func(c *cdsitest.Case) { c.Expected.Status = "Complete" },
		"dose number 2, want 3":     func(c *cdsitest.Case) { c.Expected.DoseNumber = "3" },
		"earliest":                  func(c *cdsitest.Case) { c.Expected.Earliest++ },
		"recommended":               func(c *cdsitest.Case) { c.Expected.Recommended++ },
		"past due":                  func(c *cdsitest.Case) { c.Expected.PastDue = 0 },
		"dose 1 Valid":              func(c *cdsitest.Case) { c.Doses[0].Status = "Extraneous" },
		"dose 2 Not Valid":          func(c *cdsitest.Case) { c.Doses[1].Reason = "Live Virus Conflict" },
		"dose 2: reason":            func(c *cdsitest.Case) { c.Doses[1].Reason = "Novel" },
		"dose 3 has no evaluation":  func(c *cdsitest.Case) { c.Doses = append(c.Doses, c.Doses[0]) },
	} {
		diffs := judge(change)
		if !slices.ContainsFunc(diffs, func(d string) bool { return strings.HasPrefix(d, want) }) {
			t.Errorf("Judge = %q, want %q among them", diffs, want)
		}
	}
}
