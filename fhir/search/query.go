package search

import "github.com/jenner-iis/jenner/fhir"

// Query is a search, parsed. It does not depend on any store.
type Query struct {
	Branch            // the type searched, or the first of several
	Further  []Branch // the others, whose matches follow; under Sort, the matches of all are sorted together
	Count    int      // page size; 0 asks for the total alone
	Total    Total
	Includes []Include // _include and _revinclude: what comes along with the matches of a page
	View               // which part of each resource is wanted

	Position []byte // where the page begins: Page.Next of the page before; nil for the first

	// Used is the query as understood, for Bundle.link self: parameters that
	// were ignored are absent from it.
	Used string
	// Ignored says which parameters were left out under lenient handling, and why.
	Ignored []fhir.Issue
}

// Branches are the searches of all types, in order.
func (q *Query) Branches() []Branch {
	return append([]Branch{q.Branch}, q.Further...)
}

// Branch is the search of one type.
type Branch struct {
	Resource string      // the type searched
	Where    []Condition // all must hold
	Sort     []Sort      // most significant first; empty means the store's own stable order
}

// View is the part of each resource that is wanted; its zero value is all.
type View struct {
	Summary Summary // _summary
	// Elements is _elements: the elements wanted, such as birthDate, or
	// Patient.birthDate for that type alone, beside id, meta and those that must
	// be there. Nil means all.
	Elements []string
}

// Total is the mode of _total.
type Total uint8

// The modes of _total. TotalDefault is the server's choice.
const (
	TotalDefault Total = iota
	TotalNone
	TotalEstimate
	TotalAccurate
)

// Summary is the part of each resource that _summary asks for.
//
// https://hl7.org/fhir/R4/search.html#summary
type Summary uint8

// The values of _summary.
const (
	SummaryFalse Summary = iota // all of it
	SummaryTrue                 // the elements marked as summary
	SummaryText                 // text, id, meta and the elements that must be there
	SummaryData                 // all but text
	SummaryCount                // nothing: the total alone; Count is 0
)

// Include asks for resources beside the matches: those that a match refers to,
// or with Reverse those that refer to a match. With Iterate it applies to
// included resources as well, again and again.
//
// https://hl7.org/fhir/R4/search.html#include
type Include struct {
	Reverse   bool
	Iterate   bool
	Resource  string     // the type that refers; empty for any
	Parameter *Parameter // by which it refers; nil for every reference parameter of Resource
	Target    string     // the type referred to; empty for any
}

// Sort is one key of _sort.
type Sort struct {
	Parameter  *Parameter
	Descending bool
}

// Condition is one of *Compare, *AnyOf, *Chain and *Has.
type Condition interface{ condition() }

// Compare holds for a resource of which a value compares with one of Values
// (a comma in the query is an or).
type Compare struct {
	Parameter *Parameter
	Modifier  Modifier
	Values    []Value
}

// AnyOf holds for a resource for which one of the conditions holds. No parameter
// means it; being in a compartment does.
type AnyOf struct {
	Conditions []Condition
}

// Chain holds for a resource whose reference Parameter points to a resource of
// one of the types, for which that type's condition holds: patient.name=x.
type Chain struct {
	Parameter *Parameter
	Targets   []ChainTarget
}

// ChainTarget is a condition on one type that a chained reference may have.
type ChainTarget struct {
	Resource string
	Where    Condition
}

// Has holds for a resource to which some resource of type Resource points by
// its reference Parameter, and for that resource Where holds: _has.
type Has struct {
	Resource  string
	Parameter *Parameter
	Where     Condition
}

func (*Compare) condition() {}
func (*AnyOf) condition()   {}
func (*Chain) condition()   {}
func (*Has) condition()     {}

// Modifier is what follows the colon of a parameter's name.
type Modifier uint8

// The modifiers. A [type] modifier becomes part of the values' Target.
const (
	NoModifier Modifier = iota
	Exact
	Contains
	Missing // the one value is Value.Missing
	Not
	Text
	OfType
	Identifier
	Above
	Below
)

// Prefix is the comparison in front of a number, date or quantity.
type Prefix uint8

// The prefixes: https://hl7.org/fhir/R4/search.html#prefix
const (
	Eq Prefix = iota
	Ne
	Gt
	Lt
	Ge
	Le
	Sa
	Eb
	Ap
)

// Value is one value searched for. Which fields are set depends on the
// parameter's type and the modifier, as in Entry. What the fields mean is
// Compare.Match.
type Value struct {
	Prefix Prefix

	System    string
	AnySystem bool // code alone: any system. Otherwise System must be equal, "" being none
	Code      string
	AnyCode   bool // system| alone: any code

	Text   string
	Folded string

	Low, High float64       // the implicit range of a number: 5.4 is [5.35, 5.45); wider for Ap
	Exact     float64       // the number itself
	Period    fhir.Interval // wider than the date for Ap

	// Target is Relative, with an ID and perhaps a Type (empty means any), or
	// compared by Text. Its Text has no version; a Version that is empty means any.
	Target fhir.Reference

	Missing    bool
	Components []Value
}
