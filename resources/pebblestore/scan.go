package pebblestore

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/resources"
)

// Scan calls visit for every current resource of a type, in the order of rids.
func (s *Store) Scan(ctx context.Context, a resources.Access, resourceType string, visit func(resources.Version) error) error {
	if err := s.begin(ctx, a); err != nil {
		return err
	}
	defer s.end()
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	// Nothing is handed out before all of the snapshot is durable.
	if err := s.waitSeen(ctx); err != nil {
		return fmt.Errorf("scan %s: %w", resourceType, err)
	}
	t := s.names.typeID(resourceType)
	if t == 0 {
		return nil
	}
	prefix := typeSpace(spaceCurrent, t)
	it, err := snapshot.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return fmt.Errorf("scan %s: %w", resourceType, err)
	}
	for it.First(); it.Valid() && err == nil; it.Next() {
		err = s.scanned(ctx, resourceType, it.Value(), visit)
	}
	if closeErr := it.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("scan %s: %w", resourceType, closeErr)
	}
	return err
}

// scanned passes one record on, unless it is a deletion.
func (s *Store) scanned(ctx context.Context, resourceType string, record []byte, visit func(resources.Version) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(record) > 0 && resources.Method(record[0]) == resources.DELETE {
		return nil
	}
	v, err := readVersion(resourceType, append(make([]byte, 0, len(record)), record...))
	if err != nil {
		return fmt.Errorf("scan %s: %w", resourceType, err)
	}
	return visit(v)
}

// Count gives the number of current resources of each type that has any.
func (s *Store) Count(ctx context.Context, a resources.Access) (map[string]int, error) {
	if err := s.begin(ctx, a); err != nil {
		return nil, err
	}
	defer s.end()
	counts := map[string]int{}
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	for t, name := range s.names.allTypes() {
		if name == "" {
			continue
		}
		n, err := readCount(snapshot, typeID(t))
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		if n > 0 {
			counts[name] = int(n)
		}
	}
	return counts, s.waitSeen(ctx)
}

func readCount(r pebble.Reader, t typeID) (uint64, error) {
	value, err := get(r, countKey(t))
	if err != nil || value == nil {
		return 0, err
	}
	n, length := binary.Uvarint(value)
	if length <= 0 {
		return 0, errCorrupt
	}
	return n, nil
}
