package scale_test

import (
	"testing"
	"time"

	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// BenchmarkScale puts each search to registries of three sizes. Beside what the
// clock says on average, it reports what it says of the slowest (slowest-ns), and
// of all on average: the processor time of the goroutine that searches
// (cpu-ns/op), the resources found, or those of the first page when their number
// was not counted (hits/op, and uncounted, the share of such answers), the blocks
// of the store that were looked into (blocks/op), how many of these had to be read
// and decompressed (reads/op), and the share that was refused as too costly
// (refused).
func BenchmarkScale(b *testing.B) {
	for _, size := range []struct {
		name     string // resources, about
		patients int
	}{{"10k", 610}, {"100k", 7_850}, {"1M", 80_000}} {
		b.Run(size.name, func(b *testing.B) {
			r := kept(b, size.patients)
			defer r.close(b)
			for _, k := range kinds {
				b.Run(k.name, func(b *testing.B) { r.measure(b, k) })
			}
		})
	}
}

// drawn is how many searches of a kind are made up before the clock starts. They
// need many more blocks than may be kept in memory.
const drawn = 500

func (r *registry) measure(b *testing.B, k kind) {
	d := newDice(k.name, r.state, r.patients)
	asks := make([]ask, drawn)
	for i := range asks {
		asks[i] = k.draw(d)
	}
	var hits, uncounted, refused, n int
	var slowest time.Duration
	before := r.store.Metrics()
	end := processor(b)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		a, err := r.find(b.Context(), asks[n%drawn])
		slowest = max(slowest, time.Since(began))
		if err != nil {
			b.Fatalf("%v: %v", asks[n%drawn], err)
		}
		n++
		hits += a.hits
		if a.partial {
			uncounted++
		}
		if a.refused {
			refused++
		}
	}
	end()
	after := r.store.Metrics()
	reads := after.CacheMisses - before.CacheMisses
	of := float64(n)
	b.ReportMetric(float64(slowest.Nanoseconds()), "slowest-ns")
	b.ReportMetric(float64(hits)/of, "hits/op")
	b.ReportMetric(float64(uncounted)/of, "uncounted")
	b.ReportMetric(float64(after.CacheHits-before.CacheHits+reads)/of, "blocks/op")
	b.ReportMetric(float64(reads)/of, "reads/op")
	b.ReportMetric(float64(refused)/of, "refused")
}

// TestSearches puts each search, with several values, to a small registry, and
// compares what it finds with what the generator says that there is.
func TestSearches(t *testing.T) {
	patients := 250
	if testing.Short() {
		patients = 60
	}
	r := open(t, pebblestore.Config{Path: "store", FS: pebblestore.Memory()}, patients)
	defer r.close(t)
	r.load(t)
	all := people(r.state, patients)
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			d := newDice(k.name, r.state, patients)
			found, unknown := 0, false
			for range 8 {
				a := k.draw(d)
				got, err := r.find(t.Context(), a)
				if err != nil || got.refused {
					t.Fatalf("find(%v) = %+v, %v in a small registry", a, got, err)
				}
				found += got.hits
				if a.want == nil {
					unknown = true
				} else if want := a.want(all); got.hits > want || got.hits < want && !got.partial {
					t.Errorf("find(%v) = %+v, want %d hits", a, got, want)
				}
			}
			if unknown && found == 0 {
				t.Errorf("no search finds anything")
			}
		})
	}
}
