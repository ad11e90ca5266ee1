package patch

// A path of a FHIRPath Patch names elements, so that of FHIRPath only what
// navigates can be used:
//
//	path     = ( type | step ) { "." step | "[" number "]" }
//	step     = name | "first()" | "last()" | "single()" | "where(" criteria ")" |
//	           "extension(" string ")" | "ofType(" type ")" | "as(" type ")"
//	criteria = both { "or" both }
//	both     = test { "and" test }
//	test     = "(" criteria ")" | inner ( "=" | "!=" ) literal |
//	           [ inner "." ] ( "exists(" [ criteria ] ")" | "empty()" )
//	inner    = ( "$this" | step ) { "." step | "[" number "]" }
//	literal  = string | number | "true" | "false" | "@" date
//
// https://hl7.org/fhir/R4/fhirpath.html

// path is a path that was read.
type path struct {
	root  string // the type it begins with; empty if it begins with an element
	steps []step
}

// stepKind is what a step does with the elements found so far.
type stepKind uint8

const (
	stepChild  stepKind = iota // go on to their elements called name
	stepItem                   // keep the one at index
	stepLast                   // keep the last
	stepSingle                 // there must not be several
	stepWhere                  // keep those that meet the criteria
	stepOfType                 // keep those of the type called name
)

type step struct {
	kind     stepKind
	name     string
	index    int
	criteria *criteria
}

// criteriaKind is what criteria ask.
type criteriaKind uint8

const (
	testEither  criteriaKind = iota // left or right
	testBoth                        // left and right
	testEquals                      // whether the one element of inner is the literal
	testDiffers                     // whether it is not
	testExists                      // whether inner finds anything
	testEmpty                       // whether inner finds nothing
)

type criteria struct {
	kind        criteriaKind
	left, right *criteria
	inner       []step
	literal     literal
}

// literal is a value to compare with, as text; a date is one as a string.
type literal struct {
	kind literalKind
	text string
}

type literalKind uint8

const (
	stringLiteral literalKind = iota
	numberLiteral
	booleanLiteral
)
