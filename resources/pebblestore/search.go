package pebblestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// Search gives one page of the current resources that match.
func (s *Store) Search(ctx context.Context, a resources.Access, q *search.Query) (resources.Page, error) {
	if err := s.begin(ctx, a); err != nil {
		return resources.Page{}, err
	}
	defer s.end()
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	page, err := s.search(ctx, snapshot, q)
	if err == nil {
		err = s.waitSeen(ctx)
	}
	if err != nil {
		return resources.Page{}, fmt.Errorf("search %s: %w", q.Resource, err)
	}
	return page, nil
}

func (s *Store) search(ctx context.Context, r pebble.Reader, q *search.Query) (resources.Page, error) {
	position, err := readPosition(q)
	if err != nil {
		return resources.Page{}, err
	}
	page := resources.Page{Total: -1}
	known := false // whether the search for the page has counted all
	if q.Count > 0 && q.Summary != search.SummaryCount {
		if page, known, err = s.page(ctx, r, q, position); err != nil {
			return resources.Page{}, err
		}
	}
	if !known {
		page.Total, err = s.total(ctx, r, q)
	}
	return page, err
}

// page finds the matches of a page. Where conditions have many matches, a page is
// mostly filled soon by reading one candidate after the other. Only if it is not,
// more of the index is gone through.
func (s *Store) page(ctx context.Context, r pebble.Reader, q *search.Query, from *position) (resources.Page, bool, error) {
	for _, try := range quickTries {
		if len(q.Sort) > 0 {
			break // needs all matches
		}
		x := s.newExecution(ctx, r, s.limits)
		x.quick = true
		x.limits.Collect = min(try.collect, s.limits.Collect)
		x.limits.Records = min(try.records, s.limits.Records)
		x.limits.Targets = min(2*try.records, s.limits.Targets)
		page, known := x.page(q, from)
		if err := x.close(); err == nil || x.records <= x.limits.Records {
			return page, known, err
		}
	}
	x := s.newExecution(ctx, r, s.limits)
	page, known := x.page(q, from)
	return page, known, x.close()
}

// quickTries are what a page may cost in the first attempts, instead of the limits
// of those names: a few milliseconds, then some twenty.
var quickTries = [...]struct{ collect, records int }{{1 << 12, 200}, {1 << 17, 2000}}

// page finds the matches of a page and what comes along with them, and reports
// whether its total is exact, or not to be had quickly.
func (x *execution) page(q *search.Query, from *position) (resources.Page, bool) {
	matches, total := x.matches(q, from)
	page := resources.Page{Total: total}
	if len(matches) > q.Count {
		matches = matches[:q.Count]
		page.Next = writePosition(q, matches[q.Count-1])
	}
	for _, m := range matches {
		page.Versions = append(page.Versions, m.version())
	}
	page.Included = x.include(q.Includes, matches)
	if total < 0 && from == nil && page.Next == nil {
		page.Total = len(page.Versions)
	}
	return page, page.Total >= 0 || x.counted
}

// plainPage gives matches in the order of rids, one more than the page has, and
// their number, or -1. It counts on from the page if that is quick.
func (x *execution) plainPage(q *search.Query, position []byte) ([]sorted, int) {
	from := uint64(0)
	if position != nil {
		from = readRid(position) + 1
	}
	t := x.s.names.typeID(q.Resource)
	s := x.where(q.Resource, q.Where)
	defer s.close()
	matches := make([]sorted, 0, min(q.Count, 100)+1)
	rid := s.seek(from)
	for ; rid != noRid && len(matches) <= q.Count; rid = s.seek(rid + 1) {
		c := x.load(q.Resource, t, rid)
		if c == nil {
			break
		}
		matches = append(matches, sorted{appendRid(nil, rid), c})
	}
	if rid == noRid && position == nil {
		return matches, len(matches)
	}
	if rid == noRid || len(q.Where) == 0 || q.Total != search.TotalDefault {
		return matches, -1
	}
	return matches, x.countOn(s, rid, len(matches))
}

// countOn counts on from the first of a stream's matches that are not yet counted;
// -1 if that takes too long.
func (x *execution) countOn(s stream, rid uint64, counted int) int {
	limits := x.limits
	defer func() { x.limits = limits }()
	x.counted = true
	x.limits.Keys = min(x.keys+countKeys*limits.Total, limits.Keys)
	x.limits.Records = min(x.records+limits.Total/countReads, limits.Records)
	for ; rid != noRid && counted <= limits.Total; rid = s.seek(rid + 1) {
		counted++
	}
	if errors.Is(x.err, resources.ErrTooCostly) {
		x.err = nil // of counting, which nobody has asked for
		return -1
	}
	if counted > limits.Total {
		return -1
	}
	return counted
}

// What counting unasked may cost for each of Limits.Total: keys, and a read of a
// resource for so many.
const (
	countKeys  = 8
	countReads = 10
)

// sortedPage gives matches in the order of _sort, one more than the page has,
// and their number, or -1. Few matches are sorted in memory. For many, the
// index is walked in the order of the sort, and each resource met is looked up
// among the matches.
func (x *execution) sortedPage(q *search.Query, position []byte) ([]sorted, int) {
	t := x.s.names.typeID(q.Resource)
	if t == 0 {
		return nil, 0
	}
	var parts []part
	if len(q.Sort) == 1 {
		parts = x.parts(q.Resource, q.Sort[0].Parameter)
	}
	everything := func(uint64) bool { return true }
	if parts != nil && len(q.Where) == 0 {
		return x.walk(t, q, parts, everything, position, q.Count+1), -1
	}
	s, few := x.fewToSort(q)
	if few {
		matches, total, sorted := x.sortMatches(t, q, s, position)
		s.close()
		if sorted {
			return matches, total
		}
	}
	if parts == nil {
		x.fail(tooCostly("more than %d matches are to be sorted in a way that no index has; add a more selective condition", x.limits.Sort))
		return nil, -1
	}
	x.records = 0 // what was read for nothing
	return x.walk(t, q, parts, x.membership(q, t), position, q.Count+1), -1
}

// membership gives a function that tells whether a resource matches.
func (x *execution) membership(q *search.Query, t typeID) func(rid uint64) bool {
	nodes := make([]*node, len(q.Where))
	for i, c := range q.Where {
		nodes[i] = x.compile(q.Resource, c)
	}
	soft := x.soft(x.limits.Collect, softRecords)
	set, most := roaring64.New(), x.limits.Collect
	if ok := gather(soft.where(q.Resource, q.Where), set, &most); soft.close() == nil && ok {
		return set.Contains
	}
	return func(rid uint64) bool { return x.accept(q.Resource, t, rid, nodes) }
}

// softRecords is how many resources are read to know all matches in advance.
const softRecords = 500

// soft is an execution on the same data with lower limits, whose failure need
// not be that of x.
func (x *execution) soft(keys, records int) *execution {
	limits := x.limits
	limits.Keys, limits.Records = keys, records
	return x.s.newExecution(x.ctx, x.r, limits)
}

// total counts the matches: exactly or about, when that is asked for, otherwise only if
// it is quick.
func (s *Store) total(ctx context.Context, r pebble.Reader, q *search.Query) (int, error) {
	switch {
	case q.Count == 0, q.Summary == search.SummaryCount, q.Total == search.TotalAccurate:
		x := s.newExecution(ctx, r, s.limits)
		total := x.count(q.Branches(), -1)
		return total, x.close()
	case q.Total == search.TotalEstimate:
		return s.estimate(ctx, r, q)
	case q.Total == search.TotalNone:
		return -1, nil
	}
	x := s.newExecution(ctx, r, s.quickLimits())
	total := x.count(q.Branches(), s.limits.Total)
	err := x.close()
	if errors.Is(err, resources.ErrTooCostly) {
		return -1, nil
	}
	return total, err
}

// quickLimits are those of counting unasked.
func (s *Store) quickLimits() Limits {
	limits := s.limits
	limits.Keys = min(countKeys*limits.Total, limits.Keys)
	limits.Records = min(limits.Total/countReads, limits.Records)
	return limits
}

// count counts the matches of all branches; -1 when more than most, unless that
// is negative, would have to be gone through.
func (x *execution) count(branches []search.Branch, most int) int {
	total, counted := 0, 0
	for _, b := range branches {
		if len(b.Where) == 0 {
			n, err := readCount(x.r, x.s.names.typeID(b.Resource))
			if err != nil {
				x.fail(err)
			}
			total += int(n)
			continue
		}
		matches := x.where(b.Resource, b.Where)
		for rid := matches.seek(0); rid != noRid; rid = matches.seek(rid + 1) {
			if counted++; counted == most+1 && most >= 0 {
				return -1
			}
			total++
		}
		matches.close()
	}
	return total
}

// found gives the ids of at most so many resources that a search finds.
func (s *Store) found(ctx context.Context, r pebble.Reader, q *search.Query, most int) ([]string, error) {
	x := s.newExecution(ctx, r, s.limits)
	t := s.names.typeID(q.Resource)
	matches := x.where(q.Resource, q.Where)
	var ids []string
	for rid := matches.seek(0); rid != noRid && len(ids) < most; rid = matches.seek(rid + 1) {
		if c := x.load(q.Resource, t, rid); c != nil {
			ids = append(ids, c.version().ID)
		}
	}
	return ids, x.close()
}
