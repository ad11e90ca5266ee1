package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
)

// access: the zero Access is refused everywhere, and nothing happens.
func (s *suite) access() {
	s.create("Patient", "a", "")
	var none resources.Access
	q := s.query("Patient", "_id=a")
	for name, call := range map[string]func() error{
		"Read":        func() error { _, err := s.store.Read(s.ctx, none, "Patient", "a"); return err },
		"Exists":      func() error { _, err := s.store.Exists(s.ctx, none, "Patient", "a"); return err },
		"VersionRead": func() error { _, err := s.store.VersionRead(s.ctx, none, "Patient", "a", 1); return err },
		"Commit": func() error {
			_, err := s.store.Commit(s.ctx, none, resources.Batch{Writes: []resources.Write{Put(s, resources.DELETE, "Patient", "a", 1, "")}})
			return err
		},
		"Commit of a note": func() error {
			_, err := s.store.Commit(s.ctx, none, resources.Batch{Notes: []resources.Note{noteOn("a", "x")}})
			return err
		},
		"Notes":   func() error { _, err := s.store.Notes(s.ctx, none, "Patient", []string{"a"}); return err },
		"Done":    func() error { _, err := s.store.Done(s.ctx, none, [32]byte{}); return err },
		"Search":  func() error { _, err := s.store.Search(s.ctx, none, q); return err },
		"History": func() error { _, err := s.store.History(s.ctx, none, resources.History{Count: 1}); return err },
		"Scan": func() error {
			return s.store.Scan(s.ctx, none, "Patient", func(resources.Version) error {
				s.Error("Scan without access calls visit")
				return nil
			})
		},
		"Count": func() error { _, err := s.store.Count(s.ctx, none); return err },
	} {
		if err := call(); !errors.Is(err, resources.ErrForbidden) {
			s.Errorf("%s with the zero Access = %v, want ErrForbidden", name, err)
		}
	}
	s.wantVersion("a", 1)
	s.wantNotes("a", "")
}

// wantVersion reads a Patient that must be current in this version.
func (s *suite) wantVersion(id string, want uint64) resources.Version {
	s.Helper()
	v, err := s.store.Read(s.ctx, s.all, "Patient", id)
	if err != nil || v.Version != want {
		s.Fatalf("Read(Patient/%s) = version %d, %v, want version %d", id, v.Version, err, want)
	}
	return v
}

// versions: each write makes the next version, and all stay to be read.
func (s *suite) versions() {
	const id = "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"
	var want []resources.Version
	for n := range uint64(4) {
		s.clock.Add(time.Second)
		elements := fmt.Sprintf(`"multipleBirthInteger":%d,"name":[{"family":"Ż\u00f3łć"}]`, n)
		method := []resources.Method{resources.POST, resources.PUT, resources.PATCH, resources.PUT}[n]
		got := s.put(method, "Patient", id, n, elements)
		v := resources.Version{Type: "Patient", ID: id, Version: n + 1, LastUpdated: got.LastUpdated, Method: method}
		v.JSON = []byte(Stored("Patient", id, n+1, got.LastUpdated, elements))
		if diff := cmp.Diff(v, got); diff != "" {
			s.Errorf("Commit of version %d (-want +got):\n%s", n+1, diff)
		}
		if at := s.clock.Now(); !got.LastUpdated.Time().Equal(at) {
			s.Errorf("lastUpdated %v, the clock says %v", got.LastUpdated, at)
		}
		want = append(want, v)
	}
	for _, v := range want {
		got, err := s.store.VersionRead(s.ctx, s.all, "Patient", id, v.Version)
		if diff := cmp.Diff(v, got); err != nil || diff != "" {
			s.Errorf("VersionRead(%d): %v (-want +got):\n%s", v.Version, err, diff)
		}
	}
	if diff := cmp.Diff(want[3], s.wantVersion(id, 4)); diff != "" {
		s.Errorf("Read (-want +got):\n%s", diff)
	}
	for _, absent := range []struct {
		resourceType, id string
		version          uint64
	}{{"Patient", id, 5}, {"Patient", id, 0}, {"Patient", "other", 1}, {"Observation", id, 1}} {
		if _, err := s.store.VersionRead(s.ctx, s.all, absent.resourceType, absent.id, absent.version); !errors.Is(err, resources.ErrNotFound) {
			s.Errorf("VersionRead(%v) = %v, want ErrNotFound", absent, err)
		}
	}
	if _, err := s.store.Read(s.ctx, s.all, "Patient", "other"); !errors.Is(err, resources.ErrNotFound) {
		s.Errorf("Read of what was never written = %v, want ErrNotFound", err)
	}
}

// deleteAndCreateAgain: a deletion is a version, and the numbers go on after it.
func (s *suite) deleteAndCreateAgain() {
	s.create("Patient", "a", `"gender":"male"`)
	deletion := s.put(resources.DELETE, "Patient", "a", 1, "")
	want := resources.Version{Type: "Patient", ID: "a", Version: 2, LastUpdated: deletion.LastUpdated, Method: resources.DELETE}
	if diff := cmp.Diff(want, deletion); diff != "" {
		s.Errorf("Commit of a deletion (-want +got):\n%s", diff)
	}
	got, err := s.store.Read(s.ctx, s.all, "Patient", "a")
	if diff := cmp.Diff(want, got); !errors.Is(err, resources.ErrGone) || diff != "" {
		s.Errorf("Read of a deleted resource: %v, want ErrGone (-want +got):\n%s", err, diff)
	}
	if got, err := s.store.VersionRead(s.ctx, s.all, "Patient", "a", 2); err != nil || !cmp.Equal(want, got) {
		s.Errorf("VersionRead of a deletion = %v, %v", got, err)
	}
	if found := s.find("Patient", "gender=male"); len(found) > 0 {
		s.Errorf("a deleted resource is found: %v", found)
	}
	if _, err := s.commit(Put(s, resources.PUT, "Patient", "a", 0, "")); !errors.Is(err, resources.ErrStale) {
		s.Errorf("Commit that expects a deleted resource never to have been = %v, want ErrStale", err)
	}
	if v := s.put(resources.PUT, "Patient", "a", 2, `"gender":"female"`); v.Version != 3 {
		s.Errorf("the version after a deletion is %d, want 3", v.Version)
	}
	s.wantVersion("a", 3)
	if found := s.find("Patient", "gender=female"); len(found) != 1 {
		s.Errorf("a resource created again is not found: %v", found)
	}
}

// expect: a write upon another version than the current one changes nothing.
func (s *suite) expect() {
	s.create("Patient", "a", "")
	for _, w := range []resources.Write{
		Put(s, resources.PUT, "Patient", "a", 0, ""),
		Put(s, resources.PUT, "Patient", "a", 2, ""),
		Put(s, resources.DELETE, "Patient", "a", 7, ""),
		Put(s, resources.PUT, "Patient", "b", 1, ""),
		{Type: "Patient", ID: "a", CheckOnly: true, Expect: 2},
		{Type: "Patient", ID: "b", CheckOnly: true, Expect: 1},
	} {
		if v, err := s.commit(w); !errors.Is(err, resources.ErrStale) {
			s.Errorf("Commit(%v %s, Expect %d) = %v, %v, want ErrStale", w.Method, w.ID, w.Expect, v, err)
		}
	}
	s.wantVersion("a", 1)
}

// checkOnly: it holds the commit to a version and makes none.
func (s *suite) checkOnly() {
	first := s.create("Patient", "a", "")
	check := resources.Write{Type: "Patient", ID: "a", CheckOnly: true, Expect: 1}
	want := first
	want.JSON = nil
	got, err := s.commit(check)
	if err != nil || len(got) != 1 || !cmp.Equal(got[0], want) {
		s.Errorf("Commit of a CheckOnly = %v, %v, want %v", got, err, want)
	}
	got, err = s.commit(Put(s, resources.PUT, "Patient", "b", 0, ""), check)
	if err != nil || len(got) != 2 || got[0].ID != "b" || !cmp.Equal(got[1], want) {
		s.Errorf("Commit of a write and a CheckOnly = %v, %v", got, err)
	}
	check.Expect = 2
	if _, err = s.commit(Put(s, resources.PUT, "Patient", "c", 0, ""), check); !errors.Is(err, resources.ErrStale) {
		s.Errorf("Commit with a CheckOnly of another version = %v, want ErrStale", err)
	}
	s.wantVersion("a", 1)
	if _, err := s.store.Read(s.ctx, s.all, "Patient", "c"); !errors.Is(err, resources.ErrNotFound) {
		s.Errorf("a write beside a failed CheckOnly was made: %v", err)
	}
}

// allOrNone: one write that fails keeps the others from being made.
func (s *suite) allOrNone() {
	s.create("Patient", "a", "")
	before := s.check()
	for i := range 3 {
		writes := []resources.Write{
			Put(s, resources.PUT, "Patient", "b", 0, ""),
			Put(s, resources.PUT, "Immunization", "b", 0, ""),
		}
		stale := Put(s, resources.PUT, "Patient", "a", 9, "")
		writes = append(writes[:i:i], append([]resources.Write{stale}, writes[i:]...)...)
		if _, err := s.commit(writes...); !errors.Is(err, resources.ErrStale) {
			s.Errorf("Commit with a stale write in place %d = %v, want ErrStale", i, err)
		}
	}
	if after := s.check(); after != before {
		s.Errorf("after failed commits the store holds %+v, before %+v", after, before)
	}
	versions, err := s.commit(
		Put(s, resources.PUT, "Patient", "a", 1, ""),
		Put(s, resources.POST, "Patient", "b", 0, ""),
		Put(s, resources.POST, "Immunization", "a", 0, ""))
	if err != nil || len(versions) != 3 {
		s.Fatalf("Commit of three writes = %v, %v", versions, err)
	}
	for i, want := range []string{"Patient/a/2", "Patient/b/1", "Immunization/a/1"} {
		v := versions[i]
		if got := fmt.Sprintf("%s/%s/%d", v.Type, v.ID, v.Version); got != want {
			s.Errorf("version %d of the commit is %s, want %s", i, got, want)
		}
	}
}

// criteria: a commit is made only if its criteria match what they did.
func (s *suite) criteria() {
	identifier := s.query("Patient", "identifier=urn:mrn|1")
	with := func(id string, matches ...string) error {
		_, err := s.store.Commit(s.ctx, s.all, resources.Batch{
			Writes:   []resources.Write{Put(s, resources.POST, "Patient", id, 0, `"identifier":[{"system":"urn:mrn","value":"1"}]`)},
			Criteria: []resources.Criterion{{Query: identifier, Matches: matches}},
		})
		return err
	}
	if err := with("a"); err != nil {
		s.Fatalf("Commit where nothing matches, as said: %v", err)
	}
	for _, matches := range [][]string{nil, {"b"}} {
		if err := with("b", matches...); !errors.Is(err, resources.ErrChanged) {
			s.Errorf("Commit with a criterion said to match %v = %v, want ErrChanged", matches, err)
		}
	}
	if err := with("b", "a"); err != nil {
		s.Errorf("Commit with a criterion that matches a, as said: %v", err)
	}
	if err := with("c", "a"); !errors.Is(err, resources.ErrChanged) {
		s.Errorf("Commit with a criterion that matches two, said to match one = %v, want ErrChanged", err)
	}
	if ids := s.find("Patient", "identifier=urn:mrn|1"); len(ids) != 2 {
		s.Errorf("found %v, want a and b", ids)
	}
}

// concurrentCreates: of many conditional creates with one identifier, one
// makes a resource.
func (s *suite) concurrentCreates() {
	const clients = 50
	for round := range 5 {
		value := fmt.Sprint("round-", round)
		q := s.query("Patient", "identifier=urn:mrn|"+value)
		results := make([]error, clients)
		var all sync.WaitGroup
		for i := range clients {
			w := Put(s, resources.POST, "Patient", fmt.Sprintf("r%d-%d", round, i), 0, fmt.Sprintf(`"identifier":[{"system":"urn:mrn","value":%q}]`, value))
			all.Go(func() {
				_, results[i] = s.store.Commit(s.ctx, s.all, resources.Batch{Writes: []resources.Write{w}, Criteria: []resources.Criterion{{Query: q}}})
			})
		}
		all.Wait()
		made := 0
		for i, err := range results {
			switch {
			case err == nil:
				made++
			case !errors.Is(err, resources.ErrChanged):
				s.Errorf("client %d: %v, want nil or ErrChanged", i, err)
			}
		}
		if found := s.find("Patient", "identifier=urn:mrn|"+value); made != 1 || len(found) != 1 {
			s.Errorf("%d clients were told that they created the resource; found %v, want one", made, found)
		}
	}
}

// concurrentUpdates: of all that update one version, one wins, and a counter
// kept by reading, adding and writing loses nothing.
func (s *suite) concurrentUpdates() {
	const clients, rounds = 10, 20
	s.create("Patient", "a", `"multipleBirthInteger":1`)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for done := 0; done < rounds; {
				v, err := s.store.Read(s.ctx, s.all, "Patient", "a")
				if err != nil {
					s.Errorf("Read: %v", err)
					return
				}
				_, err = s.commit(Put(s, resources.PUT, "Patient", "a", v.Version, fmt.Sprintf(`"multipleBirthInteger":%d`, v.Version+1)))
				switch {
				case err == nil:
					done++
				case !errors.Is(err, resources.ErrStale):
					s.Errorf("Commit: %v, want nil or ErrStale", err)
					return
				}
			}
		})
	}
	all.Wait()
	last := s.wantVersion("a", 1+clients*rounds)
	if want := Stored("Patient", "a", last.Version, last.LastUpdated, fmt.Sprintf(`"multipleBirthInteger":%d`, last.Version)); string(last.JSON) != want {
		s.Errorf("the last version is %s, want %s", last.JSON, want)
	}
}

// clockGoesBack: lastUpdated goes on all the same.
func (s *suite) clockGoesBack() {
	var all []resources.Version
	for i, jump := range []time.Duration{0, time.Hour, -2 * time.Hour, 0, -24 * time.Hour, 30 * time.Hour} {
		s.clock.Add(jump)
		versions, err := s.commit(
			Put(s, resources.PUT, "Patient", fmt.Sprint("p", i), 0, ""),
			Put(s, resources.PUT, "Immunization", fmt.Sprint("i", i), 0, ""))
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, versions...)
	}
	for i := 1; i < len(all); i++ {
		if all[i].LastUpdated <= all[i-1].LastUpdated {
			s.Errorf("lastUpdated of write %d is %v, of the one before %v", i, all[i].LastUpdated, all[i-1].LastUpdated)
		}
	}
	page, err := s.store.History(s.ctx, s.all, resources.History{Count: 100})
	if err != nil || len(page.Versions) != len(all) {
		s.Fatalf("History gives %d versions, %v, want %d", len(page.Versions), err, len(all))
	}
	for i, v := range page.Versions {
		if want := all[len(all)-1-i]; v.ID != want.ID {
			s.Errorf("History[%d] is %s, want %s: it follows commits", i, v.ID, want.ID)
		}
	}
}

// cancelled: a context that has ended is noticed.
func (s *suite) cancelled() {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	q := s.query("Patient", "gender=male")
	for name, call := range map[string]func() error{
		"Commit": func() error {
			_, err := s.store.Commit(ctx, s.all, resources.Batch{Writes: []resources.Write{Put(s, resources.PUT, "Patient", "a", 0, "")}})
			return err
		},
		"Notes":  func() error { _, err := s.store.Notes(ctx, s.all, "Patient", []string{"a"}); return err },
		"Search": func() error { _, err := s.store.Search(ctx, s.all, q); return err },
		"Scan": func() error {
			return s.store.Scan(ctx, s.all, "Patient", func(resources.Version) error { return nil })
		},
	} {
		if err := call(); !errors.Is(err, context.Canceled) {
			s.Errorf("%s with a context that has ended = %v, want context.Canceled", name, err)
		}
	}
	if _, err := s.store.Read(s.ctx, s.all, "Patient", "a"); !errors.Is(err, resources.ErrNotFound) {
		s.Errorf("Read after a Commit that never began = %v, want ErrNotFound", err)
	}
}
