package pebblestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// A note lies under the number of its resource, so that those of resources that
// were written together are read together. In front of it stands a moment of the
// commit that wrote it: who reads the note waits for that commit, and not for every
// one that others make meanwhile.

// metaNoted leads to the moment of the newest commit of notes alone. Such a commit
// has a moment and leaves no key that is found by it, but followers may have noted
// that they have come as far: nothing later may get an earlier moment.
const metaNoted = "noted"

// noteWrite is a note of a commit.
type noteWrite struct {
	key   []byte
	value []byte // empty to take the note away
}

// prepareNotes finds the resources of notes. There is nothing to verify within the
// turn: a resource keeps its number for good.
func (s *Store) prepareNotes(p *prepared, notes []resources.Note) error {
	if len(notes) == 0 {
		return nil
	}
	if !distinct(notes, func(n *resources.Note) named { return named{n.Type, n.ID} }) {
		return errors.New("two notes of a batch are on the same resource")
	}
	created := map[cachedID]uint64{}
	for i := range p.changes {
		if c := &p.changes[i]; c.isNew {
			created[newCachedID(c.t, c.write.ID)] = c.rid
		}
	}
	p.notes = make([]noteWrite, len(notes))
	for i, n := range notes {
		t := s.names.typeID(n.Type)
		rid := created[newCachedID(t, n.ID)]
		if rid == 0 && t != 0 {
			var err error
			if rid, err = s.ridOf(s.db, t, n.ID); err != nil {
				return err
			}
		}
		if rid == 0 {
			return fmt.Errorf("note on %s/%s: %w", n.Type, n.ID, resources.ErrNotFound)
		}
		p.notes[i] = noteWrite{noteKey(t, rid), n.Value}
	}
	return nil
}

// completeNotes adds the notes to the batch, with the first moment of the commit.
func (s *Store) completeNotes(p *prepared, at fhir.Moment) error {
	if len(p.notes) == 0 {
		return nil
	}
	p.notesAt = at
	var value []byte
	for _, n := range p.notes {
		var err error
		if len(n.value) == 0 {
			err = p.batch.Delete(n.key, nil)
		} else {
			value = append(appendMoment(value[:0], at), n.value...)
			err = p.batch.Set(n.key, value, nil)
		}
		if err != nil {
			return err
		}
	}
	if p.writes > 0 || p.once.record != nil {
		return nil
	}
	return p.batch.Set(metaKey(metaNoted), appendMoment(nil, at), nil)
}

// readNoted is the moment of the newest commit of notes alone, 0 for none.
func readNoted(r pebble.Reader) (fhir.Moment, error) {
	value, err := get(r, metaKey(metaNoted))
	if value == nil || err != nil {
		return 0, err
	}
	if len(value) != momentLength {
		return 0, fmt.Errorf("%w: moment of the newest notes", errCorrupt)
	}
	return readMoment(value), nil
}

// Notes gives the notes of resources.
func (s *Store) Notes(ctx context.Context, a resources.Access, resourceType string, ids []string) ([][]byte, error) {
	if err := s.begin(ctx, a); err != nil {
		return nil, err
	}
	defer s.end()
	notes, err := s.notes(ctx, resourceType, ids)
	if err != nil {
		return nil, fmt.Errorf("read notes on %s: %w", resourceType, err)
	}
	return notes, nil
}

// One iterator, whose keys come in order if those of ids do, takes a third of the time
// that looking each key up does.
func (s *Store) notes(ctx context.Context, resourceType string, ids []string) ([][]byte, error) {
	notes := make([][]byte, len(ids))
	t := s.names.typeID(resourceType)
	if t == 0 {
		return notes, nil
	}
	prefix := typeSpace(spaceNotes, t)
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return nil, err
	}
	newest, all := fhir.Moment(0), true
	for i := 0; i < len(ids) && err == nil; i++ {
		var rid uint64
		if rid, err = s.ridOf(s.db, t, ids[i]); rid == 0 {
			continue // that it was never written rests on no commit
		}
		key := noteKey(t, rid)
		switch {
		case !it.SeekGE(key) || !bytes.Equal(it.Key(), key):
			all = false
		case len(it.Value()) <= momentLength:
			err = fmt.Errorf("%w: note on %s", errCorrupt, ids[i])
		default:
			newest = max(newest, readMoment(it.Value()))
			notes[i] = bytes.Clone(it.Value()[momentLength:])
		}
	}
	if err := errors.Join(err, it.Close()); err != nil {
		return nil, err
	}
	if !all {
		// A commit that took a note away left nothing that tells its moment.
		return notes, s.waitSeen(ctx)
	}
	return notes, s.waitSynced(ctx, newest)
}

// checkNotes looks whether each note is on a resource, which may be deleted.
func (c *checking) checkNotes() error {
	names := c.s.names.allTypes()
	newest := fhir.Moment(c.s.applying.Load()) // of all that the snapshot may hold
	return c.each([]byte{spaceNotes}, func(key, value []byte) error {
		c.name = "notes"
		if len(key) != len(noteKey(0, 0)) {
			c.fault(0, "a key of another length: %x", key)
			return nil
		}
		t, rid := typeID(key[1])<<8|typeID(key[2]), keyRid(key)
		if int(t) >= len(names) || names[t] == "" {
			c.fault(0, "a note on a resource of no type: %x", key)
			return nil
		}
		c.name = names[t]
		if len(value) <= momentLength || readMoment(value) > newest {
			c.fault(rid, "its note is not as it was written")
		}
		_, closer, err := c.r.Get(currentKey(t, rid))
		if errors.Is(err, pebble.ErrNotFound) {
			c.fault(rid, "a note on a resource that was never written")
			return nil
		}
		if err != nil {
			return err
		}
		return closer.Close()
	})
}
