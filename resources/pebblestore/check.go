package pebblestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// Check goes through one state of the store. Every key that the resources
// call for must be there, and then counting tells whether there are others.
func (s *Store) Check(ctx context.Context, report func(fault string)) (resources.CheckSummary, error) {
	if err := s.enter(ctx); err != nil {
		return resources.CheckSummary{}, err
	}
	defer s.end()
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	c := checking{s: s, r: snapshot, ctx: ctx, report: report, resolved: map[string]bool{}}
	for t, name := range s.names.allTypes() {
		if name == "" {
			continue
		}
		if err := c.checkType(typeID(t), name); err != nil {
			return c.sum, fmt.Errorf("check %s: %w", name, err)
		}
	}
	if err := c.checkNotes(); err != nil {
		return c.sum, fmt.Errorf("check notes: %w", err)
	}
	if err := c.checkOnce(); err != nil {
		return c.sum, fmt.Errorf("check what is done once: %w", err)
	}
	return c.sum, s.waitSeen(ctx)
}

// checking is a check under way; the fields from t on concern one type.
type checking struct {
	s        *Store
	r        pebble.Reader
	ctx      context.Context
	report   func(string)
	sum      resources.CheckSummary
	resolved map[string]bool // references looked up lately

	t    typeID
	name string
	rids int // resources ever written
	live int
	// versions and entries are what the resources call for.
	versions, entries int
	older             *pebble.Iterator
	keys              keySet
}

// fault reports what is wrong with a resource, or with the type if rid is 0.
func (c *checking) fault(rid uint64, format string, args ...any) {
	c.sum.Faults++
	where := c.name
	if rid != 0 {
		where = fmt.Sprintf("%s (number %d)", c.name, rid)
	}
	c.report(where + ": " + fmt.Sprintf(format, args...))
}

func (c *checking) checkType(t typeID, name string) error {
	c.t, c.name, c.rids, c.live, c.versions, c.entries = t, name, 0, 0, 0, 0
	prefix := typeSpace(spaceOlder, t)
	older, err := c.r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	older.First()
	c.older = older
	err = c.each(typeSpace(spaceCurrent, t), func(key, record []byte) error {
		c.rids++
		return c.checkResource(keyRid(key), record)
	})
	for ; older.Valid(); older.Next() {
		c.fault(readRid(older.Key()[3:]), "an older version without a current one")
	}
	if err := errors.Join(err, older.Close()); err != nil {
		return err
	}
	c.sum.Resources += c.live
	c.sum.Versions += c.versions
	c.sum.Entries += c.entries
	return c.checkCounts()
}

// each calls visit with every key that begins with prefix.
func (c *checking) each(prefix []byte, visit func(key, value []byte) error) error {
	it, err := c.r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	for it.First(); it.Valid() && err == nil; it.Next() {
		if err = c.ctx.Err(); err == nil {
			err = visit(it.Key(), it.Value())
		}
	}
	return errors.Join(err, it.Close())
}

// checkResource checks all that belongs to one resource.
func (c *checking) checkResource(rid uint64, record []byte) error {
	h, _, err := readHead(record)
	if err != nil {
		c.fault(rid, "the current record cannot be read")
		return nil
	}
	id, root := c.checkVersion(rid, h.version, record)
	if err := c.checkOlder(rid, h, id); err != nil {
		return err
	}
	known, err := ridOf(c.r, c.t, id)
	if err != nil {
		return err
	}
	if known != rid {
		c.fault(rid, "its id leads to number %d", known)
	}
	return c.checkIndex(rid, id, h, root)
}

// checkOlder goes through the older versions of a resource, from the first.
func (c *checking) checkOlder(rid uint64, current head, id string) error {
	at := fhir.Moment(0)
	for version := uint64(1); version < current.version; version++ {
		if !c.older.Valid() || !bytes.Equal(c.older.Key(), olderKey(c.t, rid, version)) {
			c.fault(rid, "version %d is missing", version)
			continue
		}
		record := c.older.Value()
		if olderID, _ := c.checkVersion(rid, version, record); olderID != id {
			c.fault(rid, "version %d has another id", version)
		}
		if h, _, err := readHead(record); err == nil {
			if h.lastUpdated <= at {
				c.fault(rid, "version %d is not later than the one before", version)
			}
			at = h.lastUpdated
		}
		c.older.Next()
	}
	if current.lastUpdated <= at {
		c.fault(rid, "version %d is not later than the one before", current.version)
	}
	for c.older.Valid() && readRid(c.older.Key()[3:]) <= rid {
		c.fault(rid, "an older version that should not be there: %x", c.older.Key())
		c.older.Next()
	}
	return c.older.Error()
}

// checkVersion checks one record against its key, its own JSON and the
// changes, and gives its id and JSON.
func (c *checking) checkVersion(rid, version uint64, record []byte) (string, codec.Value) {
	c.versions++
	v, err := readVersion(c.name, record)
	if err != nil || v.Version != version {
		c.fault(rid, "the record of version %d cannot be read, or is of version %d", version, v.Version)
		return "", codec.Value{}
	}
	change, err := get(c.r, changeKey(c.t, v.LastUpdated))
	if err != nil || !bytes.Equal(change, appendChange(nil, rid, version)) {
		c.fault(rid, "version %d is not among the changes", version)
	}
	if v.Deleted() {
		return v.ID, codec.Value{}
	}
	document, err := parseStored(v.JSON)
	if err != nil {
		c.fault(rid, "version %d is not JSON", version)
		return v.ID, codec.Value{}
	}
	root := document.Root()
	meta := root.Get("meta")
	if root.ResourceType() != c.name || root.Get("id").Text() != v.ID ||
		meta.Get("versionId").Text() != strconv.FormatUint(version, 10) || meta.Get("lastUpdated").Text() != v.LastUpdated.String() {
		c.fault(rid, "the JSON of version %d has another type, id, versionId or lastUpdated", version)
	}
	return v.ID, root
}

// checkIndex looks for the entries of a current resource.
func (c *checking) checkIndex(rid uint64, id string, h head, root codec.Value) error {
	value, err := get(c.r, liveKey(c.t, rid))
	if err != nil {
		return err
	}
	if h.method == resources.DELETE {
		if value != nil {
			c.fault(rid, "it is deleted and counts as current")
		}
		return nil
	}
	c.live++
	c.keys.reset()
	c.s.index.collect(&c.keys, rid, root)
	if !bytes.Equal(value, liveValue(h.version, id)) {
		c.fault(rid, "its live key is missing or wrong")
	}
	for _, key := range c.keys.keys {
		found, closer, err := c.r.Get(key)
		if errors.Is(err, pebble.ErrNotFound) {
			c.fault(rid, "an index entry is missing: %x", key)
			continue
		}
		if err != nil {
			return err
		}
		if len(found) > 0 {
			c.fault(rid, "an index entry has a value: %x", key)
		}
		closer.Close()
	}
	c.entries += len(c.keys.keys)
	return c.countUnresolved(root)
}

// countUnresolved counts references that point to nothing.
func (c *checking) countUnresolved(v codec.Value) error {
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Kind() {
		case codec.Object, codec.Array:
			if err := c.countUnresolved(m); err != nil {
				return err
			}
		case codec.String:
			if m.Name() != "reference" {
				continue
			}
			resolved, err := c.resolves(m.Text())
			if err != nil {
				return err
			}
			if !resolved {
				c.sum.Unresolved++
			}
		}
	}
	return nil
}

// resolves reports whether a reference is to a current resource, or none that
// could be one here.
func (c *checking) resolves(reference string) (bool, error) {
	if known, ok := c.resolved[reference]; ok {
		return known, nil
	}
	target := fhir.ParseReference(reference)
	if target.Kind != fhir.Relative {
		return true, nil
	}
	resolved := false
	if t := c.s.names.typeID(target.Type); t != 0 {
		rid, err := ridOf(c.r, t, target.ID)
		if err != nil {
			return false, err
		}
		value, err := get(c.r, liveKey(t, rid))
		if err != nil {
			return false, err
		}
		resolved = rid != 0 && value != nil
	}
	if len(c.resolved) > 1<<16 {
		clear(c.resolved)
	}
	c.resolved[reference] = resolved
	return resolved, nil
}
