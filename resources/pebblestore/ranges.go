package pebblestore

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// Comparisons whose matches lie under many keys next to each other. The range
// of keys is a superset where the index cannot do better; each value is then
// read back to an entry and compared as the resource's own would be.

// compileRanges compiles comparisons of dates, numbers and quantities.
func (x *execution) compileRanges(n *node, p indexed, c *search.Compare) {
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		for i := range c.Values {
			// Values are compared one by one, each within its own ranges.
			v, loose := inKeys(c.Parameter, c.Values[i])
			n.loose = n.loose || loose
			one := &search.Compare{Parameter: c.Parameter, Values: []search.Value{v}}
			entries := []search.Entry{{Parameter: c.Parameter}}
			accept := func(key []byte) bool {
				return x.readKey(&entries[0], key) && one.Match(entries)
			}
			if !x.collectSpans(spansOf(parameterSpace(p.id), c.Parameter.Type, &v), into, most, accept) {
				return false
			}
		}
		return true
	}
}

// readKey reads back the entry of a key.
func (x *execution) readKey(e *search.Entry, key []byte) bool {
	_, _, ok := readValue(e, key[indexPrefixLength-1:len(key)-ridLength])
	if !ok {
		x.fail(errCorrupt)
	}
	return ok
}

// spansOf are where, after the beginning of keys, values may compare with v: for
// each kind of value of the type a span, always in the same order.
func spansOf(head []byte, t search.Type, v *search.Value) []span {
	switch t {
	case search.Date:
		return dateSpans(head, v)
	case search.Quantity:
		return numberSpans(head, kindQuantity, kindQuantities, v)
	}
	return numberSpans(head, kindNumber, kindRange, v)
}

// numberSpans are where numbers, and the low ends of ranges, may be.
func numberSpans(head []byte, single, ranged kind, v *search.Value) []span {
	from, to := withKind(head, single), withKind(head, single)
	lowFrom, lowTo := withKind(head, ranged), after(withKind(head, ranged))
	upTo := func(f float64) []byte { return after(appendFloat(withKind(head, ranged), f)) }
	switch v.Prefix {
	case search.Gt, search.Ge, search.Sa:
		from, to = appendFloat(from, v.Exact), after(to)
		if v.Prefix == search.Sa {
			lowFrom = appendFloat(lowFrom, v.Exact)
		}
	case search.Lt, search.Le, search.Eb:
		to = after(appendFloat(to, v.Exact))
		lowTo = upTo(v.Exact)
	case search.Ne:
		to = after(to)
	default:
		from, to = appendFloat(from, v.Low), after(appendFloat(to, v.High))
		if lowTo = upTo(v.High); v.Prefix == search.Eq {
			lowFrom = appendFloat(lowFrom, v.Low)
		}
	}
	return []span{{from, to}, {lowFrom, lowTo}}
}

// dateSpans are where intervals may be, class by class.
func dateSpans(head []byte, v *search.Value) []span {
	var spans []span
	for class := range dateClasses {
		k := kindDate + kind(class)
		from, to := dateBounds(v, class)
		spans = append(spans, span{appendMoment(withKind(head, k), from), after(appendMoment(withKind(head, k), to))})
	}
	return spans
}

// withKind is a copy of a beginning of keys with a kind after it.
func withKind(head []byte, k kind) []byte {
	return append(append(make([]byte, 0, len(head)+1+momentLength), head...), byte(k))
}

// dateBounds are the least and the greatest low end, or high end for the class
// that has no low ends, of intervals that may compare with v.
func dateBounds(v *search.Value, class int) (from, to fhir.Moment) {
	from, to = fhir.EarliestMoment, fhir.LatestMoment
	s := v.Period
	if class == classNoLow {
		switch v.Prefix {
		case search.Gt:
			from = s.High
		case search.Ap:
			from = s.Low
		case search.Eb:
			to = s.Low
		}
		return from, to
	}
	// What ends after m begins after m less the longest length.
	endsAfter := func(m fhir.Moment) fhir.Moment {
		if class == classLong {
			return fhir.EarliestMoment
		}
		return m - classLengths[class]
	}
	switch v.Prefix {
	case search.Eq:
		return s.Low, s.High
	case search.Gt:
		return endsAfter(s.High), to
	case search.Ge:
		return min(endsAfter(s.High), s.Low), to
	case search.Sa:
		return s.High, to
	case search.Lt, search.Eb:
		return from, s.Low
	case search.Le:
		return from, s.High
	case search.Ap:
		return endsAfter(s.Low), s.High
	}
	return from, to
}

// compileLastUpdated finds resources by the changes that made their current
// versions.
func (x *execution) compileLastUpdated(n *node, name string, c *search.Compare) {
	t := x.s.names.typeID(name)
	if c.Modifier != search.NoModifier {
		return
	}
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		for i := range c.Values {
			one := &search.Compare{Parameter: c.Parameter, Values: c.Values[i : i+1]}
			from, to := dateBounds(&c.Values[i], 0)
			if !x.collectChanges(t, from, to, c.Parameter, into, most, one.Match) {
				return false
			}
		}
		return true
	}
}

// collectChanges adds the resources whose current versions were made between two
// moments, both included, if accept takes what they are found under. It takes the
// changes that it looks at off most, and reports false when they are more.
func (x *execution) collectChanges(t typeID, from, to fhir.Moment, p *search.Parameter, into *roaring64.Bitmap, most *int, accept func([]search.Entry) bool) bool {
	if from > to {
		return true
	}
	it, err := x.r.NewIter(&pebble.IterOptions{LowerBound: changeKey(t, from), UpperBound: after(changeKey(t, to))})
	if err != nil {
		x.fail(err)
		return true
	}
	entries := make([]search.Entry, 1)
	for valid := it.First(); valid && x.step(); valid = it.Next() {
		if *most--; *most < 0 {
			break
		}
		entries[0] = lastUpdatedEntry(p, readMoment(it.Key()[3:]))
		if !accept(entries) {
			continue
		}
		if rid, current := x.isCurrent(t, it.Value()); current {
			into.Add(rid)
		}
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		x.fail(err)
	}
	return *most >= 0
}

// isCurrent reports whether a change made the version that is current, and
// the resource is not deleted.
func (x *execution) isCurrent(t typeID, change []byte) (rid uint64, current bool) {
	rid, version, err := readChange(change)
	if err != nil {
		x.fail(err)
		return 0, false
	}
	value, err := get(x.r, liveKey(t, rid))
	if err != nil {
		x.fail(err)
	}
	if value == nil {
		return rid, false
	}
	now, _, err := readLive(value)
	if err != nil {
		x.fail(err)
	}
	return rid, now == version
}

// lastUpdatedEntry is what a resource is found under by _lastUpdated.
func lastUpdatedEntry(p *search.Parameter, at fhir.Moment) search.Entry {
	return search.Entry{Parameter: p, Period: fhir.Interval{Low: at, High: at + 1, Precision: fhir.Fraction}}
}

// compileID looks ids up.
func (x *execution) compileID(n *node, name string, c *search.Compare) {
	if c.Modifier != search.NoModifier && c.Modifier != search.Not {
		return
	}
	t := x.s.names.typeID(name)
	n.not = c.Modifier == search.Not
	n.open = func() stream {
		var rids []uint64
		for _, v := range c.Values {
			if v.System != "" {
				continue // an id has no system
			}
			rid, err := x.s.ridOf(x.r, t, v.Code)
			if err != nil {
				x.fail(err)
			}
			if rid != 0 && x.isLive(t, rid) {
				rids = append(rids, rid)
			}
		}
		slices.Sort(rids)
		return &list{slices.Compact(rids)}
	}
}

func (x *execution) isLive(t typeID, rid uint64) bool {
	value, err := get(x.r, liveKey(t, rid))
	if err != nil {
		x.fail(err)
	}
	return x.step() && value != nil
}

// compileStarts compiles comparisons with the beginning of a folded text.
func (x *execution) compileStarts(n *node, p parameterID, k kind, c *search.Compare) {
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		var starts [][]byte
		for i := range c.Values {
			start := c.Values[i].Folded
			if len(start) > keyText {
				start, n.loose = start[:keyText], true
			}
			starts = append(starts, appendTextStart(indexPrefix(p, k), start))
		}
		return x.collectPrefixes(starts, into, most)
	}
}

// compileContains looks at every text of the parameter. That is a long way,
// and Limits.Keys ends it.
func (x *execution) compileContains(n *node, p parameterID, c *search.Compare) {
	prefix := indexPrefix(p, kindString)
	entries := []search.Entry{{Parameter: c.Parameter}}
	parts := make([][]byte, len(c.Values))
	for i := range c.Values {
		parts[i] = []byte(c.Values[i].Folded)
	}
	accept := func(key []byte) bool {
		if text, plain := plainText(key[indexPrefixLength:]); plain {
			return slices.ContainsFunc(parts, func(part []byte) bool { return bytes.Contains(text, part) })
		}
		return x.matchText(n, c, key, &entries[0].Folded, entries)
	}
	n.scan = !x.quick
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		return x.collectTaken([]span{{prefix, after(prefix)}}, into, most, !x.quick, accept)
	}
}

// matchText compares the text of a key, put in a field of an entry. A text
// that is cut may match, for all that the key shows.
func (x *execution) matchText(n *node, c *search.Compare, key []byte, field *string, entries []search.Entry) bool {
	text, cut, _, ok := readText(key[indexPrefixLength:])
	if !ok {
		x.fail(errCorrupt)
	}
	*field = text
	if cut {
		n.loose = true
	}
	return cut || c.Match(entries)
}

// compileBelow compiles :below of URIs and of canonical references.
func (x *execution) compileBelow(n *node, p parameterID, c *search.Compare) {
	if c.Parameter.Type == search.Reference {
		x.compileEach(n, p, c, func(v *search.Value) (exactly, bool) {
			e := x.exactReference(v)
			e.loose = true
			return e, true
		})
		return
	}
	entries := []search.Entry{{Parameter: c.Parameter}}
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		var spans []span
		for i := range c.Values {
			base := strings.TrimRight(c.Values[i].Text, "/")
			low := appendTextStart(indexPrefix(p, kindURI), base[:min(len(base), keyText)])
			spans = append(spans, span{low, after(low)})
		}
		return x.collectSpans(spans, into, most, func(key []byte) bool {
			return x.matchText(n, c, key, &entries[0].Text, entries)
		})
	}
}
