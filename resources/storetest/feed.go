package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// follow reads changes from a moment to the end, a few at a time.
func (s *suite) follow(types []string, after fhir.Moment, most int) (seen []resources.Version, through fhir.Moment) {
	s.Helper()
	for {
		n := len(seen)
		through, err := s.store.Changes(s.ctx, s.all, types, after, most, func(v resources.Version) error {
			seen = append(seen, v)
			return nil
		})
		if err != nil || through < after || len(seen) > n+most {
			s.Fatalf("Changes(%v, after %v, %d) = %v, %v after %d visits", types, after, most, through, err, len(seen)-n)
		}
		if len(seen) == n {
			return seen, through
		}
		after = through
	}
}

// changes: all versions of the types asked for, deletions too, in the order of
// commits, whatever the number of them that is asked for at once.
func (s *suite) changes() {
	if got := s.store.Newest(); got != 0 {
		s.Errorf("Newest() of an empty store = %v, want 0", got)
	}
	all := s.makeHistory()
	last := all[len(all)-1].LastUpdated
	if got := s.store.Newest(); got != last {
		s.Errorf("Newest() = %v, want %v", got, last)
	}
	for _, types := range [][]string{{"Patient"}, {"Immunization", "Patient", "Device"}, {"Device"}, nil} {
		wanted := map[string]bool{}
		for _, t := range types {
			wanted[t] = true
		}
		for _, after := range []fhir.Moment{0, all[0].LastUpdated, all[4].LastUpdated - 1, all[4].LastUpdated, last, last + 1} {
			for _, most := range []int{1, 3, 100} {
				var want []resources.Version
				for _, v := range all {
					if wanted[v.Type] && v.LastUpdated > after {
						want = append(want, v)
					}
				}
				got, through := s.follow(types, after, most)
				if diff := cmp.Diff(want, got); diff != "" || through != max(after, last) {
					s.Errorf("Changes(%v, after %v, %d) go through %v, want %v (-want +got):\n%s", types, after, most, through, max(after, last), diff)
				}
			}
		}
	}
	stop := errors.New("enough")
	if _, err := s.store.Changes(s.ctx, s.all, []string{"Patient"}, 0, 9, func(resources.Version) error { return stop }); err != stop {
		s.Errorf("Changes whose visit fails = %v, want the same error", err)
	}
	if _, err := s.store.Changes(s.ctx, resources.Access{}, []string{"Patient"}, 0, 9, func(resources.Version) error { return nil }); !errors.Is(err, resources.ErrForbidden) {
		s.Errorf("Changes with an access that allows nothing = %v, want ErrForbidden", err)
	}
}

// changesUnderWrites: a follower that waits and reads beside writers sees each version
// once and in order.
func (s *suite) changesUnderWrites() {
	const writers, rounds = 4, 40
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			resourceType := []string{"Patient", "Location"}[w%2]
			for i := range rounds {
				if _, err := s.commit(
					Put(s, resources.PUT, resourceType, fmt.Sprint("a", w), uint64(i), ""),
					Put(s, resources.PUT, resourceType, fmt.Sprintf("b%d-%d", w, i), 0, ""),
				); err != nil {
					s.Errorf("Commit: %v", err)
				}
			}
		})
	}
	var seen []resources.Version
	for through := fhir.Moment(0); len(seen) < 2*writers*rounds; {
		if err := s.store.Await(s.ctx, through); err != nil {
			s.Fatalf("Await(%v) = %v", through, err)
		}
		var err error
		through, err = s.store.Changes(s.ctx, s.all, []string{"Patient", "Location"}, through, 7, func(v resources.Version) error {
			seen = append(seen, v)
			return nil
		})
		if err != nil {
			s.Fatalf("Changes: %v", err)
		}
	}
	wg.Wait()
	for i, v := range seen[1:] {
		if v.LastUpdated <= seen[i].LastUpdated {
			s.Errorf("Changes gives %s/%s of %v after one of %v", v.Type, v.ID, v.LastUpdated, seen[i].LastUpdated)
		}
	}
	if more, _ := s.follow([]string{"Patient", "Location"}, seen[len(seen)-1].LastUpdated, 10); len(more) > 0 {
		s.Errorf("Changes gives %d versions more than were made", len(more))
	}
}

// await: for what was committed already, for what will be, and not for ever.
func (s *suite) await() {
	first := s.create("Patient", "a", "")
	if err := s.store.Await(s.ctx, first.LastUpdated-1); err != nil {
		s.Errorf("Await a commit that was made = %v", err)
	}
	woken := make(chan error, 1)
	go func() { woken <- s.store.Await(s.ctx, first.LastUpdated) }()
	s.clock.Add(time.Second)
	s.create("Patient", "b", "")
	if err := <-woken; err != nil {
		s.Errorf("Await a commit = %v", err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	go func() { woken <- s.store.Await(ctx, s.store.Newest()) }()
	cancel()
	if err := <-woken; !errors.Is(err, context.Canceled) {
		s.Errorf("Await under a cancelled context = %v, want that", err)
	}
}

func (s *suite) bookmarks() {
	for _, name := range []string{"one", "two"} {
		if got, err := s.store.Bookmark(s.ctx, name); got != nil || err != nil {
			s.Errorf("Bookmark(%s) before it was set = %q, %v", name, got, err)
		}
	}
	for _, set := range []string{"first", "second"} {
		if err := s.store.SetBookmark(s.ctx, "one", []byte(set)); err != nil {
			s.Fatalf("SetBookmark: %v", err)
		}
		if got, err := s.store.Bookmark(s.ctx, "one"); string(got) != set || err != nil {
			s.Errorf("Bookmark after SetBookmark(%s) = %q, %v", set, got, err)
		}
	}
	if got, err := s.store.Bookmark(s.ctx, "two"); got != nil || err != nil {
		s.Errorf("Bookmark of another name = %q, %v", got, err)
	}
}
