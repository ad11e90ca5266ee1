package pebblestore_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/pebblestore/disktest"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// keep commits a note on a Patient, alone.
func keep(ctx context.Context, s resources.Store, id, text string) error {
	_, err := s.Commit(ctx, everything, resources.Batch{Notes: []resources.Note{{Type: "Patient", ID: id, Value: []byte(text)}}})
	return err
}

// noted is the note on a Patient. It does not wait for a commit that there was not.
func noted(t *testing.T, s resources.Store, id string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	notes, err := s.Notes(ctx, everything, "Patient", []string{id})
	if err != nil || len(notes) != 1 {
		t.Fatalf("Notes(%s) = %q, %v", id, notes, err)
	}
	return string(notes[0])
}

// versionNote is a note that says with which version of the resource it was written.
func versionNote(id string, version uint64, more int) resources.Note {
	return resources.Note{Type: "Patient", ID: id, Value: fmt.Appendf(nil, "%d %d", version, more)}
}

// wantNotes looks at Patients whose every version was written with a versionNote:
// neither may be there without the other. It gives what more the notes say.
func wantNotes(t *testing.T, s resources.Store) map[string]int {
	t.Helper()
	versions := map[string]uint64{}
	_, err := s.Changes(t.Context(), everything, []string{"Patient"}, 0, math.MaxInt, func(v resources.Version) error {
		versions[v.ID] = v.Version
		return nil
	})
	if err != nil {
		t.Errorf("Changes: %v", err)
	}
	more := map[string]int{}
	for id, version := range versions {
		of, rest, _ := strings.Cut(noted(t, s, id), " ")
		if of != fmt.Sprint(version) {
			t.Errorf("Patient/%s has version %d and a note of version %q", id, version, of)
		}
		if more[id], err = strconv.Atoi(rest); err != nil {
			t.Errorf("the note on Patient/%s: %v", id, err)
		}
	}
	return more
}

// TestCrashLosesNoNoteTold takes the power away as soon as a commit of a note has
// answered, or a reader has seen what it does.
func TestCrashLosesNoNoteTold(t *testing.T) {
	const id = "a"
	for _, test := range []struct {
		name, before, after string
		writes              []resources.Write
	}{
		{"the first note", "", "after", nil},
		{"another note", "before", "after", nil},
		{"a note taken away", "before", "", nil},
		{"a note with a version", "before", "after", []resources.Write{storetest.Put(t, resources.PUT, "Patient", id, 1, "")}},
		{"a note taken away with a version", "before", "", []resources.Write{storetest.Put(t, resources.DELETE, "Patient", id, 1, "")}},
	} {
		for _, who := range []string{"writer", "reader"} {
			t.Run(test.name+" told to the "+who, func(t *testing.T) {
				fs := vfs.NewCrashableMem()
				s := open(t, pebblestore.Config{Path: "store", FS: &disktest.Disk{FS: fs, Delay: 20 * time.Millisecond}})
				if _, err := put(t.Context(), t, s, id, 0, ""); err != nil {
					t.Fatal(err)
				}
				if err := keep(t.Context(), s, id, test.before); err != nil {
					t.Fatal(err)
				}
				written := make(chan error, 1)
				go func() {
					_, err := s.Commit(context.WithoutCancel(t.Context()), everything, resources.Batch{Writes: test.writes, Notes: []resources.Note{{Type: "Patient", ID: id, Value: []byte(test.after)}}})
					written <- err
				}()
				if who == "reader" {
					for noted(t, s, id) != test.after {
						time.Sleep(time.Millisecond / 10)
					}
				} else if err := <-written; err != nil {
					t.Fatal(err)
				}
				crashed := fs.CrashClone(vfs.CrashCloneCfg{})
				if who == "reader" {
					if err := <-written; err != nil {
						t.Error(err)
					}
				}
				again := open(t, pebblestore.Config{Path: "store", FS: crashed})
				if got := noted(t, again, id); got != test.after {
					t.Errorf("after the crash the note is %q, the %s was told %q", got, who, test.after)
				}
				if _, err := again.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) }); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestNotesReopen: a follower may have come as far as a commit of notes alone. What
// is written after the next start is later, also when the clock went back.
func TestNotesReopen(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	cfg := pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: registry, Logger: quiet, Now: func() time.Time { return now }}
	s, err := pebblestore.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(t.Context(), t, s, "a", 0, ""); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if err := keep(t.Context(), s, "a", "note"); err != nil {
		t.Fatal(err)
	}
	through := s.Newest()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(-2 * time.Hour)
	again := open(t, cfg)
	if got := again.Newest(); got != through {
		t.Errorf("Newest after reopening = %v, want %v", got, through)
	}
	if got := noted(t, again, "a"); got != "note" {
		t.Errorf("the note after reopening is %q", got)
	}
	v, err := put(t.Context(), t, again, "b", 0, "")
	if err != nil || v.LastUpdated <= through {
		t.Errorf("lastUpdated after reopening is %v, %v, a follower had come to %v", v.LastUpdated, err, through)
	}
	if _, err := again.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) }); err != nil {
		t.Error(err)
	}
}

// TestNotesAreCopies: what an answer holds is the caller's, and not the store's memory.
func TestNotesAreCopies(t *testing.T) {
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem()})
	if _, err := put(t.Context(), t, s, "a", 0, ""); err != nil {
		t.Fatal(err)
	}
	if err := keep(t.Context(), s, "a", "note"); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"a memtable", "a table"} {
		notes, err := s.Notes(t.Context(), everything, "Patient", []string{"a"})
		if err != nil {
			t.Fatal(err)
		}
		copy(notes[0], "used")
		if got := noted(t, s, "a"); got != "note" {
			t.Errorf("a note that was read from %s shares its memory", where)
		}
		if err := s.Flush(); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkNotes reads notes as who goes through all resources does.
func BenchmarkNotes(b *testing.B) {
	const patients, at, length = 20_000, 32, 400
	s := open(b, pebblestore.Config{Path: "store", FS: vfs.NewMem(), MemTableSize: 4 << 20})
	random := rand.NewChaCha8([32]byte{})
	ids := make([]string, patients)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08x-0000-4000-8000-%012x", random.Uint64()>>32, i)
	}
	for from := 0; from < patients; from += 1000 {
		var batch resources.Batch
		for _, id := range ids[from : from+1000] {
			value := make([]byte, length)
			random.Read(value)
			batch.Writes = append(batch.Writes, storetest.Put(b, resources.PUT, "Patient", id, 0, ""))
			batch.Notes = append(batch.Notes, resources.Note{Type: "Patient", ID: id, Value: value})
		}
		if _, err := s.Commit(b.Context(), everything, batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Compact(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n += at {
		from := n % (patients - at)
		if _, err := s.Notes(b.Context(), everything, "Patient", ids[from:from+at]); err != nil {
			b.Fatal(err)
		}
	}
}
