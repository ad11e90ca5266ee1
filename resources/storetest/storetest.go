// Package storetest proves the promises of resources.Store on any
// implementation. A store's own package adds what is particular to it: how it
// crashes, how fast it is.
package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// Config is what a store under test must be opened with.
type Config struct {
	Registry *search.Registry
	Now      func() time.Time
}

// Run runs all tests. Open opens a new, empty store and sees to it that it is
// closed in the end.
func Run(t *testing.T, open func(t *testing.T, c Config) resources.Store) {
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"Access", (*suite).access},
		{"Versions", (*suite).versions},
		{"Exists", (*suite).exists},
		{"DeleteAndCreateAgain", (*suite).deleteAndCreateAgain},
		{"Expect", (*suite).expect},
		{"CheckOnly", (*suite).checkOnly},
		{"AllOrNone", (*suite).allOrNone},
		{"Criteria", (*suite).criteria},
		{"Notes", (*suite).notes},
		{"NotesAllOrNone", (*suite).notesAllOrNone},
		{"NotesAlone", (*suite).notesAlone},
		{"NotesUnderWrites", (*suite).notesUnderWrites},
		{"Once", (*suite).once},
		{"OnceExpires", (*suite).onceExpires},
		{"ConcurrentOnce", (*suite).concurrentOnce},
		{"ConcurrentCreates", (*suite).concurrentCreates},
		{"ConcurrentUpdates", (*suite).concurrentUpdates},
		{"Clock", (*suite).clockGoesBack},
		{"InstanceHistory", (*suite).instanceHistory},
		{"TypeAndSystemHistory", (*suite).typeAndSystemHistory},
		{"HistoryPages", (*suite).historyPages},
		{"Searches", (*suite).searches},
		{"SearchAfterChange", (*suite).searchAfterChange},
		{"Sort", (*suite).sort},
		{"Totals", (*suite).totals},
		{"BadCursor", (*suite).badCursor},
		{"PagesUnderWrites", (*suite).pagesUnderWrites},
		{"RandomSearches", (*suite).randomSearches},
		{"Includes", (*suite).includes},
		{"IncludedState", (*suite).includedState},
		{"Hierarchies", (*suite).hierarchies},
		{"SeveralTypes", (*suite).severalTypes},
		{"PagesOfSeveralTypesUnderWrites", (*suite).severalUnderWrites},
		{"Scan", (*suite).scan},
		{"Changes", (*suite).changes},
		{"ChangesUnderWrites", (*suite).changesUnderWrites},
		{"Await", (*suite).await},
		{"Bookmarks", (*suite).bookmarks},
		{"Count", (*suite).count},
		{"Secret", (*suite).secret},
		{"Cancelled", (*suite).cancelled},
		{"Mixture", (*suite).mixture},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &Clock{}
			s := &suite{T: t, clock: c, ctx: context.Background(), all: resources.Everything(), registry: Registry()}
			s.store = open(t, Config{Registry: s.registry, Now: c.Now})
			test.run(s)
			if !t.Failed() {
				s.check()
			}
		})
	}
}

// Registry is a registry of R4's own search parameters.
func Registry() *search.Registry {
	r, err := search.New(definitions.R4(), search.Config{})
	if err != nil {
		panic(err) // R4 without additions is always well
	}
	return r
}

// Clock is a clock that tests set. It stands still but for Add.
type Clock struct{ micros atomic.Int64 }

// Now is the clock's time, at first the start of 2026.
func (c *Clock) Now() time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(c.micros.Load()) * time.Microsecond)
}

// Add moves the clock, back too.
func (c *Clock) Add(d time.Duration) { c.micros.Add(d.Microseconds()) }

// suite is one test with its store.
type suite struct {
	*testing.T
	store    resources.Store
	clock    *Clock
	ctx      context.Context
	all      resources.Access
	registry *search.Registry
}

// check fails the test when the store is not sound.
func (s *suite) check() resources.CheckSummary {
	s.Helper()
	summary, err := s.store.Check(s.ctx, func(fault string) { s.Errorf("Check: %s", fault) })
	if err != nil || summary.Faults > 0 {
		s.Errorf("Check() = %+v, %v, want no faults", summary, err)
	}
	return summary
}

// Put is a write of a resource given as JSON.
func Put(t testing.TB, method resources.Method, resourceType, id string, expect uint64, elements string) resources.Write {
	t.Helper()
	w := resources.Write{Type: resourceType, ID: id, Method: method, Expect: expect}
	if method == resources.DELETE {
		return w
	}
	text := fmt.Sprintf(`{"resourceType":%q,"id":%q`, resourceType, id)
	if elements != "" {
		text += "," + elements
	}
	d, err := codec.ParseString(text+"}", codec.Limits{})
	if err != nil {
		t.Fatalf("test resource %s: %v", text, err)
	}
	w.Resource, w.Draft = d.Root(), codec.NewDraft(d.Root(), id)
	return w
}

// Stored is the JSON that a resource given as to Put is stored as.
func Stored(resourceType, id string, version uint64, at fhir.Moment, elements string) string {
	if elements != "" {
		elements = "," + elements
	}
	return fmt.Sprintf(`{"resourceType":%q,"id":%q,"meta":{"versionId":"%d","lastUpdated":%q}%s}`, resourceType, id, version, at, elements)
}

func (s *suite) commit(writes ...resources.Write) ([]resources.Version, error) {
	return s.store.Commit(s.ctx, s.all, resources.Batch{Writes: writes})
}

// put commits one write, which must succeed.
func (s *suite) put(method resources.Method, resourceType, id string, expect uint64, elements string) resources.Version {
	s.Helper()
	v, err := s.commit(Put(s, method, resourceType, id, expect, elements))
	if err != nil || len(v) != 1 {
		s.Fatalf("Commit(%v %s/%s) = %v, %v", method, resourceType, id, v, err)
	}
	return v[0]
}

// create commits a new resource.
func (s *suite) create(resourceType, id, elements string) resources.Version {
	s.Helper()
	return s.put(resources.PUT, resourceType, id, 0, elements)
}

func (s *suite) query(resourceType, text string) *search.Query {
	s.Helper()
	q, err := s.registry.Parse(resourceType, text, s.options())
	if err != nil {
		s.Fatalf("Parse(%s?%s): %v", resourceType, text, err)
	}
	return q
}

// options allow all that a store must answer.
func (s *suite) options() search.Options {
	return search.Options{Now: s.clock.Now(), Hierarchies: true, Results: []string{"_include", "_revinclude"}}
}

// find gives the ids that a search finds, all pages together, in order.
func (s *suite) find(resourceType, text string) []string {
	s.Helper()
	ids, _ := s.pages(s.query(resourceType, text))
	return ids
}

// pages follows a search from page to page, and gives the first page's total.
func (s *suite) pages(q *search.Query) (ids []string, total int) {
	s.Helper()
	ids, total, err := s.tryPages(q)
	if err != nil {
		s.Fatalf("Search(%s?%s): %v", q.Resource, q.Used, err)
	}
	return ids, total
}

func (s *suite) tryPages(q *search.Query) (ids []string, total int, err error) {
	s.Helper()
	for page := 0; ; page++ {
		p, err := s.store.Search(s.ctx, s.all, q)
		if err != nil {
			return nil, 0, fmt.Errorf("page %d: %w", page, err)
		}
		if page == 0 {
			total = p.Total
		}
		if len(p.Versions) > q.Count {
			s.Fatalf("Search(%s?%s) gives %d resources, _count is %d", q.Resource, q.Used, len(p.Versions), q.Count)
		}
		for _, v := range p.Versions {
			ids = append(ids, v.ID)
		}
		if p.Next == nil {
			return ids, total, nil
		}
		next := *q
		next.Position = p.Next
		q = &next
	}
}
