package immds_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// The order in which a record is told does not matter, save that of doses of one day.
func TestOrderOfParameters(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	f := newForecaster(t, nil)
	due := func(id, day string) string {
		return resource("observation", `{"resourceType":"Observation","id":"`+id+`","status":"final",`+codeOf(loincURI, "11778-8")+`,"effectiveDateTime":"2025-12-01","valueDateTime":"`+day+`"}`)
	}
	var records [][]string
	for range 10 { // half of them are shuffled to something else
		records = append(records, []string{patient("1995-05-05"), due("a", "2026-03-15"), due("b", "2026-05-30")})
	}
	for range 300 {
		records = append(records, randomRecord(r, today))
	}
	if testing.Short() {
		records = records[:60]
	}
	for _, record := range records {
		want := content(t, dated{t, f, record}.ask(today, "false"))
		again := shuffled(t, r, record)
		if diff := cmp.Diff(want, content(t, dated{t, f, again}.ask(today, "false"))); diff != "" {
			t.Fatalf("%s\nas\n%s\n(-as told +shuffled):\n%s", body(record...), body(again...), diff)
		}
	}
}

// shuffled are parameters in another order, in which immunizations of one day follow each
// other as before.
func shuffled(t *testing.T, r *rand.Rand, parameters []string) []string {
	t.Helper()
	place, days := r.Perm(len(parameters)), make([]string, len(parameters))
	for i, p := range parameters {
		d, err := codec.ParseString(p, codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		days[i] = d.Root().Get("resource").Get("occurrenceDateTime").Text()
		for j := range i { // the places of a day ascend
			if days[i] != "" && days[i] == days[j] && place[j] > place[i] {
				place[i], place[j] = place[j], place[i]
			}
		}
	}
	list := make([]string, len(parameters))
	for i, p := range place {
		list[p] = parameters[i]
	}
	return list
}

// content is an answer without its parameter issues, which are in the order of the
// request, and with the evaluations in an order of their own, without the ids that number
// them.
func content(t *testing.T, text []byte) string {
	t.Helper()
	var a struct{ Parameter []map[string]any }
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, p := range a.Parameter {
		if p["name"] == "issues" {
			continue
		}
		if p["name"] == "evaluation" {
			delete(p["resource"].(map[string]any), "id")
		}
		part, err := json.MarshalIndent(p, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, string(part))
	}
	slices.Sort(parts)
	return strings.Join(parts, "\n")
}
