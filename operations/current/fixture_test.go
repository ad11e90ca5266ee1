package current_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

var (
	everything = resources.Everything()
	quiet      = slog.New(slog.NewTextHandler(io.Discard, nil))
)

// registry returns what stores are indexed by, under base URLs.
func registry(t testing.TB, bases ...string) *search.Registry {
	t.Helper()
	extra, err := immds.SearchParameters(definitions.R4())
	if err != nil {
		t.Fatal(err)
	}
	r, err := search.New(definitions.R4(), search.Config{Extra: extra, Bases: bases})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fixture is a store, who keeps its forecasts, and the day it is.
type fixture struct {
	testing.TB
	ctx        context.Context
	store      resources.Store
	registry   *search.Registry
	forecaster *immds.Forecaster
	keeper     *current.Keeper
	day        *atomic.Int32
}

var firstDay = calendar.Of(2026, 3, 1)

// ago is a day before the first.
func ago(days int) calendar.Date { return firstDay - calendar.Date(days) }

// newFixture makes a keeper over a new store in memory. The changes are made to its
// configuration.
func newFixture(t testing.TB, changes ...func(*current.Config)) *fixture {
	t.Helper()
	r := registry(t)
	store, err := pebblestore.Open(pebblestore.Config{Path: "store", FS: pebblestore.Memory(), Registry: r, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return over(t, store, r, changes...)
}

// over makes a keeper over a store.
func over(t testing.TB, store resources.Store, r *search.Registry, changes ...func(*current.Config)) *fixture {
	t.Helper()
	f := &fixture{TB: t, ctx: t.Context(), store: store, registry: r, day: new(atomic.Int32)}
	f.day.Store(int32(firstDay))
	today := func() calendar.Date { return calendar.Date(f.day.Load()) }
	var err error
	f.forecaster, err = immds.New(immds.Config{Engines: []*forecast.Engine{forecast.Default()}, Records: immds.StoreRecords(store, r), Today: today})
	if err != nil {
		t.Fatal(err)
	}
	c := current.Config{Store: store, Search: r, Adviser: f.forecaster, Today: today, Release: "1", Program: "A", Log: quiet, Tick: time.Millisecond}
	for _, change := range changes {
		change(&c)
	}
	if f.keeper, err = current.New(c); err != nil {
		t.Fatal(err)
	}
	return f
}

// run runs the keeper until the test ends, or stop is called.
func (f *fixture) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.keeper.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			f.Errorf("Run() = %v", err)
		}
	}
	f.Cleanup(stop)
	return stop
}

// keep runs the keeper until it has nothing left to do.
func (f *fixture) keep() {
	f.Helper()
	stop := f.run()
	f.settle()
	stop()
}

// settle waits until the keeper has nothing left to do.
func (f *fixture) settle() {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
	defer cancel()
	if err := f.keeper.Settle(ctx); err != nil {
		f.Fatalf("Settle() = %v; %+v", err, f.keeper.Lag())
	}
}

// put stores a version of a resource, whatever the one before.
func (f *fixture) put(resourceType, id, elements string) resources.Version {
	f.Helper()
	return f.commit(resources.PUT, resourceType, id, elements)
}

func (f *fixture) delete(resourceType, id string) { f.commit(resources.DELETE, resourceType, id, "") }

func (f *fixture) commit(m resources.Method, resourceType, id, elements string) resources.Version {
	f.Helper()
	old, err := f.store.Read(f.ctx, everything, resourceType, id)
	if err != nil && !errors.Is(err, resources.ErrNotFound) && !errors.Is(err, resources.ErrGone) {
		f.Fatal(err)
	}
	v, err := f.store.Commit(f.ctx, everything, resources.Batch{Writes: []resources.Write{storetest.Put(f, m, resourceType, id, old.Version, elements)}})
	if err != nil {
		f.Fatalf("%v %s/%s: %v", m, resourceType, id, err)
	}
	return v[0]
}

func (f *fixture) patient(id string, born calendar.Date) resources.Version {
	f.Helper()
	return f.put("Patient", id, fmt.Sprintf(`"gender":"female","birthDate":%q`, born))
}

func (f *fixture) dose(id, patient, cvx string, on calendar.Date) resources.Version {
	f.Helper()
	return f.put("Immunization", id, doseElements(patient, cvx, on))
}

func doseElements(patient, cvx string, on calendar.Date) string {
	return fmt.Sprintf(`"status":"completed","patient":{"reference":"Patient/%s"},"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"occurrenceDateTime":%q`, patient, cvx, on)
}

// find gives what a search finds, by id.
func (f *fixture) find(resourceType, query string) map[string]resources.Version {
	f.Helper()
	q, err := f.registry.Parse(resourceType, query, search.Options{DefaultCount: 1000})
	if err != nil {
		f.Fatal(err)
	}
	page, err := f.store.Search(f.ctx, everything, q)
	if err != nil {
		f.Fatalf("search %s?%s: %v", resourceType, query, err)
	}
	if page.Next != nil {
		f.Fatalf("search %s?%s has more than one page", resourceType, query)
	}
	found := map[string]resources.Version{}
	for _, v := range page.Versions {
		found[v.ID] = v
	}
	return found
}

// advice is all that is stored of a patient's forecast, read anew from JSON, without what
// does not belong to the advice.
func (f *fixture) advice(patient string) map[string]any {
	f.Helper()
	all := map[string]any{}
	for _, resourceType := range current.Types() {
		for id, v := range f.find(resourceType, "patient=Patient/"+patient) {
			all[resourceType+"/"+id] = content(f, v.JSON)
		}
	}
	return all
}

// content is a resource without id, meta, its date and the extension.
func content(t testing.TB, text []byte) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "meta", "date", "extension"} {
		delete(r, name)
	}
	return r
}

// wantCurrent compares what is stored of a patient with what $immds-forecast says of
// the record, contents only.
func (f *fixture) wantCurrent(patient string) {
	f.Helper()
	want := map[string]any{}
	advice, err := f.forecaster.Advise(f.ctx, everything, []string{patient})
	if err != nil {
		f.Fatalf("Advise(%s): %v", patient, err)
	}
	for _, d := range advice[0].Documents {
		want[d.Type+"/"+d.ID] = content(f, d.JSON)
	}
	if diff := cmp.Diff(want, f.advice(patient)); diff != "" {
		f.Errorf("stored forecast of Patient/%s (-want +got):\n%s", patient, diff)
	}
}
