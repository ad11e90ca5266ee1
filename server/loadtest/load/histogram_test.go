package load_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/server/loadtest/load"
)

// TestHistogram compares quantiles with those of the sorted values.
func TestHistogram(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 10, 1000, 100_000} {
		var parts [3]load.Histogram
		var all []time.Duration
		for i := range n {
			d := time.Duration(r.Uint64() >> (2 + r.IntN(62)))
			parts[i%3].Record(d)
			all = append(all, d)
		}
		var h load.Histogram
		for i := range parts {
			h.Add(&parts[i])
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999, 1} {
			got, want := h.Quantile(q), all[max(0, int(q*float64(n)+0.999999)-1)]
			if got < want || got > want+want/64+1 {
				t.Errorf("Quantile(%v) of %d values = %d, want %d and up to 1/64 more", q, n, got, want)
			}
		}
		if h.Count() != uint64(n) || h.Max() != all[n-1] {
			t.Errorf("Count, Max = %d, %d, want %d, %d", h.Count(), h.Max(), n, all[n-1])
		}
	}
	var empty load.Histogram
	if empty.Quantile(0.5) != 0 || empty.Mean() != 0 {
		t.Errorf("an empty histogram has median %v and mean %v", empty.Quantile(0.5), empty.Mean())
	}
}
