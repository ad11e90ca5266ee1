package resources

import (
	"context"
	"errors"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// Record is a resource to be loaded under an identity of its own.
type Record struct {
	Resource codec.Value
	ID       string // the id it gets, whatever the resource says
	FullURL  string // how other records of the same load refer to it, or empty
	Criteria string // store it only if this search matches nothing (If-None-Exist), or empty
}

// LoadResult is what became of one Record.
type LoadResult struct {
	Outcome Outcome
	Err     error // the record was refused, and why
}

// Load stores as many of the records as are acceptable, in few commits: a
// record that is refused does not hold up the others. A record whose identity
// or criteria stood earlier among the records is an update of that one. The
// error is one of the store; nothing is known then of records without result.
func (s *Service) Load(ctx context.Context, a Access, records []Record) ([]LoadResult, error) {
	results := make([]LoadResult, len(records))
	targets := make(map[string]string, len(records))
	waiting := make([]int, len(records))
	for i, rec := range records {
		waiting[i] = i
		if rec.FullURL != "" {
			targets[rec.FullURL] = rec.Resource.ResourceType() + "/" + rec.ID
		}
	}
	for len(waiting) > 0 {
		var round, later []int
		seen := map[string]bool{}
		conditional := 0
		for _, i := range waiting {
			identity, criteria := records[i].keys()
			if criteria != "" {
				conditional++
			}
			if seen[identity] || criteria != "" && seen[criteria] || conditional > maxConditionalCreates {
				later = append(later, i)
				continue
			}
			seen[identity], seen[criteria] = true, true
			round = append(round, i)
		}
		if err := s.loadRound(ctx, a, records, round, targets, results); err != nil {
			return results, err
		}
		waiting = later
	}
	return results, nil
}

// keys are what no two records of one commit may share.
func (r Record) keys() (identity, criteria string) {
	t := r.Resource.ResourceType()
	if r.Criteria != "" {
		criteria = t + "?" + r.Criteria
	}
	return t + "/" + r.ID, criteria
}

// loadRound loads the records of the given numbers in one commit.
func (s *Service) loadRound(ctx context.Context, a Access, records []Record, round []int, targets map[string]string, results []LoadResult) error {
	var changes []*change
	var numbers []int
	for _, i := range round {
		c, err := s.recordChange(records[i])
		if err != nil {
			results[i].Err = err
			continue
		}
		changes, numbers = append(changes, c), append(numbers, i)
	}
	for range attempts {
		r := resolution{s: s, access: a, changes: changes, partial: true, targets: targets}
		if err := r.resolve(ctx); err != nil {
			return err
		}
		outcomes, err := r.commit(ctx)
		if errors.Is(err, ErrStale) || errors.Is(err, ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		for n, i := range numbers {
			results[i] = LoadResult{Outcome: outcomes[n], Err: r.steps[n].err}
		}
		return nil
	}
	return ErrBusy
}

func (s *Service) recordChange(rec Record) (*change, error) {
	c := &change{method: POST, typ: rec.Resource.ResourceType(), id: rec.ID, resource: rec.Resource, fullURL: rec.FullURL}
	if rec.Criteria != "" {
		var err error
		if c.criteria, err = s.parseCriteria(c.typ, rec.Criteria); err != nil {
			return nil, err
		}
	}
	return c, s.check(c)
}

// aboutContent reports whether an error is about what a change says, not about
// the store: then the change is refused and others may go on.
func aboutContent(err error) bool {
	var invalid *fhir.Invalid
	return errors.As(err, &invalid)
}
