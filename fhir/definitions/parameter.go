package definitions

import (
	"slices"
	"strings"
)

// SearchType is how the values of a search parameter are compared:
// https://hl7.org/fhir/R4/search.html#ptypes
type SearchType string

// The types of search parameter.
const (
	Number    SearchType = "number"
	Date      SearchType = "date"
	String    SearchType = "string"
	Token     SearchType = "token"
	Reference SearchType = "reference"
	Composite SearchType = "composite"
	Quantity  SearchType = "quantity"
	URI       SearchType = "uri"
	Special   SearchType = "special"
)

// SearchParameter is one of the search parameters that R4 defines.
//
// https://hl7.org/fhir/R4/searchparameter-registry.html
type SearchParameter struct {
	Code string // the name in a search: birthdate
	URL  string // canonical URL of the definition
	Type SearchType
	// Bases are the types the parameter belongs to, each with its part of the
	// expression. Base may be Resource or DomainResource.
	Bases []SearchBase
	// Targets are the types a reference may point to, sorted. The single target
	// "Resource" means any; nil that R4 states none. Shared parameters list the
	// targets of all their bases: the patient of an Immunization is said to be
	// a Patient or a Group.
	Targets []string
	// MultipleOr is false where R4 forbids values joined by commas, which it
	// does for composite parameters.
	MultipleOr bool
	// Comparators are the prefixes that R4 states as allowed: all nine for
	// number, date and quantity, else none.
	Comparators []string
	// Usage is "normal", or says what besides its expression makes the
	// parameter: "phonetic", "nearby".
	Usage string
	// Components are the parts of a composite parameter, in the order of $.
	Components []Component
}

// SearchBase is a type that a search parameter belongs to.
type SearchBase struct {
	Type string
	// Expression is FHIRPath from a resource of the type to the values. What a
	// shared definition says of other types is cut away. Empty for _text,
	// _content and _query. The operator "as" and the function as() select by
	// type among several values, as ofType() does.
	Expression string
}

// Component is a part of a composite search parameter.
type Component struct {
	// Parameter defines how the part is compared. As published,
	// DocumentReference relationship names its two parts' definitions the wrong
	// way round.
	Parameter *SearchParameter
	// Expression starts from each value of the composite's own expression.
	Expression string
}

var comparators = []string{"eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap"}

// Expression is the FHIRPath that applies to resources of a type: that of the
// type's own entry in Bases, else that of DomainResource or Resource.
func (p *SearchParameter) Expression(resourceType string) string {
	for i := range p.Bases {
		if b := &p.Bases[i]; b.Type == resourceType || b.Type == "Resource" || b.Type == "DomainResource" {
			return b.Expression
		}
	}
	return ""
}

// AnyTarget reports whether a reference parameter may point to resources of
// every type.
func (p *SearchParameter) AnyTarget() bool {
	return p.Type == Reference && (len(p.Targets) == 0 || p.Targets[0] == "Resource")
}

// SearchParameters are the parameters for searches on a resource type, sorted
// by code: its own and those of Resource and, where it is one, DomainResource.
// It is nil for what is not a concrete resource type.
func (s *Set) SearchParameters(resourceType string) []*SearchParameter {
	return s.byBase[resourceType]
}

// SearchParameter finds a parameter of a resource type by code, or gives nil.
func (s *Set) SearchParameter(resourceType, code string) *SearchParameter {
	list := s.byBase[resourceType]
	i, found := slices.BinarySearchFunc(list, code, func(p *SearchParameter, code string) int {
		return strings.Compare(p.Code, code)
	})
	if !found {
		return nil
	}
	return list[i]
}

// AllSearchParameters are the definitions of all parameters, sorted by code
// and URL.
func (s *Set) AllSearchParameters() []*SearchParameter { return s.parameters }

// readParameters reads r4/parameters.txt, whose head explains the format.
func (s *Set) readParameters(table string) {
	byURL := make(map[string]*SearchParameter, 1400)
	var composites []string // definition URLs of the components, in order
	var p *SearchParameter
	rows(table, func(f []string) {
		switch f[0] {
		case "P":
			p = &SearchParameter{Code: f[1], Type: SearchType(f[2]), URL: f[3], MultipleOr: true, Usage: "normal"}
			p.flags(f[4])
			if p.Targets = list(f[5]); f[5] == "*" {
				p.Targets = []string{"Resource"}
			}
			s.parameters = append(s.parameters, p)
			byURL[p.URL] = p
		case "B":
			p.Bases = append(p.Bases, SearchBase{Type: f[1], Expression: f[2]})
		case "C":
			p.Components = append(p.Components, Component{Expression: f[2]})
			composites = append(composites, f[1])
		default:
			broken("row %q among the search parameters", f[0])
		}
	})
	for _, p := range s.parameters {
		for i := range p.Components {
			if p.Components[i].Parameter = byURL[composites[0]]; p.Components[i].Parameter == nil {
				broken("component %q of %s", composites[0], p.URL)
			}
			composites = composites[1:]
		}
	}
	s.assignParameters()
}

func (p *SearchParameter) flags(field string) {
	for _, flag := range list(field) {
		switch flag {
		case "o":
			p.MultipleOr = false
		case "c":
			p.Comparators = comparators
		default:
			p.Usage = flag
		}
	}
}

// assignParameters gives every resource type its parameters.
func (s *Set) assignParameters() {
	own := make(map[string][]*SearchParameter, len(s.resources)+2)
	for _, p := range s.parameters {
		for _, b := range p.Bases {
			own[b.Type] = append(own[b.Type], p)
		}
	}
	s.byBase = make(map[string][]*SearchParameter, len(s.resources))
	for _, name := range s.resources {
		var all []*SearchParameter
		for t := s.byName[name]; t != nil; t = t.Base {
			all = append(all, own[t.Name]...)
		}
		slices.SortFunc(all, func(x, y *SearchParameter) int { return strings.Compare(x.Code, y.Code) })
		s.byBase[name] = all
	}
}
