package forecast_test

import (
	"testing"

	"github.com/jenner-iis/jenner/forecast"
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
