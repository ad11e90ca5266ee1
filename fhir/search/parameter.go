package search

// Type is SearchParameter.type: https://hl7.org/fhir/R4/valueset-search-param-type.html
type Type uint8

// The types of search parameters.
const (
	Number Type = iota + 1
	Date
	String
	Token
	Reference
	Composite
	Quantity
	URI
	Special
)

var typeNames = [...]string{"", "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"}

// String is the type as SearchParameter.type writes it.
func (t Type) String() string { return typeNames[t] }

// Parameter is one search parameter as it applies to one resource type.
type Parameter struct {
	Resource   string // the resource type it is used with
	Code       string // its name in a search, such as vaccine-code
	URL        string // canonical URL of its SearchParameter
	Type       Type
	Expression string       // FHIRPath from the resource to the values; of a component, from those of its composite
	Targets    []string     // of a reference: the types it may point to; empty means any
	Components []*Parameter // of a composite, in order

	extract extractor
}

// HasIdentifiers reports whether values of a token parameter may be Identifiers. The
// codes of all others are of code systems: a registry has few, however large it is.
func (p *Parameter) HasIdentifiers() bool { return p.extract.kinds&hasIdentifiers != 0 }
