// Package cdsitest reads the CDC's published CDSi test cases and judges answers
// of the engine by them: series status, dose number, three dates, and the status
// and reason of every dose of the tested vaccine group.
package cdsitest

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// Case is a row of one of the CDC's workbooks.
type Case struct {
	ID             string        `json:"id"`
	Name           string        `json:"name"`
	BirthDate      calendar.Date `json:"dob"`
	Gender         string        `json:"gender"`
	AssessmentDate calendar.Date `json:"assessmentDate"`
	VaccineGroup   string        `json:"vaccineGroup"`
	Observations   []struct {
		Code string        `json:"code"`
		Date calendar.Date `json:"date"`
	} `json:"observations"`
	Doses    []Dose   `json:"doses"`
	Expected Expected `json:"expected"`
}

// Dose is a dose of a case with what is expected of it.
type Dose struct {
	Date   calendar.Date `json:"date"`
	CVX    string        `json:"cvx"`
	MVX    string        `json:"mvx"`
	Status string        `json:"expectedStatus"`
	Reason string        `json:"expectedReason"`
}

// Expected is the forecast that a case expects of its vaccine group.
type Expected struct {
	Status      string        `json:"seriesStatus"`
	DoseNumber  string        `json:"forecastNumber"`
	Earliest    calendar.Date `json:"earliest"`
	Recommended calendar.Date `json:"recommended"`
	PastDue     calendar.Date `json:"pastDue"`
}

// Read reads a file of cases.
func Read(r io.Reader) ([]Case, error) {
	var cases []Case
	if err := json.NewDecoder(r).Decode(&cases); err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	return cases, nil
}

// Input returns what a case tells about its patient.
func (c *Case) Input() (*forecast.Input, error) {
	in := &forecast.Input{
		Patient: forecast.Patient{
			BirthDate: c.BirthDate,
			Sex:       map[string]schedule.Sex{"F": schedule.Female, "M": schedule.Male}[c.Gender],
		},
		AssessmentDate: c.AssessmentDate,
	}
	for _, d := range c.Doses {
		cvx, ok := schedule.ParseCVX(d.CVX)
		if !ok {
			return nil, fmt.Errorf("case %s: CVX %q", c.ID, d.CVX)
		}
		in.Doses = append(in.Doses, forecast.Dose{Date: d.Date, CVX: cvx, MVX: d.MVX})
	}
	for _, o := range c.Observations {
		code, ok := schedule.ParseObservationCode(o.Code)
		if !ok {
			return nil, fmt.Errorf("case %s: observation %q", c.ID, o.Code)
		}
		in.Observations = append(in.Observations, forecast.Observation{Code: code, Date: o.Date})
	}
	return in, nil
}

// groups are the names of vaccine groups in the workbooks that the schedule
// spells otherwise.
var groups = map[string]string{
	"DTAP": "DTaP/Tdap/Td", "POL": "Polio", "IPOL": "Polio", "PCV": "Pneumococcal", "VAR": "Varicella",
	"ROTA": "Rotavirus", "MCV": "Meningococcal", "MENB": "Meningococcal B", "FLU": "Influenza",
}

// Group returns the vaccine group that a case tests, as the schedule names it.
func (c *Case) Group() string {
	if name, ok := groups[strings.ToUpper(c.VaccineGroup)]; ok {
		return name
	}
	return c.VaccineGroup
}

// Judge returns what of an answer differs from what the case expects; nothing if
// the case passes.
func (c *Case) Judge(out *forecast.Result) []string {
	i := slices.IndexFunc(out.Forecasts, func(f forecast.VaccineGroupForecast) bool {
		return strings.EqualFold(f.Group.Name, c.Group())
	})
	var diffs []string
	var antigens []string
	if i < 0 {
		diffs = append(diffs, fmt.Sprintf("no forecast for %s", c.Group()))
	} else {
		f := &out.Forecasts[i]
		diffs = append(diffs, c.judgeForecast(f)...)
		antigens = f.Group.Antigens
	}
	for i := range c.Doses {
		if diff := c.judgeDose(i, out, antigens); diff != "" {
			diffs = append(diffs, diff)
		}
	}
	return diffs
}

func (c *Case) judgeForecast(f *forecast.VaccineGroupForecast) (diffs []string) {
	want := &c.Expected
	if !strings.EqualFold(f.Status.String(), want.Status) {
		diffs = append(diffs, fmt.Sprintf("status %s, want %s", f.Status, want.Status))
	}
	dates := []struct {
		name      string
		got, want calendar.Date
	}{
		{"earliest", f.Earliest, want.Earliest},
		{"recommended", f.Recommended, want.Recommended},
		{"past due", f.PastDue, want.PastDue},
	}
	for _, d := range dates {
		// The workbooks leave the dates out of every status but Not Complete.
		expected := want.Earliest != 0 || !strings.EqualFold(want.Status, "Not Complete")
		if expected && d.got != d.want {
			diffs = append(diffs, fmt.Sprintf("%s %v, want %v", d.name, d.got, d.want))
		}
	}
	if n := strings.Trim(want.DoseNumber, "-"); n != "" && strconv.Itoa(f.DoseNumber) != n {
		diffs = append(diffs, fmt.Sprintf("dose number %d, want %s", f.DoseNumber, n))
	}
	return diffs
}

// reasons are the evaluation reasons of the workbooks.
var reasons = map[string]forecast.Reasons{
	"Age: Too Young":                        forecast.AgeTooYoung,
	"Age: Too Old":                          forecast.AgeTooOld,
	"Interval: too Soon":                    forecast.IntervalTooSoon,
	"Inadvertent Vaccine":                   forecast.InadvertentVaccine,
	"Live Virus Conflict":                   forecast.VaccineConflict,
	"Series Already Complete":               forecast.SeriesAlreadyComplete,
	"Not a preferable or allowable vaccine": forecast.WrongVaccine,
}

// judgeDose looks for the expected status among the evaluations of a dose for the
// antigens of the tested group; a dose of another group is judged by its own. A
// workbook gives one reason of several, so any that is found agrees.
func (c *Case) judgeDose(i int, out *forecast.Result, antigens []string) string {
	d := &c.Doses[i]
	if d.Date > c.AssessmentDate {
		return ""
	}
	var own, all []forecast.Evaluation
	for _, e := range out.Evaluations {
		if e.Dose != i {
			continue
		}
		all = append(all, e)
		if slices.Contains(antigens, e.Antigen.Name) {
			own = append(own, e)
		}
	}
	if len(own) == 0 {
		own = all
	}
	if len(own) == 0 {
		return fmt.Sprintf("dose %d has no evaluation", i+1)
	}
	reason, ok := reasons[d.Reason]
	if !ok && d.Reason != "" {
		return fmt.Sprintf("dose %d: reason %q is not one that is known", i+1, d.Reason)
	}
	for _, e := range own {
		if e.Status.String() == d.Status && e.Reasons.Has(reason) {
			return ""
		}
	}
	return fmt.Sprintf("dose %d %v %v, want %s %s", i+1, own[0].Status, own[0].Reasons, d.Status, d.Reason)
}
