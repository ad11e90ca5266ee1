package server_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// child is a Patient whose birth date, of a hundred, and activity are given.
func child(id string, born int, active bool) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"active":%t,"name":[{"family":"Page%s"}],"birthDate":"20%02d-06-01"}`, id, active, id, born)
}

// listed is a Patient as far as it is looked at on a page.
type listed struct {
	ID, BirthDate string
	Meta          struct{ LastUpdated string }
	Name          []struct{ Family string }
}

// Clients go through ten thousand matches page by page while others add, change
// and delete. What nobody writes to meanwhile, each of them gets once, and where
// it asked for an order, in that.
func TestPagingUnderWrites(t *testing.T) {
	standing := 10_000
	if testing.Short() {
		standing = 1_000
	}
	unsteady := standing / 5
	a := serve(t)
	for from := 0; from < standing; from += 1000 {
		var entries []string
		for i := from; i < from+1000; i++ {
			id := fmt.Sprintf("s%05d", i)
			entries = append(entries, put("Patient/"+id, child(id, i*7%100, true)))
			if i%5 == 0 {
				id := fmt.Sprintf("u%05d", i/5)
				entries = append(entries, put("Patient/"+id, child(id, i*3%100, true)))
			}
		}
		a.do("POST ", transaction(entries...)).want(200)
	}

	var done atomic.Bool
	var writes atomic.Int64
	var writers, readers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for n := 0; !done.Load(); n++ {
				// Each writer has resources of its own; what it deletes, it may make again.
				id := fmt.Sprintf("u%05d", random.IntN(unsteady)/3*3+w)
				if random.IntN(4) == 0 {
					id = fmt.Sprintf("new-%d-%d", w, n)
				}
				call, body := "PUT /Patient/"+id, child(id, random.IntN(100), random.IntN(3) > 0)
				if random.IntN(3) == 0 {
					call, body = "DELETE /Patient/"+id, ""
				}
				if got, err := a.try(call, body); err != nil || got.status >= 300 {
					t.Errorf("%s: %d, %v", call, got.status, err)
					return
				}
				writes.Add(1)
			}
		})
	}
	for query, order := range map[string]func(before, after *listed) int{
		"active=true&_count=237":                    nil,
		"name=page&_count=251":                      nil,
		"active=true&_sort=birthdate&_count=419":    func(x, y *listed) int { return cmp.Compare(x.BirthDate, y.BirthDate) },
		"active=true&_sort=-birthdate&_count=1000":  func(x, y *listed) int { return cmp.Compare(y.BirthDate, x.BirthDate) },
		"active=true&_sort=_lastUpdated&_count=503": func(x, y *listed) int { return cmp.Compare(x.Meta.LastUpdated, y.Meta.LastUpdated) },
		"active=true&_sort=-family&_count=331":      func(x, y *listed) int { return cmp.Compare(y.Name[0].Family, x.Name[0].Family) },
	} {
		readers.Go(func() {
			// Few pages may be read before the writers have got going.
			for a.readPages(t, query, standing, order); writes.Load() < 50 && !t.Failed(); {
				a.readPages(t, query, standing, order)
			}
		})
	}
	readers.Wait()
	done.Store(true)
	writers.Wait()
	t.Logf("%d writes were made while six clients read their pages", writes.Load())
}

// readPages follows the pages of a search and checks that each standing resource
// comes once, and in order where there is one. It is for use by several goroutines.
func (a *api) readPages(t *testing.T, query string, standing int, order func(before, after *listed) int) {
	seen := map[string]int{}
	var last *listed
	pages := 0
	for next := a.base + "/Patient?" + query; next != ""; pages++ {
		got, err := a.try("GET "+next, "")
		var p struct {
			Link  []struct{ Relation, URL string }
			Entry []struct{ Resource listed }
		}
		if err == nil {
			err = json.Unmarshal([]byte(got.text), &p)
		}
		if err != nil || got.status != 200 || pages > 2*standing {
			t.Errorf("%s, page %d: %d, %v: %.300s", query, pages, got.status, err, got.text)
			return
		}
		for i := range p.Entry {
			r := &p.Entry[i].Resource
			if seen[r.ID]++; r.ID[0] != 's' || order == nil {
				continue
			}
			if last != nil && order(last, r) > 0 {
				t.Errorf("%s, page %d: %+v comes after %+v", query, pages, *r, *last)
			}
			last = r
		}
		next = ""
		for _, l := range p.Link {
			if l.Relation == "next" {
				next = l.URL
			}
		}
	}
	wrong := 0
	for i := range standing {
		if id := fmt.Sprintf("s%05d", i); seen[id] != 1 {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: %s came %d times on %d pages, want once", query, id, seen[id], pages)
			}
		}
	}
	if wrong > 5 {
		t.Errorf("%s: %d of %d resources were missed or came again", query, wrong, standing)
	}
}
