// Package population makes up a state: clinics, families and the vaccinations
// that a registry would hold of them, as FHIR R4 resources. Load tests, search
// benchmarks and everything else that needs many records take them from here.
//
// All of it follows from a seed. Patient N of a seed is the same patient however
// many are made, and is made without making the others: a load script knows the
// ids, names and birth dates of ten million stored patients without keeping
// any. Nothing grows with the number of patients.
//
// Everybody is invented. Names combine short lists of common ones; telephone
// numbers are in area code 555 and postal codes below 00500, neither of which
// is in use; the state's code is ZZ.
//
// What is realistic, because an index or a forecast would notice: ages; families
// with one name, address and telephone; accents, apostrophes and hyphens; second
// records of one person with the errors that registries see (disguise.go); about
// eleven doses for a patient, of products that were on the market at the time,
// some late, some too early, some reported from memory, some never given. What
// is not: geography, epidemics, inventory.
package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// Base begins the URL of every system that the generator names identifiers in.
const Base = "https://jenner-iis.github.io/fhir/generated"

// Config describes a state. The zero value is usable.
type Config struct {
	Seed uint64
	// AsOf is the last day on which anything happened; default 2026-01-31. It
	// moves births, so that another day means other patients.
	AsOf calendar.Date
	// Duplicates is how many of a thousand persons have a second record; default
	// 25, negative for none. It moves numbers, so that another rate means other
	// patients.
	Duplicates int
}

// State is one state. It may be used by several goroutines.
type State struct {
	seed          uint64
	asOf          calendar.Date
	duplicates    int
	surnames      []string
	streets       []string
	towns         []town
	sites         []Site
	practitioners []Practitioner
	careSites     [siteKinds]span // the sites of each kind
	productJSON   []string
}

// New makes a state, which takes about a millisecond.
func New(c Config) *State {
	if c.AsOf.IsZero() {
		c.AsOf = calendar.Of(2026, 1, 31)
	}
	switch {
	case c.Duplicates == 0:
		c.Duplicates = 25
	case c.Duplicates < 0:
		c.Duplicates = 0
	}
	s := &State{seed: c.Seed, asOf: c.AsOf, duplicates: c.Duplicates}
	s.surnames = makeSurnames()
	s.streets = makeStreets()
	s.towns = makeTowns()
	s.makeSites()
	s.makeProducts()
	return s
}

// AsOf is the last day on which anything happened.
func (s *State) AsOf() calendar.Date { return s.asOf }
