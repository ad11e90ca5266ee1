package pebblestore

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// FuzzValue: a value comes back from its key with what comparisons look at, and
// what follows it, as the next component of a composite does, is left alone.
func FuzzValue(f *testing.F) {
	f.Add("03", "http://hl7.org/fhir/sid/cvx", 1.5, 2.5, int64(-1e15), int64(day), []byte{byte(kindDate) + 3})
	f.Add("\x00\x01", strings.Repeat("x", keyText+1), -1.0, -1.0, int64(0), int64(1), []byte{byte(kindTarget), 'P', 0, idUUID})
	f.Fuzz(func(t *testing.T, a, b string, low, high float64, begin, length int64, garbage []byte) {
		if math.IsNaN(low) || math.IsNaN(high) {
			return
		}
		period := fhir.Interval{Low: fhir.Moment(begin >> 2), High: fhir.Moment(begin>>2) + fhir.Moment(uint64(length)>>3) + 1}
		entries := []search.Entry{
			{Parameter: &search.Parameter{Type: search.Token}, Code: a, System: b},
			{Parameter: &search.Parameter{Type: search.Quantity}, Low: low, High: high},
			{Parameter: &search.Parameter{Type: search.Date}, Period: period},
			{Parameter: &search.Parameter{Type: search.String}, Folded: a},
			{Parameter: &search.Parameter{Type: search.URI}, Text: b},
			{Parameter: &search.Parameter{Type: search.Reference}, Target: fhir.Reference{Text: b}},
		}
		if fhir.ValidID(a) {
			entries = append(entries, search.Entry{Parameter: &search.Parameter{Type: search.Reference}, Target: fhir.Reference{Kind: fhir.Relative, Type: "Patient", ID: a}})
		}
		key := appendValue(nil, &search.Entry{Parameter: &search.Parameter{Type: search.Composite}, Components: entries})
		rest := append(key[1:], "rest"...)
		for _, want := range entries {
			want.Parameter = nil
			want.Period.Low = max(want.Period.Low, fhir.EarliestMoment)
			var got search.Entry
			var cut, ok bool
			if rest, cut, ok = readValue(&got, rest); !ok {
				t.Fatalf("readValue(%v of key %x) fails", want, key)
			}
			if diff := cmp.Diff(want, got); diff != "" && !cut {
				t.Errorf("readValue of key %x (-want +got):\n%s", key, diff)
			}
		}
		if string(rest) != "rest" {
			t.Errorf("after all values of key %x is %q", key, rest)
		}
		for len(garbage) > 0 { // what nobody wrote must not lead astray
			rest, _, ok := readValue(&search.Entry{}, garbage)
			if !ok || len(rest) >= len(garbage) {
				break
			}
			garbage = rest
		}
	})
}
