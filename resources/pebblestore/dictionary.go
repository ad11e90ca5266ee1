package pebblestore

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/search"
)

// dictionary gives types and search parameters their numbers. A number once
// given keeps its meaning for the life of the store.
type dictionary struct {
	mu         sync.RWMutex
	types      map[string]typeID
	typeNames  []string // by typeID
	parameters map[string]parameterID
}

// The keys of spaceMeta; a type or parameter follows the prefixes.
const (
	metaType      = "type/"
	metaParameter = "parameter/" // Type/code follows
)

// load reads the dictionary.
func (d *dictionary) load(db *pebble.DB) error {
	d.types = map[string]typeID{}
	d.parameters = map[string]parameterID{}
	d.typeNames = []string{""} // 0 is no type
	err := eachMeta(db, metaType, func(name string, n uint16) error {
		d.types[name] = typeID(n)
		for len(d.typeNames) <= int(n) {
			d.typeNames = append(d.typeNames, "")
		}
		d.typeNames[n] = name
		return nil
	})
	if err != nil {
		return err
	}
	return eachMeta(db, metaParameter, func(name string, n uint16) error {
		d.parameters[name] = parameterID(n)
		return nil
	})
}

// eachMeta calls visit with every name after prefix and its number.
func eachMeta(db *pebble.DB, prefix string, visit func(name string, n uint16) error) error {
	low := metaKey(prefix)
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: after(low)})
	if err != nil {
		return err
	}
	for it.First(); it.Valid() && err == nil; it.Next() {
		if len(it.Value()) != 2 {
			err = fmt.Errorf("%w: %q", errCorrupt, it.Key())
			break
		}
		err = visit(strings.TrimPrefix(string(it.Key()[1:]), prefix), binary.BigEndian.Uint16(it.Value()))
	}
	if closeErr := it.Close(); err == nil {
		err = closeErr
	}
	return err
}

// typeID is the number of a type, 0 when nothing of it was ever stored.
func (d *dictionary) typeID(name string) typeID {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.types[name]
}

// allTypes are the numbers and names of all types stored so far, by number.
func (d *dictionary) allTypes() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.typeNames[:len(d.typeNames):len(d.typeNames)]
}

// addType is the number of a type, a new one when it has none. The number is
// on disk before anyone can use it.
func (d *dictionary) addType(db *pebble.DB, name string) (typeID, error) {
	if t := d.typeID(name); t != 0 {
		return t, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.types[name]; t != 0 {
		return t, nil
	}
	if len(d.typeNames) > math.MaxUint16 {
		return 0, fmt.Errorf("no number is left for type %s", name)
	}
	t := typeID(len(d.typeNames))
	if err := db.Set(metaKey(metaType+name), binary.BigEndian.AppendUint16(nil, uint16(t)), pebble.Sync); err != nil {
		return 0, err
	}
	d.types[name] = t
	d.typeNames = append(d.typeNames, name)
	return t, nil
}

// addParameters gives numbers to those of the parameters that have none.
func (d *dictionary) addParameters(db *pebble.DB, parameters []*search.Parameter) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	highest := parameterID(0)
	for _, p := range d.parameters {
		highest = max(highest, p)
	}
	b := db.NewBatch()
	defer b.Close()
	for _, p := range parameters {
		name := parameterName(p)
		if d.parameters[name] != 0 {
			continue
		}
		if highest == math.MaxUint16 {
			return fmt.Errorf("no number is left for parameter %s", name)
		}
		highest++
		if err := b.Set(metaKey(metaParameter+name), binary.BigEndian.AppendUint16(nil, uint16(highest)), nil); err != nil {
			return err
		}
		d.parameters[name] = highest
	}
	return b.Commit(pebble.Sync)
}
