package pebblestore

import (
	"bytes"
	"errors"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/cockroachdb/pebble/v2"
)

// span is a range of keys whose entries may match. One whose low end is not below
// its high end has none.
type span struct{ low, high []byte }

func (s span) empty() bool { return bytes.Compare(s.low, s.high) >= 0 }

// collectSpans adds to a set the rids of the keys in spans whose values accept takes.
// It takes the keys that it looks at off most, and reports false when they are more, or
// when it has found enough.
func (x *execution) collectSpans(spans []span, into *roaring64.Bitmap, most *int, accept func(key []byte) bool) bool {
	return x.collectTaken(spans, into, most, false, accept)
}

// collectPrefixes adds to a set the rids of the keys with one of these prefixes, which
// are quickest passed over in their order.
func (x *execution) collectPrefixes(prefixes [][]byte, into *roaring64.Bitmap, most *int) bool {
	spans := make([]span, len(prefixes))
	for i, prefix := range prefixes {
		spans[i] = span{prefix, after(prefix)}
	}
	return x.collectSpans(spans, into, most, func([]byte) bool { return true })
}

// collectTaken is collectSpans that may take only what accept takes off most.
func (x *execution) collectTaken(spans []span, into *roaring64.Bitmap, most *int, only bool, accept func(key []byte) bool) bool {
	found := 0
	x.scan(spans, accept, func(rid uint64, taken bool) bool {
		if taken || !only {
			*most--
		}
		if taken && *most >= 0 && into.CheckedAdd(rid) {
			if found++; found == x.enough {
				*most = -1
			}
		}
		return *most >= 0
	})
	return *most >= 0
}

// scan calls visit for keys in spans until it gives false, and tells it whether accept
// takes the value of the key, which is decided once for keys of one value next to each
// other. Those of values not taken are passed over when they are many.
func (x *execution) scan(spans []span, accept func(key []byte) bool, visit func(rid uint64, taken bool) bool) {
	spans = slices.DeleteFunc(spans, span.empty)
	if len(spans) == 0 {
		return
	}
	it, err := x.r.NewIter(&pebble.IterOptions{LowerBound: spans[0].low, UpperBound: spans[0].high})
	if err != nil {
		x.fail(err)
		return
	}
	more := true
	for i := 0; i < len(spans) && more; i++ {
		if i > 0 {
			it.SetBounds(spans[i].low, spans[i].high)
		}
		more = x.scanValues(it, accept, visit)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		x.fail(err)
	}
}

// scanValues is scan within the bounds of an iterator. It reports whether to go on.
func (x *execution) scanValues(it *pebble.Iterator, accept func(key []byte) bool, visit func(rid uint64, taken bool) bool) bool {
	var value []byte
	taken, looked := false, 0 // and how many keys of the value were looked at
	for valid := it.First(); valid; {
		if !x.step() {
			return false
		}
		key := it.Key()
		if end := len(key) - ridLength; value == nil || !bytes.Equal(value, key[:end]) {
			value = append(value[:0], key[:end]...)
			taken, looked = accept(key), 0
		}
		if !visit(keyRid(key), taken) {
			return false
		}
		if looked++; !taken && looked > nearby {
			valid = it.SeekGE(after(value))
		} else {
			valid = it.Next()
		}
	}
	return true
}
