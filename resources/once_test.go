package resources_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
)

func TestCreateOnce(t *testing.T) {
	f, ctx := open(t), t.Context()
	text := fmt.Sprintf(dose, "Patient/p")
	first, err := f.CreateOnce(ctx, all, "k", "Immunization", parse(t, text), "")
	if err != nil || first.Effect != resources.Created || first.Replayed {
		t.Fatalf("CreateOnce = %+v, %v", first, err)
	}
	f.put("Immunization", first.Version.ID, strings.Replace(text, `{"resourceType"`, `{"id":"`+first.Version.ID+`","lotNumber":"x","resourceType"`, 1))
	want := first
	want.Replayed = true
	// White space means nothing; what the first made is told, though it has changed since.
	again, err := f.CreateOnce(ctx, all, "k", "Immunization", parse(t, strings.ReplaceAll(text, `,"`, ", \n\"")), "")
	if err != nil || !cmp.Equal(again, want) {
		t.Errorf("CreateOnce again = %+v, %v, want %+v", again, err, want)
	}
	for name, call := range map[string]func() (resources.Outcome, error){
		"another body": func() (resources.Outcome, error) {
			return f.CreateOnce(ctx, all, "k", "Immunization", parse(t, fmt.Sprintf(dose, "Patient/q")), "")
		},
		"a condition": func() (resources.Outcome, error) {
			return f.CreateOnce(ctx, all, "k", "Immunization", parse(t, text), "lot-number=x")
		},
	} {
		if o, err := call(); !errors.Is(err, resources.ErrKeyReused) {
			t.Errorf("the same key with %s = %+v, %v, want ErrKeyReused", name, o, err)
		}
	}
	for name, call := range map[string]func() (resources.Outcome, error){
		"another key": func() (resources.Outcome, error) {
			return f.CreateOnce(ctx, all, "K", "Immunization", parse(t, text), "")
		},
		"no key": func() (resources.Outcome, error) {
			return f.CreateOnce(ctx, all, "", "Immunization", parse(t, text), "")
		},
		"another type": func() (resources.Outcome, error) {
			return f.CreateOnce(ctx, all, "k", "Patient", parse(t, person), "")
		},
	} {
		if o, err := call(); err != nil || o.Effect != resources.Created || o.Replayed {
			t.Errorf("a create with %s = %+v, %v, want one of its own", name, o, err)
		}
	}
	if n := f.count("Immunization"); n != 3 {
		t.Errorf("%d doses, want 3", n)
	}
}

// What was refused has changed nothing and is judged again, with the same key
// and another body too.
func TestRefusedCreateKeepsNoKey(t *testing.T) {
	f, ctx := open(t), t.Context()
	create := func(text string) error {
		_, err := f.CreateOnce(ctx, all, "k", "Immunization", parse(t, text), "")
		return err
	}
	conditional := fmt.Sprintf(dose, "Patient?identifier=urn:x|1")
	if err := create(conditional); !errors.Is(err, resources.ErrUnresolved) {
		t.Fatalf("a dose of nobody = %v, want ErrUnresolved", err)
	}
	f.put("Patient", "p", strings.Replace(person, `{`, `{"id":"p",`, 1))
	if err := create(conditional); err != nil {
		t.Errorf("the same dose, now that there is somebody: %v", err)
	}
	if n := f.count("Immunization"); n != 1 {
		t.Errorf("%d doses, want 1", n)
	}
}

// A conditional create that matched must not create when it is sent again, even
// where the match is gone by then.
func TestMatchedCreateOnce(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.put("Patient", "p", strings.Replace(person, `{`, `{"id":"p",`, 1))
	for _, replayed := range []bool{false, true} {
		o, err := f.CreateOnce(ctx, all, "k", "Patient", parse(t, person), "identifier=urn:x|1")
		if err != nil || o.Effect != resources.Matched || o.Version.ID != "p" || o.Replayed != replayed {
			t.Fatalf("CreateOnce = %+v, %v, want p matched, replayed %t", o, err, replayed)
		}
		if _, err := f.Delete(ctx, all, "Patient", "p", resources.Match{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.count("Patient"); n != 0 {
		t.Errorf("%d patients, want none", n)
	}
}

func TestTransactionOnce(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.put("Patient", "old", `{"resourceType":"Patient","id":"old"}`)
	f.put("Patient", "same", `{"resourceType":"Patient","id":"same"}`)
	text := bundle("transaction",
		post(patientURN, person), post(doseURN, fmt.Sprintf(dose, patientURN)),
		put("same", `{"resourceType":"Patient","id":"same"}`),
		`{"request":{"method":"DELETE","url":"Patient/old","ifMatch":"W/\"1\""}}`,
		`{"request":{"method":"DELETE","url":"Patient/never"}}`,
		`{"request":{"method":"GET","url":"Patient/same"}}`)
	send := func(text string) ([]resources.EntryResult, error) {
		return f.BundleOnce(ctx, all, "k", parse(t, text), false)
	}
	first, err := send(text)
	if err != nil {
		t.Fatal(err)
	}
	// Sent again, its ifMatch would fail.
	again, err := send(text)
	if err != nil {
		t.Fatalf("the transaction sent again: %v", err)
	}
	for i := range first {
		if first[i].Change != nil {
			first[i].Change.Replayed = true
		}
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the transaction sent again (-first +again):\n%s", diff)
	}
	if _, err := send(strings.Replace(text, "2020-05-16", "2020-05-17", 1)); !errors.Is(err, resources.ErrKeyReused) {
		t.Errorf("another transaction with the same key = %v, want ErrKeyReused", err)
	}
	if n := f.count("Immunization"); n != 1 {
		t.Errorf("%d doses, want 1", n)
	}
}

// failing is a store that stops, as in a crash, after some commits.
type failing struct {
	resources.Store
	left atomic.Int64
}

var errCrash = errors.New("crash")

func (f *failing) Commit(ctx context.Context, a resources.Access, b resources.Batch) ([]resources.Version, error) {
	if f.left.Add(-1) < 0 {
		return nil, errCrash
	}
	return f.Store.Commit(ctx, a, b)
}

// A batch that was carried out in part is completed, and nothing of it is done
// twice.
func TestBatchOnce(t *testing.T) {
	f, ctx := open(t), t.Context()
	const doses = 20
	var entries []string
	for i := range doses {
		entries = append(entries, post(fmt.Sprint("urn:x:", i), fmt.Sprintf(dose, fmt.Sprint("Patient/", i))))
	}
	text := bundle("batch", entries...)
	store := &failing{Store: f.store}
	f.Service.Store = store
	made := map[int]string{}
	for round := 0; len(made) < doses; round++ {
		store.left.Store(6)
		results, err := f.BundleOnce(ctx, all, "k", parse(t, text), false)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			switch {
			case r.Err != nil:
				if made[i] != "" || !errors.Is(r.Err, errCrash) {
					t.Errorf("round %d: entry %d fails: %v", round, i, r.Err)
				}
			case made[i] == "" && !r.Change.Replayed:
				made[i] = r.Change.Version.ID
			case made[i] != r.Change.Version.ID || !r.Change.Replayed:
				t.Errorf("round %d: entry %d is %s, replayed %t, it was %s", round, i, r.Change.Version.ID, r.Change.Replayed, made[i])
			}
		}
		if round > doses {
			t.Fatal("the batch is never done")
		}
	}
	if n := f.count("Immunization"); n != doses {
		t.Errorf("%d doses, want %d", n, doses)
	}
	store.left.Store(100)
	if _, err := f.BundleOnce(ctx, all, "k", parse(t, bundle("batch", entries[1:]...)), false); !errors.Is(err, resources.ErrKeyReused) {
		t.Errorf("another batch with the same key = %v, want ErrKeyReused", err)
	}
}

// Fifty send the same transaction at once: one is carried out, and all are told
// of it.
func TestConcurrentTransactionOnce(t *testing.T) {
	f := open(t)
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p"}`)
	text := bundle("transaction", post(doseURN, fmt.Sprintf(dose, "Patient/p")),
		`{"resource":{"resourceType":"Patient","id":"p","active":true},"request":{"method":"PUT","url":"Patient/p","ifMatch":"W/\"1\""}}`)
	const clients = 50
	ids := make([]string, clients)
	var fresh atomic.Int64
	var all50 sync.WaitGroup
	for i := range clients {
		all50.Go(func() {
			results, err := f.BundleOnce(context.Background(), all, "k", parse(t, text), false)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = results[0].Change.Version.ID
			if !results[0].Change.Replayed {
				fresh.Add(1)
			}
		})
	}
	all50.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("clients were told of %s and of %s", id, ids[0])
		}
	}
	if n := f.count("Immunization"); n != 1 || fresh.Load() != 1 {
		t.Errorf("%d doses by %d transactions, want one", n, fresh.Load())
	}
}
