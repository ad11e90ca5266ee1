package pebblestore

import (
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestCheckFindsOnceFaults: a record and the moment that leads to it belong
// together.
func TestCheckFindsOnceFaults(t *testing.T) {
	o := &resources.Once{Key: [32]byte{1}, Digest: [32]byte{2}, Result: []byte("x")}
	for what, spoil := range map[string]func(s *Store) error{
		"nothing":                 func(*Store) error { return nil },
		"a record that was lost":  func(s *Store) error { return s.db.Delete(onceKey(o.Key), pebble.NoSync) },
		"a moment that was lost":  func(s *Store) error { return s.db.Delete(onceAtKey(s.last, o.Key[:]), pebble.NoSync) },
		"a record that was cut":   func(s *Store) error { return s.db.Set(onceKey(o.Key), []byte("x"), pebble.NoSync) },
		"a record of another day": func(s *Store) error { return s.db.Set(onceKey(o.Key), make([]byte, 50), pebble.NoSync) },
		"a moment of no record":   func(s *Store) error { return s.db.Set(onceAtKey(s.last, make([]byte, 32)), nil, pebble.NoSync) },
	} {
		s := openQuiet(t, vfs.NewMem(), storetest.Registry())
		if _, err := s.Commit(t.Context(), resources.Everything(), resources.Batch{Once: o}); err != nil {
			t.Fatal(err)
		}
		if err := spoil(s); err != nil {
			t.Fatal(err)
		}
		if found := faults(t, s); (len(found) > 0) != (what != "nothing") {
			t.Errorf("with %s, Check finds %q", what, found)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
