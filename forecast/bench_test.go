package forecast_test

import (
	"fmt"
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// BenchmarkForecast measures a forecast of every vaccine group with a Result
// that is used again, as a server uses it.
func BenchmarkForecast(b *testing.B) {
	e := forecast.Default()
	for _, h := range named {
		b.Run(h.name, func(b *testing.B) {
			in := h.input(b, assessed)
			var out forecast.Result
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Forecast(in, &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkExplain is the same with the steps of every decision.
func BenchmarkExplain(b *testing.B) {
	e := forecast.Default()
	for _, h := range named {
		b.Run(h.name, func(b *testing.B) {
			in := h.input(b, assessed)
			in.Options.Explain = true
			var out forecast.Result
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Forecast(in, &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMaxDoses shows what the longest histories cost that the engine takes:
// all vaccines in turn, and vaccines that have most rules, day after day.
func BenchmarkMaxDoses(b *testing.B) {
	every := schedule.Default().Vaccines
	for name, cvx := range map[string]func(int) schedule.CVX{
		"every vaccine": func(i int) schedule.CVX { return every[i%len(every)].CVX },
		"MMRV":          func(int) schedule.CVX { return 94 },
		"DTaP family":   func(i int) schedule.CVX { return []schedule.CVX{20, 110, 146, 115}[i%4] },
		"pneumococcal":  func(i int) schedule.CVX { return []schedule.CVX{33, 133, 215}[i%3] },
		"COVID-19":      func(i int) schedule.CVX { return []schedule.CVX{208, 309, 312}[i%3] },
		"MMRV in a day": func(int) schedule.CVX { return 94 },
	} {
		b.Run(name, func(b *testing.B) {
			in := &forecast.Input{Patient: forecast.Patient{BirthDate: calendar.Of(1960, 1, 1)}, AssessmentDate: calendar.Of(2025, 11, 10)}
			for i := range forecast.MaxDoses {
				d := forecast.Dose{CVX: cvx(i), Date: calendar.Of(2020, 1, 1)}
				if name != "MMRV in a day" {
					d.Date += calendar.Date(i)
				}
				in.Doses = append(in.Doses, d)
			}
			for _, in.Options.Explain = range []bool{false, true} {
				b.Run(fmt.Sprintf("explain=%v", in.Options.Explain), func(b *testing.B) {
					var out forecast.Result
					for b.Loop() {
						if err := forecast.Default().Forecast(in, &out); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkNew shows what it costs to compile a schedule.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := forecast.New(schedule.Default()); err != nil {
			b.Fatal(err)
		}
	}
}
