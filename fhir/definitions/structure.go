package definitions

import "slices"

// Kind tells what a structure describes.
type Kind uint8

// The kinds of structure.
const (
	Primitive Kind = iota + 1 // a primitive data type: string, date
	DataType                  // a complex data type: HumanName, Quantity
	Backbone                  // the content of an element, inside a resource or data type: Patient.contact
	Resource                  // a resource type: Patient
)

// Structure is a data type, a resource type, or the content of an element that
// has elements of its own.
//
// https://hl7.org/fhir/R4/structuredefinition.html
type Structure struct {
	// Name is the type's name, or a backbone structure's path: Patient.contact.
	Name string
	Kind Kind
	// Abstract types (Resource, DomainResource, Element, BackboneElement) have
	// no instances of their own.
	Abstract bool
	// Base is the structure this one specializes: DomainResource for Patient,
	// string for code. It is nil for Element and Resource.
	Base *Structure
	// Pattern is the regular expression that R4 gives for the value of a
	// primitive, to be matched as a whole. It is necessary, not sufficient: the
	// one for date lets 31 February pass. Empty for xhtml and what is not
	// primitive. Mind that \s in it means ASCII white space.
	Pattern string
	// Elements are the elements in the standard's order, those of Base first.
	// Primitive types have none: their value, id and extensions are not members
	// of a JSON object of that type.
	Elements []Element
	// Invariants are the rules of severity error stated on this structure or
	// its elements, without those of Base and of the elements' data types.
	Invariants []Invariant
}

// Element is an element of a structure.
//
// https://hl7.org/fhir/R4/elementdefinition.html
type Element struct {
	// Name is the element's FHIRPath name: occurrence for what R4 defines as
	// occurrence[x].
	Name string
	// Choice is whether the definition's name ends in [x]: the type then shows
	// in the JSON property, and at most one of the properties may be there.
	Choice bool
	// Min and Max are the cardinality: Min is 0 or 1, Max is 0, 1 or Unbounded.
	Min, Max uint8
	// Summary elements are in the answer to _summary=true.
	Summary bool
	// Modifier elements can change the meaning of those beside them.
	Modifier bool
	// Plain elements are bare values that cannot have an id or extensions, so
	// that no _property stands beside them: Resource.id, Element.id,
	// Extension.url and Narrative.div.
	Plain bool
	// Types are what the element can hold. More than one only if Choice; one of
	// kind Backbone when it has elements of its own.
	Types []Type
	// Required is the value set of a required binding, or nil.
	Required *ValueSet
}

// Unbounded is Element.Max where the standard writes *: in JSON the element is
// an array.
const Unbounded = 255

// Type is one type that an element can have.
type Type struct {
	// Code is the type's name: Quantity also where only SimpleQuantity is
	// allowed. For the content of an element it is the path: Patient.contact.
	Code string
	// Property is the JSON property that holds an element of this type:
	// occurrenceDateTime, or simply the element's name.
	Property string
	// Structure defines the content. It is SimpleQuantity where the definition
	// says Quantity restricted to that profile.
	Structure *Structure
	// Targets are the resource types that a Reference or canonical may point
	// to. The single target "Resource" means any; nil means none are stated.
	Targets []string
}

// Invariant is a rule of severity error: FHIRPath that must not be false.
type Invariant struct {
	Key string // org-2
	// Element is the name of the element on whose every value the rule is
	// evaluated, or empty for the structure itself.
	Element    string
	Expression string
}

// Element finds an element by its FHIRPath name, or gives nil.
func (s *Structure) Element(name string) *Element {
	for i := range s.Elements {
		if s.Elements[i].Name == name {
			return &s.Elements[i]
		}
	}
	return nil
}

// Property finds the element that a JSON property holds, and its type there:
// occurrence and dateTime for occurrenceDateTime. Both are nil for a property
// that the structure does not have, such as occurrence.
func (s *Structure) Property(name string) (*Element, *Type) {
	for i := range s.Elements {
		e := &s.Elements[i]
		for j := range e.Types {
			if e.Types[j].Property == name {
				return e, &e.Types[j]
			}
		}
	}
	return nil, nil
}

// Is reports whether s is the named structure or specializes it, directly or
// not: Patient is a DomainResource and a Resource.
func (s *Structure) Is(name string) bool {
	for ; s != nil; s = s.Base {
		if s.Name == name {
			return true
		}
	}
	return false
}

// AnyTarget reports whether a reference of this type may point to resources of
// every type.
func (t *Type) AnyTarget() bool {
	return len(t.Targets) == 0 || slices.Contains(t.Targets, "Resource")
}

// Structure finds a structure by name (HumanName, Patient, Patient.contact),
// or gives nil.
func (s *Set) Structure(name string) *Structure { return s.byName[name] }

// Structures are all structures: primitives, data types and resource types,
// each followed by its backbone structures, bases before what derives from them.
func (s *Set) Structures() []*Structure { return s.structures }

// IsResource reports whether name is a resource type that resources can have.
// The abstract Resource and DomainResource are not.
func (s *Set) IsResource(name string) bool {
	found := s.byName[name]
	return found != nil && found.Kind == Resource && !found.Abstract
}

// ResourceTypes are the names for which IsResource holds, sorted.
func (s *Set) ResourceTypes() []string { return s.resources }
