package search

import (
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// kinds are the data types among a parameter's values, as far as they bear on
// what may be searched for.
type kinds uint16

const (
	hasCodes       kinds = 1 << iota // code
	hasBooleans                      // boolean
	hasStrings                       // string, of a token
	hasURIs                          // uri and its kin, of a token
	hasContacts                      // ContactPoint
	hasConcepts                      // Coding, CodeableConcept
	hasIdentifiers                   // Identifier
	hasReferences                    // Reference
	hasCanonicals                    // canonical and uri, of a reference or uri parameter
	hasNested                        // a resource inside the resource
)

// emitFunc appends the entries that value v has under a leaf's parameter.
type emitFunc = func(w *walker, l *leaf, v codec.Value)

// emitter finds how a parameter of type t indexes values of a structure; nil
// where it does not.
func emitter(t Type, s *definitions.Structure) (emitFunc, kinds) {
	switch t {
	case Token:
		return tokenEmitter(s)
	case String:
		return stringEmitter(s), 0
	case Reference:
		return referenceEmitter(s)
	case Date:
		return dateEmitter(s), 0
	case Number:
		return numberEmitter(s), 0
	case Quantity:
		return quantityEmitter(s), 0
	case URI:
		switch {
		case s.Name == "canonical":
			return (*walker).canonicalURI, hasCanonicals
		case s.Is("uri"):
			return (*walker).uri, 0
		}
	}
	return nil, 0
}

func tokenEmitter(s *definitions.Structure) (emitFunc, kinds) {
	switch s.Name {
	case "Coding":
		return (*walker).coding, hasConcepts
	case "CodeableConcept":
		return (*walker).codeableConcept, hasConcepts
	case "Identifier":
		return (*walker).identifier, hasIdentifiers
	case "ContactPoint":
		return (*walker).contactPoint, hasContacts
	case "boolean":
		return (*walker).boolean, hasBooleans
	case "code", "id":
		return (*walker).code, hasCodes
	}
	switch {
	case s.Is("uri"):
		return (*walker).code, hasURIs
	case s.Is("string"):
		return (*walker).tokenString, hasStrings
	}
	return nil, 0
}

func stringEmitter(s *definitions.Structure) emitFunc {
	switch {
	case s.Is("string"):
		return (*walker).str
	case s.Name == "HumanName":
		return (*walker).humanName
	case s.Name == "Address":
		return (*walker).address
	}
	return nil
}

func referenceEmitter(s *definitions.Structure) (emitFunc, kinds) {
	switch {
	case s.Name == "Reference":
		return (*walker).reference, hasReferences
	case s.Is("uri"):
		return (*walker).canonical, hasCanonicals
	case s.Name == "Resource":
		return (*walker).nested, hasNested
	}
	return nil, 0
}

func dateEmitter(s *definitions.Structure) emitFunc {
	switch s.Name {
	case "date", "dateTime":
		return (*walker).dateTime
	case "instant":
		return (*walker).instant
	case "Period":
		return (*walker).period
	case "Timing":
		return (*walker).timing
	}
	return nil
}

func numberEmitter(s *definitions.Structure) emitFunc {
	switch {
	case s.Is("integer"), s.Name == "decimal":
		return (*walker).number
	case s.Name == "Range":
		return (*walker).rangeOf
	}
	return nil
}

func quantityEmitter(s *definitions.Structure) emitFunc {
	switch {
	case s.Is("Quantity"):
		return (*walker).quantity
	case s.Name == "Money":
		return (*walker).money
	case s.Name == "Range":
		return (*walker).rangeOf
	case s.Name == "SampledData":
		return (*walker).sampledData
	case s.Is("integer"), s.Name == "decimal":
		return (*walker).number
	}
	return nil
}
