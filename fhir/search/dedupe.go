package search

import (
	"encoding/binary"
	"math"

	"github.com/jenner-iis/jenner/fhir"
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

// entryKey is what makes an entry itself. Folded and the rest of Target follow
// from it.
type entryKey struct {
	parameter  *Parameter
	aspect     Aspect
	system     string
	code       string
	text       string
	low, high  float64
	period     fhir.Interval
	target     string
	version    string
	components string
}

// appendKey appends a text that is different for entries that are.
func (e *Entry) appendKey(b []byte) []byte {
	for _, text := range [...]string{e.System, e.Code, e.Text, e.Target.Text, e.Target.Version} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	b = append(b, byte(e.Aspect))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(e.Low))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(e.High))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Period.Low))
	return binary.BigEndian.AppendUint64(b, uint64(e.Period.High))
}

func (e *Entry) key() entryKey {
	k := entryKey{e.Parameter, e.Aspect, e.System, e.Code, e.Text, e.Low, e.High, e.Period, e.Target.Text, e.Target.Version, ""}
	if len(e.Components) > 0 {
		b := make([]byte, 0, 256)
		for i := range e.Components {
			b = e.Components[i].appendKey(b)
		}
		k.components = string(b)
	}
	return k
}

// dedupeMany keeps hostile resources, with very many values, from costing
// the square of their number.
func dedupeMany(dst []Entry, start int) []Entry {
	seen := make(map[entryKey]struct{}, len(dst)-start)
	end := start
	for i := start; i < len(dst); i++ {
		k := dst[i].key()
		if _, found := seen[k]; found {
			continue
		}
		seen[k] = struct{}{}
		if end != i {
			dst[end] = dst[i]
		}
		end++
	}
	return dst[:end]
}
