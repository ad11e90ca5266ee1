package server

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
)

// TestAppendDate compares with the standard library: ends of months and years, and
// moments at random.
func TestAppendDate(t *testing.T) {
	moments := []time.Time{
		time.Unix(0, 0), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(2024, 2, 29, 9, 5, 1, 0, time.UTC), time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC),
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 10_000 {
		moments = append(moments, time.Unix(random.Int64N(8_000*365*24*3600), random.Int64N(1e9)))
	}
	for _, at := range moments {
		m := fhir.MomentOf(at)
		if got, want := string(appendDate(nil, m)), m.Time().Format(http.TimeFormat); got != want {
			t.Fatalf("appendDate(%v) = %q, want %q", at, got, want)
		}
	}
}
