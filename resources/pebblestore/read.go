package pebblestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/resources"
)

// Read gives the current version.
func (s *Store) Read(ctx context.Context, a resources.Access, resourceType, id string) (resources.Version, error) {
	if err := s.begin(ctx, a); err != nil {
		return resources.Version{}, err
	}
	defer s.end()
	v, err := s.read(ctx, resourceType, id)
	if err != nil {
		err = fmt.Errorf("read %s/%s: %w", resourceType, id, err)
	}
	return v, err
}

func (s *Store) read(ctx context.Context, resourceType, id string) (resources.Version, error) {
	record, err := s.current(resourceType, id)
	if err != nil {
		return resources.Version{}, err
	}
	v, err := readVersionOf(resourceType, id, record)
	if err != nil {
		return resources.Version{}, err
	}
	if err := s.waitSynced(ctx, v.LastUpdated); err != nil {
		return resources.Version{}, err
	}
	if v.Deleted() {
		return v, resources.ErrGone
	}
	return v, nil
}

// current gives a copy of the current record of a resource, from memory if it can.
func (s *Store) current(resourceType, id string) ([]byte, error) {
	t := s.names.typeID(resourceType)
	if t == 0 {
		return nil, resources.ErrNotFound
	}
	c := newCachedID(t, id)
	record, asked := s.records.get(&c)
	if record != nil {
		return record, nil
	}
	rid, err := s.ridOf(s.db, t, id)
	if err != nil {
		return nil, err
	}
	if rid == 0 {
		return nil, resources.ErrNotFound
	}
	value, err := getBehind(markLength, s.db, currentKey(t, rid))
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, s.unrecorded(s.db, t, id)
	}
	s.records.put(&c, asked, value)
	return value[markLength:], nil
}

// Exists reports whether there is a resource that is not deleted.
func (s *Store) Exists(ctx context.Context, a resources.Access, resourceType, id string) (bool, error) {
	if err := s.begin(ctx, a); err != nil {
		return false, err
	}
	defer s.end()
	h, err := s.currentHead(resourceType, id)
	if err == nil {
		err = s.waitSynced(ctx, h.lastUpdated)
	}
	if err != nil {
		return false, fmt.Errorf("look for %s/%s: %w", resourceType, id, err)
	}
	return h.version != 0 && h.method != resources.DELETE, nil
}

// currentHead reads the head of a current record, without copying the rest; it is
// zero for a resource that was never written.
func (s *Store) currentHead(resourceType, id string) (head, error) {
	t := s.names.typeID(resourceType)
	if t == 0 {
		return head{}, nil
	}
	rid, err := s.ridOf(s.db, t, id)
	if rid == 0 || err != nil {
		return head{}, err
	}
	record, closer, err := s.db.Get(currentKey(t, rid))
	if err != nil {
		return head{}, err
	}
	h, _, err := readHead(record)
	return h, errors.Join(err, closer.Close())
}

// VersionRead gives one version, a deletion included.
func (s *Store) VersionRead(ctx context.Context, a resources.Access, resourceType, id string, version uint64) (resources.Version, error) {
	if err := s.begin(ctx, a); err != nil {
		return resources.Version{}, err
	}
	defer s.end()
	v, err := s.versionRead(ctx, resourceType, id, version)
	if err != nil {
		err = fmt.Errorf("read version %d of %s/%s: %w", version, resourceType, id, err)
	}
	return v, err
}

func (s *Store) versionRead(ctx context.Context, resourceType, id string, version uint64) (resources.Version, error) {
	// The current version is looked at first: when it is another one by now,
	// the one before has already moved among the older ones.
	t, rid, record, err := s.find(s.db, resourceType, id)
	if err != nil {
		return resources.Version{}, err
	}
	h, _, err := readHead(record)
	if err != nil {
		return resources.Version{}, err
	}
	if version == 0 || version > h.version {
		return resources.Version{}, resources.ErrNotFound
	}
	if version < h.version {
		if record, err = get(s.db, olderKey(t, rid, version)); err != nil {
			return resources.Version{}, err
		}
		if record == nil {
			return resources.Version{}, errCorrupt
		}
	}
	v, err := readVersionOf(resourceType, id, record)
	if err != nil {
		return resources.Version{}, err
	}
	return v, s.waitSynced(ctx, v.LastUpdated)
}

// find gives a copy of the current record of a resource. A resource that was
// never written rests on no commit, so ErrNotFound needs no waiting.
func (s *Store) find(r pebble.Reader, resourceType, id string) (typeID, uint64, []byte, error) {
	t := s.names.typeID(resourceType)
	if t == 0 {
		return 0, 0, nil, resources.ErrNotFound
	}
	rid, err := s.ridOf(r, t, id)
	if err != nil {
		return t, 0, nil, err
	}
	if rid == 0 {
		return t, 0, nil, resources.ErrNotFound
	}
	record, err := get(r, currentKey(t, rid))
	if err == nil && record == nil {
		err = s.unrecorded(r, t, id)
	}
	return t, rid, record, err
}

// unrecorded says why a resource whose number is known has no record: it is newer
// than what r shows.
func (s *Store) unrecorded(r pebble.Reader, t typeID, id string) error {
	rid, err := ridOf(r, t, id)
	switch {
	case err != nil:
		return err
	case rid != 0:
		return errCorrupt
	}
	return resources.ErrNotFound
}
