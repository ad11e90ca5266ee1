package pebblestore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// The record of a Once is written with the commit itself. It has a moment of
// its own, which stands for it where the moments of versions stand for a
// commit: a commit may make no version. A second key, by moment, leads to the
// records that have become old; each commit with a Once deletes a few of them.

// onceKept is how long a record counts.
const onceKept = fhir.Moment(resources.OnceKept / 1000)

// onceDeleted is how many old records a commit deletes at most. It must be more
// than the one that it makes.
const onceDeleted = 8

// onceWrite is the part of a commit that makes a record.
type onceWrite struct {
	record *resources.Once // nil when the commit has no Once
	at     fhir.Moment     // of the record, once the turn has decided it
	oldest fhir.Moment     // no record that the commit leaves is older
}

func onceKey(key [sha256.Size]byte) []byte { return append([]byte{spaceOnce}, key[:]...) }

func onceAtKey(at fhir.Moment, key []byte) []byte {
	return append(appendMoment([]byte{spaceOnceAt}, at), key...)
}

// readOnce reads the record of a key, whether it still counts or not; the
// moment is 0 when there is none.
func readOnce(r pebble.Reader, key [sha256.Size]byte) (resources.Once, fhir.Moment, error) {
	o := resources.Once{Key: key}
	value, err := get(r, onceKey(key))
	if value == nil || err != nil {
		return o, 0, err
	}
	if len(value) < momentLength+len(o.Digest) {
		return o, 0, fmt.Errorf("%w: record of a commit with a key", errCorrupt)
	}
	at, rest := readMoment(value), value[momentLength:]
	o.Result = rest[copy(o.Digest[:], rest):]
	return o, at, nil
}

// onceCounts reports whether a record of a moment, 0 for none, still counts.
func (s *Store) onceCounts(at fhir.Moment) bool {
	return at != 0 && fhir.MomentOf(s.now())-at < onceKept
}

// Done gives what the commit that was made under a key has left.
func (s *Store) Done(ctx context.Context, a resources.Access, key [sha256.Size]byte) (resources.Once, error) {
	if err := s.begin(ctx, a); err != nil {
		return resources.Once{}, err
	}
	defer s.end()
	o, at, err := readOnce(s.db, key)
	switch {
	case err == nil && !s.onceCounts(at):
		err = resources.ErrNotFound
	case err == nil:
		err = s.waitSynced(ctx, at)
	}
	if err != nil {
		return resources.Once{}, fmt.Errorf("look up what is done once: %w", err)
	}
	return o, nil
}

// prepareOnce refuses a commit that has been made.
func (s *Store) prepareOnce(p *prepared, o *resources.Once) error {
	if o == nil {
		return nil
	}
	p.once.record = o
	return s.verifyOnce(p)
}

// verifyOnce is prepareOnce again, within the turn.
func (s *Store) verifyOnce(p *prepared) error {
	if p.once.record == nil {
		return nil
	}
	_, at, err := readOnce(s.db, p.once.record.Key)
	if err == nil && s.onceCounts(at) {
		err = resources.ErrDone
	}
	return err
}

// completeOnce adds the record to the batch, with a moment not before at, and
// takes old ones out.
func (s *Store) completeOnce(p *prepared, at fhir.Moment) error {
	o := p.once.record
	if o == nil {
		return nil
	}
	p.once.at = at
	if err := s.deleteOnce(p); err != nil {
		return err
	}
	key := onceKey(o.Key)
	value := make([]byte, 0, momentLength+len(o.Digest)+len(o.Result))
	value = append(append(appendMoment(value, at), o.Digest[:]...), o.Result...)
	return errors.Join(p.batch.Set(key, value, nil), p.batch.Set(onceAtKey(at, key[1:]), nil, nil))
}

// deleteOnce deletes some of the records that count no longer.
func (s *Store) deleteOnce(p *prepared) error {
	until := fhir.MomentOf(s.now()) - onceKept
	if s.onceOldest > until {
		return nil
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: onceAtKey(s.onceOldest, nil), UpperBound: []byte{spaceOnceAt + 1}})
	if err != nil {
		return err
	}
	p.once.oldest = p.once.at
	n := 0
	for it.First(); it.Valid() && err == nil; it.Next() {
		at := readMoment(it.Key()[1:])
		if n++; at > until || n > onceDeleted {
			p.once.oldest = at
			break
		}
		err = s.deleteOnceAt(p.batch, it.Key(), at)
	}
	return errors.Join(err, it.Close())
}

// deleteOnceAt deletes a record that has become old, unless its key has served
// again since.
func (s *Store) deleteOnceAt(b *pebble.Batch, atKey []byte, at fhir.Moment) error {
	key := [sha256.Size]byte(atKey[1+momentLength:])
	_, now, err := readOnce(s.db, key)
	if err == nil && now == at {
		err = b.Delete(onceKey(key), nil)
	}
	return errors.Join(err, b.Delete(atKey, nil))
}

// checkOnce looks whether each record is led to by its moment. One whose key
// has served again is led to by two.
func (c *checking) checkOnce() error {
	c.name = "what is done once"
	err := c.each([]byte{spaceOnce}, func(key, _ []byte) error {
		if len(key) != 1+sha256.Size {
			c.fault(0, "a key of another length: %x", key)
			return nil
		}
		_, at, err := readOnce(c.r, [sha256.Size]byte(key[1:]))
		if errors.Is(err, errCorrupt) {
			c.fault(0, "a record cannot be read: %x", key)
			return nil
		}
		if err != nil {
			return err
		}
		_, closer, err := c.r.Get(onceAtKey(at, key[1:]))
		if errors.Is(err, pebble.ErrNotFound) {
			c.fault(0, "a record that no moment leads to: %x", key)
			return nil
		}
		if err != nil {
			return err
		}
		return closer.Close()
	})
	if err != nil {
		return err
	}
	return c.each([]byte{spaceOnceAt}, func(key, value []byte) error {
		if len(key) != 1+momentLength+sha256.Size || len(value) > 0 {
			c.fault(0, "a moment that is not as it was written: %x", key)
			return nil
		}
		record, err := get(c.r, onceKey([sha256.Size]byte(key[1+momentLength:])))
		if err == nil && record == nil {
			c.fault(0, "a moment that leads to no record: %x", key)
		}
		return err
	})
}
