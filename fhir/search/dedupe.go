package search

import (
	"encoding/binary"
	"hash/maphash"
	"math"
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
	var h maphash.Hash
	h.SetSeed(hashSeed)
	end := start
next:
	for i := start; i < len(dst); i++ {
		e := &dst[i]
		h.Reset()
		e.hash(&h)
		// Entries that are not the same have the same hash next to never, and take
		// the next one then.
		for sum := h.Sum64(); ; sum++ {
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

var hashSeed = maphash.MakeSeed()

// hash writes what equal compares, but for what hardly ever differs alone.
func (e *Entry) hash(h *maphash.Hash) {
	if e.Parameter != nil {
		h.WriteString(e.Parameter.Code)
	}
	for _, text := range [...]string{e.System, e.Code, e.Text, e.Target.Text} {
		h.WriteString(text)
		h.WriteByte(0)
	}
	var numbers [34]byte
	numbers[0], numbers[1] = byte(e.Aspect), byte(len(e.Components))
	binary.LittleEndian.PutUint64(numbers[2:], math.Float64bits(e.Low))
	binary.LittleEndian.PutUint64(numbers[10:], math.Float64bits(e.High))
	binary.LittleEndian.PutUint64(numbers[18:], uint64(e.Period.Low))
	binary.LittleEndian.PutUint64(numbers[26:], uint64(e.Period.High))
	h.Write(numbers[:])
	for i := range e.Components {
		e.Components[i].hash(h)
	}
}
