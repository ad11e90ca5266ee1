package pebblestore

import (
	"fmt"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// Limits bounds what one search may cost. Zero values mean the defaults.
type Limits struct {
	// Keys is how many keys of the index a search may look at; default 3
	// million, which takes about a second.
	Keys int
	// Records is how many resources a search may read to look at conditions
	// that the index does not decide; default 30,000, about half a second.
	Records int
	// Collect is how many entries a condition may have to be held in memory,
	// which takes up to 4 MB for a million. With more, it is decided by reading
	// resources; default 2 million.
	Collect int
	// Targets is how many resources a link of a chain or _has may lead
	// through, before it is decided candidate by candidate; default 10,000.
	Targets int
	// Codes is how many codes of a parameter are read side by side to find any
	// code of a system; default 256.
	Codes int
	// Sort is how many matches are sorted in memory; with more, the sort must
	// be one that the index has; default 10,000.
	Sort int
	// Narrow is up to how many candidates are rather read one by one than
	// compared with a condition whose matches must be collected; default 30.
	Narrow int
	// Streams is up to how many values of a list are found each for itself, in the
	// order of resources; of more, all matches are collected first; default 16.
	Streams int
	// Total is up to how many matches are counted unasked; default 1,000.
	Total int
	// Includes is how many resources may come along with a page by _include and
	// _revinclude; default 10,000.
	Includes int
	// Iterations is how often :iterate may go on from what was included;
	// default 32.
	Iterations int
	// Hierarchy is how many resources may stand above or below those that a
	// search names; default 10,000.
	Hierarchy int
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		limit *int
		value int
	}{
		{&l.Keys, 3_000_000}, {&l.Records, 30_000}, {&l.Collect, 2_000_000},
		{&l.Targets, 10_000}, {&l.Codes, 256}, {&l.Sort, 10_000}, {&l.Narrow, 30}, {&l.Streams, 16}, {&l.Total, 1_000},
		{&l.Includes, 10_000}, {&l.Iterations, 32}, {&l.Hierarchy, 10_000},
	} {
		if *d.limit == 0 {
			*d.limit = d.value
		}
	}
	return l
}

// tooCostly is resources.ErrTooCostly with what is too costly, for the client to
// read: it names no values.
func tooCostly(format string, args ...any) error {
	return fhir.NewInvalid(resources.ErrTooCostly, fhir.CodeTooCostly, "", "the search is too costly: "+fmt.Sprintf(format, args...))
}
