package calendar_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		unix int // days since 1970-01-01
	}{
		{"1970-01-01", 0},
		{"1969-12-31", -1},
		{"2000-02-29", 11016},
		{"2025-11-10", 20402},
		{"0001-01-01", -719162},
		{"9999-12-31", 2932896},
	}
	for _, tt := range tests {
		got, err := calendar.Parse(tt.text)
		if err != nil || got.UnixDays() != tt.unix {
			t.Errorf("Parse(%q) = day %d, %v, want day %d", tt.text, got.UnixDays(), err, tt.unix)
		}
		if got.String() != tt.text {
			t.Errorf("Parse(%q).String() = %q", tt.text, got)
		}
	}
	if got := date(t, "0001-01-01"); got != calendar.Min {
		t.Errorf("Parse(0001-01-01) = %d, want Min", got)
	}
	if got := date(t, "9999-12-31"); got != calendar.Max {
		t.Errorf("Parse(9999-12-31) = %d, want Max", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "2025", "2025-11", "2025-11-1", "2025-11-100", "25-11-10", "2025/11/10", "2025-11-10T00:00:00Z",
		"2025-02-29", "1900-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "2025-01-00", "0000-01-01",
		"+025-01-01", "2025-+1-01", " 025-01-01", "２０２５-01",
	} {
		if got, err := calendar.Parse(text); !errors.Is(err, calendar.ErrDate) {
			t.Errorf("Parse(%q) = %v, %v, want ErrDate", text, got, err)
		}
	}
	for _, text := range []string{"", "2025", "20250229", "2025-1-1", "202501011"} {
		if got, err := calendar.ParseCompact(text); !errors.Is(err, calendar.ErrDate) {
			t.Errorf("ParseCompact(%q) = %v, %v, want ErrDate", text, got, err)
		}
	}
	if got, err := calendar.ParseCompact("20240229"); err != nil || got != date(t, "2024-02-29") {
		t.Errorf("ParseCompact(20240229) = %v, %v", got, err)
	}
}

// TestCivil compares every day of ten centuries with package time.
func TestCivil(t *testing.T) {
	d := date(t, "1600-01-01")
	for want := time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC); want.Year() < 2600; want = want.AddDate(0, 0, 1) {
		y, m, day := d.Civil()
		if wy, wm, wd := want.Date(); y != wy || m != wm || day != wd {
			t.Fatalf("day %d is %d-%d-%d, want %v", d, y, m, day, want)
		}
		if got := calendar.Of(y, m, day); got != d {
			t.Fatalf("Of(%d, %d, %d) = %d, want %d", y, m, day, got, d)
		}
		if got := calendar.OfTime(d.Time()); got != d {
			t.Fatalf("OfTime(%v) = %v", d.Time(), got)
		}
		d++
	}
}

func TestZeroDate(t *testing.T) {
	var none calendar.Date
	if !none.IsZero() || none.String() != "" || none.Add(calendar.Years(1)) != 0 {
		t.Errorf("the zero Date is %q, and in a year %v; want no date both times", none, none.Add(calendar.Years(1)))
	}
	text, err := none.MarshalText()
	if err != nil || len(text) != 0 {
		t.Errorf("MarshalText() = %q, %v", text, err)
	}
	d := date(t, "2025-11-10")
	if err := d.UnmarshalText(nil); err != nil || d != 0 {
		t.Errorf("UnmarshalText(nothing) gives %v, %v", d, err)
	}
}

func TestEndOfMonth(t *testing.T) {
	for day, want := range map[string]string{"2024-02-01": "2024-02-29", "2023-02-28": "2023-02-28", "2025-12-05": "2025-12-31"} {
		if got := date(t, day).EndOfMonth(); got != date(t, want) {
			t.Errorf("%s.EndOfMonth() = %v, want %s", day, got, want)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	d, p := date(t, "2025-11-10"), calendar.NewPeriod(0, 12, 0, -4)
	b := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { b = p.Append(d.Append(b[:0])) }); n != 0 {
		t.Errorf("Append allocates %v times", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2024-02-29")
	f.Add("0001-01-01")
	f.Add("2023-02-29")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.Parse(s)
		want, timeErr := time.Parse(time.DateOnly, s)
		if timeErr == nil && want.Year() == 0 {
			return // package time has a year 0
		}
		if (err == nil) != (timeErr == nil) {
			t.Fatalf("Parse(%q) = %v; package time says %v", s, err, timeErr)
		}
		if err == nil && (d.String() != s || !d.Time().Equal(want)) {
			t.Fatalf("Parse(%q) = %v, package time says %v", s, d, want)
		}
	})
}

// day returns any day that can be written.
func day(r *rand.Rand) calendar.Date {
	return calendar.Min + calendar.Date(r.IntN(int(calendar.Max)))
}
