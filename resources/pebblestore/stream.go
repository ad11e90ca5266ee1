package pebblestore

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/cockroachdb/pebble/v2"
)

// stream yields rids in ascending order.
type stream interface {
	// seek gives the first rid at or after the given one, noRid if there is
	// none. The argument never decreases from call to call.
	seek(rid uint64) uint64
	close()
}

// noRid is after every rid.
const noRid = math.MaxUint64

// keyStream is the rids of the keys that consist of a prefix and a rid.
type keyStream struct {
	x      *execution
	it     *pebble.Iterator
	prefix []byte
	key    []byte // scratch
	at     uint64
	begun  bool
}

// stream opens the stream of a prefix. The execution closes it in the end if
// nobody else does.
func (x *execution) stream(prefix []byte) stream {
	if k := x.keyStream(prefix); k != nil {
		return k
	}
	return empty{}
}

func (x *execution) keyStream(prefix []byte) *keyStream {
	it, err := x.r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		x.fail(err)
		return nil
	}
	k := &keyStream{x: x, it: it, prefix: prefix}
	x.open[k] = struct{}{}
	return k
}

// live is the stream of all current resources of a type.
func (x *execution) live(t typeID) stream { return x.stream(typeSpace(spaceLive, t)) }

// nearby is how many keys are stepped over before seeking: the next rid
// wanted is mostly not far.
const nearby = 4

func (k *keyStream) seek(rid uint64) uint64 {
	if k.begun && k.at >= rid {
		return k.at
	}
	valid := false
	if k.begun {
		for i := 0; i < nearby; i++ {
			if !k.x.step() {
				k.at = noRid
				return noRid
			}
			if valid = k.it.Next(); !valid || k.read() >= rid {
				return k.settle(valid)
			}
		}
	}
	k.begun = true
	if rid > maxRid || !k.x.step() {
		k.at = noRid
		return noRid
	}
	k.key = appendRid(append(k.key[:0], k.prefix...), rid)
	return k.settle(k.it.SeekGE(k.key))
}

func (k *keyStream) read() uint64 { return keyRid(k.it.Key()) }

func (k *keyStream) settle(valid bool) uint64 {
	if valid {
		k.at = k.read()
		return k.at
	}
	k.at = noRid
	if err := k.it.Error(); err != nil {
		k.x.fail(err)
	}
	return noRid
}

func (k *keyStream) close() {
	if k.it != nil {
		if err := k.it.Close(); err != nil {
			k.x.fail(err)
		}
		k.it = nil
		delete(k.x.open, k)
	}
}

// empty is the stream of nothing.
type empty struct{}

func (empty) seek(uint64) uint64 { return noRid }
func (empty) close()             {}

// list is a stream of some rids in memory, ascending.
type list struct{ rids []uint64 }

func (l *list) seek(rid uint64) uint64 {
	for len(l.rids) > 0 && l.rids[0] < rid {
		l.rids = l.rids[1:]
	}
	if len(l.rids) == 0 {
		return noRid
	}
	return l.rids[0]
}

func (l *list) close() {}

// collected is a stream of many rids in memory.
type collected struct{ it roaring64.IntPeekable64 }

func (c collected) seek(rid uint64) uint64 {
	c.it.AdvanceIfNeeded(rid)
	if !c.it.HasNext() {
		return noRid
	}
	return c.it.PeekNext()
}

func (collected) close() {}

// union yields what any of its streams yields.
type union []stream

func (u union) seek(rid uint64) uint64 {
	least := uint64(noRid)
	for _, s := range u {
		least = min(least, s.seek(rid))
	}
	return least
}

func (u union) close() {
	for _, s := range u {
		s.close()
	}
}

// intersection yields what all of its streams yield. Each stream skips to
// where the others are, so the cost follows the smallest.
type intersection []stream

func (n intersection) seek(rid uint64) uint64 {
	for agreed := 0; agreed < len(n); {
		for _, s := range n {
			at := s.seek(rid)
			if at == noRid {
				return noRid
			}
			if at > rid {
				rid, agreed = at, 0
			}
			if agreed++; agreed == len(n) {
				break
			}
		}
	}
	return rid
}

func (n intersection) close() { union(n).close() }

// difference yields what the first stream yields and the second does not.
type difference struct{ from, without stream }

func (d difference) seek(rid uint64) uint64 {
	for {
		rid = d.from.seek(rid)
		if rid == noRid || d.without.seek(rid) != rid {
			return rid
		}
		rid++
	}
}

func (d difference) close() {
	d.from.close()
	d.without.close()
}

// filter yields what a stream yields and a function accepts.
type filter struct {
	stream
	accept  func(rid uint64) bool
	at      uint64
	decided bool
}

func (f *filter) seek(rid uint64) uint64 {
	if f.decided && f.at >= rid {
		return f.at
	}
	f.decided = true
	for f.at = f.stream.seek(rid); f.at != noRid && !f.accept(f.at); {
		f.at = f.stream.seek(f.at + 1)
	}
	return f.at
}
