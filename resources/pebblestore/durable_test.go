package pebblestore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/pebblestore/disktest"
	"github.com/jenner-iis/jenner/resources/storetest"
)

var everything = resources.Everything()

// put commits one Patient.
func put(ctx context.Context, t testing.TB, s resources.Store, id string, expect uint64, elements string) (resources.Version, error) {
	v, err := s.Commit(ctx, everything, resources.Batch{Writes: []resources.Write{storetest.Put(t, resources.PUT, "Patient", id, expect, elements)}})
	if err != nil {
		return resources.Version{}, err
	}
	return v[0], nil
}

func query(t testing.TB, resourceType, text string) *search.Query {
	t.Helper()
	q, err := registry.Parse(resourceType, text, search.Options{Now: time.Unix(1767225600, 0)})
	if err != nil {
		t.Fatalf("Parse(%s?%s): %v", resourceType, text, err)
	}
	return q
}

// TestCommitsShareSyncs: 64 writers need far fewer syncs than commits.
func TestCommitsShareSyncs(t *testing.T) {
	const writers, each = 64, 20
	d := &disktest.Disk{FS: vfs.NewMem(), Delay: 5 * time.Millisecond}
	s := open(t, pebblestore.Config{Path: "store", FS: d})
	if _, err := put(t.Context(), t, s, "first", 0, ""); err != nil { // the type's first needs syncs of its own
		t.Fatal(err)
	}
	before := d.Syncs.Load()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for n := range each {
				if _, err := put(t.Context(), t, s, fmt.Sprintf("p%d-%d", w, n), 0, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	syncs := d.Syncs.Load() - before
	t.Logf("%d commits, %d syncs", writers*each, syncs)
	if syncs > writers*each/8 {
		t.Errorf("%d commits of %d writers took %d syncs, want at most an eighth", writers*each, writers, syncs)
	}
}

// told is what clients were told: by answers to their writes, and by reads.
type told struct {
	sync.Mutex
	versions  map[string]resources.Version // by id, the newest
	notes     map[string]int               // likewise, what more they say than the version
	locations int
	secret    string
}

func (k *told) hear(v resources.Version) {
	k.Lock()
	defer k.Unlock()
	if v.Version > k.versions[v.ID].Version {
		k.versions[v.ID] = v
	}
}

func (k *told) hearNote(id string, more int) {
	k.Lock()
	defer k.Unlock()
	k.notes[id] = max(k.notes[id], more)
}

func (k *told) copy() *told {
	k.Lock()
	defer k.Unlock()
	c := &told{versions: map[string]resources.Version{}, notes: maps.Clone(k.notes), locations: k.locations, secret: k.secret}
	for id, v := range k.versions {
		c.versions[id] = v
	}
	return c
}

// TestCrashLosesNothingTold takes the power away at random moments, again and
// again: what was not synced is gone. Nothing that a writer or a reader was
// told before may be among it, and the store must be sound.
func TestCrashLosesNothingTold(t *testing.T) {
	crashes := 6 * crashRounds(t)
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	fs := vfs.NewCrashableMem()
	// A slow sync leaves time for readers to see what is not durable yet.
	d := &disktest.Disk{FS: fs, Delay: 4 * time.Millisecond}
	s := open(t, pebblestore.Config{Path: "store", FS: d, MemTableSize: 128 << 10})
	k := &told{versions: map[string]resources.Version{}, notes: map[string]int{}}
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	commits := make(chan struct{})
	for w := range 4 {
		clients.Go(func() {
			defer stop() // of all, if one fails
			writeUntil(ctx, t, s, k, w, commits)
		})
	}
	for r := range 4 {
		clients.Go(func() { readUntil(ctx, t, s, k, r) })
	}
	type crash struct {
		told *told
		fs   *vfs.MemFS
	}
	var taken []crash
	for range crashes {
		for range random.IntN(60) {
			select {
			case <-commits:
			case <-ctx.Done():
			}
		}
		// First what was told, then the crash: all of it came before.
		known := k.copy()
		taken = append(taken, crash{known, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(3) * 50, RNG: random})})
	}
	stop()
	clients.Wait()
	for i, c := range taken {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			verify(t, open(t, pebblestore.Config{Path: "store", FS: c.fs}), c.told)
		})
	}
}

// verify holds a store that was opened after a crash against what was told.
func verify(t *testing.T, s resources.Store, k *told) {
	ctx := t.Context()
	for id, want := range k.versions {
		got, err := s.VersionRead(ctx, everything, "Patient", id, want.Version)
		if want.JSON == nil {
			got.JSON = nil // it was a deletion, or heard of without its content
		}
		if err != nil || string(got.JSON) != string(want.JSON) || got.LastUpdated != want.LastUpdated {
			t.Errorf("after the crash, version %d of %s is %v, %v, want %v", want.Version, id, got, err, want)
		}
	}
	counts, err := s.Count(ctx, everything)
	if err != nil || counts["Location"] < k.locations {
		t.Errorf("after the crash there are %v, %v, told were %d Locations", counts, err, k.locations)
	}
	if secret, err := s.Secret(ctx, "a"); err != nil || k.secret != "" && string(secret) != k.secret {
		t.Errorf("after the crash the secret is another: %v", err)
	}
	summary, err := s.Check(ctx, func(fault string) { t.Errorf("Check: %s", fault) })
	if err != nil || summary.Faults > 0 {
		t.Errorf("Check = %+v, %v", summary, err)
	}
	wantPairs(t, s)
	notes := wantNotes(t, s)
	for id, told := range k.notes {
		if notes[id] < told {
			t.Errorf("after the crash, the note on %s is the one of step %d, told was that of %d", id, notes[id], told)
		}
	}
	t.Logf("told %d resources; the store has %+v", len(k.versions), summary)
}

// wantPairs looks at the resources that were written two in a commit: neither
// may be there without the other.
func wantPairs(t *testing.T, s resources.Store) {
	have := map[string]bool{}
	err := s.Scan(t.Context(), everything, "Organization", func(v resources.Version) error { have[v.ID] = true; return nil })
	if err != nil {
		t.Errorf("Scan: %v", err)
	}
	for id := range have {
		if other := id[:len(id)-1] + string('0'+'1'-id[len(id)-1]); !have[other] {
			t.Errorf("%s is there without %s of the same commit", id, other)
		}
	}
}

// writeUntil creates, updates, deletes and commits several at once, with a note each
// time, and now and then a note alone.
func writeUntil(ctx context.Context, t *testing.T, s *pebblestore.Store, k *told, w int, commits chan<- struct{}) {
	random := rand.New(rand.NewPCG(2, uint64(w)))
	var versions [10]uint64
	for n := 0; ; n++ {
		i := random.IntN(len(versions))
		method := []resources.Method{resources.PUT, resources.PUT, resources.DELETE}[random.IntN(3)]
		writes := []resources.Write{
			storetest.Put(t, method, "Patient", fmt.Sprintf("w%d-%d", w, i), versions[i], fmt.Sprintf(`"gender":%q,"multipleBirthInteger":%d`, []string{"male", "female"}[n%2], n)),
			storetest.Put(t, resources.PUT, "Location", fmt.Sprintf("l%d-%d", w, n), 0, ""),
			storetest.Put(t, resources.PUT, "Organization", fmt.Sprintf("o%d-%d-0", w, n), 0, ""),
			storetest.Put(t, resources.PUT, "Organization", fmt.Sprintf("o%d-%d-1", w, n), 0, ""),
		}
		id, version := writes[0].ID, versions[i]+1
		if versions[i] > 0 && random.IntN(3) == 0 {
			writes, version = nil, versions[i]
		}
		made, err := s.Commit(ctx, everything, resources.Batch{Writes: writes, Notes: []resources.Note{versionNote(id, version, n)}})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			t.Errorf("Commit: %v", err)
			return
		}
		versions[i] = version
		if len(made) > 0 {
			k.hear(made[0])
		}
		k.hearNote(id, n)
		select {
		case commits <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
}

// readUntil asks in every way, and remembers what it is told.
func readUntil(ctx context.Context, t *testing.T, s *pebblestore.Store, k *told, r int) {
	random := rand.New(rand.NewPCG(3, uint64(r)))
	q := query(t, "Patient", "gender=male")
	for {
		id := fmt.Sprintf("w%d-%d", random.IntN(4), random.IntN(10))
		var err error
		switch random.IntN(7) {
		case 0:
			var v resources.Version
			if v, err = s.Read(ctx, everything, "Patient", id); err == nil || errors.Is(err, resources.ErrGone) {
				k.hear(v)
			}
		case 1:
			var page resources.Page
			page, err = s.Search(ctx, everything, q)
			k.hearAll(page)
		case 2:
			var page resources.Page
			page, err = s.History(ctx, everything, resources.History{Type: "Patient", Count: 3})
			k.hearAll(page)
		case 3:
			var counts map[string]int
			counts, err = s.Count(ctx, everything)
			k.Lock()
			k.locations = max(k.locations, counts["Location"])
			k.Unlock()
		case 4:
			// A guess that is right tells of a version, too.
			k.Lock()
			guess := k.versions[id].Version + 1
			k.Unlock()
			var made []resources.Version
			made, err = s.Commit(ctx, everything, resources.Batch{Writes: []resources.Write{{Type: "Patient", ID: id, CheckOnly: true, Expect: guess}}})
			if err == nil {
				k.hear(made[0])
			} else if errors.Is(err, resources.ErrStale) {
				err = nil
			}
		case 5:
			var secret []byte
			if secret, err = s.Secret(ctx, "a"); err == nil {
				k.Lock()
				k.secret = string(secret)
				k.Unlock()
			}
		case 6:
			var notes [][]byte
			if notes, err = s.Notes(ctx, everything, "Patient", []string{"never", id}); err == nil && notes[1] != nil {
				var version uint64
				var more int
				if _, err = fmt.Sscan(string(notes[1]), &version, &more); err == nil {
					k.hearNote(id, more)
				}
			}
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !errors.Is(err, resources.ErrNotFound) && !errors.Is(err, resources.ErrGone):
			t.Errorf("reader: %v", err)
			return
		}
	}
}

func (k *told) hearAll(p resources.Page) {
	for _, v := range p.Versions {
		k.hear(v)
	}
}

// TestBrokenDisk: once a sync has failed nothing is acknowledged any more, and
// what was acknowledged before is still there after the next start.
func TestBrokenDisk(t *testing.T) {
	fs := vfs.NewCrashableMem()
	d := &disktest.Disk{FS: fs}
	s, err := pebblestore.Open(pebblestore.Config{Path: "store", FS: d, Registry: registry, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	want, err := put(ctx, t, s, "a", 0, "")
	if err != nil {
		t.Fatal(err)
	}
	d.Broken.Store(true)
	var acknowledged atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := put(ctx, t, s, fmt.Sprint("b", i), 0, "")
			if err == nil {
				acknowledged.Add(1)
			} else if !errors.Is(err, pebblestore.ErrFailed) {
				t.Errorf("Commit on a broken disk = %v, want ErrFailed", err)
			}
		})
	}
	all.Wait()
	if n := acknowledged.Load(); n > 0 {
		t.Errorf("%d commits were acknowledged on a broken disk", n)
	}
	crashed := fs.CrashClone(vfs.CrashCloneCfg{})
	for name, call := range map[string]func() error{
		"Read":   func() error { _, err := s.Read(ctx, everything, "Patient", "a"); return err },
		"Notes":  func() error { _, err := s.Notes(ctx, everything, "Patient", []string{"a"}); return err },
		"Search": func() error { _, err := s.Search(ctx, everything, query(t, "Patient", "")); return err },
		"Commit": func() error { _, err := put(ctx, t, s, "c", 0, ""); return err },
		"Count":  func() error { _, err := s.Count(ctx, everything); return err },
	} {
		if err := call(); !errors.Is(err, pebblestore.ErrFailed) {
			t.Errorf("%s after the failure = %v, want ErrFailed", name, err)
		}
	}
	if err := s.Close(); err == nil {
		t.Error("Close after the failure reports none")
	}
	again := open(t, pebblestore.Config{Path: "store", FS: crashed})
	got, err := again.Read(ctx, everything, "Patient", "a")
	if err != nil || string(got.JSON) != string(want.JSON) {
		t.Errorf("after the next start, Read(a) = %v, %v, want %v", got, err, want)
	}
	if _, err := again.Check(ctx, func(fault string) { t.Errorf("Check: %s", fault) }); err != nil {
		t.Error(err)
	}
}
