package immds_test

import (
	"context"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations"
)

// tenDoses is a child of 18 months with a usual history.
var tenDoses = body(assessed, patient("2024-07-15"),
	vaccination("1", "08", "2024-07-15"), vaccination("2", "146", "2024-09-16"), vaccination("3", "133", "2024-09-16"),
	vaccination("4", "116", "2024-09-16"), vaccination("5", "146", "2024-11-18"), vaccination("6", "133", "2024-11-18"),
	vaccination("7", "116", "2024-11-18"), vaccination("8", "146", "2025-01-20"), vaccination("9", "03", "2025-07-16"),
	vaccination("10", "21", "2025-07-16"))

// BenchmarkTenDoses is a whole answer from the text of the request.
func BenchmarkTenDoses(b *testing.B) {
	for _, explain := range []string{"", "true"} {
		b.Run("explain="+explain, func(b *testing.B) {
			f := newForecaster(b, nil)
			var r operations.Request
			if explain != "" {
				r.Query = map[string][]string{"explain": {explain}}
			}
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				d, err := codec.ParseString(tenDoses, codec.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				r.Parameters = d.Root()
				dst, err = f.System(context.Background(), dst[:0], r)
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(dst)), "B/answer")
		})
	}
}
