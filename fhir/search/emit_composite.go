package search

import "github.com/jenner-iis/jenner/fhir/codec"

// MaxCombinations bounds the entries that one value has under a composite
// parameter. An Observation has a handful; one made to have 100 codes and 100
// values would have 10,000. What is beyond is not indexed.
const MaxCombinations = 1024

// composite indexes each combination of the components' values that value v
// has: https://hl7.org/fhir/R4/search.html#composite
func (w *walker) composite(l *leaf, v codec.Value) {
	dst := w.dst
	w.dst, w.valuesOnly = w.components[:0], true
	defer func() { w.components, w.dst, w.valuesOnly = w.dst, dst, false }()
	var ends [4]int
	bounds := ends[:0]
	for i, component := range l.components {
		from := v
		if l.fromRoot[i] {
			from = w.resource
		}
		start := len(w.dst)
		w.walk(component, from, 0)
		w.dst = dedupe(onlyValues(w.dst, start), start)
		if len(w.dst) == start {
			return
		}
		bounds = append(bounds, len(w.dst))
	}
	dst = appendCombinations(dst, l.parameter, w.dst, bounds)
}

// onlyValues keeps those of entries[start:] that have AspectValue.
func onlyValues(entries []Entry, start int) []Entry {
	end := start
	for i := start; i < len(entries); i++ {
		if entries[i].Aspect == AspectValue {
			entries[end] = entries[i]
			end++
		}
	}
	return entries[:end]
}

// appendCombinations appends an entry for each way to take one value per
// component; those of component i are values[bounds[i-1]:bounds[i]].
func appendCombinations(dst []Entry, p *Parameter, values []Entry, bounds []int) []Entry {
	total := 1
	for i, start := 0, 0; i < len(bounds); i++ {
		total = min(total*(bounds[i]-start), MaxCombinations)
		start = bounds[i]
	}
	all := make([]Entry, 0, total*len(bounds))
	for n := range total {
		first := len(all)
		for i, start := 0, 0; i < len(bounds); i++ {
			count := bounds[i] - start
			all = append(all, values[start+n%count])
			n /= count
			start = bounds[i]
		}
		dst = append(dst, Entry{Parameter: p, Components: all[first:len(all):len(all)]})
	}
	return dst
}
