package pebblestore

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// kind is the byte after the parameter in a key of the index: what the value
// is and how it is written. One entry may have keys of several kinds.
type kind byte

const (
	kindToken      kind = 1  // code, system
	kindSystem     kind = 2  // system of a token, for searches of any code
	kindText       kind = 3  // folded text of a token, for :text
	kindOfType     kind = 4  // code and system of the identifier's type, then its value
	kindIdentifier kind = 5  // code and system of a Reference.identifier
	kindString     kind = 6  // folded text
	kindTarget     kind = 7  // type and id that a reference points to
	kindURL        kind = 8  // a reference that is no type and id here, as written
	kindURI        kind = 9  // the URI
	kindNumber     kind = 10 // the number
	kindRange      kind = 11 // its ends
	kindQuantity   kind = 12 // the number; its unit is looked up in the resource
	kindQuantities kind = 13 // the ends of its range; likewise
	kindDate       kind = 16 // low end and length; 16 and up are the classes of date.go
)

// indexPrefix is what the keys of a kind of value of a parameter begin with.
func indexPrefix(p parameterID, k kind) []byte {
	return []byte{spaceIndex, byte(p >> 8), byte(p), byte(k)}
}

const indexPrefixLength = 4

// add adds the keys of one entry.
func (k *keySet) add(p parameterID, e *search.Entry, rid uint64) {
	switch e.Aspect {
	case search.AspectText:
		k.addText(p, kindText, rid, e.Folded)
		return
	case search.AspectOfType:
		k.addText(p, kindOfType, rid, e.Code, e.System, e.Text)
		return
	case search.AspectIdentifier:
		k.addText(p, kindIdentifier, rid, e.Code, e.System)
		return
	}
	switch e.Parameter.Type {
	case search.Number:
		k.addNumbers(p, kindNumber, kindRange, e, rid)
	case search.Quantity:
		k.addNumbers(p, kindQuantity, kindQuantities, e, rid)
	case search.Date:
		k.begin(p, kindDate+kind(classOf(e.Period)))
		k.bytes = appendPeriod(k.bytes, e.Period)
		k.end(rid)
	case search.String:
		k.addText(p, kindString, rid, e.Folded)
	case search.Token:
		k.addText(p, kindToken, rid, e.Code, e.System)
		if e.System != "" {
			k.addText(p, kindSystem, rid, e.System)
		}
	case search.Reference:
		if isLocal(e.Target) {
			k.begin(p, kindTarget)
			k.bytes = appendTarget(k.bytes, e.Target)
			k.end(rid)
		} else {
			k.addText(p, kindURL, rid, e.Target.Text)
		}
	case search.URI:
		k.addText(p, kindURI, rid, e.Text)
	case search.Composite:
		// The key leads to the resources by the first component; whether the
		// others go with it is looked up in the resource.
		if len(e.Components) > 0 && e.Components[0].Parameter != nil {
			k.add(p, &e.Components[0], rid)
		}
	}
}

func (k *keySet) begin(p parameterID, of kind) {
	k.bytes = append(k.bytes, spaceIndex, byte(p>>8), byte(p), byte(of))
}

func (k *keySet) end(rid uint64) {
	k.bytes = appendRid(k.bytes, rid)
	k.ends = append(k.ends, len(k.bytes))
}

func (k *keySet) addText(p parameterID, of kind, rid uint64, texts ...string) {
	k.begin(p, of)
	for _, text := range texts {
		k.bytes, _ = appendText(k.bytes, text)
	}
	k.end(rid)
}

func (k *keySet) addNumbers(p parameterID, single, ranged kind, e *search.Entry, rid uint64) {
	if e.Low == e.High {
		k.begin(p, single)
		k.bytes = appendFloat(k.bytes, e.Low)
	} else {
		k.begin(p, ranged)
		k.bytes = appendFloat(appendFloat(k.bytes, e.Low), e.High)
	}
	k.end(rid)
}

// isLocal reports whether a reference names a resource by type and id.
func isLocal(r fhir.Reference) bool { return r.Kind == fhir.Relative && r.Type != "" }

func appendTarget(dst []byte, r fhir.Reference) []byte {
	dst, _ = appendText(dst, r.Type)
	return appendID(dst, r.ID)
}

// The index of dates must find intervals by their low ends and by their high
// ends. Intervals of similar length are kept together, sorted by their low
// ends: among those no longer than a day, the ones that end after noon begin
// after yesterday's noon.

// classLengths are the longest intervals of each class but the last two, in
// microseconds: what FHIR's precisions cover, and lifetimes.
var classLengths = [...]fhir.Moment{1, second, 60 * second, 24 * 3600 * second, 31 * day, 366 * day, 20 * 366 * day}

const (
	second fhir.Moment = 1e6
	day                = 24 * 3600 * second

	classLong   = len(classLengths)     // longer ones, and those without an end
	classNoLow  = len(classLengths) + 1 // those without a beginning, by their high end
	dateClasses = len(classLengths) + 2
)

func classOf(i fhir.Interval) int {
	if i.Low <= fhir.EarliestMoment {
		return classNoLow
	}
	for c, longest := range classLengths {
		if i.High-i.Low <= longest {
			return c
		}
	}
	return classLong
}

// appendPeriod appends an interval as keys of its class have it.
func appendPeriod(dst []byte, i fhir.Interval) []byte {
	class := classOf(i)
	switch {
	case class == classNoLow:
		return appendMoment(dst, i.High)
	case class == classLong:
		return appendMoment(appendMoment(dst, i.Low), i.High)
	}
	dst = appendMoment(dst, i.Low)
	if length := i.High - i.Low; length != classLengths[class] {
		return appendMoment(append(dst, periodOther), length)
	}
	return append(dst, periodFull)
}

// What follows the low end of a class with a longest length: most intervals
// have just that length. The order is that of the lengths.
const (
	periodOther byte = 0 // its length follows
	periodFull  byte = 0xFF
)

// readPeriod reads what appendPeriod wrote for a class.
func readPeriod(class int, b []byte) (fhir.Interval, bool) {
	if len(b) < momentLength {
		return fhir.Interval{}, false
	}
	first, b := readMoment(b), b[momentLength:]
	switch {
	case class == classNoLow:
		return fhir.Interval{Low: fhir.EarliestMoment, High: first}, true
	case class == classLong:
		if len(b) < momentLength {
			return fhir.Interval{}, false
		}
		return fhir.Interval{Low: first, High: readMoment(b)}, true
	}
	switch {
	case class > classLong || len(b) == 0:
		return fhir.Interval{}, false
	case b[0] == periodFull:
		return fhir.Interval{Low: first, High: first + classLengths[class]}, true
	case len(b) < 1+momentLength:
		return fhir.Interval{}, false
	}
	return fhir.Interval{Low: first, High: first + readMoment(b[1:])}, true
}
