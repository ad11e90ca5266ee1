package pebblestore_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/pebblestore/disktest"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// sendOnce makes a new resource under a key, unless that has been done: what a
// server does with a request that is sent again. It gives the resource's id.
func sendOnce(ctx context.Context, t testing.TB, s resources.Store, n int) (string, error) {
	id := uuid.NewString()
	once := &resources.Once{Key: sha256.Sum256(fmt.Append(nil, n)), Result: []byte(id)}
	_, err := s.Commit(ctx, everything, resources.Batch{
		Once:   once,
		Writes: []resources.Write{storetest.Put(t, resources.POST, "Immunization", id, 0, fmt.Sprintf(`"lotNumber":"%d"`, n))},
	})
	if errors.Is(err, resources.ErrDone) {
		done, err := s.Done(ctx, everything, once.Key)
		return string(done.Result), err
	}
	return id, err
}

// TestCrashAndRetryMakesNoSecondDose takes the power away while clients send
// requests with keys. After it each sends again what it has had no answer to,
// and what it has: there must be one dose for each key, the one that was told.
func TestCrashAndRetryMakesNoSecondDose(t *testing.T) {
	random := rand.New(rand.NewPCG(2, uint64(time.Now().UnixNano())))
	fs := vfs.NewCrashableMem()
	d := &disktest.Disk{FS: fs, Delay: 2 * time.Millisecond}
	s := open(t, pebblestore.Config{Path: "store", FS: d, MemTableSize: 128 << 10})
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	told := map[int]string{}
	var sent atomic.Int64
	var clients sync.WaitGroup
	answers := make(chan struct{})
	for range 8 {
		clients.Go(func() {
			for ctx.Err() == nil {
				n := int(sent.Add(1)) / 2 // each key is sent twice, mostly at once
				id, err := sendOnce(ctx, t, s, n)
				if err != nil {
					if ctx.Err() == nil {
						t.Error(err)
						stop()
					}
					return
				}
				mu.Lock()
				if other, ok := told[n]; ok && other != id {
					t.Errorf("key %d: clients were told of %s and of %s", n, other, id)
				}
				told[n] = id
				mu.Unlock()
				select {
				case answers <- struct{}{}:
				case <-ctx.Done():
				}
			}
		})
	}
	type crash struct {
		told map[int]string
		sent int
		fs   *vfs.MemFS
	}
	var taken []crash
	for range 4 * crashRounds(t) {
		for range 1 + random.IntN(40) {
			select {
			case <-answers:
			case <-ctx.Done():
			}
		}
		mu.Lock()
		known := make(map[int]string, len(told))
		for n, id := range told {
			known[n] = id
		}
		mu.Unlock()
		clone := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(3) * 50, RNG: random})
		taken = append(taken, crash{known, int(sent.Load())/2 + 1, clone})
	}
	stop()
	clients.Wait()
	for i, c := range taken {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := open(t, pebblestore.Config{Path: "store", FS: c.fs})
			for n := range c.sent {
				id, err := sendOnce(t.Context(), t, s, n)
				if err != nil || c.told[n] != "" && c.told[n] != id {
					t.Errorf("key %d sent again: %s, %v, it was answered with %q before", n, id, err, c.told[n])
				}
				if _, err := s.Read(t.Context(), everything, "Immunization", id); err != nil {
					t.Errorf("key %d: %s is told of and not there: %v", n, id, err)
				}
			}
			if counts, err := s.Count(t.Context(), everything); err != nil || counts["Immunization"] != c.sent {
				t.Errorf("%d doses for %d keys (%v)", counts["Immunization"], c.sent, err)
			}
			if _, err := s.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) }); err != nil {
				t.Error(err)
			}
		})
	}
}
