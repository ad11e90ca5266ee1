package search

import (
	"errors"
	"slices"
	"time"
)

// ErrInvalid is the cause of every *fhir.Invalid that Parse returns.
var ErrInvalid = errors.New("not a valid search")

// Options says how a server reads searches. The zero value is strict, with the
// limits at their defaults.
type Options struct {
	// Lenient passes over parameters that are unknown, not supported or without
	// a value, and lists them in Query.Ignored. Otherwise they are refused.
	// Modifiers and values that are not valid are refused either way.
	Lenient bool
	// Ignore are parameters that the caller deals with itself; Parse passes
	// them over in silence. Nil means _format and _pretty.
	Ignore []string
	// Results are the result parameters that the server serves beside _sort,
	// _count and _total: of _include, _revinclude, _summary, _elements. The
	// others are unknown parameters.
	Results []string
	// Hierarchies allows :above and :below on references to types that form a
	// hierarchy (Registry.Hierarchy). Allow it if the store resolves them.
	Hierarchies bool
	// Now is the present, for the prefix ap on dates.
	Now time.Time
	// DefaultCount is Query.Count where the search does not say; 0 means 50.
	DefaultCount int
	// MaxCount is the most that Query.Count can be; 0 means 1000.
	MaxCount int
	// Limits bound what a search may cost.
	Limits Limits
}

// Limits bound the size of a search; for each, 0 means the default. A search
// beyond them is refused with the issue code too-costly.
type Limits struct {
	Clauses    int // parameters in the query; default 64
	Values     int // values in one list; default 500
	Depth      int // links of a chain or of _has within _has; default 6
	Conditions int // conditions in all, a chain counting one per type that it may lead to; default 512
	Length     int // bytes of one parameter's values; default 16384
}

func (l Limits) withDefaults() Limits {
	orDefault := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	orDefault(&l.Clauses, 64)
	orDefault(&l.Values, 500)
	orDefault(&l.Depth, 6)
	orDefault(&l.Conditions, 512)
	orDefault(&l.Length, 16384)
	return l
}

func (o Options) withDefaults() Options {
	if o.Ignore == nil {
		o.Ignore = []string{"_format", "_pretty"}
	}
	if o.MaxCount == 0 {
		o.MaxCount = 1000
	}
	if o.DefaultCount == 0 {
		o.DefaultCount = min(50, o.MaxCount)
	}
	o.Limits = o.Limits.withDefaults()
	return o
}

// serves reports whether a result parameter is served.
func (o *Options) serves(name string) bool {
	switch name {
	case "_sort", "_count", "_total":
		return true
	case "_include", "_revinclude", "_summary", "_elements":
		return slices.Contains(o.Results, name)
	}
	return false
}
