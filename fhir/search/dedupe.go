package search

import (
	"hash/maphash"
	"math"
	"math/bits"
)

// fewEntries is the number of entries up to which comparing each with each is
// the quick way to find duplicates.
const fewEntries = 48

// dedupe removes the entries of dst[start:] that stand there twice.
func dedupe(dst []Entry, start int) []Entry {
	if len(dst)-start > fewEntries {
		return dedupeMany(dst, start)
	}
	end := start
	for i := start; i < len(dst); i++ {
		if !contains(dst[start:end], &dst[i]) {
			if end != i {
				dst[end] = dst[i]
			}
			end++
		}
	}
	return dst[:end]
}

func contains(entries []Entry, e *Entry) bool {
	for i := range entries {
		if entries[i].Parameter == e.Parameter && entries[i].equal(e) {
			return true
		}
	}
	return false
}

// equal reports whether two entries of one parameter say the same.
func (e *Entry) equal(other *Entry) bool {
	if e.Aspect != other.Aspect || e.Code != other.Code || e.Text != other.Text || e.System != other.System ||
		e.Target.Text != other.Target.Text || e.Target.Version != other.Target.Version ||
		e.Low != other.Low || e.High != other.High || e.Period != other.Period || len(e.Components) != len(other.Components) {
		return false
	}
	for i := range e.Components {
		if !e.Components[i].equal(&other.Components[i]) {
			return false
		}
	}
	return true
}

// dedupeMany keeps hostile resources, with very many values, from costing
// the square of their number.
func dedupeMany(dst []Entry, start int) []Entry {
	places := make(map[uint64]int, len(dst)-start)
	end := start
next:
	for i := start; i < len(dst); i++ {
		e := &dst[i]
		// Entries that are not the same have the same hash next to never, and take
		// the next one then.
		for sum := e.hash(); ; sum++ {
			place, taken := places[sum]
			if !taken {
				places[sum] = end
				break
			}
			if dst[place].Parameter == e.Parameter && dst[place].equal(e) {
				continue next
			}
		}
		if end != i {
			dst[end] = *e
		}
		end++
	}
	return dst[:end]
}

var (
	hashSeed = maphash.MakeSeed()
	hashSalt = maphash.String(hashSeed, "") + 1 // nobody can choose numbers in advance that collide
)

// hash is of what equal compares, but for what hardly ever differs alone. Most texts
// and numbers of an entry are not set: they cost little.
func (e *Entry) hash() uint64 {
	sum := mix(hashSalt, uint64(e.Aspect))
	if e.Parameter != nil {
		sum = mix(sum, maphash.String(hashSeed, e.Parameter.Code))
	}
	for _, text := range [...]string{e.System, e.Code, e.Text, e.Target.Text} {
		if text == "" {
			sum = mix(sum, 0)
		} else {
			sum = mix(sum, maphash.String(hashSeed, text))
		}
	}
	sum = mix(sum, math.Float64bits(e.Low))
	sum = mix(sum, math.Float64bits(e.High))
	sum = mix(sum, uint64(e.Period.Low))
	sum = mix(sum, uint64(e.Period.High))
	for i := range e.Components {
		sum = mix(sum, e.Components[i].hash())
	}
	return sum
}

// mix adds a number to a hash.
func mix(sum, n uint64) uint64 {
	high, low := bits.Mul64(sum^n, 0x9E3779B97F4A7C15)
	return high ^ low
}
