package pebblestore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// What includes and hierarchies lead to is bounded, and exactly so.
func TestLimitsOfIncludes(t *testing.T) {
	registry := storetest.Registry()
	s, err := Open(Config{Path: "store", FS: vfs.NewMem(), Registry: registry, Limits: Limits{Includes: 4, Iterations: 2, Hierarchy: 5}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var writes []resources.Write
	for i := range 8 { // l0 is part of l1, l1 of l2
		writes = append(writes, storetest.Put(t, resources.PUT, "Location", fmt.Sprint("l", i), 0, fmt.Sprintf(`"partOf":{"reference":"Location/l%d"}`, i+1)))
	}
	for i := range 5 {
		writes = append(writes, storetest.Put(t, resources.PUT, "Endpoint", fmt.Sprint("e", i), 0, fmt.Sprintf(`"managingOrganization":{"reference":"Organization/o%d"}`, i/4)))
	}
	for i := range 2 {
		writes = append(writes, storetest.Put(t, resources.PUT, "Organization", fmt.Sprint("o", i), 0, ""))
	}
	if _, err := s.Commit(t.Context(), resources.Everything(), resources.Batch{Writes: writes}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		resourceType, query string
		costly              bool
	}{
		{"Organization", "_id=o0&_revinclude=Endpoint:organization", false},
		{"Organization", "_revinclude=Endpoint:organization", true},
		{"Organization", "_revinclude=Endpoint:organization&_count=1", false}, // of a page, not of the search
		{"Location", "_id=l5&_include:iterate=Location:partof", false},        // l6, l7
		{"Location", "_id=l4&_include:iterate=Location:partof", false},
		{"Location", "_id=l3&_include:iterate=Location:partof", true},
		{"Location", "_id=l4&_revinclude:iterate=Location:partof&_include:iterate=Location:partof", true},
		{"Location", "partof:above=l4", false}, // l4 to l7, and l8, which is not there
		{"Location", "partof:above=l3", true},
		{"Location", "partof:below=l4", false},
		{"Location", "partof:below=l5", true},
	} {
		q, err := registry.Parse(tt.resourceType, tt.query, search.Options{Hierarchies: true, Results: []string{"_include", "_revinclude"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Search(t.Context(), resources.Everything(), q)
		if errors.Is(err, resources.ErrTooCostly) != tt.costly || err != nil && !tt.costly {
			t.Errorf("Search(%s?%s) = %v, want it too costly %v", tt.resourceType, tt.query, err, tt.costly)
		}
		var invalid *fhir.Invalid
		if tt.costly && (!errors.As(err, &invalid) || !strings.Contains(invalid.Issues[0].Text, " more than ") && !strings.Contains(invalid.Issues[0].Text, " beyond ")) {
			t.Errorf("Search(%s?%s) = %v, which does not tell a client the limit", tt.resourceType, tt.query, err)
		}
	}
}

// A condition of a commit is looked at again when anything was written that its
// answer depends on.
func TestTypesOfCriterion(t *testing.T) {
	registry := storetest.Registry()
	for query, want := range map[string][]string{
		"status=completed": {"Immunization"},
		"location:below=1": {"Immunization", "Location"},
		"patient.organization.partof:above=Organization/1": {"Immunization", "Patient", "Organization", "Organization"},
		"_has:Provenance:target:location:below=1":          {"Immunization", "Provenance", "Location"},
	} {
		q, err := registry.Parse("Immunization", query, search.Options{Hierarchies: true})
		if err != nil {
			t.Fatal(err)
		}
		q.Where = []search.Condition{&search.AnyOf{Conditions: q.Where}}
		if got := newCriterion(resources.Criterion{Query: q}).types; !slices.Equal(got, want) {
			t.Errorf("the condition %s depends on %v, want %v", query, got, want)
		}
	}
}
