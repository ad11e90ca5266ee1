// Package search is FHIR R4 search without a store: search parameters
// compiled from the definitions, the index entries that a resource has under
// them, and query text parsed once into a tree. A store keeps the entries in
// its own key order and compiles the tree into reads of its own; Compare.Match
// is what a comparison means, for stores that must look at a resource itself.
//
// https://hl7.org/fhir/R4/search.html
//
// # How R4 is read where it leaves a choice
//
// Strings are compared by Fold; punctuation and white space count. Each part
// of a name is compared from its beginning: a family name of two words is not
// found by the second.
//
// Tokens are case-sensitive, but those over the data type string are not. An
// element of type code has no system; a search may write the one that its
// required binding implies. ContactPoint, boolean and uri have none, and a bar
// in a search for them is refused. Patient.deceased is false where the element
// is absent, as its expression says.
//
// A number stands for a range of half a unit of its last digit either way,
// also 1e2; in a resource it is exact. A Quantity with a comparator is a range
// open to one side. A Range includes its ends, so that 10 to 20 is ge20; its
// unit is that of the low end, or where that states none, of the high one.
// SampledData are the range of their samples. Units are not converted. ap
// widens by 10%.
//
// A Period without a start or end is open there; a Timing is its outer limits;
// an instant has no width. A date without a time is in Config.Zone.
//
// A reference without a version is found whatever version the resource
// refers to; likewise a canonical. Which type a reference points to is told by
// its own text or Reference.type. What is inside a resource (contained) is
// neither indexed nor followed, nor does a reference to it make the parameter
// present for :missing.
//
// A value that no search could find, such as an Identifier with nothing but its
// use, does not make the parameter present for :missing either.
//
// :above and :below on a uri go by whole segments of its path; a slash at the
// end makes no difference. A canonical under a uri parameter (_profile) is found
// with its version and without.
//
// :above and :below on a reference hold for the location or organization named
// as well, and for what is above or below it by partOf, whether or not it is
// stored. They are for references alone: what is below a location is found by
// partof:below, not by _id:below.
//
// An include goes to the current version, whichever the reference names. An
// include with :iterate applies to the matches and to whatever was included;
// one without, to the matches alone. An include from which, given the types
// searched for, nothing could come is refused, or ignored if lenient.
//
// Expressions that select by type (as, ofType) mean exactly that type. Under a
// composite parameter, one value has at most MaxCombinations entries.
package search
