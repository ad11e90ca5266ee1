package schema_test

import (
	"encoding/base64"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// acceptsJSON reports whether a value, written as JSON, is accepted as one of
// the given primitive type.
func acceptsJSON(t testing.TB, typ, json string) bool {
	t.Helper()
	property := "value" + strings.ToUpper(typ[:1]) + typ[1:]
	text := `{"resourceType":"Parameters","parameter":[{"name":"a","` + property + `":` + json + `}]}`
	document, err := codec.Parse([]byte(text), codec.Limits{})
	if err != nil {
		return false
	}
	issues := validator.Validate(document.Root())
	for _, i := range issues {
		if i.Expression != "Parameters.parameter[0].value" {
			t.Errorf("Validate(%s) = %v, want issues of the value alone", text, i)
		}
	}
	return issues == nil
}

func accepts(t testing.TB, typ, value string) bool {
	t.Helper()
	return acceptsJSON(t, typ, string(codec.AppendString(nil, value)))
}

func TestPrimitives(t *testing.T) {
	tests := []struct {
		typ      string
		yes, nay []string
	}{
		{"boolean", []string{`true`, `false`}, []string{`"true"`, `1`, `null`}},
		{"integer",
			[]string{`0`, `1`, `-1`, `2147483647`, `-2147483648`},
			[]string{`1.0`, `1e2`, `2147483648`, `-2147483649`, `99999999999999999999`, `"1"`, `01`, `+1`}},
		{"positiveInt", []string{`1`, `2147483647`}, []string{`0`, `-1`, `2147483648`, `1.5`}},
		{"unsignedInt", []string{`0`, `2147483647`}, []string{`-1`, `-0`, `2147483648`}},
		{"decimal", []string{`0`, `-0.0`, `1.50`, `1e-7`, `1E+2`, `123456789012345678901234567890.1`}, []string{`"1"`, `1.`, `.5`, `NaN`, `1e400`}},
		{"string", []string{`" "`, `"a\nb\tc\rd"`, `"é\ud83d\ude00"`}, []string{`""`, `"\u0000"`, `1`, `true`, `{"a":1}`, `["a"]`}},
		{"markdown", []string{`"# a\n\n* b"`}, []string{`""`, `1`}},
		{"uri", []string{`"urn:oid:1.2"`, `"x"`, `"#a"`, `"http://x/é"`}, []string{`"a b"`, `" a"`, `"a\n"`, `"\t"`}},
		{"url", []string{`"http://x"`}, []string{`"a b"`}},
		{"canonical", []string{`"http://x|1.0#a"`}, []string{`"a b"`}},
		{"oid", []string{`"urn:oid:1.2.840.0"`, `"urn:oid:2.0"`},
			[]string{`"1.2.3"`, `"urn:oid:3.1"`, `"urn:oid:1"`, `"urn:oid:1."`, `"urn:oid:1.02"`, `"urn:oid:1..2"`, `"urn:oid:1.2.a"`, `"urn:OID:1.2"`}},
		{"uuid", []string{`"urn:uuid:6c5d9ca9-54d7-42f5-bfae-a7c19cd217f2"`},
			[]string{`"6c5d9ca9-54d7-42f5-bfae-a7c19cd217f2"`, `"urn:uuid:6c5d9ca9-54d7-42f5-bfae-a7c19cd217f"`, `"urn:uuid:6c5d9ca9x54d7-42f5-bfae-a7c19cd217f2"`, `"urn:uuid:6C5D9CA9-54D7-42F5-BFAE-A7C19CD217F2"`}},
		{"id", []string{`"a"`, `"A-1.b"`, `"` + strings.Repeat("a", 64) + `"`}, []string{`"a_b"`, `"a b"`, `"` + strings.Repeat("a", 65) + `"`, `"é"`, `"a/b"`}},
		{"code", []string{`"a"`, `"a b"`, `"a b c"`, `"é"`}, []string{`" a"`, `"a "`, `"a  b"`, `" "`, `"a\t b"`}},
		{"base64Binary", []string{`"AAAA"`, `"AAA="`, `"AA=="`, `"AAAA BBBB"`, `" AAAA\nBB== "`},
			[]string{`"AAA"`, `"A==="`, `"===="`, `"AA=A"`, `"AA==AAAA"`, `"AA AA"`, `"AA-_"`, `" "`}},
		{"date", []string{`"2020"`, `"2020-02"`, `"2020-02-29"`, `"0001-01-01"`, `"9999-12-31"`, `"2000-02-29"`, `"2023-12-31"`},
			[]string{`"0000"`, `"20"`, `"2020-2"`, `"2020-00"`, `"2020-13"`, `"2020-02-30"`, `"2023-02-29"`, `"1900-02-29"`, `"2023-02-31"`, `"2023-04-31"`,
				`"2023-01-00"`, `"2023-01-32"`, `"2023-01-01T00:00:00Z"`, `"2023/01/01"`, `"2023-1-1"`, `"01-01-2023"`, `"2020-"`, `"2020-02-"`, `"-2020"`, `"+020"`, `" 2020"`, `"2020 "`, `2020`}},
		{"dateTime", []string{`"2020"`, `"2020-02"`, `"2020-02-29"`, `"2020-02-29T23:59:59Z"`, `"2020-02-29T23:59:60Z"`, `"2020-02-29T00:00:00.0+14:00"`, `"2020-02-29T00:00:00.123456789-13:59"`},
			[]string{`"2020-02-29T23:59:59"`, `"2020-02-29T23:59Z"`, `"2020-02-29T24:00:00Z"`, `"2020-02-29T23:60:00Z"`, `"2020-02-29T23:59:61Z"`, `"2020-02-29T23:59:59.Z"`,
				`"2020-02-29T23:59:59+14:01"`, `"2020-02-29T23:59:59+15:00"`, `"2020-02-29T23:59:59+05:60"`, `"2020-02-29T23:59:59+0500"`, `"2020-02-29T23:59:59z"`,
				`"2020-02-29t23:59:59Z"`, `"2020-02-29 23:59:59Z"`, `"2023-02-29T23:59:59Z"`, `"2020-02T10:00:00Z"`, `"2020-02-29T"`, `"2020-02-29T23:59:59Z "`}},
		{"instant", []string{`"2020-02-29T23:59:59Z"`, `"2020-02-29T23:59:59.5-05:00"`}, []string{`"2020"`, `"2020-02"`, `"2020-02-29"`, `"2020-02-29T23:59:59"`, `"2021-02-29T23:59:59Z"`}},
		{"time", []string{`"00:00:00"`, `"23:59:60"`, `"12:00:00.5"`}, []string{`"24:00:00"`, `"12:00"`, `"12:00:00Z"`, `"12:00:00."`, `"1:00:00"`, `"12:60:00"`, `"12:00:00+01:00"`}},
	}
	for _, tt := range tests {
		for _, value := range tt.yes {
			if !acceptsJSON(t, tt.typ, value) {
				t.Errorf("%s %s is refused", tt.typ, value)
			}
		}
		for _, value := range tt.nay {
			if acceptsJSON(t, tt.typ, value) {
				t.Errorf("%s %s is accepted", tt.typ, value)
			}
		}
	}
}

func TestLongStrings(t *testing.T) {
	if longest := strings.Repeat("é", 1<<20); !accepts(t, "string", longest) || accepts(t, "string", longest+"x") {
		t.Error("a string may have 1048576 characters, and not one more")
	}
	if !accepts(t, "base64Binary", strings.Repeat("AAAA", 1<<19)) {
		t.Error("base64Binary has no limit of length")
	}
}

// samples are values around which the property tests look.
var samples = map[string][]string{
	"uri":          {"urn:x", "http://example.org/a?b=c"},
	"oid":          {"urn:oid:1.2.840.0.10", "urn:oid:2.999"},
	"uuid":         {"urn:uuid:6c5d9ca9-54d7-42f5-bfae-a7c19cd217f2"},
	"id":           {"a", "A-1.b"},
	"code":         {"a", "a b", "entered-in-error"},
	"base64Binary": {"AAAA", "AA==", "AAAA BBB=", "aGVsbG8="},
	"date":         {"2020", "2020-02", "2020-02-28", "2019-12-31"},
	"dateTime":     {"2020", "2020-11", "2020-02-28", "2020-02-28T23:59:59Z", "2020-02-28T13:59:59.123+13:00", "2020-02-28T13:59:59-14:00"},
	"instant":      {"2020-02-28T23:59:59Z", "2020-02-28T13:59:59.123+13:00"},
	"time":         {"23:59:59", "12:00:00.25"},
	"string":       {"a", "a b\n"},
}

// mutate changes a few characters of s.
func mutate(r *rand.Rand, s string) string {
	const alphabet = "0123456789012345678901234TZ:-+.=/ AaFfZz\n_uéurn"
	letters := []rune(alphabet)
	text := []rune(s)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(text) + 1)
		switch c := letters[r.IntN(len(letters))]; {
		case at == len(text) || r.IntN(4) == 0:
			text = append(text[:at], append([]rune{c}, text[at:]...)...)
		case r.IntN(4) == 0 && len(text) > 1:
			text = append(text[:at], text[at+1:]...)
		default:
			text[at] = c
		}
	}
	return string(text)
}

// TestPatterns compares, on many values, with the regular expressions that R4
// gives. They may accept more in two ways: days that a month does not have, and
// what only looks like base64.
func TestPatterns(t *testing.T) {
	const rounds = 6000
	r := rand.New(rand.NewPCG(1, 2))
	for typ, values := range samples {
		pattern := regexp.MustCompile(`^(?:` + definitions.R4().Structure(typ).Pattern + `)$`)
		yes := 0
		for range rounds {
			value := mutate(r, values[r.IntN(len(values))])
			want := value != "" && pattern.MatchString(value)
			switch typ {
			case "base64Binary":
				_, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
				want = want && err == nil
			case "date", "dateTime", "instant":
				if want && len(value) >= 10 {
					_, err := time.Parse(time.DateOnly, value[:10])
					want = err == nil
				}
			}
			if want {
				yes++
			}
			if got := accepts(t, typ, value); got != want {
				t.Errorf("%s %q: accepted %v, want %v by the pattern", typ, value, got, want)
			}
		}
		if yes < rounds/200 || yes > rounds-rounds/200 && typ != "string" {
			t.Errorf("%s: %d of %d values match: they say little", typ, yes, rounds)
		}
	}
}

// TestDatesCanBeRead holds the promise to whoever reads an accepted resource:
// fhir.ParseDateTime accepts the same texts.
func TestDatesCanBeRead(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		values := samples["dateTime"]
		value := mutate(r, values[r.IntN(len(values))])
		if strings.IndexFunc(value, unicode.IsControl) >= 0 || value == "" {
			continue
		}
		_, want := fhir.ParseDateTime(value, time.UTC, false)
		if got := accepts(t, "dateTime", value); got != want {
			t.Errorf("dateTime %q: accepted %v, ParseDateTime reads it: %v", value, got, want)
		}
	}
}
