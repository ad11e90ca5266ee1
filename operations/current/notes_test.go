package current_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// counting is an Adviser that counts the patients whose records it reads.
type counting struct {
	current.Adviser
	read *atomic.Int64
}

func (c counting) Advise(ctx context.Context, a resources.Access, ids []string) ([]immds.Advice, error) {
	c.read.Add(int64(len(ids)))
	return c.Adviser.Advise(ctx, a, ids)
}

// again is another keeper of the same store, on the same day, and how many records it
// has read.
func (f *fixture) again(changes ...func(*current.Config)) (*fixture, *atomic.Int64) {
	f.Helper()
	read := new(atomic.Int64)
	g := over(f, f.store, f.registry, append(changes, func(c *current.Config) { c.Adviser = counting{c.Adviser, read} })...)
	g.day.Store(f.day.Load())
	return g, read
}

func release(name, program string) func(*current.Config) {
	return func(c *current.Config) { c.Release, c.Program = name, program }
}

// wantSound checks all that is stored of forecasts.
func (f *fixture) wantSound() {
	f.Helper()
	if _, _, err := f.keeper.Check(f.ctx, func(fault string) { f.Error(fault) }); err != nil {
		f.Error(err)
	}
}

// Another release reads only the records of those for whom the notes do not prove that
// nothing changes; another program, or one that does not know of all changes, reads all.
func TestNotes(t *testing.T) {
	f := newFixture(t, release("1", "A"))
	stop := f.run()
	const patients = 50
	for i := range patients {
		id := fmt.Sprint("p", i)
		f.patient(id, ago(i*i*4))
		for j, cvx := range []string{"08", "110", "03"}[:i%4%3+i%2] {
			f.dose(fmt.Sprint(id, "-", j), id, cvx, ago(i*i*4-60*j))
		}
	}
	f.settle()
	stop()
	f.wantSound()

	f, read := f.again(release("2", "A"))
	f.keep()
	if n := read.Load(); n != 0 {
		t.Errorf("another release, which says the same, read %d records, want none", n)
	}
	if got := f.keeper.Counts(); got.Unchanged != patients {
		t.Errorf("Counts() of another release that says the same = %+v, want %d unchanged", got, patients)
	}

	// Nobody kept the forecasts while days passed.
	f.day.Add(30)
	f, read = f.again(release("3", "A"))
	f.keep()
	if n, changed := int(read.Load()), int(f.keeper.Counts().Changed); changed < 5 || n != changed {
		t.Errorf("another release a month later read %d records and changed %d", n, changed)
	}
	f.wantSound()

	// A dose that came meanwhile is in no note.
	f.dose("d", "p20", "03", ago(100))
	f, read = f.again(release("4", "A"))
	f.keep()
	if n := read.Load(); n != 1 {
		t.Errorf("after a change of one patient, another release read %d records", n)
	}
	f.wantSound()
	for _, unknown := range []func(*current.Config){
		release("4", "B"),
		func(c *current.Config) { c.Release, c.Program, c.Backlog = "5", "B", 1 },
	} {
		f.delete("Immunization", "d")
		f.dose("d", "p20", "03", ago(50))
		f, read = f.again(unknown)
		f.keep()
		if n := read.Load(); n < patients {
			t.Errorf("a keeper with notes that it cannot trust read %d records, want all", n)
		}
		f.wantSound()
	}
}

// noteless is a store as a program sees it that knows of no notes.
type noteless struct{ resources.Store }

func (noteless) Notes(_ context.Context, _ resources.Access, _ string, ids []string) ([][]byte, error) {
	return make([][]byte, len(ids)), nil
}

func (s noteless) Commit(ctx context.Context, a resources.Access, b resources.Batch) ([]resources.Version, error) {
	if b.Notes = nil; len(b.Writes) == 0 {
		return nil, nil
	}
	return s.Store.Commit(ctx, a, b)
}

func (s noteless) SetBookmark(ctx context.Context, name string, value []byte) error {
	var mark map[string]any
	if err := json.Unmarshal(value, &mark); err != nil {
		return err
	}
	delete(mark, "program")
	value, err := json.Marshal(mark)
	if err != nil {
		return err
	}
	return s.Store.SetBookmark(ctx, name, value)
}

// A program that knows of no notes has stored other advice. The one with notes, run
// again, does not take what it had noted for what is stored.
func TestOlderProgramBetween(t *testing.T) {
	f := newFixture(t, release("2", "new"))
	f.patient("a", ago(1000))
	f.keep()
	old, _ := f.again(release("1", "old"), func(c *current.Config) { c.Store, c.Adviser = noteless{c.Store}, renamed{c.Adviser} })
	old.keep()
	if v := old.recommendation("a"); v.Version != 2 {
		t.Fatalf("version %d of the recommendation by a program that says something else", v.Version)
	}
	f, _ = f.again(release("2", "new"))
	f.keep()
	f.wantCurrent("a")
	f.wantSound()
}

// Under another base URL other resources are a patient's, of which no change tells.
func TestOtherBase(t *testing.T) {
	files := pebblestore.Memory()
	under := func(bases ...string) (*fixture, func()) {
		r := registry(t, bases...)
		store, err := pebblestore.Open(pebblestore.Config{Path: "store", FS: files, Registry: r, Logger: quiet, Reindex: true})
		if err != nil {
			t.Fatal(err)
		}
		f := over(t, store, r)
		stop := f.run()
		return f, func() {
			f.settle()
			f.wantCurrent("a")
			f.wantSound()
			stop()
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	f, end := under()
	f.patient("a", ago(1000))
	f.put("Immunization", "d", strings.Replace(doseElements("a", "03", ago(500)), "Patient/", "http://iis.example/fhir/Patient/", 1))
	end()
	_, end = under("http://iis.example/fhir")
	end()
}

// stuck is an Adviser that never advises.
type stuck struct {
	current.Adviser
	asked chan struct{}
}

func (s stuck) Advise(ctx context.Context, _ resources.Access, _ []string) ([]immds.Advice, error) {
	select {
	case s.asked <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// While the notes cannot be trusted they cannot by the next process either.
func TestNotesAreNotTrustedTooSoon(t *testing.T) {
	f := newFixture(t)
	stop := f.run()
	f.patient("a", ago(1000))
	f.patient("b", ago(1000))
	f.settle()
	stop()
	f.dose("d", "a", "03", ago(100))
	f.dose("e", "b", "03", ago(100))
	asked := make(chan struct{}, 1)
	g := over(t, f.store, f.registry, func(c *current.Config) { c.Backlog, c.Adviser = 1, stuck{c.Adviser, asked} })
	stop = g.run()
	<-asked
	stop()
	f, _ = f.again()
	f.run()
	f.settle()
	f.wantSound()
	f.wantCurrent("a")
}

// Check reports a note that misleads.
func TestCheckOfNotes(t *testing.T) {
	f := newFixture(t)
	f.patient("a", ago(1000))
	f.patient("b", ago(1000))
	f.refresh("a", "b")
	notes, err := f.store.Notes(f.ctx, everything, "Patient", []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Commit(f.ctx, everything, resources.Batch{Notes: []resources.Note{{Type: "Patient", ID: "b", Value: notes[0]}, {Type: "Patient", ID: "a"}}}); err != nil {
		t.Fatal(err)
	}
	var faults []string
	if _, _, err := f.keeper.Check(f.ctx, func(fault string) { faults = append(faults, fault) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"the note beside Patient/b is not what the record says"}, faults); diff != "" {
		t.Errorf("Check with the note of another patient, and with none (-want +got):\n%s", diff)
	}
}

// A patient who has no forecast any more has no note either.
func TestNoteGoes(t *testing.T) {
	f := newFixture(t)
	for _, leave := range []func(){
		func() { f.put("Patient", "a", `"gender":"female"`) },
		func() { f.delete("Patient", "a") },
	} {
		f.patient("a", ago(1000))
		f.refresh("a")
		leave()
		before, err := f.store.Notes(f.ctx, everything, "Patient", []string{"a"})
		if err != nil || before[0] == nil {
			t.Errorf("Notes of a patient with a forecast = %v, %v", before, err)
		}
		f.refresh("a")
		if after, err := f.store.Notes(f.ctx, everything, "Patient", []string{"a"}); err != nil || after[0] != nil {
			t.Errorf("Notes of a patient without a forecast = %v, %v", after, err)
		}
	}
}

// slow is an Adviser who, once asked to, holds back advice that is made until it may go.
type slow struct {
	current.Adviser
	hold       *atomic.Bool
	held, free chan struct{}
}

func (s slow) Advise(ctx context.Context, a resources.Access, ids []string) ([]immds.Advice, error) {
	all, err := s.Adviser.Advise(ctx, a, ids)
	if s.hold.CompareAndSwap(true, false) {
		close(s.held)
		<-s.free
	}
	return all, err
}

// Advice of the old day that is stored when the new one has begun does not stay.
func TestDayWaitsForAdviceUnderWay(t *testing.T) {
	turned := make(chan struct{})
	s := slow{hold: new(atomic.Bool), held: make(chan struct{}), free: make(chan struct{})}
	f := newFixture(t, func(c *current.Config) {
		s.Adviser = c.Adviser
		c.Adviser, c.Workers = s, 2
		c.Log = slog.New(slog.NewTextHandler(whenWritten{"of another day", turned}, nil))
	})
	f.run()
	f.settle()
	s.hold.Store(true)
	f.patient("a", ago(361)) // of whom nothing is stored that could be found
	<-s.held
	f.day.Add(5) // the first birthday, on which much falls due
	select {
	case <-turned: // it has not waited
	case <-time.After(300 * time.Millisecond):
	}
	close(s.free)
	f.settle()
	f.wantCurrent("a")
}

// whenWritten closes a channel when a text is written.
type whenWritten struct {
	text   string
	closed chan struct{}
}

func (w whenWritten) Write(line []byte) (int, error) {
	if strings.Contains(string(line), w.text) {
		select {
		case <-w.closed:
		default:
			close(w.closed)
		}
	}
	return len(line), nil
}
