package pebblestore

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
)

// checkCounts compares how many keys there are with how many were found to be
// right. Only when there are more, the others are looked for.
func (c *checking) checkCounts() error {
	for _, space := range []struct {
		space byte
		want  int
		what  string
	}{
		{spaceIDs, c.rids, "ids"},
		{spaceLive, c.live, "live keys"},
		{spaceChanges, c.versions, "changes"},
	} {
		n := 0
		if err := c.each(typeSpace(space.space, c.t), func(_, _ []byte) error { n++; return nil }); err != nil {
			return err
		}
		if n != space.want {
			c.fault(0, "there are %d %s, the resources call for %d", n, space.what, space.want)
		}
	}
	n, err := readCount(c.r, c.t)
	if err != nil {
		return err
	}
	if int(n) != c.live {
		c.fault(0, "the count is %d, there are %d", n, c.live)
	}
	return c.checkEntryCount()
}

// checkEntryCount looks for entries that no resource calls for.
func (c *checking) checkEntryCount() error {
	prefixes := c.indexPrefixes()
	n := 0
	for _, prefix := range prefixes {
		if err := c.each(prefix, func(_, _ []byte) error { n++; return nil }); err != nil {
			return err
		}
	}
	if n == c.entries {
		return nil
	}
	c.fault(0, "there are %d index entries, the resources call for %d", n, c.entries)
	for _, prefix := range prefixes {
		if err := c.each(prefix, c.checkEntry); err != nil {
			return err
		}
	}
	return nil
}

// indexPrefixes are where the entries of the type's parameters are, those that
// it has no longer included.
func (c *checking) indexPrefixes() [][]byte {
	c.s.names.mu.RLock()
	defer c.s.names.mu.RUnlock()
	var prefixes [][]byte
	for parameter, p := range c.s.names.parameters {
		if strings.HasPrefix(parameter, c.name+"/") {
			prefixes = append(prefixes, parameterSpace(p))
		}
	}
	slices.SortFunc(prefixes, bytes.Compare)
	return prefixes
}

// checkEntry looks whether the resource of an entry calls for it.
func (c *checking) checkEntry(key, _ []byte) error {
	rid := keyRid(key)
	record, closer, err := c.r.Get(currentKey(c.t, rid))
	if errors.Is(err, pebble.ErrNotFound) {
		c.fault(rid, "an index entry of no resource: %x", key)
		return nil
	}
	if err != nil {
		return err
	}
	defer closer.Close()
	c.keys.reset()
	if v, err := readVersion(c.name, record); err == nil && !v.Deleted() {
		if document, err := parseStored(v.JSON); err == nil {
			c.s.index.collect(&c.keys, rid, document.Root())
		}
	}
	if _, found := slices.BinarySearchFunc(c.keys.keys, key, bytes.Compare); !found {
		c.fault(rid, "an index entry that its resource does not have: %x", key)
	}
	return nil
}
