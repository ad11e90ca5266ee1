package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// prepared is a commit as far as it can be made without the turn: everything
// but moments and the records that contain them.
type prepared struct {
	asOf     fhir.Moment // all commits up to here have been looked at
	batch    *pebble.Batch
	changes  []change
	criteria []criterion
	writes   int // changes that make a version
	counts   map[typeID]uint64
	once     onceWrite
	notes    []noteWrite
	notesAt  fhir.Moment // of the notes, once the turn has decided it
}

func (p *prepared) close() {
	if p.batch != nil {
		p.batch.Close()
	}
}

// change is one write with what it builds upon.
type change struct {
	write     *resources.Write
	t         typeID
	rid       uint64
	isNew     bool   // nothing was ever stored under this id
	old       head   // unless isNew
	oldRecord []byte // likewise; absent for a CheckOnly write
	wasLive   bool
	isLive    bool
}

// prepare looks at what the batch builds upon and makes the index entries. Its
// conclusions hold as of asOf; verify looks at them again.
func (s *Store) prepare(ctx context.Context, b resources.Batch) (*prepared, error) {
	p := &prepared{asOf: fhir.Moment(s.visible.Load()), batch: s.db.NewBatch(), changes: make([]change, len(b.Writes))}
	err := s.prepareOnce(p, b.Once)
	if err == nil {
		err = s.prepareChanges(ctx, p, b.Writes)
	}
	if err == nil {
		err = s.prepareNotes(p, b.Notes)
	}
	if err == nil {
		err = s.prepareCriteria(ctx, p, b.Criteria)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// prepareCriteria searches for the criteria, so that most need not be searched
// for within the turn.
func (s *Store) prepareCriteria(ctx context.Context, p *prepared, criteria []resources.Criterion) error {
	if len(criteria) == 0 {
		return nil
	}
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	for i := range criteria {
		c := newCriterion(criteria[i])
		p.criteria = append(p.criteria, c)
		if err := s.checkCriterion(ctx, snapshot, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) prepareChanges(ctx context.Context, p *prepared, writes []resources.Write) error {
	if !distinct(writes, func(w *resources.Write) named { return named{w.Type, w.ID} }) {
		return errors.New("two writes of a batch are on the same resource")
	}
	look := borrowLookup(s)
	defer look.giveBack()
	var err error
	for i := 0; err == nil && i < len(writes); i++ {
		if err = ctx.Err(); err == nil {
			p.changes[i].write = &writes[i]
			err = s.prepareChange(p, &p.changes[i], look)
		}
	}
	if err == nil {
		err = addIDs(p.batch, p.changes)
	}
	if err == nil {
		err = look.edits.write(p.batch)
	}
	return errors.Join(err, look.close())
}

// lookup is what the writes of a commit share while they are prepared.
type lookup struct {
	s       *Store
	ids     *pebble.Iterator
	was, is keySet
	edits   edits
}

func (l *lookup) close() error {
	if l.ids == nil {
		return nil
	}
	return l.ids.Close()
}

// lookups are used again: a resource with some hundred entries would otherwise cost
// a megabyte of garbage.
var lookups = sync.Pool{New: func() any { return new(lookup) }}

func borrowLookup(s *Store) *lookup {
	l := lookups.Get().(*lookup)
	l.s = s
	return l
}

func (l *lookup) giveBack() {
	const most = 4 << 10 // entries, and what goes with them; memory for more is not kept
	if max(cap(l.was.entries), cap(l.is.entries), cap(l.edits.keys)) > most {
		return
	}
	l.was.forget()
	l.is.forget()
	l.s, l.ids, l.edits = nil, nil, edits{l.edits.bytes[:0], l.edits.keys[:0]}
	lookups.Put(l)
}

// named is a resource as a batch names it.
type named struct{ resourceType, id string }

// distinct reports whether no two parts of a batch are on one resource.
func distinct[T any](parts []T, of func(*T) named) bool {
	if len(parts) < 2 {
		return true
	}
	seen := make(map[named]struct{}, len(parts))
	for i := range parts {
		seen[of(&parts[i])] = struct{}{}
	}
	return len(seen) == len(parts)
}

func (s *Store) prepareChange(p *prepared, c *change, look *lookup) error {
	w := c.write
	if err := checkWrite(w); err != nil {
		return fmt.Errorf("%s/%s: %w", w.Type, w.ID, err)
	}
	if err := look.up(c); err != nil {
		return err
	}
	if w.CheckOnly {
		c.isLive = c.wasLive
		return nil
	}
	p.writes++
	c.isLive = w.Method != resources.DELETE
	if c.isNew {
		c.rid = s.rids.next()
		if c.rid > maxRid {
			return errors.New("no number is left for another resource")
		}
	}
	if err := s.indexChange(c, look); err != nil {
		return fmt.Errorf("index %s/%s: %w", w.Type, w.ID, err)
	}
	return nil
}

func checkWrite(w *resources.Write) error {
	switch {
	case w.Type == "" || !fhir.ValidID(w.ID):
		return errors.New("a write needs a type and a legal id")
	case w.CheckOnly && w.Expect == 0:
		return errors.New("a write that only checks needs a version to expect")
	case w.CheckOnly:
		return nil
	case w.Method < resources.POST || w.Method > resources.DELETE:
		return errors.New("a write needs a method")
	case w.Expect >= 1<<32-1:
		return errors.New("no version number is left")
	case w.Method != resources.DELETE && (w.Resource.ResourceType() != w.Type || w.Draft.Len() == (codec.Draft{}).Len()):
		return errors.New("a write needs a draft and a resource of its type")
	}
	return nil
}

// up finds the current version, which must be the one expected.
func (l *lookup) up(c *change) error {
	s, w := l.s, c.write
	var err error
	if c.t, err = s.addType(w.Type); err != nil {
		return err
	}
	if w.Expect == 0 {
		c.isNew = true
		known, err := l.everWritten(c.t, w.ID)
		if err == nil && known {
			err = stale(w)
		}
		return err
	}
	if c.rid, err = s.ridOf(s.db, c.t, w.ID); err != nil {
		return err
	}
	if c.rid == 0 {
		return stale(w)
	}
	if c.oldRecord, err = get(s.db, currentKey(c.t, c.rid)); err != nil {
		return err
	}
	if c.old, _, err = readHead(c.oldRecord); err != nil {
		return err
	}
	if c.old.version != w.Expect {
		return stale(w)
	}
	c.wasLive = c.old.method != resources.DELETE
	return nil
}

// everWritten reports whether there is a resource with this id. Mostly there
// is none; unlike Get, this way of asking uses the filters of the last level,
// so that in a large store most answers need no block from disk.
func (l *lookup) everWritten(t typeID, id string) (bool, error) {
	if l.s.ids.lru.Contains(newCachedID(t, id)) {
		return true, nil
	}
	key := idKey(t, id)
	if l.s.given.excludes(key) {
		return false, nil
	}
	if l.ids == nil {
		var err error
		if l.ids, err = l.s.db.NewIter(&pebble.IterOptions{UseL6Filters: true}); err != nil {
			return false, err
		}
	}
	found := l.ids.SeekPrefixGE(key)
	return found, l.ids.Error()
}

// indexChange finds out what a change makes different in the index.
func (s *Store) indexChange(c *change, look *lookup) error {
	was, is := &look.was, &look.is
	was.reset()
	is.reset()
	if c.wasLive {
		_, old, err := readHead(c.oldRecord)
		if err != nil {
			return err
		}
		document, err := parseStored(old)
		if err != nil {
			return err
		}
		s.index.collect(was, c.rid, document.Root())
	}
	switch {
	case !c.isLive:
	case c.wasLive:
		s.index.collect(is, c.rid, c.write.Resource)
	default:
		s.index.fill(is, c.rid, c.write.Resource)
		is.each(func(key []byte) { look.edits.add(key, false) })
		return nil
	}
	was.replace(is, &look.edits)
	return nil
}

// addIDs adds the numbers of new resources to the batch, and what is live. Keys of one
// space follow each other, as in all of the batch: neighbours are put into the memtable
// much faster than strangers.
func addIDs(b *pebble.Batch, changes []change) error {
	for i := range changes {
		if c := &changes[i]; c.isNew {
			if err := b.Set(idKey(c.t, c.write.ID), appendRid(nil, c.rid), nil); err != nil {
				return err
			}
		}
	}
	for i := range changes {
		var err error
		switch c := &changes[i]; {
		case c.write.CheckOnly:
		case c.isLive:
			err = b.Set(liveKey(c.t, c.rid), liveValue(c.write.Expect+1, c.write.ID), nil)
		case c.wasLive:
			err = b.Delete(liveKey(c.t, c.rid), nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parseStored reads JSON that the gate has accepted, whatever its limits were then.
func parseStored(json []byte) (*codec.Document, error) {
	return codec.Parse(json, codec.Limits{Depth: 1 << 20, Values: 1 << 30})
}
