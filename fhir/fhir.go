// Package fhir holds what every part of Jenner agrees on about a FHIR R4
// resource: ids, references, dates, and the issues by which bad input is
// explained. JSON text is read by fhir/codec, its structure checked by
// fhir/schema, and R4's own facts (types, elements, search parameters) are in
// fhir/definitions.
package fhir

// Version is the FHIR version served, as CapabilityStatement.fhirVersion
// writes it.
const Version = "4.0.1"

// ValidID reports whether s is a legal logical id: 1 to 64 characters of
// A-Z, a-z, 0-9, '-' and '.'.
//
// https://hl7.org/fhir/R4/datatypes.html#id
func ValidID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isAlphanumeric(c) && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9'
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
