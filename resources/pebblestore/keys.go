package pebblestore

import (
	"encoding/binary"
	"errors"

	"github.com/jenner-iis/jenner/fhir"
)

// The first byte of a key names its space. Types and search parameters stand
// in keys as numbers from the dictionary; numbers are big-endian, so that keys
// sort as what they hold.
const (
	spaceLive    = 'a' // type rid           -> version, id
	spaceNotes   = 'b' // type rid           -> moment, note
	spaceCurrent = 'c' // type rid           -> record of the current version
	spaceOlder   = 'h' // type rid version   -> record of an older version
	spaceIDs     = 'k' // type id            -> rid
	spaceChanges = 'l' // type lastUpdated   -> rid, version
	spaceMeta    = 'm' // name               -> what the store knows of itself
	spaceCounts  = 'n' // type               -> number of current resources
	spaceOnce    = 'o' // Once.Key           -> moment, digest, result
	spaceOnceAt  = 'p' // moment Once.Key    -> nothing
	spaceIndex   = 'x' // parameter kind value rid
)

const (
	ridLength    = 5 // a million million resources
	maxRid       = 1<<(8*ridLength) - 1
	momentLength = 8
)

// typeID is a resource type's number in the dictionary.
type typeID uint16

// parameterID is a search parameter's number in the dictionary, different for
// each type that it is used with.
type parameterID uint16

var errCorrupt = errors.New("stored data is not what was written")

// typeSpace is what the keys of a type in a space begin with. There is room for
// what most of them go on with, ids that are UUIDs included.
func typeSpace(space byte, t typeID) []byte {
	return append(make([]byte, 0, 24), space, byte(t>>8), byte(t))
}

func appendRid(dst []byte, rid uint64) []byte {
	return append(dst, byte(rid>>32), byte(rid>>24), byte(rid>>16), byte(rid>>8), byte(rid))
}

func readRid(b []byte) uint64 {
	return uint64(b[0])<<32 | uint64(binary.BigEndian.Uint32(b[1:]))
}

// keyRid is the rid at the end of a key of the index.
func keyRid(key []byte) uint64 { return readRid(key[len(key)-ridLength:]) }

func liveKey(t typeID, rid uint64) []byte    { return appendRid(typeSpace(spaceLive, t), rid) }
func noteKey(t typeID, rid uint64) []byte    { return appendRid(typeSpace(spaceNotes, t), rid) }
func currentKey(t typeID, rid uint64) []byte { return appendRid(typeSpace(spaceCurrent, t), rid) }

func olderKey(t typeID, rid, version uint64) []byte {
	return binary.BigEndian.AppendUint32(appendRid(typeSpace(spaceOlder, t), rid), uint32(version))
}

func idKey(t typeID, id string) []byte { return appendID(typeSpace(spaceIDs, t), id) }

func changeKey(t typeID, at fhir.Moment) []byte { return appendMoment(typeSpace(spaceChanges, t), at) }

func countKey(t typeID) []byte { return typeSpace(spaceCounts, t) }

func metaKey(name string) []byte { return append([]byte{spaceMeta}, name...) }

// appendMoment appends a moment so that earlier ones sort first.
func appendMoment(dst []byte, m fhir.Moment) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(m)^1<<63)
}

func readMoment(b []byte) fhir.Moment {
	return fhir.Moment(binary.BigEndian.Uint64(b) ^ 1<<63)
}

// after is the first key that does not begin with prefix: the end of its
// range. It shares nothing with prefix.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// liveValue is the value of a live key.
func liveValue(version uint64, id string) []byte {
	return appendID(binary.AppendUvarint(make([]byte, 0, 24), version), id)
}

// readLive reads a live key's value. The id is as appendID writes it.
func readLive(value []byte) (version uint64, id []byte, err error) {
	version, n := binary.Uvarint(value)
	if n <= 0 || n == len(value) {
		return 0, nil, errCorrupt
	}
	return version, value[n:], nil
}

// appendChange appends the value of a key of spaceChanges.
func appendChange(dst []byte, rid, version uint64) []byte {
	return binary.AppendUvarint(appendRid(dst, rid), version)
}

func readChange(value []byte) (rid, version uint64, err error) {
	if len(value) <= ridLength {
		return 0, 0, errCorrupt
	}
	version, n := binary.Uvarint(value[ridLength:])
	if n <= 0 {
		return 0, 0, errCorrupt
	}
	return readRid(value), version, nil
}
