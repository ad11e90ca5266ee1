package pebblestore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// Commit makes all changes of the batch or none.
//
// When ctx ends after the changes were applied, Commit returns its error, and
// the caller knows nothing: the changes are seen by others, and will be durable
// unless the machine fails first.
func (s *Store) Commit(ctx context.Context, a resources.Access, b resources.Batch) ([]resources.Version, error) {
	if err := s.begin(ctx, a); err != nil {
		return nil, err
	}
	defer s.end()
	versions, seen, err := s.commit(ctx, b)
	// What was applied must be durable before it is acknowledged, and a refusal
	// must not rest on a commit that could be lost either.
	if err == nil || errors.Is(err, resources.ErrStale) || errors.Is(err, resources.ErrChanged) || errors.Is(err, resources.ErrDone) {
		if waitErr := s.waitSynced(ctx, seen); waitErr != nil {
			err = waitErr
		}
	}
	if err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return versions, nil
}

// commit applies a batch. The moment is the newest that its result rests on.
func (s *Store) commit(ctx context.Context, b resources.Batch) ([]resources.Version, fhir.Moment, error) {
	p, err := s.prepare(ctx, b)
	if err != nil {
		return nil, fhir.Moment(s.applying.Load()), err
	}
	defer p.close()
	if err := s.takeTurn(ctx); err != nil {
		return nil, 0, err
	}
	defer s.passTurn()
	if err := s.verify(ctx, p); err != nil {
		return nil, s.last, err
	}
	versions, err := s.complete(p)
	if err != nil {
		return nil, s.last, err
	}
	switch {
	case !p.batch.Empty():
	case len(p.criteria) > 0:
		return versions, s.last, nil // which criteria rest on
	default:
		return versions, newest(versions), nil
	}
	if err := s.apply(p, versions); err != nil {
		return nil, s.last, err
	}
	return versions, s.last, nil
}

func newest(versions []resources.Version) fhir.Moment {
	var m fhir.Moment
	for _, v := range versions {
		m = max(m, v.LastUpdated)
	}
	return m
}

// takeTurn waits until this goroutine alone may apply commits.
func (s *Store) takeTurn(ctx context.Context) error {
	select {
	case <-s.turn:
	case <-s.broken:
		return s.failure()
	case <-ctx.Done():
		return ctx.Err()
	}
	// Both may have been ready. Nothing must be applied after a failure.
	if err := s.failure(); err != nil {
		s.passTurn()
		return err
	}
	return nil
}

func (s *Store) passTurn() { s.turn <- struct{}{} }

// verify looks whether what was prepared still holds, now that nothing can
// change any more. It is quick when nothing was committed since.
func (s *Store) verify(ctx context.Context, p *prepared) error {
	if s.last == p.asOf {
		return nil
	}
	if err := s.verifyOnce(p); err != nil {
		return err
	}
	for i := range p.changes {
		if err := s.verifyChange(&p.changes[i], p.asOf); err != nil {
			return err
		}
	}
	for i := range p.criteria {
		if s.touchedSince(p.criteria[i].types, p.asOf) {
			if err := s.checkCriterion(ctx, s.db, p.criteria[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// verifyChange compares the current version with the one that was prepared for,
// in the state of a moment.
func (s *Store) verifyChange(c *change, asOf fhir.Moment) error {
	if c.isNew {
		given, known := s.newIDs.has(newCachedID(c.t, c.write.ID), asOf)
		if !known {
			rid, err := s.ridOf(s.db, c.t, c.write.ID)
			if err != nil {
				return err
			}
			given = rid != 0
		}
		if given {
			return stale(c.write)
		}
		return nil
	}
	value, closer, err := s.db.Get(currentKey(c.t, c.rid))
	if err != nil {
		return err
	}
	defer closer.Close()
	h, _, err := readHead(value)
	if err == nil && h.version != c.write.Expect {
		err = stale(c.write)
	}
	return err
}

func stale(w *resources.Write) error {
	return fmt.Errorf("%s/%s is not at version %d: %w", w.Type, w.ID, w.Expect, resources.ErrStale)
}

// touchedSince reports whether a commit after m changed a resource of one of
// the types.
func (s *Store) touchedSince(types []string, m fhir.Moment) bool {
	for _, name := range types {
		if t := s.names.typeID(name); t != 0 && s.lastOfType[t] > m {
			return true
		}
	}
	return false
}

// complete adds to the batch what only the turn decides: moments, and with
// them the records.
func (s *Store) complete(p *prepared) ([]resources.Version, error) {
	versions := make([]resources.Version, len(p.changes))
	at := s.last
	if p.writes > 0 || p.once.record != nil || len(p.notes) > 0 {
		at = max(fhir.MomentOf(s.now()), s.last+1)
	}
	first := at
	counts := map[typeID]uint64{}
	for i := range p.changes {
		c := &p.changes[i]
		v := &versions[i]
		*v = resources.Version{Type: c.write.Type, ID: c.write.ID, Version: c.write.Expect}
		if c.write.CheckOnly {
			v.Method, v.LastUpdated = c.old.method, c.old.lastUpdated
			continue
		}
		v.Method, v.Version, v.LastUpdated = c.write.Method, c.write.Expect+1, at
		if err := appendCurrent(p.batch, c, v); err != nil {
			return nil, err
		}
		if c.wasLive != c.isLive {
			n, counted := counts[c.t]
			if !counted {
				n = s.counts[c.t]
			}
			if c.isLive {
				n++
			} else {
				n--
			}
			counts[c.t] = n
		}
		at++
	}
	if err := appendPast(p.batch, p.changes, versions); err != nil {
		return nil, err
	}
	for t, n := range counts {
		if err := p.batch.Set(countKey(t), binary.AppendUvarint(nil, n), nil); err != nil {
			return nil, err
		}
	}
	p.counts = counts
	return versions, errors.Join(s.completeNotes(p, first), s.completeOnce(p, at))
}

// appendCurrent adds the record of the version that a change makes to the batch.
func appendCurrent(b *pebble.Batch, c *change, v *resources.Version) error {
	h := head{v.Method, v.LastUpdated, v.Version}
	var record []byte
	if v.Deleted() {
		record = append(appendHead(make([]byte, 0, recordHead+len(v.ID)), h), v.ID...)
	} else {
		record = appendHead(make([]byte, 0, recordHead+c.write.Draft.Len()), h)
		start := len(record)
		record = c.write.Draft.Append(record, v.Version, v.LastUpdated)
		v.JSON = record[start:len(record):len(record)]
		if id, err := jsonID(v.Type, v.JSON); err != nil || string(id) != v.ID {
			return fmt.Errorf("the draft of %s/%s is of another resource", v.Type, v.ID)
		}
	}
	return b.Set(currentKey(c.t, c.rid), record, nil)
}

// appendPast adds to the batch the records of the versions that changes replace, and
// the order of the new ones.
func appendPast(b *pebble.Batch, changes []change, versions []resources.Version) error {
	for i := range changes {
		if c := &changes[i]; !c.isNew && !c.write.CheckOnly {
			if err := b.Set(olderKey(c.t, c.rid, c.write.Expect), c.oldRecord, nil); err != nil {
				return err
			}
		}
	}
	for i := range changes {
		if c := &changes[i]; !c.write.CheckOnly {
			if err := b.Set(changeKey(c.t, versions[i].LastUpdated), appendChange(nil, c.rid, versions[i].Version), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply makes the batch visible and hands it to followLog. An error here is a
// failure of the store: nobody can say any more what it holds.
func (s *Store) apply(p *prepared, versions []resources.Version) error {
	last := max(newest(versions), p.once.at, p.notesAt)
	for i := range p.changes {
		if c := &p.changes[i]; c.isNew {
			s.given.add(idKey(c.t, c.write.ID))
		}
	}
	s.applying.Store(int64(last))
	s.records.begin(p.changes)
	if err := s.db.ApplyNoSyncWait(p.batch, pebble.Sync); err != nil {
		s.fail(fmt.Errorf("apply: %w", err))
	}
	if err := s.failure(); err != nil {
		p.batch = nil // the log may still read it
		return err
	}
	s.records.end(p.changes)
	s.last = last
	for i := range p.changes {
		if c := &p.changes[i]; !c.write.CheckOnly {
			s.lastOfType[c.t] = max(s.lastOfType[c.t], versions[i].LastUpdated)
		}
		if c := &p.changes[i]; c.isNew {
			id := newCachedID(c.t, c.write.ID)
			s.newIDs.add(id, versions[i].LastUpdated)
			s.ids.lru.Add(id, c.rid)
		}
	}
	for t, n := range p.counts {
		s.counts[t] = n
	}
	s.onceOldest = max(s.onceOldest, p.once.oldest)
	s.visible.Store(int64(last))
	s.commits.Add(1)
	s.unsynced <- unsynced{p.batch, last}
	p.batch = nil
	return nil
}
