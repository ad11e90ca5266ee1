package pebblestore

import (
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// indexVersion is raised when the keys of the index change their form, so that
// stores made before are indexed anew.
const indexVersion = 1

const metaIndex = "index"

// refreshIndex makes the index anew when it was made by other rules than
// today's. The old entries could not even be taken out one by one: they are
// found by the rules that made them.
func (s *Store) refreshIndex() error {
	made, err := get(s.db, metaKey(metaIndex))
	if err != nil {
		return err
	}
	rules := fmt.Sprintf("%d %s", indexVersion, s.registry.Fingerprint())
	if string(made) == rules {
		return nil
	}
	if s.last != 0 {
		if err := s.rebuildIndex(); err != nil {
			return fmt.Errorf("make the index anew: %w", err)
		}
	}
	// Only now is the index said to be made: after a crash in the middle the
	// next Open begins again.
	return s.db.Set(metaKey(metaIndex), []byte(rules), pebble.Sync)
}

// rebuildBatch is how many bytes of keys are written at a time.
const rebuildBatch = 4 << 20

// rebuildIndex writes the index of all current resources, and their live keys,
// which say what parameters they have.
func (s *Store) rebuildIndex() error {
	s.log.Info("search parameters have changed: making the index anew")
	for _, space := range []byte{spaceIndex, spaceLive} {
		if err := s.db.DeleteRange([]byte{space}, []byte{space + 1}, pebble.NoSync); err != nil {
			return err
		}
	}
	r := rebuilding{s: s, batch: s.db.NewBatch(), reported: s.now()}
	defer func() { r.batch.Close() }()
	for t, name := range s.names.allTypes() {
		if name == "" {
			continue
		}
		if err := r.ofType(typeID(t)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := r.flush(); err != nil {
		return err
	}
	s.log.Info("index made anew", "resources", r.done)
	return nil
}

type rebuilding struct {
	s        *Store
	batch    *pebble.Batch
	keys     keySet
	done     int
	reported time.Time
}

func (r *rebuilding) ofType(t typeID) error {
	prefix := typeSpace(spaceCurrent, t)
	it, err := r.s.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	for it.First(); it.Valid() && err == nil; it.Next() {
		err = r.resource(t, keyRid(it.Key()), it.Value())
	}
	return errors.Join(err, it.Close())
}

func (r *rebuilding) resource(t typeID, rid uint64, record []byte) error {
	h, json, err := readHead(record)
	if err != nil {
		return err
	}
	v, err := readVersion(r.s.names.allTypes()[t], record)
	if err != nil || v.Deleted() {
		return err
	}
	document, err := parseStored(json)
	if err != nil {
		return err
	}
	r.keys.reset()
	r.s.index.collect(&r.keys, t, rid, document.Root())
	if err := r.batch.Set(liveKey(t, rid), r.keys.live(h.version), nil); err != nil {
		return err
	}
	for _, key := range r.keys.keys {
		if err := r.batch.Set(key, nil, nil); err != nil {
			return err
		}
	}
	r.done++
	if now := r.s.now(); now.Sub(r.reported) >= 10*time.Second {
		r.reported = now
		r.s.log.Info("making the index anew", "resources", r.done)
	}
	if r.batch.Len() >= rebuildBatch {
		return r.flush()
	}
	return nil
}

// flush writes the batch without waiting for the disk: the sync of the key
// that ends the work covers all that came before it in the log.
func (r *rebuilding) flush() error {
	if err := r.batch.Commit(pebble.NoSync); err != nil {
		return err
	}
	err := r.batch.Close()
	r.batch = r.s.db.NewBatch()
	return err
}
