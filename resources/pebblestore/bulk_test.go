package pebblestore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// TestSettle: what was loaded in bulk lies in many tables one over the other,
// Settle makes one layer of them, and nothing is lost on the way, also for who
// opens the store not in bulk.
func TestSettle(t *testing.T) {
	for _, test := range []struct {
		name    string
		settles bool
	}{{"settled", true}, {"left to the server", false}} {
		t.Run(test.name, func(t *testing.T) {
			cfg := pebblestore.Config{Path: "store", FS: vfs.NewMem(), MemTableSize: 256 << 10, Bulk: true}
			s := open(t, cfg)
			patients, doses, _ := load(t, s, 150)
			if err := s.Flush(); err != nil {
				t.Fatalf("Flush: %v", err)
			}
			if n := s.Metrics().ReadTables; n < 5 {
				t.Errorf("%d tables to look into after the load, want what was written left where it is", n)
			}
			if test.settles {
				if err := s.Settle(t.Context()); err != nil {
					t.Fatalf("Settle: %v", err)
				}
				if n := s.Metrics().ReadTables; n != 1 {
					t.Errorf("%d tables to look into after Settle, want 1", n)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
			cfg.Bulk = false
			s = open(t, cfg)
			summary, err := s.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) })
			if want := len(patients) + len(doses); err != nil || summary.Resources != want {
				t.Errorf("Check = %+v, %v, want %d resources", summary, err, want)
			}
		})
	}
}

// TestSettleLittle: little that is loaded into a large store is not worth a pass
// over everything.
func TestSettleLittle(t *testing.T) {
	cfg := pebblestore.Config{Path: "store", FS: vfs.NewMem(), MemTableSize: 256 << 10, Bulk: true}
	s := open(t, cfg)
	load(t, s, 150)
	if err := s.Flush(); err != nil {
		t.Fatalf("Flush: %v", err)
	}
	if err := s.Settle(t.Context()); err != nil {
		t.Fatalf("Settle: %v", err)
	}
	before := s.Metrics().Compactions
	for i := range 8 {
		// Each fills a table, and takes little in it.
		w, _ := write(t, "Organization", fmt.Sprint(i), `"name":"`+strings.Repeat("x", 200<<10)+`"`)
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: []resources.Write{w}}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatalf("Flush: %v", err)
	}
	if n := s.Metrics().ReadTables; n < 5 {
		t.Errorf("%d tables to look into after the commits, want at least 5", n)
	}
	if err := s.Settle(t.Context()); err != nil {
		t.Fatalf("Settle: %v", err)
	}
	if n := s.Metrics().Compactions - before; n > 0 {
		t.Errorf("Settle merged %d times for eight resources", n)
	}
}
