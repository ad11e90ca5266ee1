package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest/naive"
	"github.com/jenner-iis/jenner/resources/storetest/naive/sample"
)

// Naive counts what became of the searches of AgainstNaive.
type Naive struct {
	Searches int // compared, and equal
	Empty    int // of these, the ones that found nothing
	Invalid  int // refused, and without meaning for the naive evaluator too
	// Refused counts the searches that have a meaning and are refused all the
	// same, by the code of the issue, or "store" where the store found them too
	// costly.
	Refused map[string]int
}

// Add adds the counts of another run.
func (n *Naive) Add(other Naive) {
	n.Searches, n.Empty, n.Invalid = n.Searches+other.Searches, n.Empty+other.Empty, n.Invalid+other.Invalid
	if n.Refused == nil {
		n.Refused = make(map[string]int)
	}
	for code, count := range other.Refused {
		n.Refused[code] += count
	}
}

// AgainstNaive fills a new store with random resources, changes and deletes
// some, and compares its answers to random searches with those of the naive
// evaluator: the same resources, over all pages, in the order that _sort
// demands. The registry must be made from R4 alone and the given bases and
// zone. Everything follows from the seed.
func AgainstNaive(t *testing.T, seed uint64, c naive.Config, registry *search.Registry, open func(t *testing.T, c Config) resources.Store) Naive {
	clock := &Clock{}
	random := rand.New(rand.NewPCG(seed, 4))
	types := sample.Types(random, definitions.R4(), 9)
	r := &naiveRun{
		suite: &suite{T: t, clock: clock, ctx: context.Background(), all: resources.Everything(), registry: registry},
		seed:  seed, types: types,
		sampler: sample.New(random, definitions.R4(), types, c.Bases),
		counts:  Naive{Refused: make(map[string]int)},
	}
	r.store = open(t, Config{Registry: registry, Now: clock.Now})
	r.write()
	r.evaluator(c)
	const searches, between = 150, 50
	for i := range searches + between {
		resourceType, draw := types[random.IntN(len(types))], r.sampler.Query
		if i >= searches {
			draw = r.sampler.Between
		}
		query := draw(r.source, resourceType)
		if difference := r.compare(resourceType, query); difference != "" {
			r.report(resourceType, query, difference)
		}
	}
	if !t.Failed() {
		r.check()
	}
	return r.counts
}

// naiveRun is one run of AgainstNaive.
type naiveRun struct {
	*suite
	seed    uint64
	types   []string
	sampler *sample.Sampler
	current map[string]resources.Version // by Type/id
	source  sample.Source
	counts  Naive
}

// write commits resources in batches; a resource drawn twice is changed, and
// some are deleted.
func (r *naiveRun) write() {
	r.current = make(map[string]resources.Version)
	versions := make(map[string]uint64)
	for range 8 {
		batch := make(map[string]bool)
		var writes []resources.Write
		for range 20 {
			resourceType, id := r.types[r.sampler.IntN(len(r.types))], sample.IDs[r.sampler.IntN(len(sample.IDs))]
			key := resourceType + "/" + id
			if batch[key] {
				continue
			}
			batch[key] = true
			w := resources.Write{Type: resourceType, ID: id, Method: resources.PUT, Expect: versions[key]}
			if _, exists := r.current[key]; exists && r.sampler.IntN(4) == 0 {
				w.Method = resources.DELETE
			} else {
				text := r.sampler.Resource(resourceType, id)
				d, err := codec.ParseString(string(text), codec.Limits{})
				if err != nil {
					r.Fatalf("seed %d makes %s: %v", r.seed, text, err)
				}
				w.Resource, w.Draft = d.Root(), codec.NewDraft(d.Root(), id)
			}
			writes = append(writes, w)
		}
		r.clock.Add(time.Duration(r.sampler.IntN(3)) * time.Second)
		made, err := r.commit(writes...)
		if err != nil {
			r.Fatalf("seed %d: Commit: %v", r.seed, err)
		}
		for _, v := range made {
			key := v.Type + "/" + v.ID
			versions[key] = v.Version
			if r.current[key] = v; v.Deleted() {
				delete(r.current, key)
			}
		}
	}
}

// evaluator gives the naive evaluator what is stored.
func (r *naiveRun) evaluator(c naive.Config) {
	c.Now = r.clock.Now()
	var all []naive.Resource
	r.source.Places = make(map[string][]int)
	for _, v := range r.current {
		all = append(all, naive.Resource{Type: v.Type, ID: v.ID, LastUpdated: v.LastUpdated.String(), JSON: v.JSON})
	}
	slices.SortFunc(all, func(a, b naive.Resource) int { return strings.Compare(a.Type+a.ID, b.Type+b.ID) })
	for i, v := range all {
		r.source.Places[v.Type] = append(r.source.Places[v.Type], i)
	}
	var err error
	if r.source.Evaluator, err = naive.New(definitions.R4(), c, all); err != nil {
		r.Fatalf("seed %d: %v", r.seed, err)
	}
}

func (r *naiveRun) options() search.Options {
	return search.Options{Now: r.clock.Now(), Hierarchies: true}
}

// compare tells how the two answers to a search differ; empty if they do not,
// or if the search is refused for a reason that is documented.
func (r *naiveRun) compare(resourceType, query string) string {
	groups, meaning := r.source.Evaluator.Search(resourceType, query)
	q, err := r.registry.Parse(resourceType, query, r.options())
	if err != nil {
		var refused *fhir.Invalid
		if !errors.As(err, &refused) || len(refused.Issues) == 0 {
			return fmt.Sprintf("Parse gives %v, which has no issues", err)
		}
		code := refused.Issues[0].Code
		switch {
		case meaning != nil:
			r.counts.Invalid++
		case code != fhir.CodeNotSupported && code != fhir.CodeTooCostly:
			return fmt.Sprintf("Parse refuses: %v; it has a meaning", err)
		default:
			r.counts.Refused[string(code)]++
		}
		return ""
	}
	if errors.Is(meaning, naive.ErrUnclear) {
		r.counts.Invalid++
		return ""
	}
	if meaning != nil {
		return fmt.Sprintf("Parse accepts; the naive evaluator: %v", meaning)
	}
	got, total, err := r.tryPages(q)
	switch {
	case errors.Is(err, resources.ErrTooCostly):
		r.counts.Refused["store"]++
		return ""
	case err != nil:
		return fmt.Sprintf("Search: %v", err)
	}
	r.counts.Searches++
	if len(got) == 0 {
		r.counts.Empty++
	}
	want := slices.Concat(groups...)
	if total != len(want) && (total != -1 || q.Total == search.TotalAccurate) {
		return fmt.Sprintf("total %d, naive %d\n got %q\nwant %q", total, len(want), got, groups)
	}
	// Within a group the order is the store's.
	rest := got
	for _, g := range groups {
		part := slices.Clone(rest[:min(len(g), len(rest))])
		rest = rest[len(part):]
		slices.Sort(part)
		slices.Sort(g)
		if !slices.Equal(part, g) {
			return fmt.Sprintf("\n got %q\nwant %q", got, groups)
		}
	}
	if len(rest) > 0 {
		return fmt.Sprintf("\n got %q\nwant %q", got, groups)
	}
	return ""
}

// report fails the test with the difference, made as small as leaving out
// parameters makes it, and the resources that the answers do not share.
func (r *naiveRun) report(resourceType, query, difference string) {
	r.Helper()
	counts := r.counts
	whole := query
	for i := 0; i < strings.Count(query, "&")+1; {
		shorter := strings.Join(slices.Delete(strings.Split(query, "&"), i, i+1), "&")
		if d := r.compare(resourceType, shorter); d != "" && shorter != query {
			query, difference, i = shorter, d, 0
			continue
		}
		i++
	}
	r.counts = counts
	var shown []string
	show := func(id string) {
		if len(shown) < 2 {
			shown = append(shown, string(r.current[resourceType+"/"+id].JSON))
		}
	}
	groups, _ := r.source.Evaluator.Search(resourceType, query)
	if q, err := r.registry.Parse(resourceType, query, r.options()); err == nil {
		got, _, _ := r.tryPages(q)
		want := slices.Concat(groups...)
		for _, id := range slices.Concat(got, want) {
			if slices.Contains(got, id) != slices.Contains(want, id) {
				show(id)
			}
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				show(got[i])
				show(want[i])
			}
		}
	}
	r.Errorf("seed %d: Search(%s?%s), from %s: %s\n%s", r.seed, resourceType, query, whole, difference, strings.Join(shown, "\n"))
}
