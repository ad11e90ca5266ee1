package immds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations"
)

const explanationURL = "https://jenner-iis.github.io/fhir/StructureDefinition/forecast-explanation"

// find is the extension of that URL, or nil.
func find(list []extension, url string) *extension {
	for i := range list {
		if list[i].URL == url {
			return &list[i]
		}
	}
	return nil
}

func date(e *extension) calendar.Date {
	if e == nil {
		return 0
	}
	return e.ValueDate
}

// explained are the answers to the requests of testdata, explained, by file.
func explained(t *testing.T) map[string]answer {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no requests in testdata: %v", err)
	}
	f := newForecaster(t, nil)
	answers := map[string]answer{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out, err := f.System(context.Background(), nil, operations.Request{Parameters: parse(t, string(text)), Query: url.Values{"explain": {"true"}}})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		checkShape(t, out)
		answers[file] = decode(t, out)
	}
	return answers
}

// Every evaluation and entry is explained, and what the steps say can be checked by hand:
// limit is from plus period, and end is from plus endPeriod.
func TestExplanation(t *testing.T) {
	for name, a := range explained(t) {
		checkExplained(t, name, a)
	}
	r, f, records := rand.New(rand.NewPCG(7, 8)), newForecaster(t, nil), 100
	if testing.Short() {
		records = 15
	}
	for range records {
		record := append(randomRecord(r, today), assessed)
		out, err := f.System(context.Background(), nil, operations.Request{Parameters: parse(t, body(record...)), Query: url.Values{"explain": {"true"}}})
		if err != nil {
			t.Fatalf("%s: %v", body(record...), err)
		}
		checkShape(t, out)
		checkExplained(t, "a random record", decode(t, out))
		if t.Failed() {
			t.Fatal(body(record...))
		}
	}
}

// checkExplained checks the explanations of an answer.
func checkExplained(t *testing.T, name string, a answer) {
	t.Helper()
	for _, e := range a.Evaluations {
		if e.Series != "" { // what the engine evaluated
			checkExplanation(t, name+" "+e.ImmunizationEvent.Reference+" "+e.TargetDisease.Text, e.Extension)
		}
	}
	for _, e := range a.Recommendation.Recommendation {
		checkExplanation(t, name+" "+e.VaccineCode[0].Text, e.Extension)
	}
}

func checkExplanation(t *testing.T, what string, list []extension) {
	t.Helper()
	e := find(list, explanationURL)
	if e == nil {
		t.Errorf("%s: no explanation", what)
		return
	}
	if v := find(e.Extension, "supportingData"); v == nil || v.ValueString == "" {
		t.Errorf("%s: the explanation does not name the supporting data", what)
	}
	steps := 0
	for _, s := range e.Extension {
		if s.URL != "step" {
			continue
		}
		steps++
		rule, text := find(s.Extension, "rule"), find(s.Extension, "text")
		if rule == nil || rule.ValueString == "" {
			t.Errorf("%s: step %d has no rule", what, steps)
			continue
		}
		if text == nil || strings.ContainsAny(text.ValueString, "{}") || strings.Contains(text.ValueString, "  ") {
			t.Errorf("%s: step %s has no sentence, or one with a gap: %+v", what, rule.ValueString, text)
		}
		checkSum(t, what+": step "+rule.ValueString, s.Extension, "period", "limit")
		checkSum(t, what+": step "+rule.ValueString, s.Extension, "endPeriod", "end")
	}
	if steps == 0 {
		t.Errorf("%s: the explanation has no steps", what)
	}
}

// checkSum recomputes a day of a step: from, and a period after it.
func checkSum(t *testing.T, what string, step []extension, period, sum string) {
	t.Helper()
	text := find(step, period)
	if text == nil {
		return
	}
	p, err := calendar.ParsePeriod(text.ValueString)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if from, day := date(find(step, "from")), date(find(step, sum)); from.Add(p) != day {
		t.Errorf("%s: %s + %s = %s, but %s is %s", what, from, p, from.Add(p), sum, day)
	}
}

// An explanation adds its extension and changes nothing.
func TestExplanationChangesNothing(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newForecaster(t, nil)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := f.File(text)
		if err != nil {
			t.Fatal(err)
		}
		withReasons, err := f.System(context.Background(), nil, operations.Request{Parameters: parse(t, string(text)), Query: url.Values{"explain": {"true"}}})
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(plain, withReasons) {
			t.Errorf("%s: explain=true changes nothing at all", file)
		}
		if diff := cmp.Diff(withoutExplanation(t, plain), withoutExplanation(t, withReasons)); diff != "" {
			t.Errorf("%s: explain=true changes more than the explanation (-without +with):\n%s", file, diff)
		}
	}
}

func withoutExplanation(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	var strip func(v any) any
	strip = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for name, m := range v {
				if m = strip(m); m == nil {
					delete(v, name)
				} else {
					v[name] = m
				}
			}
		case []any:
			var kept []any
			for _, e := range v {
				if m, ok := e.(map[string]any); !ok || m["url"] != explanationURL {
					kept = append(kept, strip(e))
				}
			}
			if kept == nil {
				return nil
			}
			return kept
		}
		return v
	}
	return strip(v)
}

func TestExplanationOfTooYoung(t *testing.T) {
	a := mustAsk(t, newForecaster(t, nil), "", assessed, patient("2025-01-08"), vaccination("a", "83", "2026-01-03"), `{"name":"explain","valueBoolean":true}`)
	e := find(a.Evaluations[0].Extension, explanationURL)
	if got := date(find(e.Extension, "validFrom")).String(); got != "2026-01-04" {
		t.Errorf("validFrom = %s, want 2026-01-04", got)
	}
	s := find(e.Extension, "step")
	got := map[string]string{}
	for _, x := range s.Extension {
		switch {
		case x.ValueString != "":
			got[x.URL] = x.ValueString
		case x.ValueCode != "":
			got[x.URL] = x.ValueCode
		case x.ValueDate != 0:
			got[x.URL] = x.ValueDate.String()
		}
	}
	want := map[string]string{
		"rule": "CALCDTAGE-5", "section": "6.4", "table": "6-15", "outcome": "no",
		"date": "2026-01-03", "from": "2025-01-08", "period": "12 months - 4 days", "limit": "2026-01-04",
		"text": "Given on 2026-01-03, 1 day before the minimum age of 12 months less 4 days of grace, which is 2026-01-04.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first step (-want +got):\n%s", diff)
	}
}
