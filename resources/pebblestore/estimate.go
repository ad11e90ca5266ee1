package pebblestore

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// fewSampled is of how many matches no number of all can be inferred: they are counted.
const fewSampled = 20

// estimate estimates the number of matches from those that a little work finds; -1 if
// that finds too few, and to count them all would cost more than a search may.
func (s *Store) estimate(ctx context.Context, r pebble.Reader, q *search.Query) (int, error) {
	total := 0
	for _, b := range q.Branches() {
		n, err := s.estimateBranch(ctx, r, b)
		if n < 0 || err != nil {
			return n, err
		}
		total += n
	}
	return total, nil
}

// estimateBranch supposes that from the first match on, the others lie as close to one
// another as those that are found at once.
func (s *Store) estimateBranch(ctx context.Context, r pebble.Reader, b search.Branch) (int, error) {
	t := s.names.typeID(b.Resource)
	stored, err := readCount(r, t)
	if err != nil || len(b.Where) == 0 {
		return int(stored), err
	}
	x := s.newExecution(ctx, r, s.quickLimits())
	n, first, last := x.sample(t, b)
	err = x.close()
	switch {
	case err == nil && n <= s.limits.Total:
		return n, nil
	case err != nil && !errors.Is(err, resources.ErrTooCostly):
		return 0, err
	case n < fewSampled:
		x := s.newExecution(ctx, r, s.limits)
		n := x.count([]search.Branch{b}, -1)
		if err := x.close(); !errors.Is(err, resources.ErrTooCostly) {
			return n, err
		}
		return -1, nil
	}
	end, err := lastRid(r, t)
	if err != nil {
		return 0, err
	}
	share := float64(n) / float64(last-first+1)
	return min(max(n, int(share*float64(end-first+1))), int(stored)), nil
}

// sample counts matches, one more than Limits.Total at most, and gives the first rid of
// them and the last that was looked at.
func (x *execution) sample(t typeID, b search.Branch) (n int, first, last uint64) {
	matches := x.where(b.Resource, b.Where)
	defer matches.close()
	if x.err != nil { // what was collected are those with the lowest values, not the lowest rids
		return 0, 0, 0
	}
	for rid := matches.seek(0); rid != noRid && n <= x.limits.Total; rid = matches.seek(rid + 1) {
		if n == 0 {
			first = rid
		}
		n, last = n+1, rid
	}
	if x.last != nil && x.last.t == t { // it was read, and did not match
		last = max(last, x.last.rid)
	}
	return n, first, last
}

// lastRid is the highest rid of the current resources of a type, 0 if there are none.
func lastRid(r pebble.Reader, t typeID) (uint64, error) {
	all := typeSpace(spaceLive, t)
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: all, UpperBound: after(all)})
	if err != nil {
		return 0, err
	}
	rid := uint64(0)
	if it.Last() {
		rid = keyRid(it.Key())
	}
	return rid, errors.Join(it.Error(), it.Close())
}
