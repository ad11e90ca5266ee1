package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
)

// formatVersion is the version of the key spaces and encodings of this
// package. A change that older programs would misread raises it.
const formatVersion = 1

const metaFormat = "format"

// checkFormat refuses a store that a newer program has written.
func (s *Store) checkFormat() error {
	value, err := get(s.db, metaKey(metaFormat))
	switch {
	case err != nil:
		return err
	case value == nil:
		return s.db.Set(metaKey(metaFormat), binary.AppendUvarint(nil, formatVersion), pebble.Sync)
	}
	version, n := binary.Uvarint(value)
	if n <= 0 {
		return fmt.Errorf("%w: format version", errCorrupt)
	}
	if version > formatVersion {
		return fmt.Errorf("the store has format %d, this program knows formats up to %d: use a newer Jenner", version, formatVersion)
	}
	return nil
}

// ridSource gives numbers to new resources. Numbers taken for a commit that
// then fails are not used again.
type ridSource struct{ highest atomic.Uint64 }

func (r *ridSource) next() uint64 { return r.highest.Add(1) }

// loadState finds where the store left off: the newest moment, from which the
// clock must not go back, the highest rid, and the counts. The first two are read
// off the ends of their spaces and need no keys of their own, save for commits of
// notes alone.
func (s *Store) loadState() error {
	s.lastOfType = map[typeID]fhir.Moment{}
	s.counts = map[typeID]uint64{}
	it, err := s.db.NewIter(nil)
	if err != nil {
		return err
	}
	var faults []error
	for t := typeID(1); int(t) < len(s.names.typeNames); t++ {
		if prefix := typeSpace(spaceChanges, t); lastWith(it, prefix) {
			s.last = max(s.last, readMoment(it.Key()[len(prefix):]))
		}
		if lastWith(it, typeSpace(spaceCurrent, t)) && keyRid(it.Key()) > s.rids.highest.Load() {
			s.rids.highest.Store(keyRid(it.Key()))
		}
		if it.SeekGE(countKey(t)); it.Valid() && string(it.Key()) == string(countKey(t)) {
			n, length := binary.Uvarint(it.Value())
			if length <= 0 {
				faults = append(faults, fmt.Errorf("%w: count of %s", errCorrupt, s.names.typeNames[t]))
			}
			s.counts[t] = n
		}
	}
	if lastWith(it, []byte{spaceOnceAt}) {
		s.last = max(s.last, readMoment(it.Key()[1:]))
	}
	noted, err := readNoted(s.db)
	if err != nil {
		faults = append(faults, err)
	}
	s.last = max(s.last, noted)
	s.newIDs = newIDs{since: s.last, at: map[cachedID]fhir.Moment{}}
	s.applying.Store(int64(s.last))
	s.visible.Store(int64(s.last))
	s.synced.Store(int64(s.last)) // what was read at Open is on disk
	return errors.Join(append(faults, it.Close())...)
}

// lastWith moves an iterator to the last key that begins with prefix.
func lastWith(it *pebble.Iterator, prefix []byte) bool {
	return it.SeekLT(after(prefix)) && string(it.Key()[:min(len(prefix), len(it.Key()))]) == string(prefix)
}

// get is a copy of the value of a key, nil when there is none.
func get(r pebble.Reader, key []byte) ([]byte, error) { return getBehind(0, r, key) }

// getBehind is get that leaves room in front of the value.
func getBehind(room int, r pebble.Reader, key []byte) ([]byte, error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, room, room+len(value)), value...)
	return out, closer.Close()
}
