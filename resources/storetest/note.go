package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
)

// noteOn is a note on a Patient; without a text it takes the note away.
func noteOn(id, text string) resources.Note {
	return resources.Note{Type: "Patient", ID: id, Value: []byte(text)}
}

// keep commits notes alone, which must succeed.
func (s *suite) keep(notes ...resources.Note) {
	s.Helper()
	if v, err := s.store.Commit(s.ctx, s.all, resources.Batch{Notes: notes}); err != nil || len(v) > 0 {
		s.Fatalf("Commit(%s) = %v, %v, want no version", notes, v, err)
	}
}

// wantNotes looks for the notes on Patients, which are given as pairs of an id and a
// text; the text is empty where there must be no note.
func (s *suite) wantNotes(pairs ...string) {
	s.Helper()
	var ids, want, got []string
	for i := 0; i < len(pairs); i += 2 {
		ids, want = append(ids, pairs[i]), append(want, pairs[i+1])
	}
	notes, err := s.store.Notes(s.ctx, s.all, "Patient", ids)
	for i, n := range notes {
		got = append(got, string(n))
		if (n == nil) != (len(n) == 0) {
			s.Errorf("Notes(%v)[%d] is empty and not nil", ids, i)
		}
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		s.Errorf("Notes(%v): %v (-want +got):\n%s", ids, err, diff)
	}
}

// notes: one replaces the other, each is its resource's alone, and what becomes of the
// resource is no matter to it.
func (s *suite) notes() {
	s.wantNotes()
	s.wantNotes("a", "", "b", "")
	s.create("Patient", "a", "")
	s.create("Patient", "b", "")
	s.create("Immunization", "a", "")
	s.wantNotes("a", "", "never", "", "b", "")

	buffer := []byte("of a")
	s.keep(resources.Note{Type: "Patient", ID: "a", Value: buffer})
	copy(buffer, "used") // who commits may use its memory again
	s.wantNotes("b", "", "a", "of a", "never", "", "a", "of a")
	long := strings.Repeat("\x00\xff long", 2000)
	s.keep(noteOn("b", long), resources.Note{Type: "Immunization", ID: "a", Value: []byte("of a dose")})
	s.wantNotes("a", "of a", "b", long)
	if got, err := s.store.Notes(s.ctx, s.all, "Immunization", []string{"b", "a"}); err != nil || len(got) != 2 || got[0] != nil || string(got[1]) != "of a dose" {
		s.Errorf("Notes on Immunizations = %q, %v", got, err)
	}
	s.keep(noteOn("a", "another"))
	s.wantNotes("a", "another", "b", long)

	// It stays through versions and deletions, and makes none.
	s.put(resources.PUT, "Patient", "a", 1, `"active":true`)
	s.wantNotes("a", "another")
	s.put(resources.DELETE, "Patient", "a", 2, "")
	s.wantNotes("a", "another")
	s.keep(noteOn("a", "of a deleted one"))
	s.wantNotes("a", "of a deleted one")
	s.put(resources.PUT, "Patient", "a", 3, "")
	s.wantNotes("a", "of a deleted one")
	s.wantVersion("a", 4)
	s.wantVersion("b", 1)
	page, err := s.store.History(s.ctx, s.all, resources.History{Count: 100})
	if err != nil || len(page.Versions) != 6 {
		s.Errorf("History gives %d versions, %v, want 6", len(page.Versions), err)
	}

	// Nil and empty are the same, also where there is nothing to take away.
	s.keep(noteOn("a", ""), resources.Note{Type: "Patient", ID: "b"})
	s.wantNotes("a", "", "b", "")
	s.keep(noteOn("a", ""))
	s.wantNotes("a", "")
	s.keep(noteOn("a", "at last"))
	s.wantNotes("a", "at last", "b", "")
}

// notesAllOrNone: a note is made with the writes of its commit, or neither is.
func (s *suite) notesAllOrNone() {
	commit := func(b resources.Batch) error {
		_, err := s.store.Commit(s.ctx, s.all, b)
		return err
	}
	// What a batch creates can have a note in it, of a type that is new too.
	err := commit(resources.Batch{
		Writes: []resources.Write{Put(s, resources.PUT, "Patient", "a", 0, `"gender":"male"`), Put(s, resources.PUT, "Patient", "b", 0, "")},
		Notes:  []resources.Note{noteOn("b", "of b"), noteOn("a", "first")},
		Once:   onceOf("k", ""),
	})
	if err != nil {
		s.Fatalf("Commit of two resources with notes = %v", err)
	}
	s.wantNotes("a", "first", "b", "of b")

	q := s.query("Patient", "gender=male")
	create := func(id string) resources.Write { return Put(s, resources.PUT, "Patient", id, 0, "") }
	for what, refused := range map[string]struct {
		batch resources.Batch
		want  error // nil for any
		names string
	}{
		"a stale write":            {resources.Batch{Writes: []resources.Write{create("a")}}, resources.ErrStale, "Patient/a"},
		"a stale check":            {resources.Batch{Writes: []resources.Write{{Type: "Patient", ID: "a", CheckOnly: true, Expect: 2}}}, resources.ErrStale, "Patient/a"},
		"a criterion":              {resources.Batch{Criteria: []resources.Criterion{{Query: q}}}, resources.ErrChanged, ""},
		"a key":                    {resources.Batch{Once: onceOf("k", "")}, resources.ErrDone, ""},
		"a resource never written": {resources.Batch{Notes: []resources.Note{noteOn("never", "x")}}, resources.ErrNotFound, "Patient/never"},
		"a note taken from none":   {resources.Batch{Notes: []resources.Note{noteOn("never", "")}}, resources.ErrNotFound, "Patient/never"},
		"a type never written":     {resources.Batch{Notes: []resources.Note{{Type: "Device", ID: "a", Value: []byte("x")}}}, resources.ErrNotFound, "Device/a"},
		"an id of another type":    {resources.Batch{Writes: []resources.Write{Put(s, resources.PUT, "Location", "l", 0, "")}, Notes: []resources.Note{noteOn("l", "x")}}, resources.ErrNotFound, "Patient/l"},
		"two notes on one":         {resources.Batch{Notes: []resources.Note{noteOn("b", "x"), noteOn("a", "y")}}, nil, ""},
		"two notes on a new one":   {resources.Batch{Notes: []resources.Note{noteOn("c", "x"), noteOn("c", "x")}}, nil, ""},
	} {
		b := refused.batch
		b.Writes = append(b.Writes, create("c"))
		b.Notes = append(b.Notes, noteOn("a", "refused"), noteOn("c", "refused"))
		err := commit(b)
		if err == nil || refused.want != nil && !errors.Is(err, refused.want) || !strings.Contains(err.Error(), refused.names) {
			s.Errorf("Commit that is refused for %s = %v, want %v", what, err, refused.want)
		}
		s.wantNotes("a", "first", "b", "of b", "c", "", "never", "", "l", "")
		if _, err := s.store.Read(s.ctx, s.all, "Patient", "c"); !errors.Is(err, resources.ErrNotFound) {
			s.Errorf("a write of a commit that is refused for %s was made: %v", what, err)
		}
	}

	check := resources.Write{Type: "Patient", ID: "a", CheckOnly: true, Expect: 1}
	if err := commit(resources.Batch{Writes: []resources.Write{check}, Notes: []resources.Note{noteOn("a", "second")}}); err != nil {
		s.Errorf("Commit of a CheckOnly with a note = %v", err)
	}
	s.wantNotes("a", "second", "b", "of b")
	if err := commit(resources.Batch{Writes: []resources.Write{Put(s, resources.DELETE, "Patient", "a", 1, "")}, Notes: []resources.Note{noteOn("a", "")}, Criteria: []resources.Criterion{{Query: q, Matches: []string{"a"}}}}); err != nil {
		s.Errorf("Commit of a deletion that takes the note away = %v", err)
	}
	s.wantNotes("a", "", "b", "of b")
}

// notesAlone: a commit of notes makes no version, and followers are woken and see none.
func (s *suite) notesAlone() {
	first := s.create("Patient", "a", "")
	before := s.check()
	woken := make(chan error, 1)
	go func() { woken <- s.store.Await(s.ctx, first.LastUpdated) }()
	for i := range 5 { // the clock stands still
		s.keep(noteOn("a", fmt.Sprint(i)))
	}
	if err := <-woken; err != nil {
		s.Errorf("Await a commit of notes = %v", err)
	}
	got, through := s.follow([]string{"Patient"}, first.LastUpdated, 10)
	if len(got) > 0 || through <= first.LastUpdated || through != s.store.Newest() {
		s.Errorf("Changes after commits of notes alone = %v through %v, want none, through later than %v, the newest", got, through, first.LastUpdated)
	}
	if after := s.check(); after != before {
		s.Errorf("after commits of notes alone the store holds %+v, before %+v", after, before)
	}
	s.clock.Add(-time.Hour)
	second := s.put(resources.PUT, "Patient", "a", 1, "")
	if second.LastUpdated <= through {
		s.Errorf("a version after notes has lastUpdated %v, a follower had come to %v", second.LastUpdated, through)
	}
	if got, _ := s.follow([]string{"Patient"}, through, 10); len(got) != 1 || got[0].Version != 2 {
		s.Errorf("Changes after %v = %v, want version 2", through, got)
	}
	s.wantNotes("a", "4")
}

// notesUnderWrites: who reads a resource and then its note, or the note first, never
// finds the second older than the first, and what one commit has noted is seen at once.
func (s *suite) notesUnderWrites() {
	const writers, readers, rounds = 3, 3, 60
	id := func(w int) string { return fmt.Sprint("p", w) }
	// Each commit notes the same on another one, and on two more every second time;
	// in between it takes their notes away.
	other := func(w int) string { return fmt.Sprint("q", w) }
	more := []string{"r", "s"}
	var ids []string
	for w := range writers {
		s.create("Patient", other(w), "")
		s.create("Patient", id(w), "")
		s.keep(noteOn(id(w), "1"), noteOn(other(w), "1"))
		ids = append(ids, other(w), id(w))
	}
	for _, id := range more {
		s.create("Patient", id, "")
	}
	ids = append(more, ids...)
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := uint64(1); n <= rounds; n++ {
				text := fmt.Sprint(n + 1)
				note, another, sometimes := noteOn(id(w), text), noteOn(other(w), text), ""
				if n%2 == 0 {
					sometimes = text
				}
				_, err := s.store.Commit(s.ctx, s.all, resources.Batch{Writes: []resources.Write{Put(s, resources.PUT, "Patient", id(w), n, "")}, Notes: []resources.Note{note, another, noteOn(more[0], sometimes), noteOn(more[1], sometimes)}})
				if err != nil {
					s.Errorf("Commit: %v", err)
					return
				}
				if got, err := s.store.Notes(s.ctx, s.all, "Patient", []string{id(w)}); err != nil || !bytes.Equal(got[0], note.Value) {
					s.Errorf("Notes after Commit(%s) = %q, %v", note, got, err)
				}
			}
		})
	}
	done := make(chan struct{})
	for range readers {
		reading.Go(func() {
			for {
				var last uint64
				for _, what := range []string{"version", "note", "version"} {
					now, err := s.versionNow(what, ids)
					if err != nil || now < last {
						s.Errorf("the %s is of %d, %v, after one of %d was read", what, now, err, last)
						return
					}
					last = now
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
}

// versionNow is the version that the last of the Patients has, or that its note says.
// Patients that follow each other must have the same notes.
func (s *suite) versionNow(what string, ids []string) (uint64, error) {
	if what == "version" {
		v, err := s.store.Read(s.ctx, s.all, "Patient", ids[len(ids)-1])
		return v.Version, err
	}
	notes, err := s.store.Notes(s.ctx, s.all, "Patient", ids)
	if err != nil {
		return 0, err
	}
	for i := 0; i < len(notes); i += 2 {
		if !bytes.Equal(notes[i], notes[i+1]) {
			return 0, fmt.Errorf("the notes of one commit on %s and %s are %q and %q", ids[i], ids[i+1], notes[i], notes[i+1])
		}
	}
	return strconv.ParseUint(string(notes[len(ids)-1]), 10, 64)
}
