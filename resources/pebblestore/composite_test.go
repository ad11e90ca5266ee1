package pebblestore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// dueRegistry has a composite of three parts over recommendations: which vaccine
// is in which status, and due when.
func dueRegistry(t testing.TB) *search.Registry {
	t.Helper()
	const url = "http://example.org/"
	due := &definitions.SearchParameter{
		Code: "due", URL: url + "due", Type: definitions.Date, MultipleOr: true, Usage: "normal", Comparators: []string{"le", "ge"},
		Bases: []definitions.SearchBase{{Type: "ImmunizationRecommendation", Expression: "ImmunizationRecommendation.recommendation.dateCriterion.where(code.coding.exists(code = '30980-7')).value"}},
	}
	r4 := definitions.R4()
	all := &definitions.SearchParameter{
		Code: "vaccine-type-status-due", URL: url + "vaccine-type-status-due", Type: definitions.Composite, MultipleOr: true, Usage: "normal",
		Bases: []definitions.SearchBase{{Type: "ImmunizationRecommendation", Expression: "ImmunizationRecommendation.recommendation"}},
		Components: []definitions.Component{
			{Parameter: r4.SearchParameter("ImmunizationRecommendation", "vaccine-type"), Expression: "vaccineCode"},
			{Parameter: r4.SearchParameter("ImmunizationRecommendation", "status"), Expression: "forecastStatus"},
			{Parameter: due, Expression: "dateCriterion.where(code.coding.exists(code = '30980-7')).value"},
		},
	}
	r, err := search.New(r4, search.Config{Extra: []*definitions.SearchParameter{due, all}})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return r
}

const cvx = "http://hl7.org/fhir/sid/cvx"

// recommended is one recommendation of an ImmunizationRecommendation.
func recommended(code, status, date string) string {
	return fmt.Sprintf(`{"vaccineCode":[{"coding":[{"system":%q,"code":%q}]}],"forecastStatus":{"coding":[{"system":"http://example.org/status","code":%q}]},`+
		`"dateCriterion":[{"code":{"coding":[{"system":"http://loinc.org","code":"30981-5"}]},"value":"1999-01-01"},{"code":{"coding":[{"system":"http://loinc.org","code":"30980-7"}]},"value":%q}]}`,
		cvx, code, status, date)
}

// TestCompositeByKeys: a composite is decided by its keys. The store may read
// next to no resource to decide, so that a search that needs to is refused.
func TestCompositeByKeys(t *testing.T) {
	registry := dueRegistry(t)
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: registry, Limits: pebblestore.Limits{Records: 1}})
	var writes []resources.Write
	add := func(id, recommendations string) {
		writes = append(writes, storetest.Put(t, resources.PUT, "ImmunizationRecommendation", id, 0, `"date":"2026-11-22","patient":{"reference":"Patient/p"},"recommendation":[`+recommendations+`]`))
	}
	add("a", recommended("03", "overdue", "2026-11-21"))
	add("b", recommended("03", "overdue", "2026-11-23"))
	add("c", recommended("03", "due", "2026-11-21")+","+recommended("10", "overdue", "2026-11-21"))
	// Due before a, so that keys are not in the order of resources, and twice.
	add("d", recommended("03", "overdue", "2025-02-03")+","+recommended("03", "overdue", "2026-10")+","+recommended("03", "overdue", "2027-01-01"))
	add("e", recommended("031", "overdue", "2026-11-21"))
	add("f", recommended("03", "overdue", "2026-11-22T08:00:00Z"))
	if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	for _, test := range []struct {
		value string
		want  []string
	}{
		{cvx + "|03$overdue$le2026-11-22", []string{"a", "d", "f"}},
		{cvx + "|03$http://example.org/status|overdue$le2026-11-22", []string{"a", "d", "f"}},
		{"03$overdue$ge2026-11-22", []string{"b", "d", "f"}},
		{"03$overdue$2026-11-22", []string{"f"}},
		{"03$overdue$2026-10", []string{"d"}},
		{"03$overdue$ne2026-11-21", []string{"b", "d", "f"}},
		{cvx + "|03$http://example.org/other|overdue$le2026-11-22", nil},
		{"http://example.org/other|03$overdue$le2026-11-22", nil},
		{"03$due$le2030", []string{"c"}},
		{"03$due$le2030,10$overdue$le2030", []string{"c"}},
		{"03$due$le2030,03$overdue$eb2025-06-01", []string{"c", "d"}},
		{cvx + "|$overdue$eb2026-11-01", []string{"d"}},
		{cvx + "|$overdue$le2030", []string{"a", "b", "c", "d", "e", "f"}},
	} {
		q, err := registry.Parse("ImmunizationRecommendation", "_total=accurate&vaccine-type-status-due="+test.value, search.Options{})
		if err != nil {
			t.Errorf("Parse(%s): %v", test.value, err)
			continue
		}
		page, err := s.Search(t.Context(), everything, q)
		if err != nil {
			t.Errorf("Search(%s): %v", test.value, err)
			continue
		}
		var got []string
		for _, v := range page.Versions {
			got = append(got, v.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || page.Total != len(test.want) {
			t.Errorf("Search(%s): total %d (-want +got):\n%s", test.value, page.Total, diff)
		}
	}
	if summary, err := s.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) }); err != nil || summary.Resources != len(writes) {
		t.Errorf("Check = %+v, %v", summary, err)
	}
}

// BenchmarkComposite asks who is overdue for one vaccine, among 20,000 patients
// with five vaccines recommended to each.
func BenchmarkComposite(b *testing.B) {
	registry := dueRegistry(b)
	s := open(b, pebblestore.Config{Path: b.TempDir(), Registry: registry})
	random := rand.New(rand.NewPCG(7, 7))
	statuses := []string{"due", "overdue", "complete", "complete", "notComplete"}
	var writes []resources.Write
	for i := range 20_000 {
		var all []string
		for _, code := range []string{"03", "10", "20", "115", "140"} {
			date := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(2000)).Format(time.DateOnly)
			all = append(all, recommended(code, statuses[random.IntN(len(statuses))], date))
		}
		w, _ := write(b, "ImmunizationRecommendation", fmt.Sprint("r", i), fmt.Sprintf(`"date":"2026-11-22","patient":{"reference":"Patient/p%d"},"recommendation":[%s]`, i, strings.Join(all, ",")))
		if writes = append(writes, w); len(writes) == 500 {
			if _, err := s.Commit(b.Context(), everything, resources.Batch{Writes: writes}); err != nil {
				b.Fatal(err)
			}
			writes = writes[:0]
		}
	}
	if err := s.Compact(); err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"_count=20", "_summary=count", "_total=accurate&_count=20"} {
		for _, until := range []string{"2026-11-22", "2024-01-05"} {
			b.Run(text+"&due=le"+until, func(b *testing.B) {
				q, err := registry.Parse("ImmunizationRecommendation", text+"&vaccine-type-status-due="+cvx+"|03$overdue$le"+until, search.Options{Results: []string{"_summary"}})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				var page resources.Page
				for b.Loop() {
					if page, err = s.Search(b.Context(), everything, q); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(page.Versions)), "hits")
				b.ReportMetric(float64(page.Total), "total")
			})
		}
	}
}
