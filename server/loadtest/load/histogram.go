package load

import (
	"math/bits"
	"time"
)

// Histogram counts durations in buckets whose width is at most 1/64 of their
// value, so that a quantile is off by 1.6 % at most. The zero value is empty.
// It is for one goroutine; Add brings several together.
type Histogram struct {
	buckets [58 << bucketBits]uint64
	n       uint64
	sum     time.Duration
	max     time.Duration
}

const bucketBits = 6

// bucket is where a duration is counted: below 64 ns each has its own bucket,
// above that each power of two has 64.
func bucket(d time.Duration) int {
	v := uint64(max(d, 0))
	shift := max(bits.Len64(v)-bucketBits-1, 0)
	return shift<<bucketBits + int(v>>shift)
}

// longest is the longest duration that is counted in a bucket.
func longest(bucket int) time.Duration {
	shift := max(bucket>>bucketBits-1, 0)
	return time.Duration(uint64(bucket-shift<<bucketBits+1)<<shift - 1)
}

// Record counts a duration.
func (h *Histogram) Record(d time.Duration) {
	h.buckets[bucket(d)]++
	h.n++
	h.sum += d
	h.max = max(h.max, d)
}

// Add counts what another histogram counted.
func (h *Histogram) Add(other *Histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.n += other.n
	h.sum += other.sum
	h.max = max(h.max, other.max)
}

// Count is how many were recorded.
func (h *Histogram) Count() uint64 { return h.n }

// Max is the longest.
func (h *Histogram) Max() time.Duration { return h.max }

// Mean is their average.
func (h *Histogram) Mean() time.Duration {
	if h.n == 0 {
		return 0
	}
	return h.sum / time.Duration(h.n)
}

// Quantile is a duration that a share q of all do not exceed; never below the
// true one, and at most 1.6 % above it.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank, seen := uint64(q*float64(h.n)+0.999999), uint64(0)
	for i, n := range h.buckets {
		if seen += n; seen >= max(rank, 1) {
			return min(longest(i), h.max)
		}
	}
	return h.max
}
