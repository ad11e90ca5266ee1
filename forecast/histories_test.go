package forecast_test

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// assessed is the day on which the named histories are assessed.
const assessed = "2025-11-10"

// history is a patient as a test writes one down.
type history struct {
	name  string
	born  string
	sex   schedule.Sex
	doses []given
	seen  []forecast.Observation
}

// given is a dose: a date and vaccines given on it.
type given struct {
	date string
	cvx  []schedule.CVX
}

// named are the five histories that the engine's speed is measured on.
var named = []history{
	{name: "newborn", born: "2025-11-08", sex: schedule.Female, doses: []given{
		{"2025-11-08", []schedule.CVX{8}},
	}},
	{name: "2 years", born: "2023-10-02", sex: schedule.Male, doses: []given{
		{"2023-10-02", []schedule.CVX{8}},
		{"2023-12-04", []schedule.CVX{110, 48, 215, 122}},
		{"2024-02-05", []schedule.CVX{110, 48, 215, 122}},
		{"2024-04-08", []schedule.CVX{110, 48, 215, 122}},
		{"2024-10-07", []schedule.CVX{3, 21, 83, 215, 140}},
		{"2025-01-06", []schedule.CVX{20, 48}},
		{"2025-04-14", []schedule.CVX{83}},
	}},
	{name: "11 years", born: "2014-06-20", sex: schedule.Female, doses: []given{
		{"2014-06-20", []schedule.CVX{8}},
		{"2014-08-22", []schedule.CVX{110, 48, 133, 122}},
		{"2014-10-24", []schedule.CVX{110, 48, 133, 122}},
		{"2014-12-29", []schedule.CVX{110, 133}},
		{"2015-06-26", []schedule.CVX{94, 83}},
		{"2015-09-25", []schedule.CVX{20, 48, 133}},
		{"2016-01-15", []schedule.CVX{83}},
		{"2018-07-13", []schedule.CVX{130, 94}},
		{"2024-10-11", []schedule.CVX{140}},
	}},
	{name: "35 years", born: "1990-03-15", sex: schedule.Female, doses: []given{
		{"1990-05-15", []schedule.CVX{1, 2}},
		{"1990-07-16", []schedule.CVX{1, 2}},
		{"1990-09-17", []schedule.CVX{1}},
		{"1991-06-17", []schedule.CVX{3}},
		{"1995-04-10", []schedule.CVX{1, 2, 3}},
		{"2012-08-20", []schedule.CVX{115}},
		{"2022-09-12", []schedule.CVX{9}},
	}},
	{name: "65 years", born: "1960-08-30", sex: schedule.Male, doses: []given{
		{"2011-05-03", []schedule.CVX{115}},
		{"2020-11-17", []schedule.CVX{187, 150}},
		{"2021-02-16", []schedule.CVX{187}},
		{"2021-03-09", []schedule.CVX{208}},
		{"2021-03-30", []schedule.CVX{208}},
		{"2021-10-26", []schedule.CVX{139}},
		{"2024-10-15", []schedule.CVX{309, 135}},
	}},
}

// date reads a date that a test wrote.
func date(tb testing.TB, s string) calendar.Date {
	tb.Helper()
	if s == "" {
		return 0
	}
	d, err := calendar.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// input returns what the engine is told of a history.
func (h history) input(tb testing.TB, assessed string) *forecast.Input {
	tb.Helper()
	in := &forecast.Input{
		Patient:        forecast.Patient{BirthDate: date(tb, h.born), Sex: h.sex},
		Observations:   h.seen,
		AssessmentDate: date(tb, assessed),
	}
	for _, g := range h.doses {
		for _, cvx := range g.cvx {
			in.Doses = append(in.Doses, forecast.Dose{Date: date(tb, g.date), CVX: cvx})
		}
	}
	return in
}
