package pebblestore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"

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
	// Of a time long ago most changes may be over. A page ends with what it
	// has found once it has passed over so many, and the next goes on.
	left := s.limits.Records
	for changes.next() {
		if err := ctx.Err(); err != nil {
			return resources.Page{}, err
		}
		at := changes.at().moment()
		if len(page.Versions) == h.Count || left == 0 {
			if h.Count > 0 {
				page.Next = appendMoment(nil, at+1)
			}
			break
		}
		v, err := s.changed(snapshot, changes.at())
		if err != nil {
			return resources.Page{}, err
		}
		if at < h.Current {
			over, err := s.followed(snapshot, changes.at(), h.Current)
			if err != nil {
				return resources.Page{}, err
			}
			if over || v.Deleted() {
				left--
				continue
			}
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

// followed reports whether another version had followed that of a change by a
// moment.
func (s *Store) followed(r pebble.Reader, c *changeIterator, by fhir.Moment) (bool, error) {
	rid, version, err := readChange(c.it.Value())
	if err != nil {
		return false, err
	}
	current, closer, err := r.Get(currentKey(c.t, rid))
	if err != nil {
		return false, err
	}
	h, _, err := readHead(current)
	if err = errors.Join(err, closer.Close()); err != nil || h.version == version {
		return false, err
	}
	next, err := s.recordOf(r, c.t, rid, version+1)
	if err != nil {
		return false, err
	}
	h, _, err = readHead(next)
	return h.lastUpdated <= by, err
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
	// Versions follow each other in time: those asked for are all that lie
	// between two of them.
	var failed error
	versionAt := func(version uint64) resources.Version {
		record := record
		if version < current.version {
			var err error
			if record, err = get(r, olderKey(t, rid, version)); err != nil {
				failed = errors.Join(failed, err)
			}
		}
		v, err := readVersion(h.Type, record)
		failed = errors.Join(failed, err)
		return v
	}
	// before is the number of versions before a moment.
	before := func(m fhir.Moment) uint64 {
		return uint64(sort.Search(int(current.version), func(i int) bool { return versionAt(uint64(i)+1).LastUpdated >= m }))
	}
	first, last := uint64(1), current.version
	if h.Since != 0 {
		first = before(h.Since) + 1
	}
	if h.Until != 0 {
		last = before(h.Until)
	}
	if h.Current != 0 {
		was := before(h.Current + 1) // the version that was current at that moment
		if v := versionAt(max(was, 1)); v.Deleted() && v.LastUpdated < h.Current {
			was++
		}
		first = max(first, was)
	}
	page := resources.Page{Total: int(max(last+1, first) - first)}
	if h.Position != nil {
		before, n := binary.Uvarint(h.Position)
		if n != len(h.Position) || before == 0 || before > current.version+1 {
			return resources.Page{}, resources.ErrBadCursor
		}
		last = min(last, before-1)
	}
	for ; last >= first && len(page.Versions) < h.Count && failed == nil; last-- {
		page.Versions = append(page.Versions, versionAt(last))
	}
	if last >= first && h.Count > 0 {
		page.Next = binary.AppendUvarint(nil, last+1)
	}
	return page, failed
}
