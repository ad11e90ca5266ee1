package pebblestore

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
)

// sign is a comparison as -1, 0 or 1.
func sign(n int) int { return cmp.Compare(n, 0) }

func FuzzText(f *testing.F) {
	f.Add("", "\x00")
	f.Add("a\x00b", "a\x01")
	f.Add(strings.Repeat("x", keyText), strings.Repeat("x", keyText+1))
	f.Fuzz(func(t *testing.T, a, b string) {
		x, cutX := appendText(nil, a)
		y, cutY := appendText(nil, b)
		if !cutX && !cutY && sign(bytes.Compare(x, y)) != sign(strings.Compare(a, b)) {
			t.Errorf("keys of %q and %q compare %d", a, b, bytes.Compare(x, y))
		}
		if a != b && !cutX && bytes.HasPrefix(y, x) {
			t.Errorf("the key of %q is the beginning of that of %q", a, b)
		}
		text, cut, rest, ok := readText(append(x, "rest"...))
		if want := a[:min(len(a), keyText)]; !ok || text != want || cut != cutX || string(rest) != "rest" {
			t.Errorf("readText(key of %q) = %q, %v, %q, %v", a, text, cut, rest, ok)
		}
		if plain, ok := plainText(x); ok && string(plain) != a || !ok && len(a) <= keyText && !strings.ContainsAny(a, "\x00\x01") {
			t.Errorf("plainText(key of %q) = %q, %v", a, plain, ok)
		}
		plainText([]byte(b))
		if strings.HasPrefix(b, a) && len(a) <= keyText && !bytes.HasPrefix(y, appendTextStart(nil, a)) {
			t.Errorf("the key of %q does not begin as texts do that start with %q", b, a)
		}
		readText([]byte(b)) // must not fail on what nobody wrote
		readID([]byte(b))
	})
}

func FuzzID(f *testing.F) {
	f.Add("0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e", "0B8D3A5E-7B1C-4A53-9C7E-0F6A1C2B3D4E")
	f.Add("a", "a.b")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !fhir.ValidID(a) || !fhir.ValidID(b) {
			return
		}
		x, y := appendID(nil, a), appendID(nil, b)
		if isUUID(a) == isUUID(b) && sign(bytes.Compare(x, y)) != sign(strings.Compare(a, b)) {
			t.Errorf("keys of %q and %q compare %d", a, b, bytes.Compare(x, y))
		}
		if a != b && bytes.HasPrefix(y, x) {
			t.Errorf("the key of %q is the beginning of that of %q", a, b)
		}
		if id, rest, ok := readID(append(x, "rest"...)); !ok || id != a || string(rest) != "rest" {
			t.Errorf("readID(key of %q) = %q, %q, %v", a, id, rest, ok)
		}
	})
}

func FuzzFloat(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64} {
		f.Add(v, -v/3)
	}
	f.Fuzz(func(t *testing.T, a, b float64) {
		if math.IsNaN(a) || math.IsNaN(b) {
			return
		}
		x, y := appendFloat(nil, a), appendFloat(nil, b)
		if sign(bytes.Compare(x, y)) != cmp.Compare(a+0, b+0) {
			t.Errorf("keys of %v and %v compare %d", a, b, bytes.Compare(x, y))
		}
		if got := readFloat(x); got != a {
			t.Errorf("readFloat(key of %v) = %v", a, got)
		}
	})
}

// TestPeriods: intervals come back from their keys, and within a class sort by
// their low end, then by their high end.
func TestPeriods(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	interval := func() fhir.Interval {
		low := fhir.Moment(random.Int64N(1<<52)) - 1<<51
		length := append([]fhir.Moment{1, 2, 999, 30 * 366 * day}, classLengths[:]...)[random.IntN(4+len(classLengths))] - fhir.Moment(random.IntN(2))
		i := fhir.Interval{Low: low, High: low + max(length, 1)}
		switch random.IntN(10) {
		case 0:
			i.Low = fhir.EarliestMoment
		case 1:
			i.High = fhir.LatestMoment
		}
		return i
	}
	for range 20_000 {
		a, b := interval(), interval()
		if random.IntN(2) == 0 {
			b.Low = a.Low
			b.High = max(b.High, b.Low+1)
		}
		x := appendPeriod(nil, a)
		if got, rest, ok := readPeriod(classOf(a), append(x, "rest"...)); !ok || got != a || string(rest) != "rest" {
			t.Fatalf("readPeriod(key of %v) = %v, %q, %v", a, got, rest, ok)
		}
		if classOf(a) == classOf(b) {
			want := cmp.Or(cmp.Compare(a.Low, b.Low), cmp.Compare(a.High, b.High))
			if got := bytes.Compare(x, appendPeriod(nil, b)); sign(got) != want {
				t.Fatalf("keys of %v and %v compare %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestAfter(t *testing.T) {
	for _, test := range []struct{ prefix, want string }{{"a", "b"}, {"a\xff", "b"}, {"a\xff\xff", "b"}, {"ab", "ac"}} {
		if got := string(after([]byte(test.prefix))); got != test.want {
			t.Errorf("after(%q) = %q, want %q", test.prefix, got, test.want)
		}
	}
	if got := after([]byte{0xff}); got != nil {
		t.Errorf("after(ff) = %q, want no bound", got)
	}
}
