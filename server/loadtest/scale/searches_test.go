package scale_test

import (
	"context"
	"errors"
	"slices"

	"github.com/jenner-iis/jenner/resources"
)

// kind is a search that somebody sends again and again, with other values.
type kind struct {
	name string
	draw func(d *dice) ask
}

// kinds are the searches that are measured, by who sends them.
var kinds = slices.Concat(sentBy("ehr", ehr), sentBy("analyst", analyst), sentBy("attacker", attacker))

func sentBy(who string, list []kind) []kind {
	list = slices.Clone(list)
	for i := range list {
		list[i].name = who + "/" + list[i].name
	}
	return list
}

// ask is one search.
type ask struct {
	resource string // the type; empty for all that is in the compartment
	within   resources.Compartment
	query    string // percent-encoded
	// want is how many resources match or come along, as far as the generator
	// knows; nil where it does not.
	want func([]person) int
}

func (a ask) String() string {
	text := a.resource + "?" + a.query
	if a.resource == "" {
		text = a.within.Type + "/" + a.within.ID + "/*"
	}
	return text[:min(len(text), 300)]
}

// answer is what became of a search.
type answer struct {
	hits    int  // that match or come along; those of the page if the total is not known
	partial bool // there are more hits than were counted
	refused bool // as too costly
}

// find carries out a search. Its error is any but a refusal.
func (r *registry) find(ctx context.Context, a ask) (answer, error) {
	result, err := r.Find(ctx, everything, a.resource, resources.SearchRequest{Query: a.query, Compartment: a.within})
	switch {
	case errors.Is(err, resources.ErrTooCostly):
		return answer{refused: true}, nil
	case err != nil:
		return answer{}, err
	case result.Total >= 0:
		return answer{hits: result.Total + len(result.Included)}, nil
	}
	return answer{hits: len(result.Versions) + len(result.Included), partial: result.Next != ""}, nil
}
