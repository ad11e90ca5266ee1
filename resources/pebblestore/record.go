package pebblestore

import (
	"encoding/binary"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// A record is the value of a version's key: method, lastUpdated, version, and
// then the JSON, or the id for a deletion, which has no JSON to read it from.

// recordHead is the room that everything before the JSON takes at most.
const recordHead = 1 + momentLength + binary.MaxVarintLen64

// head is a record without its JSON.
type head struct {
	method      resources.Method
	lastUpdated fhir.Moment
	version     uint64
}

func appendHead(dst []byte, h head) []byte {
	dst = append(dst, byte(h.method))
	dst = appendMoment(dst, h.lastUpdated)
	return binary.AppendUvarint(dst, h.version)
}

// readHead reads a record up to its JSON or id, which is the rest.
func readHead(record []byte) (h head, rest []byte, err error) {
	if len(record) < 2+momentLength {
		return h, nil, errCorrupt
	}
	h.method = resources.Method(record[0])
	h.lastUpdated = readMoment(record[1:])
	version, n := binary.Uvarint(record[1+momentLength:])
	if n <= 0 || h.method < resources.POST || h.method > resources.DELETE {
		return h, nil, errCorrupt
	}
	h.version = version
	return h, record[1+momentLength+n:], nil
}

// readVersion reads a record. The version's JSON shares its memory.
func readVersion(resourceType string, record []byte) (resources.Version, error) {
	return readVersionOf(resourceType, "", record)
}

// readVersionOf is readVersion of a resource whose id is known: the version then
// has no text of its own for it.
func readVersionOf(resourceType, known string, record []byte) (resources.Version, error) {
	h, rest, err := readHead(record)
	if err != nil {
		return resources.Version{}, err
	}
	v := resources.Version{Type: resourceType, ID: known, Version: h.version, LastUpdated: h.lastUpdated, Method: h.method}
	id := rest // of a deletion
	if !v.Deleted() {
		v.JSON = rest
		if id, err = jsonID(resourceType, rest); err != nil {
			return resources.Version{}, err
		}
	}
	if string(id) != known {
		v.ID = string(id)
	}
	return v, nil
}

// jsonID reads the id out of a stored resource without parsing it: codec.Draft
// writes resourceType and id first. Check compares it with the id's own key.
func jsonID(resourceType string, json []byte) ([]byte, error) {
	const open, middle = `{"resourceType":"`, `","id":"`
	start := len(open) + len(resourceType) + len(middle)
	end := start
	for end < len(json) && json[end] != '"' {
		end++
	}
	if end >= len(json) || string(json[start-len(middle):start]) != middle {
		return nil, errCorrupt
	}
	return json[start:end], nil
}
