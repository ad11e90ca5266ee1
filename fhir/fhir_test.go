package fhir_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir"
)

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "A-1.z": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a/b": false, "a_b": false, "ä": false, "a b": false, "a\x00": false,
	} {
		if got := fhir.ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %v", id, got)
		}
	}
}

func TestParseReference(t *testing.T) {
	for _, want := range []fhir.Reference{
		{Kind: fhir.Relative, Type: "Patient", ID: "1", Text: "Patient/1"},
		{Kind: fhir.Relative, Type: "Patient", ID: "1", Version: "2", Text: "Patient/1/_history/2"},
		{Kind: fhir.Absolute, Base: "http://x/fhir", Type: "Patient", ID: "1", Text: "http://x/fhir/Patient/1"},
		{Kind: fhir.Absolute, Base: "http://x/fhir", Type: "Patient", ID: "1", Version: "3", Text: "http://x/fhir/Patient/1/_history/3"},
		{Kind: fhir.Absolute, Base: "http://x", Type: "Patient", ID: "1", Text: "http://x/Patient/1"},
		{Kind: fhir.Absolute, Text: "http://x/about"},
		{Kind: fhir.Absolute, Text: "http://Patient/1"},
		{Kind: fhir.Absolute, Text: "https://x/fhir/Patient/1?a=b"},
		{Kind: fhir.URN, Text: "urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"},
		{Kind: fhir.Fragment, ID: "p", Text: "#p"},
		{Kind: fhir.Fragment, Text: "#"},
		{Kind: fhir.Conditional, Type: "Location", Query: "identifier=a|b", Text: "Location?identifier=a|b"},
		{Kind: fhir.Conditional, Type: "Location", Query: "url=http%3A//x", Text: "Location?url=http%3A//x"},
		{Kind: fhir.Conditional, Type: "Location", Query: "identifier=https://x/y|1", Text: "Location?identifier=https://x/y|1"},
		{Text: ""}, {Text: "Patient"}, {Text: "patient/1"}, {Text: "Patient/a b"}, {Text: "Patient?"}, {Text: "Patient/1/_history/"}, {Text: "Patient/1/x"},
	} {
		if diff := cmp.Diff(want, fhir.ParseReference(want.Text)); diff != "" {
			t.Errorf("ParseReference(%q) (-want +got):\n%s", want.Text, diff)
		}
	}
}

func TestParseDateTime(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	at := func(s string) fhir.Moment {
		tm, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return fhir.MomentOf(tm)
	}
	for _, test := range []struct {
		text      string
		lenient   bool
		precision fhir.Precision
		low, high string // empty: refused
	}{
		{"2015", false, fhir.Year, "2015-01-01T00:00:00+01:00", "2016-01-01T00:00:00+01:00"},
		{"2015-12", false, fhir.Month, "2015-12-01T00:00:00+01:00", "2016-01-01T00:00:00+01:00"},
		{"2016-02-29", false, fhir.Day, "2016-02-29T00:00:00+01:00", "2016-03-01T00:00:00+01:00"},
		{"9999", false, fhir.Year, "9999-01-01T00:00:00+01:00", "9999-12-31T24:00:00+01:00"},
		{"2016-02-29T10:11:12Z", false, fhir.Second, "2016-02-29T10:11:12Z", "2016-02-29T10:11:13Z"},
		{"2016-02-29T10:11:12.25-05:00", false, fhir.Fraction, "2016-02-29T15:11:12.25Z", "2016-02-29T15:11:12.26Z"},
		{"2016-02-29T10:11:12.1234567Z", false, fhir.Fraction, "2016-02-29T10:11:12.123456Z", "2016-02-29T10:11:12.123457Z"},
		{"2016-12-31T23:59:60Z", false, fhir.Second, "2017-01-01T00:00:00Z", "2017-01-01T00:00:01Z"},
		{"2016-02-29T10:11", true, fhir.Minute, "2016-02-29T10:11:00+01:00", "2016-02-29T10:12:00+01:00"},
		{"2016-02-29T10:11:12", true, fhir.Second, "2016-02-29T10:11:12+01:00", "2016-02-29T10:11:13+01:00"},
		{text: "2016-02-29T10:11Z"}, {text: "2016-02-29T10:11:12"}, {text: "2015-02-29"}, {text: "2015-02-31"},
		{text: "2015-13"}, {text: "2015-00"}, {text: "0000"}, {text: "215"}, {text: "2015-1-1"}, {text: "2015-01-01T"},
		{text: "2015-01-01T24:00:00Z"}, {text: "2015-01-01T10:60:00Z"}, {text: "2015-01-01T10:00:61Z"}, {text: "2015-01-01T10:00:00.Z"},
		{text: "2015-01-01T10:00:00+14:01"}, {text: "2015-01-01T10:00:00+1:00"}, {text: "2015-01-01 10:00:00Z"}, {text: "+215"}, {text: ""},
	} {
		got, ok := fhir.ParseDateTime(test.text, berlin, test.lenient)
		if test.low == "" {
			if ok {
				t.Errorf("ParseDateTime(%q, lenient %v) = %v, want it refused", test.text, test.lenient, got)
			}
			continue
		}
		if strings.Contains(test.high, "T24:") {
			test.high = "9999-12-31T23:00:00Z"
		}
		want := fhir.Interval{Low: at(test.low), High: at(test.high), Precision: test.precision}
		if !ok || got != want {
			t.Errorf("ParseDateTime(%q) = %v to %v (%d), %v; want %v to %v (%d)", test.text, got.Low, got.High, got.Precision, ok, want.Low, want.High, want.Precision)
		}
	}
}

func FuzzParseDateTime(f *testing.F) {
	for _, s := range []string{"2015", "2015-02-28", "2016-02-29T10:11:12.5-05:00", "2016-02-29T10:11"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		strict, ok := fhir.ParseDateTime(s, time.UTC, false)
		lenient, ok2 := fhir.ParseDateTime(s, time.UTC, true)
		if ok && (!ok2 || strict != lenient) {
			t.Fatalf("ParseDateTime(%q) is %v strictly and %v leniently", s, strict, lenient)
		}
		if ok2 && lenient.Low >= lenient.High {
			t.Fatalf("ParseDateTime(%q) gives an empty interval", s)
		}
	})
}

func TestMomentText(t *testing.T) {
	m := fhir.MomentOf(time.Date(2026, 1, 2, 3, 4, 5, 6_999, time.UTC))
	if got, want := m.String(), "2026-01-02T03:04:05.000006Z"; got != want || len(got) != fhir.MomentLength {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

func TestInvalidWrapsItsCause(t *testing.T) {
	err := error(fhir.NewInvalid(fhir.ErrUnprocessable, fhir.CodeRequired, "Patient.birthDate", "a birth date is needed"))
	if !errors.Is(err, fhir.ErrUnprocessable) || errors.Is(err, fhir.ErrSyntax) {
		t.Errorf("%v does not tell its cause", err)
	}
	if want := "error required at Patient.birthDate: a birth date is needed"; err.Error() != want {
		t.Errorf("Error() = %q, want %q", err.Error(), want)
	}
}
