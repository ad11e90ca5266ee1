package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
)

// onceOf is a Once whose key, digest and result follow from texts.
func onceOf(key, content string) *resources.Once {
	return &resources.Once{Key: sha256.Sum256([]byte(key)), Digest: sha256.Sum256([]byte(content)), Result: []byte(content)}
}

func (s *suite) commitOnce(o *resources.Once, writes ...resources.Write) error {
	_, err := s.store.Commit(s.ctx, s.all, resources.Batch{Writes: writes, Once: o})
	return err
}

// wantDone looks for the record of a key; nil when there must be none.
func (s *suite) wantDone(key string, want *resources.Once) {
	s.Helper()
	got, err := s.store.Done(s.ctx, s.all, sha256.Sum256([]byte(key)))
	switch {
	case want == nil && !errors.Is(err, resources.ErrNotFound):
		s.Errorf("Done(%s) = %v, %v, want ErrNotFound", key, got, err)
	case want != nil && (err != nil || !cmp.Equal(got, *want)):
		s.Errorf("Done(%s) = %v, %v, want %v", key, got, err, *want)
	}
}

// once: of two commits with one key the second is refused and changes nothing;
// a commit that fails leaves no record.
func (s *suite) once() {
	s.wantDone("k", nil)
	if err := s.commitOnce(onceOf("k", "stale"), Put(s, resources.PUT, "Patient", "a", 7, "")); !errors.Is(err, resources.ErrStale) {
		s.Fatalf("Commit of a stale write with a key = %v, want ErrStale", err)
	}
	s.wantDone("k", nil)
	first := onceOf("k", "first")
	if err := s.commitOnce(first, Put(s, resources.PUT, "Patient", "a", 0, "")); err != nil {
		s.Fatalf("Commit with a key = %v", err)
	}
	s.wantDone("k", first)
	s.wantDone("other", nil)
	if err := s.commitOnce(onceOf("k", "second"), Put(s, resources.PUT, "Patient", "b", 0, "")); !errors.Is(err, resources.ErrDone) {
		s.Errorf("Commit with the same key = %v, want ErrDone", err)
	}
	if _, err := s.store.Read(s.ctx, s.all, "Patient", "b"); !errors.Is(err, resources.ErrNotFound) {
		s.Errorf("a commit whose key was used was made: %v", err)
	}
	s.wantDone("k", first)
	// A commit may make nothing but its record, and later ones follow it.
	alone := onceOf("alone", string(bytes.Repeat([]byte("x"), 100_000)))
	if err := s.commitOnce(alone); err != nil {
		s.Fatalf("Commit of a key alone = %v", err)
	}
	s.wantDone("alone", alone)
	if err := s.commitOnce(onceOf("alone", "again")); !errors.Is(err, resources.ErrDone) {
		s.Errorf("Commit of the same key alone = %v, want ErrDone", err)
	}
	check := resources.Write{Type: "Patient", ID: "a", CheckOnly: true, Expect: 1}
	if err := s.commitOnce(onceOf("check", ""), check); err != nil {
		s.Errorf("Commit of a CheckOnly with a key = %v", err)
	}
	s.wantVersion("a", 1)
	if v := s.put(resources.PUT, "Patient", "a", 1, `"active":true`); v.Version != 2 {
		s.Errorf("the version after it is %d, want 2", v.Version)
	}
}

// onceExpires: a key counts for OnceKept and can then serve again, however many
// others have.
func (s *suite) onceExpires() {
	const keys = 50
	for i := range keys {
		s.clock.Add(time.Second)
		if err := s.commitOnce(onceOf(fmt.Sprint("k", i), "first")); err != nil {
			s.Fatal(err)
		}
	}
	s.clock.Add(resources.OnceKept - (keys-1)*time.Second - time.Millisecond)
	s.wantDone("k0", onceOf("k0", "first"))
	if err := s.commitOnce(onceOf("k0", "second")); !errors.Is(err, resources.ErrDone) {
		s.Errorf("Commit with a key just within its time = %v, want ErrDone", err)
	}
	s.clock.Add(2 * time.Millisecond)
	s.wantDone("k0", nil)
	s.wantDone("k1", onceOf("k1", "first"))
	again := onceOf("k0", "second")
	if err := s.commitOnce(again); err != nil {
		s.Errorf("Commit with a key whose time is over = %v", err)
	}
	s.clock.Add(resources.OnceKept / 2)
	for i := range keys {
		if err := s.commitOnce(onceOf(fmt.Sprint("l", i), "first")); err != nil {
			s.Fatal(err)
		}
	}
	s.wantDone("k0", again)
	for i := range keys - 1 {
		s.wantDone(fmt.Sprint("k", i+1), nil)
		s.wantDone(fmt.Sprint("l", i), onceOf(fmt.Sprint("l", i), "first"))
	}
}

// concurrentOnce: many send the same, and one commit is made.
func (s *suite) concurrentOnce() {
	const clients, rounds = 16, 5
	for round := range rounds {
		errs := make([]error, clients)
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				o := onceOf(fmt.Sprint("k", round), fmt.Sprint(i))
				errs[i] = s.commitOnce(o, Put(s, resources.PUT, "Patient", fmt.Sprintf("p%d-%d", round, i), 0, ""))
				if errors.Is(errs[i], resources.ErrDone) {
					if _, err := s.store.Done(s.ctx, s.all, o.Key); err != nil {
						s.Errorf("Done after ErrDone = %v", err)
					}
				}
			})
		}
		all.Wait()
		made := -1
		for i, err := range errs {
			switch {
			case err == nil && made >= 0:
				s.Errorf("round %d: the commits of %d and %d were both made", round, made, i)
			case err == nil:
				made = i
			case !errors.Is(err, resources.ErrDone):
				s.Errorf("round %d: Commit = %v, want ErrDone", round, err)
			}
		}
		s.wantDone(fmt.Sprint("k", round), onceOf(fmt.Sprint("k", round), fmt.Sprint(made)))
	}
	if counts, err := s.store.Count(s.ctx, s.all); err != nil || counts["Patient"] != rounds {
		s.Errorf("%d resources were made (%v), want %d", counts["Patient"], err, rounds)
	}
}
