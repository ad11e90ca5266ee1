package definitions

import (
	"slices"
	"strings"
)

// CodeSystem is a code system that a required binding draws on, with all of
// its codes. Their displays and definitions are not kept.
type CodeSystem struct {
	URL      string
	Concepts []Concept
}

// Concept is a code of a code system.
type Concept struct {
	Code string
	// Parent is the index in Concepts of the code this one stands under, or -1.
	Parent int
}

// Coding is a code with the system it is from.
type Coding struct{ System, Code string }

// ValueSet is a value set that an element's required binding names.
type ValueSet struct {
	URL string
	// Codings are its members in the published order.
	Codings []Coding
	// Unlisted is set where the codes come from outside FHIR and Codings is
	// empty: currencies (ISO 4217), mimetypes (BCP 13), ucum-units, and the
	// LOINC answer list LL379-9.
	Unlisted bool
}

const valueSetBase = "http://hl7.org/fhir/ValueSet/"

// Contains reports whether a code of a system is in the value set. It is false
// for every code of an unlisted one.
func (v *ValueSet) Contains(system, code string) bool {
	return slices.Contains(v.Codings, Coding{System: system, Code: code})
}

// ContainsCode reports whether the value set has the code in any system, which
// is what an element of type code is asked.
func (v *ValueSet) ContainsCode(code string) bool {
	return slices.ContainsFunc(v.Codings, func(c Coding) bool { return c.Code == code })
}

// IsA reports whether code is ancestor or stands under it.
func (c *CodeSystem) IsA(code, ancestor string) bool {
	i := slices.IndexFunc(c.Concepts, func(x Concept) bool { return x.Code == code })
	for ; i >= 0; i = c.Concepts[i].Parent {
		if c.Concepts[i].Code == ancestor {
			return true
		}
	}
	return false
}

// ValueSet finds the value set of a required binding by canonical URL, with or
// without version, or for those of R4 itself by the URL's last segment
// (administrative-gender). It is nil for others.
func (s *Set) ValueSet(name string) *ValueSet {
	url, _, _ := strings.Cut(name, "|")
	return s.valueSets[strings.TrimPrefix(url, valueSetBase)]
}

// CodeSystem finds a code system by canonical URL, or gives nil.
func (s *Set) CodeSystem(url string) *CodeSystem { return s.codeSystems[url] }

// readCodes reads r4/codes.txt, whose head explains the format.
func (s *Set) readCodes(table string) {
	s.codeSystems = make(map[string]*CodeSystem, 256)
	s.valueSets = make(map[string]*ValueSet, 256)
	var system *CodeSystem
	var set *ValueSet
	var path []int // the indexes of the codes above, in the code system being read
	rows(table, func(f []string) {
		switch {
		case f[0] == "C":
			system, set = &CodeSystem{URL: f[1]}, nil
			s.codeSystems[f[1]] = system
			path = path[:0]
		case f[0] == "V":
			set = &ValueSet{URL: f[1], Unlisted: f[2] == "unlisted"}
			s.valueSets[strings.TrimPrefix(f[1], valueSetBase)] = set
		case set != nil:
			s.include(set, f[1], f[2:])
		default:
			depth := len(f) - 2
			parent := -1
			if depth > 0 {
				parent = path[depth-1]
			}
			path = append(path[:depth], len(system.Concepts))
			system.Concepts = append(system.Concepts, Concept{Code: f[depth+1], Parent: parent})
		}
	})
}

// include adds codes of a system to a value set, all of them if none are named.
func (s *Set) include(v *ValueSet, system string, codes []string) {
	for _, code := range codes {
		v.Codings = append(v.Codings, Coding{System: system, Code: code})
	}
	if c := s.codeSystems[system]; len(codes) == 0 && c != nil {
		v.Codings = slices.Grow(v.Codings, len(c.Concepts))
		for _, concept := range c.Concepts {
			v.Codings = append(v.Codings, Coding{System: system, Code: concept.Code})
		}
	}
}
