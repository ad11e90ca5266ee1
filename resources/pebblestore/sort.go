package pebblestore

import (
	"bytes"
	"container/heap"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir/search"
)

// A sort key is bytes that compare as the resources are to be sorted: each of
// the keys of _sort in turn, and the rid, so that no two are the same. It is
// also the position of a page. Resources without a value come last, whatever
// the direction.

const (
	sortPresent byte = 1
	sortMissing byte = 2
)

// appendSortKey appends the sort key of a resource.
func (c *candidate) appendSortKey(dst []byte, sort []search.Sort) []byte {
	backwards := false
	for _, by := range sort {
		start := len(dst)
		value, ok := c.appendSortValue(append(dst, sortPresent), by)
		if dst = value; !ok {
			dst = append(dst[:start], sortMissing)
			backwards = false
			continue
		}
		if backwards = by.Descending; backwards {
			complement(dst[start+1:])
		}
	}
	// Where the index is read backwards, equal values come backwards too.
	start := len(dst)
	dst = appendRid(dst, c.rid)
	if backwards {
		complement(dst[start:])
	}
	return dst
}

// complement turns the order of what b sorts around.
func complement(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

// appendSortValue appends the value by which a resource is sorted; false when
// it has none.
func (c *candidate) appendSortValue(dst []byte, by search.Sort) ([]byte, bool) {
	if by.Parameter.Code == "_id" {
		dst, _ = appendText(dst, c.version().ID)
		return dst, true
	}
	// Entries are scratch memory: the key is used up before the next call.
	entry, ok := by.Parameter.SortKey(c.entriesOf(by.Parameter), by.Descending)
	if !ok {
		return dst, false
	}
	return appendSortEntry(dst, &entry), true
}

// appendSortEntry appends a value as the index sorts it: strings by their
// folded form alone, references by type and id.
func appendSortEntry(dst []byte, e *search.Entry) []byte {
	switch e.Parameter.Type {
	case search.Date:
		return appendMoment(appendMoment(dst, e.Period.Low), e.Period.High)
	case search.Number, search.Quantity:
		return appendFloat(appendFloat(dst, e.Low), e.High)
	case search.String:
		dst, _ = appendText(dst, e.Folded)
	case search.Token:
		dst, _ = appendText(dst, e.Code)
		dst, _ = appendText(dst, e.System)
	case search.Reference:
		dst, _ = appendText(dst, e.Target.Text)
	default:
		dst, _ = appendText(dst, e.Text)
	}
	return dst
}

// sorted is a match with its sort key.
type sorted struct {
	key []byte
	*candidate
}

// smallest keeps the n smallest of what is put in: a heap with the largest on top.
type smallest struct {
	n    int
	kept []sorted
}

func (s *smallest) Len() int           { return len(s.kept) }
func (s *smallest) Less(i, j int) bool { return bytes.Compare(s.kept[i].key, s.kept[j].key) > 0 }
func (s *smallest) Swap(i, j int)      { s.kept[i], s.kept[j] = s.kept[j], s.kept[i] }
func (s *smallest) Push(v any)         { s.kept = append(s.kept, v.(sorted)) }

// Pop is for package heap.
func (s *smallest) Pop() any {
	last := s.kept[len(s.kept)-1]
	s.kept = s.kept[:len(s.kept)-1]
	return last
}

func (s *smallest) put(v sorted) {
	switch {
	case len(s.kept) < s.n:
		heap.Push(s, v)
	case s.n > 0 && bytes.Compare(v.key, s.kept[0].key) < 0:
		s.kept[0] = v
		heap.Fix(s, 0)
	}
}

func (s *smallest) inOrder() []sorted {
	slices.SortFunc(s.kept, func(a, b sorted) int { return bytes.Compare(a.key, b.key) })
	return s.kept
}

// fewToSort gives the matches, unless it is found out by the index alone that they
// are too many to be sorted in memory: no resource then is read in vain.
func (x *execution) fewToSort(q *search.Query) (stream, bool) {
	if len(q.Where) == 1 {
		if set, all := x.collectSome(q.Resource, q.Where[0], x.limits.Sort+1); all {
			return collected{set.Iterator()}, true
		} else if set != nil {
			return nil, false
		}
	}
	s := x.where(q.Resource, q.Where)
	if _, reads := s.(*filter); reads {
		return s, true
	}
	var few list
	defer s.close()
	for rid := s.seek(0); rid != noRid; rid = s.seek(rid + 1) {
		if few.rids = append(few.rids, rid); len(few.rids) > x.limits.Sort {
			return nil, false
		}
	}
	return &few, true
}

// collectSome gives so many of the matches of a comparison, or all if they are fewer;
// nil when these cannot be told from the index in this way.
func (x *execution) collectSome(name string, condition search.Condition, enough int) (some *roaring64.Bitmap, all bool) {
	c, ok := condition.(*search.Compare)
	if !ok {
		return nil, false
	}
	n := x.compile(name, c)
	if n.collect == nil {
		return nil, false
	}
	set, most, keys := roaring64.New(), x.limits.Collect, x.keys
	x.enough = enough
	all = n.collect(set, &most)
	x.enough = 0
	if full := set.GetCardinality() >= uint64(enough); !n.loose && (full || all) {
		return set, !full
	}
	x.keys = keys // looked at for nothing
	return nil, false
}

// sortMatches reads all matches and gives those of the page and one more. It
// reports false when there are too many to be sorted so.
func (x *execution) sortMatches(t typeID, q *search.Query, s stream, position []byte) ([]sorted, int, bool) {
	best := smallest{n: q.Count + 1}
	total := 0
	for rid := s.seek(0); rid != noRid; rid = s.seek(rid + 1) {
		if total++; total > x.limits.Sort {
			return nil, 0, false
		}
		if !x.examined() {
			break
		}
		c := x.load(q.Resource, t, rid)
		if c == nil {
			break
		}
		key := c.appendSortKey(nil, q.Sort)
		if bytes.Compare(key, position) > 0 {
			best.put(sorted{key, c})
		}
	}
	return best.inOrder(), total, true
}
