package immds_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
	"github.com/jenner-iis/jenner/operations/immds"
)

// laterRelease is the built-in data as a release to come might have it: HepA vaccine is
// given from 15 months on, not 12.
func laterRelease(t *testing.T) *forecast.Engine {
	t.Helper()
	s := *schedule.Default()
	s.Source = schedule.Source{Name: "a later release", Version: "4.100", Released: calendar.Of(2026, 1, 15)}
	s.Antigens = slices.Clone(s.Antigens)
	changed := 0
	for i := range s.Antigens {
		a := &s.Antigens[i]
		if a.Name != "HepA" {
			continue
		}
		a.Series = slices.Clone(a.Series)
		for j := range a.Series {
			d := slices.Clone(a.Series[j].Doses)
			a.Series[j].Doses = d
			if a.Series[j].Type != schedule.Standard {
				continue
			}
			d[0].Ages = slices.Clone(d[0].Ages)
			for k := range d[0].Ages {
				d[0].Ages[k].Minimum, d[0].Ages[k].EarliestRecommended = calendar.Months(15), calendar.Months(15)
				changed++
			}
		}
	}
	if changed == 0 {
		t.Fatal("the built-in data has no ages for HepA")
	}
	e, err := forecast.New(&s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func twoReleases(t *testing.T) *immds.Forecaster {
	t.Helper()
	f, err := immds.New(immds.Config{
		Engines: []*forecast.Engine{forecast.Default(), laterRelease(t)},
		Today:   func() calendar.Date { return today },
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Each release answers by its own rules and says which one answered; the latest answers
// who names none.
func TestReleases(t *testing.T) {
	f := twoReleases(t)
	for version, want := range map[string][2]string{"": {"4.100", "2026-07-01"}, "4.100": {"4.100", "2026-07-01"}, "4.64": {"4.64", "2026-04-01"}} {
		query := ""
		if version != "" {
			query = "knowledgeBaseVersion=" + version
		}
		a := mustAsk(t, f, query, assessed, patient("2025-04-01"))
		earliest := ""
		for _, d := range a.group("HepA").DateCriterion {
			if d.Code.Coding[0].Code == "30981-5" {
				earliest = d.Value
			}
		}
		if got := [2]string{a.Version, earliest}; got != want {
			t.Errorf("knowledgeBaseVersion=%s: version and earliest date %q, want %q", version, got, want)
		}
		explained := mustAsk(t, f, query+"&explain=true", assessed, patient("2025-04-01"))
		if got := find(extensionsOf(explained.group("HepA").Extension), "supportingData"); got == nil || got.ValueString != want[0] {
			t.Errorf("knowledgeBaseVersion=%s: the explanation rests on %+v, want %s", version, got, want[0])
		}
	}
	for _, version := range []string{"4.65", "4", "latest"} {
		if _, err := ask(t, f, "knowledgeBaseVersion="+version, assessed, patient("2025-04-01")); err == nil {
			t.Errorf("knowledgeBaseVersion=%s, which is not loaded: no error", version)
		}
	}
}

func TestReleaseAge(t *testing.T) {
	got := twoReleases(t).Releases()
	want := []immds.Release{
		{Name: "a later release", Version: "4.100", Released: calendar.Of(2026, 1, 15), Default: true},
		{Name: "CDC CDSi supporting data", Version: "4.64", Released: calendar.Of(2025, 11, 10)},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(immds.Release{})); diff != "" {
		t.Fatalf("Releases (-want +got):\n%s", diff)
	}
	if days, ok := got[0].Age(today); days != 16 || !ok {
		t.Errorf("Age on %s of a release of %s = %d, %t, want 16, true", today, got[0].Released, days, ok)
	}
	for day, outdated := range map[calendar.Date]bool{calendar.Of(2027, 1, 15): false, calendar.Of(2027, 1, 16): true} {
		if got[0].Outdated(day) != outdated {
			t.Errorf("Outdated on %s = %t, want %t", day, !outdated, outdated)
		}
	}
	again := twoReleases(t).Releases()
	if got[0].Digest() != again[0].Digest() || got[0].Digest() == got[1].Digest() {
		t.Errorf("digests %s and %s of one release, %s of another", got[0].Digest(), again[0].Digest(), got[1].Digest())
	}
	var undated immds.Release
	if _, ok := undated.Age(today); ok || undated.Outdated(today) {
		t.Error("a release of which the day is not known has an age")
	}
}
