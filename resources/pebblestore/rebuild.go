package pebblestore

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// indexVersion is raised when the index gets other keys for the same entries,
// so that stores made before are indexed anew.
const indexVersion = 4

// metaIndex is followed by a type. The value says by which rules its index was
// made.
const metaIndex = "index/"

// rules are a digest of all that decides what keys the index has for a type.
func (s *Store) rules(name string) []byte {
	h := sha256.New()
	fmt.Fprintln(h, indexVersion, s.registry.Fingerprint())
	for _, p := range s.registry.Parameters(name) {
		fmt.Fprintf(h, "%q %q %d %q %q\n", p.Code, p.URL, p.Type, p.Targets, p.Expression)
		for _, c := range p.Components {
			fmt.Fprintf(h, "%d %q\n", c.Type, c.Expression)
		}
	}
	return h.Sum(nil)
}

// addType is the number of a type. With its first resource, its parameters get
// theirs, and the rules by which it is indexed from the start are noted.
func (s *Store) addType(name string) (typeID, error) {
	if t := s.names.typeID(name); t != 0 {
		return t, nil
	}
	if err := s.index.addType(s.db, &s.names, name); err != nil {
		return 0, err
	}
	if err := s.db.Set(metaKey(metaIndex+name), s.rules(name), pebble.Sync); err != nil {
		return 0, err
	}
	t, err := s.names.addType(s.db, name)
	if err == nil {
		err = s.failure() // Pebble reports a log that cannot be written only so
	}
	return t, err
}

// refreshIndex makes the index anew for types whose rules are not those it was
// made by, if that is quick or wanted. Old entries could not be taken out one
// by one: only the rules that made them tell what they are.
func (s *Store) refreshIndex(reindex bool) error {
	types, err := s.outdated()
	if err != nil {
		return err
	}
	if !reindex {
		if err := s.mayRebuild(types); err != nil {
			return err
		}
	}
	for _, name := range types {
		if err := s.rebuild(s.names.typeID(name), name); err != nil {
			return fmt.Errorf("make the index of %s anew: %w", name, err)
		}
		// Only now is it said to be made: after a crash in between, the next
		// Open begins again. The sync covers all that came before in the log.
		if err := s.db.Set(metaKey(metaIndex+name), s.rules(name), pebble.Sync); err != nil {
			return err
		}
	}
	return s.noteSettings()
}

// outdated are the types whose index was made by other rules.
func (s *Store) outdated() ([]string, error) {
	var types []string
	for _, name := range s.names.allTypes() {
		if name == "" {
			continue
		}
		if err := s.index.addType(s.db, &s.names, name); err != nil {
			return nil, err
		}
		made, err := get(s.db, metaKey(metaIndex+name))
		if err != nil {
			return nil, err
		}
		if string(made) != string(s.rules(name)) {
			types = append(types, name)
		}
	}
	return types, nil
}

// rebuildBatch is how many bytes of keys are written at a time.
const rebuildBatch = 4 << 20

// rebuild writes the index and the live keys of all current resources of a type.
func (s *Store) rebuild(t typeID, name string) error {
	s.log.Info("search parameters have changed: making the index anew", "type", name)
	if err := s.forget(t, name); err != nil {
		return err
	}
	prefix := typeSpace(spaceCurrent, t)
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	r := rebuilding{s: s, t: t, name: name, batch: s.db.NewBatch(), reported: s.now()}
	for it.First(); it.Valid() && err == nil; it.Next() {
		err = r.resource(keyRid(it.Key()), it.Value())
	}
	if err == nil {
		err = r.flush()
	}
	s.log.Info("index made anew", "type", name, "resources", r.done)
	return errors.Join(err, r.batch.Close(), it.Close())
}

// forget deletes the index of a type, that of parameters it no longer has
// included.
func (s *Store) forget(t typeID, name string) error {
	live := typeSpace(spaceLive, t)
	if err := s.db.DeleteRange(live, after(live), pebble.NoSync); err != nil {
		return err
	}
	for parameter, p := range s.names.parameters {
		if !strings.HasPrefix(parameter, name+"/") {
			continue
		}
		prefix := parameterSpace(p)
		if err := s.db.DeleteRange(prefix, after(prefix), pebble.NoSync); err != nil {
			return err
		}
	}
	return nil
}

// rebuilding is a rebuild under way.
type rebuilding struct {
	s        *Store
	t        typeID
	name     string
	batch    *pebble.Batch
	keys     keySet
	done     int
	reported time.Time
}

func (r *rebuilding) resource(rid uint64, record []byte) error {
	h, json, err := readHead(record)
	if err != nil {
		return err
	}
	v, err := readVersion(r.name, record)
	if err != nil || v.Deleted() {
		return err
	}
	document, err := parseStored(json)
	if err != nil {
		return err
	}
	r.keys.reset()
	r.s.index.collect(&r.keys, rid, document.Root())
	if err := r.batch.Set(liveKey(r.t, rid), liveValue(h.version, v.ID), nil); err != nil {
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
		r.s.log.Info("making the index anew", "type", r.name, "resources", r.done)
	}
	if r.batch.Len() >= rebuildBatch {
		return r.flush()
	}
	return nil
}

func (r *rebuilding) flush() error {
	if err := r.batch.Commit(pebble.NoSync); err != nil {
		return err
	}
	err := r.batch.Close()
	r.batch = r.s.db.NewBatch()
	return err
}
