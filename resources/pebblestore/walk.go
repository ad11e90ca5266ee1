package pebblestore

import (
	"bytes"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// part is a stretch of keys sorted by the values that they hold. The index of
// a parameter may have several; walking merges them.
type part struct {
	prefix []byte
	// start gives where in the part a value is: all keys before what follows
	// the prefix then are of lower values. False: the value is above all.
	start func(value []byte) ([]byte, bool)
	// read takes the value out of a key, as appendSortEntry writes it.
	read func(dst []byte, key []byte) []byte
	// of gives the rid; false for what is not of a current resource.
	of func(key, value []byte) (uint64, bool)
}

// parts are where the values of a sort parameter are to be found in order; nil
// when the index does not have them so.
func (x *execution) parts(name string, p *search.Parameter) []part {
	t := x.s.names.typeID(name)
	ofKey := func(key, _ []byte) (uint64, bool) { return keyRid(key), true }
	whole := func(value []byte) ([]byte, bool) { return value, true }
	switch p.Code {
	case "_lastUpdated":
		return []part{{
			prefix: typeSpace(spaceChanges, t),
			start:  func(value []byte) ([]byte, bool) { return value[:min(momentLength, len(value))], true },
			read: func(dst, key []byte) []byte {
				e := lastUpdatedEntry(p, readMoment(key[3:]))
				return appendSortEntry(dst, &e)
			},
			of: func(_, value []byte) (uint64, bool) { return x.isCurrent(t, value) },
		}}
	case "_id":
		return x.idParts(t)
	}
	i, ok := x.s.index.find(p)
	if !ok {
		return nil
	}
	head := func(value []byte) ([]byte, bool) { return value[:min(8, len(value))], true }
	single := func(k kind) part {
		return part{indexPrefix(i.id, k), whole, func(dst, key []byte) []byte {
			return append(dst, key[indexPrefixLength:len(key)-ridLength]...)
		}, ofKey}
	}
	entry := func(k kind, start func([]byte) ([]byte, bool)) part {
		return part{indexPrefix(i.id, k), start, func(dst, key []byte) []byte {
			e := search.Entry{Parameter: p}
			x.readKey(&e, key)
			return appendSortEntry(dst, &e)
		}, ofKey}
	}
	switch p.Type {
	case search.String:
		return []part{single(kindString)}
	case search.Token:
		return []part{single(kindToken)}
	case search.URI:
		return []part{single(kindURI)}
	case search.Number:
		return []part{entry(kindNumber, head), entry(kindRange, head)}
	case search.Quantity:
		return []part{entry(kindQuantity, head), entry(kindQuantities, head)}
	case search.Date:
		parts := []part{entry(kindDate+kind(classNoLow), highStart)}
		for class := range classNoLow {
			parts = append(parts, entry(kindDate+kind(class), head))
		}
		return parts
	}
	return nil
}

// highStart finds a value among the intervals that have no low end, which are
// sorted by their high ends.
func highStart(value []byte) ([]byte, bool) {
	if len(value) < 2*momentLength {
		return nil, true
	}
	return value[momentLength : 2*momentLength], readMoment(value) <= fhir.EarliestMoment
}

// idParts are the ids of a type: those of either form are sorted by their text.
func (x *execution) idParts(t typeID) []part {
	of := func(_, value []byte) (uint64, bool) {
		if len(value) != ridLength {
			x.fail(errCorrupt)
			return 0, false
		}
		rid := readRid(value)
		return rid, x.isLive(t, rid)
	}
	read := func(dst, key []byte) []byte {
		id, _, ok := readID(key[3:])
		if !ok {
			x.fail(errCorrupt)
		}
		dst, _ = appendText(dst, id)
		return dst
	}
	var parts []part
	for _, form := range []byte{idUUID, idText} {
		start := func(value []byte) ([]byte, bool) {
			id, _, _, _ := readText(value)
			if form == idText {
				return []byte(id), true
			}
			if isUUID(id) {
				return appendID(nil, id)[1:], true
			}
			return nil, true // rare enough to begin at the beginning
		}
		parts = append(parts, part{append(typeSpace(spaceIDs, t), form), start, read, of})
	}
	return parts
}

// walker merges parts.
type walker struct {
	x       *execution
	by      search.Sort
	cursors []*cursor
}

// cursor is a place in a part. Its key is the sort key there.
type cursor struct {
	part
	it    *pebble.Iterator
	valid bool
	key   []byte
	rid   uint64
}

// newWalker begins after a position, or at the beginning. Its iterators belong
// to it.
func (x *execution) newWalker(parts []part, by search.Sort, position []byte) *walker {
	w := &walker{x: x, by: by}
	var value []byte
	if len(position) > ridLength {
		value = slices.Clone(position[1 : len(position)-ridLength])
		if by.Descending {
			complement(value)
		}
	}
	for _, p := range parts {
		it, err := x.r.NewIter(&pebble.IterOptions{LowerBound: p.prefix, UpperBound: after(p.prefix)})
		if err != nil {
			x.fail(err)
			break
		}
		c := &cursor{part: p, it: it}
		w.cursors = append(w.cursors, c)
		c.valid = w.begin(c, value)
		w.settle(c)
	}
	return w
}

// begin moves a cursor to where the value is.
func (w *walker) begin(c *cursor, value []byte) bool {
	start, within := c.start(value)
	switch {
	case value == nil && w.by.Descending:
		return c.it.Last()
	case value == nil:
		return c.it.First()
	case !within && w.by.Descending:
		return c.it.Last()
	case !within:
		return false
	case w.by.Descending:
		return c.it.SeekLT(after(slices.Concat(c.prefix, start)))
	}
	return c.it.SeekGE(slices.Concat(c.prefix, start))
}

// settle reads what the cursor stands on, passing over what is not current.
func (w *walker) settle(c *cursor) {
	for c.valid {
		if !w.x.step() {
			c.valid = false
			return
		}
		rid, current := c.of(c.it.Key(), c.it.Value())
		if current {
			c.rid = rid
			c.key = appendRid(c.read(append(c.key[:0], sortPresent), c.it.Key()), rid)
			if w.by.Descending {
				complement(c.key[1:])
			}
			return
		}
		w.advance(c)
	}
}

func (w *walker) advance(c *cursor) {
	if w.by.Descending {
		c.valid = c.it.Prev()
	} else {
		c.valid = c.it.Next()
	}
}

// next gives the next sort key, valid until the call after, and its rid.
func (w *walker) next() (key []byte, rid uint64, ok bool) {
	var least *cursor
	for _, c := range w.cursors {
		if c.valid && (least == nil || bytes.Compare(c.key, least.key) < 0) {
			least = c
		}
	}
	if least == nil {
		return nil, 0, false
	}
	key, rid = slices.Clone(least.key), least.rid
	w.advance(least)
	w.settle(least)
	return key, rid, true
}

func (w *walker) close() {
	for _, c := range w.cursors {
		if err := c.it.Close(); err != nil {
			w.x.fail(err)
		}
	}
}

// walk gives the matches after a position, up to n, in the order of the index.
// A resource with several values is met at each, and counts at the one by
// which it is sorted. Those without a value follow.
func (x *execution) walk(t typeID, q *search.Query, parts []part, accept func(rid uint64) bool, position []byte, n int) []sorted {
	var found []sorted
	add := func(key []byte, rid uint64) {
		if !accept(rid) || !x.examined() {
			return
		}
		c := x.load(q.Resource, t, rid)
		if c == nil {
			return
		}
		own := c.appendSortKey(nil, q.Sort)
		if (key == nil && own[0] == sortMissing || key != nil && bytes.Equal(own, key)) && bytes.Compare(own, position) > 0 {
			found = append(found, sorted{own, c})
		}
	}
	from := uint64(0)
	if len(position) > 0 && position[0] == sortMissing {
		from = readRid(position[len(position)-ridLength:]) + 1
	} else {
		w := x.newWalker(parts, q.Sort[0], position)
		defer w.close()
		for len(found) < n && x.err == nil {
			key, rid, ok := w.next()
			if !ok {
				break
			}
			if bytes.Compare(key, position) > 0 {
				add(key, rid)
			}
		}
	}
	if storeKnows(q.Sort[0].Parameter) || len(found) == n {
		return found // everything has an id and a lastUpdated
	}
	missing := x.without(t, q.Sort[0].Parameter)
	defer missing.close()
	for rid := missing.seek(from); rid != noRid && len(found) < n; rid = missing.seek(rid + 1) {
		add(nil, rid)
	}
	return found
}
