package pebblestore

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// kind is the byte after the parameter in a key of the index: what the value
// is and how it is written. One entry may have keys of several kinds.
type kind byte

const (
	kindPattern    kind = 0  // which parameters have values: presence.go
	kindToken      kind = 1  // code, system
	kindSystem     kind = 2  // system of an identifier, for searches of any value
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
	kindComposite  kind = 14 // kind and value of each component
	kindSeveral    kind = 15 // nothing: the resource has several dates, numbers, quantities or references
	kindDate       kind = 16 // low end and length; 16 and up are the classes of datekeys.go
)

// parameterSpace is what all keys of a parameter begin with.
func parameterSpace(p parameterID) []byte { return []byte{spaceIndex, byte(p >> 8), byte(p)} }

// indexPrefix is what the keys of a kind of value of a parameter begin with.
func indexPrefix(p parameterID, k kind) []byte { return append(parameterSpace(p), byte(k)) }

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
	k.bytes = appendValue(append(k.bytes, parameterSpace(p)...), e)
	k.end(rid)
	if e.Parameter.Type == search.Token && e.System != "" && e.Parameter.HasIdentifiers() {
		k.addText(p, kindSystem, rid, e.System)
	}
}

// addSeveral notes that a resource has more than one value of a parameter.
func (k *keySet) addSeveral(p parameterID, rid uint64) {
	k.bytes = append(append(k.bytes, parameterSpace(p)...), byte(kindSeveral))
	k.end(rid)
}

// countsSeveral reports whether it is noted when a resource has several values: several
// conditions may then hold for different ones.
func countsSeveral(t search.Type) bool { return isRange(t) || t == search.Reference }

// isRange reports whether values of a type are compared as more or less.
func isRange(t search.Type) bool {
	return t == search.Date || t == search.Number || t == search.Quantity
}

func (k *keySet) end(rid uint64) {
	k.bytes = appendRid(k.bytes, rid)
	k.ends = append(k.ends, len(k.bytes))
}

func (k *keySet) addText(p parameterID, of kind, rid uint64, texts ...string) {
	k.bytes, _ = appendTexts(append(k.bytes, parameterSpace(p)...), of, texts...)
	k.end(rid)
}

// appendValue appends kind and value of an entry that has AspectValue.
func appendValue(dst []byte, e *search.Entry) []byte {
	switch e.Parameter.Type {
	case search.Number:
		return appendNumbers(dst, kindNumber, kindRange, e)
	case search.Quantity:
		return appendNumbers(dst, kindQuantity, kindQuantities, e)
	case search.Date:
		return appendPeriod(append(dst, byte(kindDate)+byte(classOf(e.Period))), e.Period)
	case search.String:
		dst, _ = appendTexts(dst, kindString, e.Folded)
	case search.Token:
		dst, _ = appendTexts(dst, kindToken, e.Code, e.System)
	case search.Reference:
		if isLocal(e.Target) {
			return appendTarget(append(dst, byte(kindTarget)), e.Target)
		}
		dst, _ = appendTexts(dst, kindURL, e.Target.Text)
	case search.URI:
		dst, _ = appendTexts(dst, kindURI, e.Text)
	case search.Composite:
		dst = append(dst, byte(kindComposite))
		for i := range e.Components {
			dst = appendValue(dst, &e.Components[i])
		}
	}
	return dst
}

// appendTexts appends a kind and its texts, and reports whether one was cut.
func appendTexts(dst []byte, k kind, texts ...string) ([]byte, bool) {
	dst = append(dst, byte(k))
	cut := false
	for _, text := range texts {
		var c bool
		dst, c = appendText(dst, text)
		cut = cut || c
	}
	return dst, cut
}

func appendNumbers(dst []byte, single, ranged kind, e *search.Entry) []byte {
	if e.Low == e.High {
		return appendFloat(append(dst, byte(single)), e.Low)
	}
	return appendFloat(appendFloat(append(dst, byte(ranged)), e.Low), e.High)
}

// isLocal reports whether a reference names a resource by type and id.
func isLocal(r fhir.Reference) bool { return r.Kind == fhir.Relative && r.Type != "" }

func appendTarget(dst []byte, r fhir.Reference) []byte {
	return appendID(appendTargets(dst, r.Type), r.ID)
}

// appendTargets appends what references to all resources of a type begin with.
func appendTargets(dst []byte, resourceType string) []byte {
	dst, _ = appendText(dst, resourceType)
	return dst
}

// readValue reads back the entry under kind and value, as far as comparisons look
// at it, and gives what follows. A text that was cut is not all of it. An entry
// has neither the unit of a quantity nor the version of a reference.
func readValue(e *search.Entry, b []byte) (rest []byte, cut, ok bool) {
	if len(b) == 0 {
		return nil, false, false
	}
	k, b := kind(b[0]), b[1:]
	switch k {
	case kindNumber, kindQuantity:
		if len(b) < 8 {
			return nil, false, false
		}
		e.Low = readFloat(b)
		e.High = e.Low
		return b[8:], false, true
	case kindRange, kindQuantities:
		if len(b) < 16 {
			return nil, false, false
		}
		e.Low, e.High = readFloat(b), readFloat(b[8:])
		return b[16:], false, true
	case kindToken:
		var cutSystem bool
		if e.Code, cut, b, ok = readText(b); ok {
			e.System, cutSystem, b, ok = readText(b)
		}
		return b, cut || cutSystem, ok
	case kindString:
		e.Folded, cut, b, ok = readText(b)
		return b, cut, ok
	case kindURI:
		e.Text, cut, b, ok = readText(b)
		return b, cut, ok
	case kindURL:
		e.Target = fhir.Reference{}
		e.Target.Text, cut, b, ok = readText(b)
		return b, cut, ok
	case kindTarget:
		e.Target = fhir.Reference{Kind: fhir.Relative}
		if e.Target.Type, _, b, ok = readText(b); ok {
			e.Target.ID, b, ok = readID(b)
		}
		return b, false, ok
	}
	e.Period, b, ok = readPeriod(int(k)-int(kindDate), b)
	return b, false, ok
}
