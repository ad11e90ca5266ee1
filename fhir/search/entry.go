package search

import "github.com/jenner-iis/jenner/fhir"

// Aspect tells apart the ways in which one value is indexed.
type Aspect uint8

// The aspects. Which a parameter's values have depends on its type.
const (
	AspectValue      Aspect = iota // the value itself
	AspectText                     // token: text and display, for :text
	AspectOfType                   // token of an Identifier: its type, for :of-type
	AspectIdentifier               // reference: Reference.identifier, for :identifier
)

// Entry is one value under which a resource is found. Which fields are set
// depends on the parameter's type and on the aspect:
//
//	number     Low, High, both included (equal for a plain number), or infinite
//	date       Period
//	string     Text as written, Folded as searched
//	token      System, Code; AspectText: Text, Folded;
//	           AspectOfType: System and Code of the type, Text the identifier's value
//	reference  Target: Relative, with Type and ID, or compared by Text, which has
//	           no version; AspectIdentifier: System, Code
//	composite  Components, one entry per component
//	quantity   Low, High, System, Code (the unit's), Text (the unit as printed)
//	uri        Text
//
// The strings share memory with the document they were read from.
type Entry struct {
	Parameter  *Parameter
	Aspect     Aspect
	System     string
	Code       string
	Text       string
	Folded     string
	Low, High  float64
	Period     fhir.Interval
	Target     fhir.Reference
	Components []Entry
}
