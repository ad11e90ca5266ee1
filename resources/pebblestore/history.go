package pebblestore

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// History gives one page of versions, newest first.
func (s *Store) History(ctx context.Context, a resources.Access, h resources.History) (resources.Page, error) {
	if err := s.begin(ctx, a); err != nil {
		return resources.Page{}, err
	}
	defer s.end()
	page, err := s.history(ctx, h)
	if err == nil {
		err = s.waitSeen(ctx)
	}
	if err != nil {
		return resources.Page{}, fmt.Errorf("history of %s/%s: %w", h.Type, h.ID, err)
	}
	return page, nil
}

func (s *Store) history(ctx context.Context, h resources.History) (resources.Page, error) {
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	if h.ID != "" {
		return s.instanceHistory(snapshot, h)
	}
	position := fhir.LatestMoment // versions before this
	if h.Position != nil {
		if len(h.Position) != momentLength {
			return resources.Page{}, resources.ErrBadCursor
		}
		position = readMoment(h.Position)
	}
	if h.Until != 0 {
		position = min(position, h.Until)
	}
	types := s.names.allTypes()
	if h.Type != "" {
		types = []string{h.Type}
	}
	changes, err := s.openChanges(snapshot, types, h.Since, position, newestFirst)
	if err != nil {
		return resources.Page{}, err
	}
	defer changes.close()
	page := resources.Page{Total: -1}
	for changes.next() {
		if err := ctx.Err(); err != nil {
			return resources.Page{}, err
		}
		if len(page.Versions) == h.Count {
			if h.Count > 0 {
				page.Next = appendMoment(nil, page.Versions[h.Count-1].LastUpdated)
			}
			break
		}
		v, err := s.changed(snapshot, changes.at())
		if err != nil {
			return resources.Page{}, err
		}
		page.Versions = append(page.Versions, v)
	}
	return page, changes.err()
}

// changed reads the version that a change made.
func (s *Store) changed(r pebble.Reader, c *changeIterator) (resources.Version, error) {
	rid, version, err := readChange(c.it.Value())
	if err != nil {
		return resources.Version{}, err
	}
	record, err := s.recordOf(r, c.t, rid, version)
	if err != nil {
		return resources.Version{}, err
	}
	return readVersion(c.name, record)
}

// recordOf is a copy of the record of a version that is known to exist.
func (s *Store) recordOf(r pebble.Reader, t typeID, rid, version uint64) ([]byte, error) {
	record, err := get(r, currentKey(t, rid))
	if err != nil {
		return nil, err
	}
	h, _, err := readHead(record)
	if err != nil || h.version == version {
		return record, err
	}
	if record, err = get(r, olderKey(t, rid, version)); err == nil && record == nil {
		err = errCorrupt
	}
	return record, err
}

// instanceHistory gives versions of one resource. Its position is the version
// that the page before ended with.
func (s *Store) instanceHistory(r pebble.Reader, h resources.History) (resources.Page, error) {
	t, rid, record, err := s.find(r, h.Type, h.ID)
	if err != nil {
		return resources.Page{}, err
	}
	current, _, err := readHead(record)
	if err != nil {
		return resources.Page{}, err
	}
	version := current.version
	if h.Position != nil {
		before, n := binary.Uvarint(h.Position)
		if n != len(h.Position) || before == 0 || before > current.version+1 {
			return resources.Page{}, resources.ErrBadCursor
		}
		version = before - 1
	}
	page := resources.Page{Total: -1}
	if h.Since == 0 && h.Until == 0 {
		page.Total = int(current.version)
	}
	for ; version > 0; version-- {
		if version < current.version {
			if record, err = get(r, olderKey(t, rid, version)); err != nil {
				return resources.Page{}, err
			}
		}
		v, err := readVersion(h.Type, record)
		if err != nil {
			return resources.Page{}, err
		}
		if h.Until != 0 && v.LastUpdated >= h.Until {
			continue
		}
		if v.LastUpdated < h.Since {
			break
		}
		if len(page.Versions) == h.Count {
			if h.Count > 0 {
				page.Next = binary.AppendUvarint(nil, version+1)
			}
			break
		}
		page.Versions = append(page.Versions, v)
	}
	return page, nil
}
