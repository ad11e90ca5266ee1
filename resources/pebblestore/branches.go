package pebblestore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// match is a resource found by one branch of a search.
type match struct {
	sorted
	branch int
}

// matches gives those of a page and one more, and their number, or -1. Without
// _sort, branches follow each other. With it, matches that sort alike are in the
// order of their branches.
func (x *execution) matches(q *search.Query, from *position) ([]match, int) {
	if len(q.Sort) == 0 {
		return x.inTurn(q, from)
	}
	var found []match
	total, known := 0, true
	branches := q.Branches()
	for i, b := range branches {
		sorted, n := x.sortedPage(&search.Query{Branch: b, Count: q.Count}, from.within(i))
		for _, m := range sorted {
			found = append(found, match{m, i})
		}
		total, known = total+n, known && n >= 0
	}
	if !known {
		total = -1
	}
	if len(branches) > 1 {
		slices.SortFunc(found, func(a, b match) int {
			return cmp.Or(bytes.Compare(a.value(), b.value()), cmp.Compare(a.branch, b.branch), bytes.Compare(a.key, b.key))
		})
	}
	return found[:min(len(found), q.Count+1)], total
}

// inTurn gives the matches of one branch after the other. Their number is known if
// there is one branch, and it is not far to the end.
func (x *execution) inTurn(q *search.Query, from *position) ([]match, int) {
	var found []match
	total := -1
	for i, b := range q.Branches() {
		var after []byte
		switch {
		case from != nil && i < from.branch:
			continue
		case from != nil && i == from.branch:
			after = from.key
		}
		branch := &search.Query{Branch: b, Count: q.Count - len(found), Total: q.Total}
		if len(q.Further) > 0 || from != nil {
			branch.Total = search.TotalNone
		}
		var matches []sorted
		if matches, total = x.plainPage(branch, after); len(q.Further) > 0 {
			total = -1
		}
		for _, m := range matches {
			found = append(found, match{m, i})
		}
		if len(found) > q.Count {
			break
		}
	}
	return found, total
}

// value is the sort key without the rid, which only one branch knows.
func (m *match) value() []byte { return m.key[:len(m.key)-ridLength] }

// position is the match that a page begins after.
type position struct {
	branch int
	key    []byte
}

// within is the sort key after which a branch goes on. What sorts like the
// match comes before it in earlier branches and after it in later ones: there
// the lowest and the highest rid, which no resource has, stand for its own.
func (p *position) within(branch int) []byte {
	switch {
	case p == nil:
		return nil
	case branch == p.branch:
		return p.key
	}
	key := slices.Clone(p.key)
	end := byte(0)
	if branch < p.branch {
		end = 0xFF
	}
	for i := len(key) - ridLength; i < len(key); i++ {
		key[i] = end
	}
	return key
}

// positionHead is the digest of the types and sort that a position belongs to,
// and the branch.
const positionHead = 4 + 1

func positionDigest(q *search.Query) uint32 {
	h := crc32.NewIEEE()
	for _, b := range q.Branches() {
		fmt.Fprint(h, b.Resource, " ")
	}
	for _, s := range q.Sort {
		fmt.Fprint(h, " ", s.Parameter.Code, s.Descending)
	}
	return h.Sum32()
}

// writePosition gives the position after a match.
func writePosition(q *search.Query, m match) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, positionDigest(q)), byte(m.branch)), m.key...)
}

// readPosition gives the position that a page begins after; nil for the first
// page.
func readPosition(q *search.Query) (*position, error) {
	if q.Position == nil {
		return nil, nil
	}
	if len(q.Position) < positionHead+ridLength || binary.BigEndian.Uint32(q.Position) != positionDigest(q) {
		return nil, resources.ErrBadCursor
	}
	p := &position{int(q.Position[positionHead-1]), q.Position[positionHead:]}
	if p.branch > len(q.Further) || len(q.Sort) == 0 && len(p.key) != ridLength ||
		len(q.Sort) > 0 && (p.key[0] != sortPresent && p.key[0] != sortMissing || len(p.key) == ridLength) {
		return nil, resources.ErrBadCursor
	}
	return p, nil
}
