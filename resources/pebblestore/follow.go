package pebblestore

import (
	"context"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// Newest is the moment of the newest commit that is seen.
func (s *Store) Newest() fhir.Moment { return fhir.Moment(s.visible.Load()) }

// Await returns when a commit after the moment is on disk. It does not hold up
// Close, which it does not notice either.
func (s *Store) Await(ctx context.Context, after fhir.Moment) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	s.end()
	return s.waitSynced(ctx, after+1)
}

// Changes calls visit for versions of the types made after a moment, oldest first.
func (s *Store) Changes(ctx context.Context, a resources.Access, types []string, after fhir.Moment, most int, visit func(resources.Version) error) (fhir.Moment, error) {
	if err := s.begin(ctx, a); err != nil {
		return 0, err
	}
	defer s.end()
	through := s.Newest()
	if through <= after {
		return after, nil
	}
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	if err := s.waitSynced(ctx, through); err != nil {
		return 0, fmt.Errorf("changes after %v: %w", after, err)
	}
	// The snapshot may see commits after through, but not all up to the newest of
	// them; these wait for the next call.
	changes, err := s.openChanges(snapshot, types, after+1, through+1, oldestFirst)
	if err != nil {
		return 0, fmt.Errorf("changes after %v: %w", after, err)
	}
	defer changes.close()
	last, err := s.visitChanges(ctx, snapshot, changes, most, visit)
	if err != nil {
		return 0, err
	}
	if last != 0 {
		through = last
	}
	return through, nil
}

// visitChanges visits changes, and gives the moment of the last one if there are more
// than the most, otherwise 0.
func (s *Store) visitChanges(ctx context.Context, r pebble.Reader, c *changes, most int, visit func(resources.Version) error) (last fhir.Moment, err error) {
	for n := 0; c.next(); n++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if n == most {
			return last, nil
		}
		v, err := s.changed(r, c.at())
		if err != nil {
			return 0, fmt.Errorf("changes of %s: %w", c.at().name, err)
		}
		if err := visit(v); err != nil {
			return 0, err
		}
		last = v.LastUpdated
	}
	return 0, c.err()
}

// metaBookmark is followed by a name.
const metaBookmark = "bookmark/"

// Bookmark gives what was last set under a name.
func (s *Store) Bookmark(ctx context.Context, name string) ([]byte, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.end()
	value, err := get(s.db, metaKey(metaBookmark+name))
	if err != nil {
		return nil, fmt.Errorf("bookmark %s: %w", name, err)
	}
	return value, nil
}

// SetBookmark keeps a value under a name. The log has it after the commits that were
// acknowledged before, so that it is lost before they are.
func (s *Store) SetBookmark(ctx context.Context, name string, value []byte) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.end()
	if err := s.db.Set(metaKey(metaBookmark+name), value, pebble.NoSync); err != nil {
		return fmt.Errorf("set bookmark %s: %w", name, err)
	}
	return nil
}
