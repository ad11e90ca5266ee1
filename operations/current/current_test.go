package current_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// meta is what a version says of why it was made.
func meta(t testing.TB, v resources.Version) (cause, source string) {
	t.Helper()
	var r struct {
		Meta struct {
			Source string
			Tag    []struct{ System, Version, Code string }
		}
	}
	if err := json.Unmarshal(v.JSON, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Meta.Tag) != 2 || r.Meta.Tag[1].Version == "" {
		t.Errorf("the tags of %s/%s are %v, want the cause and the release", v.Type, v.ID, r.Meta.Tag)
		return "", ""
	}
	return r.Meta.Tag[0].Code, r.Meta.Source
}

func (f *fixture) refresh(patients ...string) {
	f.Helper()
	if err := f.keeper.Refresh(f.ctx, patients); err != nil {
		f.Fatalf("Refresh(%v) = %v", patients, err)
	}
}

func (f *fixture) recommendation(patient string) resources.Version {
	f.Helper()
	v, err := f.store.Read(f.ctx, everything, "ImmunizationRecommendation", patient)
	if err != nil {
		f.Fatal(err)
	}
	return v
}

// The life of a record, refreshed by name while nobody follows.
func TestRefresh(t *testing.T) {
	f := newFixture(t)
	f.patient("a", ago(400))
	f.refresh("a")
	f.wantCurrent("a")
	if v := f.recommendation("a"); v.Version != 1 {
		t.Errorf("version %d of the recommendation, want 1", v.Version)
	}

	f.dose("d", "a", "03", ago(20))
	f.refresh("a")
	f.wantCurrent("a")
	v := f.recommendation("a")
	if cause, source := meta(t, v); v.Version != 2 || cause != "record" || source != "Immunization/d/_history/1" {
		t.Errorf("after a dose: version %d because of %s %s", v.Version, cause, source)
	}
	evaluations := f.find("ImmunizationEvaluation", "patient=Patient/a")
	if len(evaluations) != 3 {
		t.Errorf("a dose of MMR has %d evaluations, want 3", len(evaluations))
	}

	// Neither time that changes nothing nor what has no bearing makes a version.
	f.day.Add(1)
	f.put("Patient", "a", fmt.Sprintf(`"gender":"female","birthDate":%q,"telecom":[{"system":"phone","value":"1"}]`, ago(400)))
	f.refresh("a")
	f.wantCurrent("a")
	if v := f.recommendation("a"); v.Version != 2 {
		t.Errorf("version %d of the recommendation though nothing was changed, want 2", v.Version)
	}
	if diff := cmp.Diff(evaluations, f.find("ImmunizationEvaluation", "patient=Patient/a")); diff != "" {
		t.Errorf("evaluations though nothing was changed (-before +after):\n%s", diff)
	}

	// The dose was another child's.
	f.patient("b", ago(800))
	f.dose("d", "b", "03", ago(20))
	f.refresh("a", "b")
	f.wantCurrent("a")
	f.wantCurrent("b")
	for id := range evaluations {
		if _, err := f.store.Read(f.ctx, everything, "ImmunizationEvaluation", id); !errors.Is(err, resources.ErrGone) {
			t.Errorf("evaluation %s of a dose that is now another's: %v, want it deleted", id, err)
		}
	}

	f.delete("Immunization", "d")
	f.refresh("b")
	f.wantCurrent("b")
	if got := f.find("ImmunizationEvaluation", ""); len(got) != 0 {
		t.Errorf("evaluations of a dose that was deleted: %v", got)
	}
	f.dose("d", "b", "03", ago(20))
	f.refresh("b")
	f.wantCurrent("b")

	// Without a birth date there is no forecast, and no old one either.
	f.put("Patient", "b", `"gender":"female"`)
	f.refresh("b")
	f.wantCurrent("b")
	f.delete("Patient", "a")
	f.refresh("a")
	f.wantCurrent("a")
	if got := f.find("ImmunizationRecommendation", ""); len(got) != 0 {
		t.Errorf("recommendations of a patient who is gone and one without birth date: %v", got)
	}
	f.patient("a", ago(400))
	f.refresh("a")
	if v := f.recommendation("a"); v.Version < 4 {
		t.Errorf("version %d of the recommendation of a patient who is back, want one after the deletion", v.Version)
	}
	f.wantCurrent("a")
	f.refresh("nobody")
}

// A keeper that runs makes everyone's forecast of what was there and what comes.
func TestRun(t *testing.T) {
	f := newFixture(t)
	f.patient("before", ago(100))
	stop := f.run()
	f.settle()
	f.wantCurrent("before")
	if cause, _ := meta(t, f.recommendation("before")); cause != "record" {
		t.Errorf("the first forecast of a patient is because of %s", cause)
	}
	made := f.dose("d", "before", "110", ago(40))
	f.patient("after", ago(9000))
	f.settle()
	f.wantCurrent("before")
	f.wantCurrent("after")
	if cause, source := meta(t, f.recommendation("before")); cause != "record" || source != "Immunization/d/_history/1" || made.Version != 1 {
		t.Errorf("forecast after a dose because of %s %s", cause, source)
	}
	f.dose("d", "after", "110", ago(40))
	f.settle()
	f.wantCurrent("before")
	f.wantCurrent("after")
	f.delete("Immunization", "d")
	f.delete("Patient", "before")
	f.settle()
	f.wantCurrent("before")
	f.wantCurrent("after")
	if got := f.keeper.Lag(); got != (current.Lag{}) {
		t.Errorf("Lag() of a keeper that has settled = %+v, want none", got)
	}
	stop()

	// What happens while nobody follows is seen by who follows next.
	f.patient("between", ago(500))
	f.delete("Patient", "after")
	f = over(t, f.store, f.registry)
	f.run()
	f.settle()
	for _, id := range []string{"before", "between", "after"} {
		f.wantCurrent(id)
	}
}

// After many changes that nobody followed everyone is looked at, and those who are gone.
func TestBacklog(t *testing.T) {
	f := newFixture(t)
	stop := f.run()
	f.patient("gone", ago(400))
	f.patient("kept", ago(400))
	f.settle()
	stop()
	f.delete("Patient", "gone")
	f.dose("d", "kept", "03", ago(10))
	f.patient("new", ago(400))
	for _, backlog := range []int{2, 100} {
		f = over(t, f.store, f.registry, func(c *current.Config) { c.Backlog = backlog })
		f.keep()
		for _, id := range []string{"gone", "kept", "new"} {
			f.wantCurrent(id)
		}
		if looked := f.keeper.Counts(); backlog == 2 && looked.Changed != 3 || backlog == 100 && looked.Changed != 0 {
			t.Errorf("Counts() after a backlog of 3, with a limit of %d = %+v", backlog, looked)
		}
	}
}

// When the day changes, just those get another version for whom it changes something.
func TestDay(t *testing.T) {
	f := newFixture(t)
	f.run()
	var ids []string
	for i := range 40 {
		id := fmt.Sprint("p", i)
		f.patient(id, ago(i*i))
		if i%3 == 0 {
			f.dose("d"+id, id, "08", ago(i*i))
		}
		ids = append(ids, id)
	}
	f.settle()
	versions, changed := map[string]uint64{}, 0
	contents := map[string]map[string]any{}
	for range 8 {
		f.day.Add(5)
		f.settle()
		for _, id := range ids {
			f.wantCurrent(id)
			v := f.recommendation(id)
			now := content(t, v.JSON)
			if before, seen := contents[id]; seen {
				same := cmp.Equal(before, now)
				if same != (versions[id] == v.Version) {
					t.Errorf("recommendation of %s: version %d after %d, the same %v", id, v.Version, versions[id], same)
				}
				if !same {
					changed++
					if cause, source := meta(t, v); cause != "day" || source != "" {
						t.Errorf("recommendation of %s on another day because of %s %s", id, cause, source)
					}
				}
			}
			contents[id], versions[id] = now, v.Version
		}
	}
	if changed < 10 || changed > 250 {
		t.Errorf("%d of 280 forecasts changed with the day; the test proves little", changed)
	}
}

// Another release looks at everyone, and changes what it says otherwise.
func TestRelease(t *testing.T) {
	f := newFixture(t)
	stop := f.run()
	for i := range 20 {
		f.patient(fmt.Sprint("p", i), ago(i*200))
	}
	f.settle()
	stop()
	before := f.find("ImmunizationRecommendation", "")

	f = over(t, f.store, f.registry, func(c *current.Config) { c.Release = "2" })
	f.keep()
	if diff := cmp.Diff(before, f.find("ImmunizationRecommendation", "")); diff != "" {
		t.Errorf("recommendations by another release that says the same (-before +after):\n%s", diff)
	}
	if got := f.keeper.Counts(); got.Changed != 0 || got.Failed != 0 || got.Unchanged < 20 {
		t.Errorf("Counts() after a sweep that changes nothing = %+v, want 20 unchanged", got)
	}

	f = over(t, f.store, f.registry, func(c *current.Config) { c.Release = "3"; c.Adviser = renamed{c.Adviser} })
	f.run()
	f.settle()
	for id, v := range f.find("ImmunizationRecommendation", "") {
		if cause, _ := meta(t, v); cause != "release" || v.Version != before[id].Version+1 {
			t.Errorf("recommendation of %s by a release that says something else: version %d because of %s", id, v.Version, cause)
		}
	}
}

// renamed is an Adviser that says something else.
type renamed struct{ current.Adviser }

func (r renamed) Advise(ctx context.Context, a resources.Access, ids []string) ([]immds.Advice, error) {
	all, err := r.Adviser.Advise(ctx, a, ids)
	for _, advice := range all {
		for i := range advice.Documents {
			text := advice.Documents[i].JSON
			advice.Documents[i].JSON = append(append([]byte{}, text[:len(text)-1]...), `,"language":"en"}`...)
		}
	}
	return all, err
}

func (renamed) Stands(string, []byte) bool { return false }

// failing is an Adviser that sometimes fails, or panics.
type failing struct {
	current.Adviser
	fail, panics *atomic.Bool
}

var errAdviser = errors.New("no advice today")

func (r failing) Advise(ctx context.Context, a resources.Access, ids []string) ([]immds.Advice, error) {
	concerned := slices.Contains(ids, "a")
	if concerned && r.panics.Load() {
		panic("no advice at all")
	}
	if concerned && r.fail.Load() {
		return nil, errAdviser
	}
	return r.Adviser.Advise(ctx, a, ids)
}

// A forecast that cannot be made holds up no other, is not passed off as current, and
// is tried again.
func TestFailing(t *testing.T) {
	fail, panics := new(atomic.Bool), new(atomic.Bool)
	clock := new(atomic.Int64)
	f := newFixture(t, func(c *current.Config) {
		c.Adviser = failing{c.Adviser, fail, panics}
		c.Now = func() time.Time { return time.Unix(clock.Load(), 0) }
	})
	f.run()
	for _, way := range []*atomic.Bool{fail, panics} {
		way.Store(true)
		f.patient("a", ago(int(clock.Load())+100))
		f.patient("b", ago(int(clock.Load())+100))
		f.settle()
		f.wantCurrent("b")
		if got := f.keeper.Lag(); got.Failing != 1 {
			t.Errorf("Lag() with a forecast that cannot be made = %+v, want 1 failing", got)
		}
		if way == fail {
			if err := f.keeper.Refresh(f.ctx, []string{"a"}); !errors.Is(err, errAdviser) {
				t.Errorf("Refresh of a patient whose forecast cannot be made = %v, want %v", err, errAdviser)
			}
		}
		way.Store(false)
		f.refresh("a")
		f.wantCurrent("a")
		clock.Add(3600)
		for f.keeper.Lag().Failing > 0 {
			f.settle()
		}
	}
}

// A forecast that could not be made is made by the next process.
func TestFailingIsNotForgotten(t *testing.T) {
	fail := new(atomic.Bool)
	f := newFixture(t, func(c *current.Config) { c.Adviser = failing{c.Adviser, fail, new(atomic.Bool)} })
	f.patient("a", ago(100))
	stop := f.run()
	f.settle()
	fail.Store(true)
	f.patient("a", ago(900))
	f.settle()
	stop()
	f = over(t, f.store, f.registry)
	f.run()
	f.settle()
	f.wantCurrent("a")
}

// Everyone who is overdue for a vaccine, by vaccine, status and date of one and the
// same recommendation.
func TestOverdue(t *testing.T) {
	f := newFixture(t)
	f.run()
	f.patient("late", ago(900))
	f.patient("soon", ago(380))
	f.patient("newborn", ago(3))
	f.patient("done", ago(900))
	f.dose("d", "done", "03", ago(500))
	f.settle()
	const cvx = "http://hl7.org/fhir/sid/cvx|03"
	for query, want := range map[string][]string{
		"vaccine-type-status=" + cvx + "$overdue":                                                {"late"},
		"vaccine-type-status-due-date=" + cvx + "$overdue$le2026-03-01":                          {"late"},
		"vaccine-type-status-due-date=" + cvx + "$overdue$ge2026-03-01":                          {},
		"vaccine-type-status-due-date=" + cvx + "$due$le2026-03-01":                              {"soon"},
		"vaccine-type-status-due-date=" + cvx + "$due$gt2026-03-01":                              {"newborn", "done"},
		"vaccine-type=" + cvx + "&status=overdue&due-date=gt2026-03-01&overdue-date=lt2020":      {},
		"vaccine-type-status-due-date=" + cvx + "$overdue$le2026-03-01&patient.birthdate=lt2020": {},
	} {
		got := []string{}
		for _, id := range []string{"late", "soon", "newborn", "done"} {
			if _, found := f.find("ImmunizationRecommendation", query)[id]; found {
				got = append(got, id)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ImmunizationRecommendation?%s (-want +got):\n%s", query, diff)
		}
	}
}

// A document that came into the store in another way is none of the advice, and goes.
func TestForeign(t *testing.T) {
	f := newFixture(t)
	f.patient("a", ago(900))
	f.patient("b", ago(900))
	f.put("ImmunizationEvaluation", "foreign", `"status":"completed","patient":{"type":"Patient","reference":"Patient/b"},"targetDisease":{"text":"x"},"immunizationEvent":{"reference":"Immunization/x"},"doseStatus":{"text":"x"}`)
	f.run()
	f.settle()
	f.wantCurrent("a")
	f.wantCurrent("b")
	if got := f.find("ImmunizationEvaluation", "_id=foreign"); len(got) != 0 {
		t.Errorf("a document that nobody advised is still there: %v", got)
	}
}

// Refresh for everyone waits for the keeper to catch up, and not for ever.
func TestRefreshEveryone(t *testing.T) {
	blocked := make(chan struct{})
	f := newFixture(t, func(c *current.Config) {
		c.Adviser, c.Patience = waiting{c.Adviser, blocked}, 10*time.Millisecond
	})
	if err := f.keeper.Refresh(f.ctx, nil); err != nil {
		t.Errorf("Refresh of everyone while nobody follows = %v", err)
	}
	f.run()
	f.settle()
	f.patient("slow", ago(100))
	f.refresh()
	if got := f.find("ImmunizationRecommendation", ""); len(got) != 0 {
		t.Errorf("recommendations while the keeper is held up: %v", got)
	}
	for f.keeper.Lag().Changed == 0 {
	}
	if got := f.keeper.Lag(); got.Changed != 1 || got.Behind <= 0 {
		t.Errorf("Lag() of a keeper that is held up = %+v, want one patient changed", got)
	}
	close(blocked)
	f.settle()
	f.wantCurrent("slow")
	for i := range 30 {
		id := fmt.Sprint("p", i)
		f.patient(id, ago(i*50))
		f.keeper.Patience = time.Minute
		f.refresh()
		f.wantCurrent(id)
	}
}

// waiting is an Adviser that waits before it advises.
type waiting struct {
	current.Adviser
	until chan struct{}
}

func (w waiting) Advise(ctx context.Context, a resources.Access, ids []string) ([]immds.Advice, error) {
	<-w.until
	return w.Adviser.Advise(ctx, a, ids)
}

func TestNewRefuses(t *testing.T) {
	if _, err := current.New(current.Config{}); err == nil {
		t.Error("New without anything gives no error")
	}
}

// What is dated later changes nothing today, but the day on which one has to look again.
func TestFuture(t *testing.T) {
	f := newFixture(t)
	f.run()
	f.patient("a", ago(9000))
	f.settle()
	before := content(t, f.recommendation("a").JSON)
	f.dose("d", "a", "03", firstDay+3)
	f.settle()
	if diff := cmp.Diff(before, content(t, f.recommendation("a").JSON)); diff != "" {
		t.Errorf("recommendation with a dose that is dated later (-before +after):\n%s", diff)
	}
	f.day.Add(3)
	f.settle()
	f.wantCurrent("a")
	if got := f.find("ImmunizationEvaluation", "patient=Patient/a"); len(got) == 0 {
		t.Error("no evaluation of a dose whose day has come")
	}
}

// Check finds what is stored otherwise than it should be.
func TestCheck(t *testing.T) {
	f := newFixture(t)
	f.patient("a", ago(1000))
	f.patient("b", ago(2000))
	f.dose("d", "b", "03", ago(900))
	check := func() (faults []string) {
		patients, n, err := f.keeper.Check(f.ctx, func(fault string) { faults = append(faults, fault) })
		if err != nil || patients != 2 || n != len(faults) {
			t.Errorf("Check() = %d patients, %d faults, %v after %d reports", patients, n, err, len(faults))
		}
		return faults
	}
	if diff := cmp.Diff([]string{"Patient/a has no stored forecast", "Patient/b has no stored forecast"}, check()); diff != "" {
		t.Errorf("Check before anything is stored (-want +got):\n%s", diff)
	}
	f.refresh("a", "b")
	if got := check(); len(got) != 0 {
		t.Errorf("Check of what is current reports %q", got)
	}
	f.delete("Immunization", "d")
	f.patient("a", ago(3000))
	if got := check(); len(got) != 5 {
		t.Errorf("Check after changes reports %q, want 2 recommendations and 3 evaluations", got)
	}
	f.refresh("a", "b")
	f.dose("d2", "b", "03", ago(900))
	if got := check(); len(got) != 4 || !strings.HasSuffix(got[0], " is not stored") {
		t.Errorf("Check after another dose reports %q, want 3 evaluations that are not stored and a recommendation", got)
	}
}
