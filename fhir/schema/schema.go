// Package schema checks that a resource has the structure that R4 defines:
// elements, cardinalities, types, formats of primitive values, codes of
// required bindings, targets of references, narrative. It works on what
// fhir/codec has read and takes its facts from fhir/definitions, compiled once
// into dense tables, because every write passes through here.
//
// The same facts can be had as JSON Schemas (JSONSchema): slower, and unable to
// say some of the rules, they are the other side of a differential test.
//
// Rules beyond structure are elsewhere: the invariants of R4 apart from ele-1,
// ext-1, dom-2, txt-1 and txt-2, which are checked here, and profiles.
package schema

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// MaxIssues is how many issues Validate looks for before it stops.
const MaxIssues = 50

// Validator checks resources against one set of definitions. It may be used by
// several goroutines.
type Validator struct {
	tables    []table
	members   []member
	codeSets  []codeSet
	names     index
	resources scope  // resource type name to table
	typeIDs   scope  // resource type name to its bit in targets
	element   uint16 // the table of Element, for what stands under _property
}

// New compiles definitions into a Validator, which takes some milliseconds.
func New(set *definitions.Set) *Validator { return compile(set) }

// Validate checks a resource of any type, with all it contains, and gives what
// is wrong with it in the order of the text; nil if nothing is. It does not
// stop at the first issue, but after MaxIssues with one more that says so.
//
// Every issue names the element in FHIRPath, starting from the type of the
// given resource: Patient.name[0].family, Immunization.occurrence for the
// property occurrenceDateTime, Patient.birthDate.extension[0] for what stands
// under _birthDate. Names that R4 does not know appear as they were sent. An
// element that is missing is named as if it were there.
func (v *Validator) Validate(resource codec.Value) []fhir.Issue {
	w := walk{v: v, root: resource}
	w.resource(resource, false)
	return w.issues
}
