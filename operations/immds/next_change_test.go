package immds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/operations/immds"
)

// dated asks about one record as of any day.
type dated struct {
	t      *testing.T
	f      *immds.Forecaster
	record []string
}

func (d dated) ask(day calendar.Date, explain string) []byte {
	d.t.Helper()
	text := body(append([]string{`{"name":"assessmentDate","valueDate":"` + day.String() + `"}`}, d.record...)...)
	document, err := codec.ParseString(text, codec.Limits{})
	if err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
	out, err := d.f.System(context.Background(), nil, operations.Request{Parameters: document.Root(), Query: url.Values{"explain": {explain}}})
	if err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
	return out
}

// on is the answer as of a day, without its elements date.
func (d dated) on(day calendar.Date) []byte {
	d.t.Helper()
	return bytes.ReplaceAll(d.ask(day, "false"), []byte(`"date":"`+day.String()+`"`), []byte(`"date":"0001-01-01"`))
}

// nextChanges are the days that the explanation names, of the whole answer and of each
// vaccine group.
func (d dated) nextChanges(day calendar.Date) (whole calendar.Date, groups map[string]calendar.Date) {
	d.t.Helper()
	groups = map[string]calendar.Date{}
	for _, r := range recommendationsIn(d.t, d.ask(day, "true")) {
		whole = date(find(extensionsOf(r.Extension), "nextChange"))
		for _, e := range r.Recommendation {
			groups[e.VaccineCode[0].Text] = date(find(extensionsOf(e.Extension), "nextChange"))
		}
	}
	return whole, groups
}

type datedRecommendation struct {
	Extension      []extension
	Recommendation []entry
}

func recommendationsIn(t *testing.T, text []byte) (list []datedRecommendation) {
	t.Helper()
	var a struct {
		Parameter []struct {
			Name     string
			Resource datedRecommendation
		}
	}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	for _, p := range a.Parameter {
		if p.Name == "recommendation" {
			list = append(list, p.Resource)
		}
	}
	return list
}

// entriesOf is the text of the entries of a vaccine group.
func entriesOf(t *testing.T, answer []byte, group string) string {
	t.Helper()
	d, err := codec.Parse(answer, codec.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for p := d.Root().Get("parameter").First(); p.Exists(); p = p.Next() {
		if p.Get("name").Text() != "recommendation" {
			continue
		}
		for e := p.Get("resource").Get("recommendation").First(); e.Exists(); e = e.Next() {
			if e.Get("vaccineCode").First().Get("text").Text() == group {
				b.WriteString(e.Raw())
			}
		}
	}
	return b.String()
}

// Until the day that the explanation names an answer is the same on every day, to the
// byte but for its elements date; on that day it is another. The same holds for the
// entries of each vaccine group.
func TestNextChange(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	f := newForecaster(t, nil)
	records, named := 150, 0
	if testing.Short() {
		records = 15
	}
	for range records {
		start := today - calendar.Date(r.IntN(2)*r.IntN(3000))
		d := dated{t, f, randomRecord(r, start)}
		now := d.on(start)
		next, groups := d.nextChanges(start)
		for _, day := range daysBefore(r, start, next, 25) {
			if then := d.on(day); !bytes.Equal(now, then) {
				t.Fatalf("%s\nassessed on %s: nothing is to change before %s, but on %s it does (-on %s +on %s):\n%s",
					body(d.record...), start, next, day, start, day, cmp.Diff(withoutDay(string(now), start), withoutDay(string(then), day)))
			}
		}
		if next.IsZero() {
			continue
		}
		named++
		if next <= start || bytes.Equal(now, d.on(next)) {
			t.Errorf("%s\nassessed on %s: the answer is to change on %s, and is the same", body(d.record...), start, next)
		}
		for group, next := range groups {
			want := entriesOf(t, now, group)
			for _, day := range daysBefore(r, start, next, 1) {
				if got := entriesOf(t, d.on(day), group); got != want {
					t.Fatalf("%s\nassessed on %s: %s is not to change before %s, but on %s it does:\n%s\n%s", body(d.record...), start, group, next, day, want, got)
				}
			}
			if !next.IsZero() && entriesOf(t, d.on(next), group) == want {
				t.Errorf("%s\nassessed on %s: %s is to change on %s, and is the same:\n%s", body(d.record...), start, group, next, want)
			}
		}
	}
	if named < records*9/10 {
		t.Errorf("%d of %d answers name a next change", named, records)
	}
}

// daysBefore are days after start and before next, on which nothing may change: the
// first n, as many at random, and the last. If there is no next day, any day will do.
func daysBefore(r *rand.Rand, start, next calendar.Date, n int) (days []calendar.Date) {
	if next.IsZero() {
		next = start + 40_000
	}
	for i := range n {
		if day := start + 1 + calendar.Date(i); day < next {
			days = append(days, day)
		}
		if next > start+1 {
			days = append(days, start+1+calendar.Date(r.IntN(int(next-start-1))))
		}
	}
	if next > start+1 {
		days = append(days, next-1)
	}
	return days
}
