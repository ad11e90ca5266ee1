package pebblestore_test

import (
	"io"
	"log/slog"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// quiet keeps what the store says of itself out of the tests' output.
var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// registry is shared: compiling parameters takes longer than most tests.
var registry = storetest.Registry()

// open opens a store and closes it after the test. Unless a test says otherwise
// it keeps few ids in memory, so that tests see them forgotten.
func open(t testing.TB, cfg pebblestore.Config) *pebblestore.Store {
	t.Helper()
	if cfg.Registry == nil {
		cfg.Registry = registry
	}
	if cfg.Logger == nil {
		cfg.Logger = quiet
	}
	if _, benchmark := t.(*testing.B); cfg.CachedIDs == 0 && !benchmark {
		cfg.CachedIDs = 64
	}
	s, err := pebblestore.Open(cfg)
	if err != nil {
		t.Fatalf("Open(%s): %v", cfg.Path, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// The memtable holds all of a test: in builds with the race detector, Pebble
// traces each use of a table, which takes a hundred times as long as the use.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, c storetest.Config) resources.Store {
		return open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: c.Registry, Now: c.Now, MemTableSize: 16 << 20})
	})
}

func TestStoreInBulk(t *testing.T) {
	storetest.Run(t, func(t *testing.T, c storetest.Config) resources.Store {
		return open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: c.Registry, Now: c.Now, MemTableSize: 16 << 20, Bulk: true})
	})
}

// TestStoreWithLowLimits proves that the other ways of deciding a condition,
// which large stores need, answer the same.
func TestStoreWithLowLimits(t *testing.T) {
	limits := pebblestore.Limits{Collect: 20, Targets: 1, Sort: 5, Narrow: 3, Total: 10}
	storetest.Run(t, func(t *testing.T, c storetest.Config) resources.Store {
		return open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: c.Registry, Now: c.Now, MemTableSize: 16 << 20, Limits: limits})
	})
}
