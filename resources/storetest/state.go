package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
)

// scan: it sees one state, whatever is written while it goes on, and visits
// may write.
func (s *suite) scan() {
	const n = 50
	want := map[string]uint64{}
	for i := range n {
		id := fmt.Sprint("p", i)
		s.create("Patient", id, "")
		want[id] = 1
	}
	s.put(resources.DELETE, "Patient", "p7", 1, "")
	delete(want, "p7")
	s.put(resources.PUT, "Patient", "p8", 1, `"active":true`)
	want["p8"] = 2
	got := map[string]uint64{}
	err := s.store.Scan(s.ctx, s.all, "Patient", func(v resources.Version) error {
		if len(got) == 0 {
			for i := range n {
				id := fmt.Sprint("p", i)
				if version := want[id]; version != 0 && i%2 == 0 {
					s.put(resources.DELETE, "Patient", id, version, "")
				} else if version != 0 {
					s.put(resources.PUT, "Patient", id, version, `"active":false`)
				}
				s.create("Patient", fmt.Sprint("new", i), "")
			}
		}
		if got[v.ID] != 0 {
			s.Errorf("Scan gives %s twice", v.ID)
		}
		if !bytes.Contains(v.JSON, fmt.Appendf(nil, `"id":%q`, v.ID)) || v.Type != "Patient" {
			s.Errorf("Scan gives %s/%s with %s", v.Type, v.ID, v.JSON)
		}
		got[v.ID] = v.Version
		return nil
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		s.Errorf("Scan: %v (-want +got):\n%s", err, diff)
	}
	stop, visits := errors.New("enough"), 0
	err = s.store.Scan(s.ctx, s.all, "Patient", func(resources.Version) error { visits++; return stop })
	if err != stop || visits != 1 {
		s.Errorf("Scan whose visit fails = %v after %d visits, want the same error after 1", err, visits)
	}
	if err := s.store.Scan(s.ctx, s.all, "Location", func(resources.Version) error { return stop }); err != nil {
		s.Errorf("Scan of a type without resources = %v", err)
	}
}

func (s *suite) count() {
	want := func(want map[string]int) {
		s.Helper()
		got, err := s.store.Count(s.ctx, s.all)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			s.Errorf("Count: %v (-want +got):\n%s", err, diff)
		}
	}
	want(map[string]int{})
	s.create("Patient", "a", "")
	s.create("Patient", "b", "")
	s.create("Location", "b", "")
	want(map[string]int{"Patient": 2, "Location": 1})
	s.put(resources.PUT, "Patient", "a", 1, "")
	s.put(resources.DELETE, "Patient", "b", 1, "")
	s.put(resources.DELETE, "Location", "b", 1, "")
	want(map[string]int{"Patient": 1})
	s.put(resources.DELETE, "Patient", "b", 2, "")
	want(map[string]int{"Patient": 1})
	s.put(resources.PUT, "Patient", "b", 3, "")
	want(map[string]int{"Patient": 2})
}

func (s *suite) secret() {
	secret := func(name string) string {
		b, err := s.store.Secret(s.ctx, name)
		if err != nil || len(b) != 32 {
			s.Fatalf("Secret(%q) = %d bytes, %v, want 32", name, len(b), err)
		}
		return string(b)
	}
	results := make([]string, 10)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = secret("a") })
	}
	all.Wait()
	for _, r := range results {
		if r != results[0] {
			s.Error("Secret gives different bytes for one name")
		}
	}
	if secret("b") == results[0] {
		s.Error("Secret gives the same bytes for two names")
	}
}

// mixture: many clients do all kinds of things at once, and in the end the
// store holds what they were told.
func (s *suite) mixture() {
	const clients, steps = 8, 60
	finals := make([]map[string]resources.Version, clients)
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() { finals[client] = s.client(client, steps) })
	}
	all.Wait()
	for _, final := range finals {
		for id, want := range final {
			got, err := s.store.Read(s.ctx, s.all, "Patient", id)
			if want.Deleted() != errors.Is(err, resources.ErrGone) || !cmp.Equal(want, got) {
				s.Errorf("Read(%s) = %v, %v, want %v", id, got, err, want)
			}
		}
	}
	s.check()
}

// client writes resources of its own, and gives their last versions.
func (s *suite) client(client, steps int) map[string]resources.Version {
	random := rand.New(rand.NewPCG(3, uint64(client)))
	final := map[string]resources.Version{}
	for range steps {
		var writes []resources.Write
		for _, n := range random.Perm(12)[:1+random.IntN(4)] {
			id := fmt.Sprintf("c%d-%d", client, n)
			method := resources.PUT
			if last, ok := final[id]; ok && !last.Deleted() && random.IntN(3) == 0 {
				method = resources.DELETE
			}
			elements := fmt.Sprintf(`"gender":%q,"birthDate":"20%02d","name":[{"family":"F%d"}]`, []string{"male", "female"}[random.IntN(2)], random.IntN(30), random.IntN(5))
			writes = append(writes, Put(s, method, "Patient", id, final[id].Version, elements))
		}
		versions, err := s.commit(writes...)
		if err != nil {
			s.Errorf("Commit: %v", err)
			return final
		}
		for _, v := range versions {
			final[v.ID] = v
			if got, err := s.store.Read(s.ctx, s.all, "Patient", v.ID); !cmp.Equal(got, v) || v.Deleted() != errors.Is(err, resources.ErrGone) {
				s.Errorf("Read after Commit = %v, %v, want %v", got, err, v)
			}
		}
		switch id := versions[0].ID; random.IntN(4) {
		case 0:
			found := s.find("Patient", "_id="+id)
			if gone := versions[0].Deleted(); gone != (len(found) == 0) {
				s.Errorf("Search(_id=%s) = %v after version %v", id, found, versions[0])
			}
		case 1:
			page, err := s.store.History(s.ctx, s.all, resources.History{Type: "Patient", ID: id, Count: 1})
			if err != nil || len(page.Versions) != 1 || page.Versions[0].Version != versions[0].Version {
				s.Errorf("History(%s) = %v, %v, want version %d first", id, page.Versions, err, versions[0].Version)
			}
		}
	}
	return final
}
