package forecast_test

import (
	"fmt"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

func ExampleEngine_Forecast() {
	in := &forecast.Input{
		Patient: forecast.Patient{BirthDate: calendar.Of(2024, 6, 3), Sex: schedule.Female},
		Doses: []forecast.Dose{
			{Date: calendar.Of(2025, 5, 26), CVX: 3}, // MMR, 8 days before the first birthday
		},
		AssessmentDate: calendar.Of(2025, 11, 10),
		Options:        forecast.Options{Explain: true},
	}
	var out forecast.Result // may be used again for the next patient
	if err := forecast.Default().Forecast(in, &out); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range out.Evaluations {
		fmt.Printf("%s: %v (%v); valid from %v\n", e.Antigen.Name, e.Status, e.Reasons, e.ValidFrom)
	}
	for _, f := range out.Forecasts {
		if f.Group.Name == "MMR" {
			fmt.Printf("%s: %v, dose %d from %v, overdue after %v\n", f.Group.Name, f.Status, f.DoseNumber, f.Earliest, f.PastDue)
		}
	}
	// Output:
	// Measles: Not Valid (age: too young, not a preferable or allowable vaccine); valid from 2025-05-30
	// Mumps: Not Valid (age: too young, not a preferable or allowable vaccine); valid from 2025-05-30
	// Rubella: Not Valid (age: too young, not a preferable or allowable vaccine); valid from 2025-05-30
	// MMR: Not Complete, dose 1 from 2025-06-23, overdue after 2025-10-30
}
