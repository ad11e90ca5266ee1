package scale_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

var everything = resources.Everything()

// folderVariable names the environment variable of the folder in which
// registries are kept.
const folderVariable = "JENNER_SCALE_FOLDER"

// What a registry that is measured may keep in memory.
const (
	cachedBytes = 1 << 20
	cachedIDs   = 1 << 12
	// Pebble takes the memory for writes, of which there are none, from that for
	// blocks.
	writtenBytes = 256 << 10
)

// generated are the patients of all registries: those of a larger one are those
// of a smaller one and more.
func generated() *population.State { return population.New(population.Config{Seed: 1}) }

// registry is a Service over a store that holds patients 0 to patients-1.
type registry struct {
	*resources.Service
	store    *pebblestore.Store
	state    *population.State
	patients int
}

// open opens a store, whose Path and memory the configuration says.
func open(t testing.TB, c pebblestore.Config, patients int) *registry {
	t.Helper()
	r4 := definitions.R4()
	var err error
	if c.Registry, err = search.New(r4, search.Config{}); err != nil {
		t.Fatal(err)
	}
	c.Now, c.Logger, c.Reindex = time.Now, slog.New(slog.DiscardHandler), true
	store, err := pebblestore.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	service, err := resources.New(context.Background(), resources.Config{
		Store: store, Search: c.Registry, Definitions: r4, Validate: schema.New(r4).Validate,
		BaseURL: "http://example.org/fhir", Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &registry{service, store, generated(), patients}
}

func (r *registry) close(t testing.TB) {
	t.Helper()
	if err := r.store.Close(); err != nil {
		t.Error(err)
	}
}

// kept opens the registry of so many patients, which is made unless an earlier
// run has left it. What it says goes to the standard output, where the results
// go: a log would be cut short.
func kept(b *testing.B, patients int) *registry {
	b.Helper()
	folder := cmp.Or(os.Getenv(folderVariable), filepath.Join(os.TempDir(), "jenner-scale"))
	path := filepath.Join(folder, fmt.Sprintf("%d-patients-%s", patients, fingerprint()))
	whole := path + ".whole" // a file that is there when the registry is
	if _, err := os.Stat(whole); errors.Is(err, fs.ErrNotExist) {
		began := time.Now()
		if err := errors.Join(os.RemoveAll(path), os.MkdirAll(path, 0o755)); err != nil {
			b.Fatal(err)
		}
		r := open(b, pebblestore.Config{Path: path}, patients)
		n := r.load(b)
		r.settle()
		r.close(b)
		if err := os.WriteFile(whole, fmt.Appendf(nil, "%d resources\n", n), 0o644); err != nil {
			b.Fatal(err)
		}
		fmt.Printf("# %s: %d resources of %d patients, made in %v\n", filepath.Base(path), n, patients, time.Since(began).Round(time.Second))
	} else if err != nil {
		b.Fatal(err)
	}
	r := open(b, pebblestore.Config{Path: path, CacheSize: cachedBytes, CachedIDs: cachedIDs, MemTableSize: writtenBytes}, patients)
	r.settle()
	m := r.store.Metrics()
	fmt.Printf("# %s: %d MB on disk, %d tables to look into\n", filepath.Base(path), m.DiskBytes>>20, m.ReadTables)
	return r
}

// settle waits until the store has compacted what was written, so that searches
// do not share the processor with that.
func (r *registry) settle() {
	for before := int64(-1); ; time.Sleep(2 * time.Second) {
		now := r.store.Metrics().Compactions
		if now == before {
			return
		}
		before = now
	}
}

// fingerprint tells registries of this generator from those of others.
func fingerprint() string {
	state, sum := generated(), sha256.New()
	for n := range 100 {
		for _, record := range recordsOf(state, n) {
			sum.Write(record.text)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:4])
}
