package pebblestore_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestReopen: everything is as it was, and time goes on, also when the clock
// went back in between.
func TestReopen(t *testing.T) {
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	cfg := pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: registry, Logger: quiet, Now: func() time.Time { return now }}
	s, err := pebblestore.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	first, err := put(t.Context(), t, s, "a", 0, `"gender":"male"`)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := s.Secret(t.Context(), "cursor")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(-time.Hour)
	again := open(t, cfg)
	if got, err := again.Read(t.Context(), everything, "Patient", "a"); err != nil || !cmp.Equal(got, first) {
		t.Errorf("Read after reopening = %v, %v, want %v", got, err, first)
	}
	if got, err := again.Secret(t.Context(), "cursor"); err != nil || string(got) != string(secret) {
		t.Errorf("Secret after reopening = %x, %v, want %x", got, err, secret)
	}
	second, err := put(t.Context(), t, again, "b", 0, `"gender":"male"`)
	if err != nil || second.LastUpdated <= first.LastUpdated {
		t.Errorf("lastUpdated after reopening is %v, %v, before it was %v", second.LastUpdated, err, first.LastUpdated)
	}
	if page, err := again.Search(t.Context(), everything, query(t, "Patient", "gender=male")); err != nil || len(page.Versions) != 2 {
		t.Errorf("Search after reopening finds %d, %v, want 2", len(page.Versions), err)
	}
	if counts, err := again.Count(t.Context(), everything); err != nil || counts["Patient"] != 2 {
		t.Errorf("Count after reopening = %v, %v, want 2", counts, err)
	}
	if _, err := again.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) }); err != nil {
		t.Error(err)
	}
}

func TestLocked(t *testing.T) {
	cfg := pebblestore.Config{Path: t.TempDir()}
	open(t, cfg)
	cfg.Registry, cfg.Logger = registry, quiet
	if _, err := pebblestore.Open(cfg); !errors.Is(err, pebblestore.ErrLocked) {
		t.Errorf("Open of an open folder = %v, want ErrLocked", err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command(program)
	other.Env = append(os.Environ(), killFolder+"="+cfg.Path, killRound+"=0")
	out, err := other.CombinedOutput()
	if err == nil || !strings.Contains(string(out), pebblestore.ErrLocked.Error()) {
		t.Errorf("Open by another process says %q, %v, want %q", out, err, pebblestore.ErrLocked)
	}
}

// TestClose: calls under way end well, later ones are refused, and closing
// twice is nothing.
func TestClose(t *testing.T) {
	s, err := pebblestore.Open(pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: registry, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(t.Context(), t, s, "a", 0, ""); err != nil {
		t.Fatal(err)
	}
	var closing sync.WaitGroup
	visits := 0
	err = s.Scan(t.Context(), everything, "Patient", func(resources.Version) error {
		visits++
		closing.Go(func() {
			if err := s.Close(); err != nil {
				t.Errorf("Close during a Scan: %v", err)
			}
		})
		return nil
	})
	if err != nil || visits != 1 {
		t.Errorf("Scan during Close = %v after %d visits", err, visits)
	}
	closing.Wait()
	if _, err := s.Read(t.Context(), everything, "Patient", "a"); !errors.Is(err, pebblestore.ErrClosed) {
		t.Errorf("Read after Close = %v, want ErrClosed", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close = %v", err)
	}
}

// TestLimits: what costs too much is refused, and the refusal says so.
func TestLimits(t *testing.T) {
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: pebblestore.Limits{Keys: 50, Records: 20, Collect: 10, Sort: 5}})
	var writes []resources.Write
	for i := range 100 {
		writes = append(writes, storetest.Put(t, resources.PUT, "Patient", "p"+string(rune('A'+i/26))+string(rune('a'+i%26)), 0, fmt.Sprintf(`"gender":"male","name":[{"family":"Same","given":["given%d"]}]`, i)))
	}
	if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"given:contains=x", "gender=male&_sort=name,birthdate", "gender=male&_total=accurate&_count=1", "gender:missing=false&_sort=name,birthdate"} {
		if _, err := s.Search(t.Context(), everything, query(t, "Patient", text)); !errors.Is(err, resources.ErrTooCostly) {
			t.Errorf("Search(%s) = %v, want ErrTooCostly", text, err)
		}
	}
	for _, text := range []string{"gender=male&_count=5", "name=same&_count=5", "_id=pAa", "gender:not=female&_count=3"} {
		if page, err := s.Search(t.Context(), everything, query(t, "Patient", text)); err != nil || len(page.Versions) == 0 {
			t.Errorf("Search(%s) = %d resources, %v, want a page", text, len(page.Versions), err)
		}
	}
	// All resources have one family name and the same parameters.
	for _, text := range []string{"family:contains=x", "birthdate:missing=false", "gender:missing=true"} {
		if page, err := s.Search(t.Context(), everything, query(t, "Patient", text)); err != nil || len(page.Versions) > 0 {
			t.Errorf("Search(%s) = %d resources, %v, want none", text, len(page.Versions), err)
		}
	}
}
