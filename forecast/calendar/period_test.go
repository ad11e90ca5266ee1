package calendar_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

func TestParsePeriod(t *testing.T) {
	tests := []struct {
		text string
		want calendar.Period
	}{
		{"", calendar.Period{}},
		{"  ", calendar.Period{}},
		{"0 days", calendar.Days(0)},
		{"1 day", calendar.Days(1)},
		{"4 weeks", calendar.Weeks(4)},
		{"12 months - 4 days", calendar.NewPeriod(0, 12, 0, -4)},
		{"13 years + 4 weeks", calendar.NewPeriod(13, 0, 4, 0)},
		{"16 years - 4 months", calendar.NewPeriod(16, -4, 0, 0)},
		{"8 months + 1 day", calendar.NewPeriod(0, 8, 0, 1)},
		{"1 years - 4 days", calendar.NewPeriod(1, 0, 0, -4)},
		{" 6  Weeks-4 DAYS ", calendar.NewPeriod(0, 0, 6, -4)},
	}
	for _, tt := range tests {
		got, err := calendar.ParsePeriod(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("ParsePeriod(%q) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
		if got.Present() != (strings.TrimSpace(tt.text) != "") {
			t.Errorf("ParsePeriod(%q).Present() = %v", tt.text, got.Present())
		}
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, text := range []string{
		"4", "weeks", "4 fortnights", "-4 days", "4 weeks 4 days", "4 weeks -", "4 weeks - 4", "4 weeks - 4 days - 1 day",
		"4 weeks * 4 days", "4.5 weeks", "10000 days", "99999999999999999999 days", "4 weeks + days", "n/a",
	} {
		if got, err := calendar.ParsePeriod(text); !errors.Is(err, calendar.ErrPeriod) {
			t.Errorf("ParsePeriod(%q) = %v, %v, want ErrPeriod", text, got, err)
		}
	}
}

// TestAdd holds the rules CALCDT-1 to CALCDT-6, with the examples that people
// get wrong.
func TestAdd(t *testing.T) {
	tests := []struct{ rule, from, period, want string }{
		{"CALCDT-1", "2010-06-15", "7 years", "2017-06-15"},
		{"CALCDT-1", "2010-06-15", "0 days", "2010-06-15"},
		{"CALCDT-2", "2010-11-15", "3 months", "2011-02-15"},
		{"CALCDT-2", "2010-12-31", "12 months", "2011-12-31"},
		{"CALCDT-2", "2010-03-15", "16 years - 4 months", "2025-11-15"},
		{"CALCDT-3", "2010-12-25", "6 weeks", "2011-02-05"},
		{"CALCDT-3", "2024-02-28", "1 day", "2024-02-29"},
		{"CALCDT-4", "2011-01-03", "1 week - 11 days", "2010-12-30"},
		{"CALCDT-5", "2013-03-31", "6 months", "2013-10-01"},
		{"CALCDT-5", "2013-08-31", "6 months", "2014-03-01"},
		{"CALCDT-5", "2012-02-29", "1 year", "2013-03-01"},
		{"CALCDT-5", "2012-02-29", "4 years", "2016-02-29"},
		{"CALCDT-5", "2013-01-31", "1 month", "2013-03-01"},
		{"CALCDT-5", "2012-01-30", "1 month", "2012-03-01"},
		{"CALCDT-5", "2013-11-30", "3 months", "2014-03-01"},
		{"CALCDT-6", "2013-01-31", "6 months - 4 days", "2013-07-27"},
		{"CALCDT-6", "2013-03-31", "6 months - 4 days", "2013-09-27"},
		{"CALCDT-6", "2012-02-29", "12 months - 4 days", "2013-02-25"},
		{"CALCDT-6", "2012-01-31", "5 months + 4 weeks", "2012-07-29"},
		{"absent", "2012-01-31", "", "2012-01-31"},
	}
	for _, tt := range tests {
		p, err := calendar.ParsePeriod(tt.period)
		if err != nil {
			t.Fatal(err)
		}
		if got := date(t, tt.from).Add(p); got != date(t, tt.want) {
			t.Errorf("%s: %s + %s = %v, want %s", tt.rule, tt.from, tt.period, got, tt.want)
		}
	}
}

// TestAddAgainstTime holds Add to another definition over random days: the day
// of the month stays, or the month that lacks it is passed over.
func TestAddAgainstTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		d := day(r)
		years, months, days := r.IntN(100), r.IntN(40)-20, r.IntN(800)-400
		got := d.Add(calendar.NewPeriod(years, months, 0, days))
		y, m, dom := d.Civil()
		first := time.Date(y+years, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
		want := first.AddDate(0, 0, dom-1)
		if want.Month() != first.Month() {
			want = first.AddDate(0, 1, 0)
		}
		want = want.AddDate(0, 0, days)
		if !got.Time().Equal(want) {
			t.Fatalf("%v + %d years %d months %d days = %v, want %v", d, years, months, days, got, want)
		}
	}
}

// TestAddKeepsOrder holds what the engine's windows rest on: a later day never
// comes first after the same period is added, and days add up exactly.
func TestAddKeepsOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		d, p := day(r), calendar.NewPeriod(r.IntN(80), r.IntN(24), r.IntN(60), r.IntN(40)-20)
		if a, b := d.Add(p), (d + 1).Add(p); a > b {
			t.Fatalf("%v + %v = %v, but the day after gives %v", d, p, a, b)
		}
		n := r.IntN(5000)
		if got := d.Add(calendar.Days(n)); int(got-d) != n {
			t.Fatalf("%v + %d days = %v", d, n, got)
		}
	}
}

func TestPeriodString(t *testing.T) {
	for _, text := range []string{"0 days", "1 day", "2 weeks", "12 months - 4 days", "13 years + 4 weeks", "16 years - 4 months", "1 year - 1 day"} {
		p, err := calendar.ParsePeriod(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.String(); got != text {
			t.Errorf("ParsePeriod(%q).String() = %q", text, got)
		}
	}
	if got := (calendar.Period{}).String(); got != "" {
		t.Errorf("String of the absent period = %q", got)
	}
}

func TestCompare(t *testing.T) {
	ascending := []calendar.Period{
		calendar.Days(0), calendar.NewPeriod(0, 0, 4, -4), calendar.Weeks(4), calendar.Months(1), calendar.NewPeriod(0, 12, 0, -4),
		calendar.Years(1), calendar.NewPeriod(1, 0, 4, 0), calendar.Years(75),
	}
	for i, p := range ascending {
		for j, q := range ascending {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = +1
			}
			if got := p.Compare(q); got != want {
				t.Errorf("%v.Compare(%v) = %d, want %d", p, q, got, want)
			}
		}
	}
	if got := calendar.Months(12).Compare(calendar.Years(1)); got != 0 {
		t.Errorf("12 months and 1 year compare %d, want 0", got)
	}
}

func TestNewPeriodOutOfRange(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NewPeriod(10000, ...) did not panic")
		}
	}()
	calendar.Years(10_000)
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"12 months - 4 days", "0 days", "4 weeks+1 day", "1 day - 1 year", "9999 years + 9999 years"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := calendar.ParsePeriod(s)
		if err != nil {
			if p.Present() {
				t.Fatalf("ParsePeriod(%q) = %v and %v", s, p, err)
			}
			return
		}
		text := p.String()
		if strings.HasPrefix(text, "-") {
			return // written as more than less, such as "1 day - 1 year"
		}
		if again, err := calendar.ParsePeriod(text); err != nil || again != p {
			t.Fatalf("ParsePeriod(%q) = %v, which reads back as %v, %v", s, p, again, err)
		}
	})
}
