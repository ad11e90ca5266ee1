// Package definitions holds facts about FHIR R4 (4.0.1): resource and data
// types with their elements, search parameters, compartments, and the codes
// that required bindings allow. It knows what the standard says and does
// nothing with it: fhir/schema checks resources by these facts, fhir/search
// compiles its parameters from them.
//
// The facts are HL7's own, in the tables of folder r4, which the command
//
//	go run ./fhir/definitions/cmd/r4gen
//
// writes from the official definitions. The tables are embedded and read once,
// on first use; all strings point into the embedded text.
package definitions

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed r4/structures.txt
var structuresTable string

//go:embed r4/parameters.txt
var parametersTable string

//go:embed r4/compartments.txt
var compartmentsTable string

//go:embed r4/codes.txt
var codesTable string

// Set is a set of definitions that belong together. It is never changed after
// it was read and may be used by any number of goroutines; what its methods
// return is shared and must not be changed.
type Set struct {
	structures   []*Structure
	byName       map[string]*Structure
	resources    []string
	parameters   []*SearchParameter
	byBase       map[string][]*SearchParameter
	compartments []*Compartment
	codeSystems  map[string]*CodeSystem
	valueSets    map[string]*ValueSet
}

// R4 is the definitions of FHIR 4.0.1. The first call takes a few
// milliseconds; every call gives the same Set.
func R4() *Set { return r4() }

var r4 = sync.OnceValue(load)

func load() *Set {
	s := &Set{}
	s.readCodes(codesTable) // first: elements point to value sets
	s.readStructures(structuresTable)
	s.readParameters(parametersTable)
	s.readCompartments(compartmentsTable)
	return s
}

// rows calls yield for every line of a table that is not a comment, with its
// fields; the slice is used again for the next.
func rows(table string, yield func(fields []string)) {
	fields := make([]string, 0, 8)
	for len(table) > 0 {
		line, rest, _ := strings.Cut(table, "\n")
		table = rest
		if line == "" || line[0] == '#' {
			continue
		}
		fields = fields[:0]
		for {
			field, rest, more := strings.Cut(line, "\t")
			fields = append(fields, field)
			if !more {
				break
			}
			line = rest
		}
		yield(fields)
	}
}

// list divides a comma-separated field; an empty one gives nil.
func list(field string) []string {
	if field == "" {
		return nil
	}
	return strings.Split(field, ",")
}

// broken panics: the tables are part of the program, and a program with other
// tables than the generator writes must not start.
func broken(format string, args ...any) {
	panic("definitions: " + fmt.Sprintf(format, args...))
}
