package pebblestore

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"

	"github.com/cockroachdb/pebble/v2"
	"github.com/elastic/go-freelru"

	"github.com/jenner-iis/jenner/fhir"
)

// ridCache remembers the numbers of resources that were lately asked for or
// written. A resource keeps its number for good, also when it is deleted, so that
// nothing in the cache is ever wrong. But it is as of now: a snapshot may be
// older than a resource whose number is known, and must be asked about it.
type ridCache struct {
	lru *freelru.ShardedLRU[cachedID, uint64]
}

// cachedID is a type and an id: a UUID as a number, another id as its text
// if that is no longer than what is left, or else as the beginning of its digest.
type cachedID [24]byte

const (
	cachedShort  byte = iota // filled up with zeros, which ids do not have
	cachedUUID               // its 16 bytes
	cachedDigest             // of SHA-256
)

func newRidCache(entries int) (ridCache, error) {
	if entries < 0 || entries > 1<<30 {
		return ridCache{}, fmt.Errorf("%d ids cannot be kept in memory", entries)
	}
	seed := maphash.MakeSeed()
	lru, err := freelru.NewShardedWithSize[cachedID, uint64](64, uint32(entries), uint32(entries), func(id cachedID) uint32 {
		return uint32(maphash.Bytes(seed, id[:]))
	})
	return ridCache{lru}, err
}

func newCachedID(t typeID, id string) cachedID {
	var c cachedID
	binary.BigEndian.PutUint16(c[:], uint16(t))
	rest := c[3:]
	uuid, isUUID := readUUID(id)
	switch {
	case isUUID:
		c[2] = cachedUUID
		copy(rest, uuid[:])
	case len(id) <= len(rest):
		c[2] = cachedShort
		copy(rest, id)
	default:
		c[2] = cachedDigest
		digest := sha256.Sum256([]byte(id))
		copy(rest, digest[:])
	}
	return c
}

// newIDs are the ids that commits gave last. What a commit was prepared without
// having seen is mostly among them, so that within the turn nothing need be looked
// up to know that its new ids are still new.
type newIDs struct {
	since fhir.Moment // all ids given after this are here
	at    map[cachedID]fhir.Moment
	order []cachedID // from next on, then from the beginning: oldest first
	next  int
}

// newIDsKept is how many ids newIDs holds: those of some commits of an import.
const newIDsKept = 4096

func (n *newIDs) add(id cachedID, at fhir.Moment) {
	if len(n.order) < newIDsKept {
		n.order = append(n.order, id)
	} else {
		oldest := &n.order[n.next]
		n.since = n.at[*oldest]
		delete(n.at, *oldest)
		*oldest = id
		n.next = (n.next + 1) % newIDsKept
	}
	n.at[id] = at
}

// has reports whether an id was given after a moment; known is false if that is
// too long ago to tell.
func (n *newIDs) has(id cachedID, after fhir.Moment) (given, known bool) {
	_, given = n.at[id]
	return given, given || after >= n.since
}

// ridOf is the number of a resource, 0 when it was never written as far as r
// shows. A resource that was written after r may have a number.
func (s *Store) ridOf(r pebble.Reader, t typeID, id string) (uint64, error) {
	c := newCachedID(t, id)
	if rid, ok := s.ids.lru.Get(c); ok {
		return rid, nil
	}
	key := idKey(t, id)
	if s.given.excludes(key) {
		return 0, nil
	}
	rid, err := readRidAt(r, key)
	if rid != 0 {
		s.ids.lru.Add(c, rid)
	}
	return rid, err
}

// ridOf reads the number of a resource, 0 when it was never written.
func ridOf(r pebble.Reader, t typeID, id string) (uint64, error) { return readRidAt(r, idKey(t, id)) }

func readRidAt(r pebble.Reader, key []byte) (uint64, error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer closer.Close()
	if len(value) != ridLength {
		return 0, errCorrupt
	}
	return readRid(value), nil
}
