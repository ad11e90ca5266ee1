package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// names are the resources of a page as Type/id.
func names(versions []resources.Version) []string {
	all := []string{}
	for _, v := range versions {
		all = append(all, v.Type+"/"+v.ID)
	}
	return all
}

// included gives what comes along with the first page of a search, sorted.
func (s *suite) included(q *search.Query) []string {
	s.Helper()
	page, err := s.store.Search(s.ctx, s.all, q)
	if err != nil {
		s.Fatalf("Search(%s?%s): %v", q.Resource, q.Used, err)
	}
	for _, v := range page.Included {
		if current, err := s.store.Read(s.ctx, s.all, v.Type, v.ID); err != nil || !cmp.Equal(current, v) {
			s.Errorf("Search(%s?%s) includes %v, and Read gives %v, %v", q.Resource, q.Used, v, current, err)
		}
	}
	again, err := s.store.Search(s.ctx, s.all, q)
	if diff := cmp.Diff(page, again); err != nil || diff != "" {
		s.Errorf("Search(%s?%s) gives another page when asked again: %v (-first +again):\n%s", q.Resource, q.Used, err, diff)
	}
	got := names(page.Included)
	slices.Sort(got)
	return got
}

// includes: what comes along with the matches, each once and no match among it.
func (s *suite) includes() {
	s.population()
	s.create("Location", "a", `"partOf":{"reference":"Location/b"}`)
	s.create("Location", "b", `"partOf":{"reference":"Location/c"}`)
	s.create("Location", "c", `"partOf":{"reference":"Location/a"},"managingOrganization":{"reference":"Organization/north"}`)
	s.create("Observation", "version", `"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/anna/_history/7"},"performer":[{"reference":"http://elsewhere.example.org/fhir/Patient/ben"},{"reference":"Practitioner/none"},{"identifier":{"value":"1"}}]`)
	s.create("Patient", "gone", `"managingOrganization":{"reference":"Organization/north"}`)
	s.create("Observation", "orphan", `"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/gone"}`)
	s.put(resources.DELETE, "Patient", "gone", 1, "")
	for _, test := range []struct{ resourceType, query, want string }{
		{"Immunization", "_include=Immunization:patient", "Patient/" + smith + " Patient/anna Patient/ben"},
		{"Immunization", "_include=Immunization:patient:Patient&lot-number=A1,A2", "Patient/anna"},
		{"Immunization", "_include=Immunization:performer:Organization", ""},
		{"Immunization", "_include=*&lot-number=B1", "Patient/ben"},
		{"Immunization", "_include=Immunization:*&_include=Immunization:patient&lot-number=B1", "Patient/ben"},
		{"Immunization", "_include=Immunization:patient&_count=0", ""},
		{"Immunization", "_include=Immunization:patient&lot-number=none", ""},
		{"Immunization", "lot-number=A1&_include=Immunization:patient&_include:iterate=Patient:organization", "Organization/north Patient/anna"},
		{"Immunization", "lot-number=B1&_include:iterate=Organization:partof&_include:iterate=Patient:organization&_include=Immunization:patient", "Organization/north Organization/south Patient/ben"},
		{"Immunization", "lot-number=B1&_include:iterate=*", "Organization/north Organization/south Patient/ben"},
		{"Observation", "_id=version&_include=*", "Patient/anna"},
		{"Observation", "_id=orphan&_include=*", ""},
		{"Patient", "_id=anna&_revinclude=Immunization:patient", "Immunization/i1 Immunization/i2"},
		{"Patient", "_id=anna&_revinclude=Immunization:patient:Patient", "Immunization/i1 Immunization/i2"},
		{"Patient", "_id=anna&_revinclude=Immunization:*", "Immunization/i1 Immunization/i2"},
		{"Patient", "_id=anna&_revinclude=*", "Immunization/i1 Immunization/i2 Observation/o1 Observation/version"},
		{"Patient", "_id=dee&_revinclude=*", ""},
		{"Organization", "_id=north&_revinclude=Organization:partof", "Organization/south"},
		{"Organization", "_id=north&_revinclude=Patient:organization&_revinclude:iterate=Immunization:patient", "Immunization/i1 Immunization/i2 Patient/anna"},
		{"Organization", "_id=south&_include=Organization:partof&_revinclude:iterate=Patient:organization", "Organization/north Patient/anna Patient/ben"},
		{"Organization", "_revinclude=Organization:partof&_include=Organization:partof", ""},
		{"Location", "_id=a&_include=Location:partof", "Location/b"},
		{"Location", "_id=a&_include:iterate=Location:partof", "Location/b Location/c"},
		{"Location", "_id=a&_revinclude:iterate=Location:partof&_include:iterate=Location:organization", "Location/b Location/c Organization/north"},
	} {
		if got, want := s.included(s.query(test.resourceType, test.query)), strings.Fields(test.want); !slices.Equal(got, want) {
			s.Errorf("Search(%s?%s) includes %v, want %v", test.resourceType, test.query, got, want)
		}
	}
	// What is included belongs to the page.
	q := s.query("Immunization", "_sort=_id&_count=2&_include=Immunization:patient&_total=accurate")
	for i, want := range []string{"Patient/anna", "Patient/" + smith + " Patient/ben", ""} {
		page, err := s.store.Search(s.ctx, s.all, q)
		got := names(page.Included)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, strings.Fields(want)) || page.Total != 5 {
			s.Fatalf("page %d includes %v with a total of %d, %v; want %s and 5", i, got, page.Total, err, want)
		}
		q.Position = page.Next
	}
}

// includedState: what is included is of the same state as the page.
func (s *suite) includedState() {
	const rounds = 60
	write := func(n int) error {
		text := fmt.Sprintf(`"identifier":[{"value":"%d"}]`, n)
		_, err := s.commit(
			Put(s, resources.PUT, "Organization", "o", uint64(n), text),
			Put(s, resources.PUT, "Patient", "p", uint64(n), text+`,"managingOrganization":{"reference":"Organization/o"}`))
		return err
	}
	if err := write(0); err != nil {
		s.Fatal(err)
	}
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 1; n < rounds; n++ {
			if err := write(n); err != nil {
				s.Errorf("writer: %v", err)
				return
			}
		}
	})
	q := s.query("Patient", "_id=p&_include=Patient:organization")
	for last := uint64(0); last < rounds; {
		page, err := s.store.Search(s.ctx, s.all, q)
		if err != nil || len(page.Versions) != 1 || len(page.Included) != 1 {
			s.Errorf("Search = %+v, %v, want one match and one included", page, err)
			break
		}
		last = page.Versions[0].Version
		if got := page.Included[0].Version; got != last {
			s.Errorf("a page with version %d includes version %d, which was written with another", last, got)
			break
		}
		if s.Failed() {
			break
		}
	}
	writer.Wait()
}

// hierarchies: :above and :below over locations and organizations.
func (s *suite) hierarchies() {
	s.population()
	location := func(id, partOf string, version uint64) {
		s.put(resources.PUT, "Location", id, version, fmt.Sprintf(`"name":%q,"partOf":{"reference":%q}`, id, partOf))
	}
	s.create("Location", "state", `"name":"state"`)
	location("county1", "Location/state", 0)
	location("county2", "Location/state", 0)
	location("clinic1", "Location/county1/_history/1", 0)
	location("clinic2", "Location/county2", 0)
	location("room", "Location/clinic1", 0)
	location("x", "Location/y", 0)
	location("y", "Location/x", 0)
	location("stray", "Location/nowhere", 0)
	for _, at := range []string{"state", "county1", "clinic1", "room", "clinic2", "x", "stray", "nowhere"} {
		s.create("Immunization", "at-"+at, fmt.Sprintf(`"status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/anna"},"occurrenceDateTime":"2020","location":{"reference":"Location/%s"}`, at))
	}
	find := func(resourceType, query, want string) {
		s.Helper()
		got := s.find(resourceType, query)
		slices.Sort(got)
		if !slices.Equal(got, strings.Fields(want)) {
			s.Errorf("Search(%s?%s) = %v, want %s", resourceType, query, got, want)
		}
	}
	find("Immunization", "location:below=Location/state", "at-clinic1 at-clinic2 at-county1 at-room at-state")
	find("Immunization", "location:below=county1", "at-clinic1 at-county1 at-room")
	find("Immunization", "location:below=county1,clinic2", "at-clinic1 at-clinic2 at-county1 at-room")
	find("Immunization", "location:below=room", "at-room")
	find("Immunization", "location:above=clinic1", "at-clinic1 at-county1 at-state")
	find("Immunization", "location:above=Location/state", "at-state")
	find("Immunization", "location:below=x", "at-x")
	find("Immunization", "location:above=y", "at-x")
	find("Immunization", "location:below=nowhere", "at-nowhere at-stray")
	find("Immunization", "location:above=stray", "at-nowhere at-stray")
	find("Immunization", "location:above=nowhere", "at-nowhere")
	find("Immunization", "location:below=county2&patient=ben", "")
	find("Immunization", "location:below=county1&location:above=clinic1&_sort=-_id", "at-clinic1 at-county1")
	find("Location", "partof:below=county1", "clinic1 room")
	find("Location", "partof:above=room", "clinic1 county1 county2 room")
	find("Patient", "organization:below=north", "anna ben")
	find("Patient", "organization:below=Organization/south", "ben")
	find("Patient", "organization:above=south", "anna ben")
	find("Immunization", "patient.organization:below=south", "i3")
	find("Organization", "_has:Patient:organization:_id=ben", "south")
	// The hierarchy is what it is now.
	location("clinic1", "Location/county2", 1)
	find("Immunization", "location:below=county1", "at-county1")
	find("Immunization", "location:below=county2", "at-clinic1 at-clinic2 at-room")
	s.put(resources.DELETE, "Location", "clinic1", 2, "")
	find("Immunization", "location:below=county2", "at-clinic2")
}

// severalTypes: a search over several types gives what the searches of each
// give, in one sequence of pages.
func (s *suite) severalTypes() {
	s.population()
	of := func(text string) *search.Query {
		q, err := s.registry.ParseTypes(s.registry.Types(), text, s.options())
		if err != nil {
			s.Fatalf("ParseTypes(%s): %v", text, err)
		}
		return q
	}
	for _, test := range []struct{ query, want string }{
		{"_type=Patient,Organization", "anna ben " + smith + " dee north south"},
		{"_type=Organization,Patient&_id=dee,north", "north dee"},
		{"_type=Location,Organization", "north south"},
		{"_type=Location,Device", ""},
		{"_type=Observation,Immunization&patient=Patient/anna", "o1 i1 i2"},
		{"_id=anna,i3,v2", "i3 anna v2"},
		{"_type=Organization,Patient&_sort=_lastUpdated", "anna ben " + smith + " dee north south"},
		{"_type=Organization,Patient&_sort=-_lastUpdated", "south north dee " + smith + " ben anna"},
		{"_type=Patient,Organization&_sort=-_id", "south north dee ben anna " + smith},
		{"_type=Organization,Patient&_sort=name", "anna ben north " + smith + " dee south"},
		{"_type=Immunization,Observation&_sort=status,_id", "i1 i2 i3 i4 i5 o1 o2 o3"},
		{"_type=Observation,Immunization&_sort=-status", ""},
		{"_type=Observation,Immunization&_sort=date", ""},
		{"_type=Observation,Immunization&_sort=-date&patient.name=anna", ""},
		{"_sort=_lastUpdated", "anna ben " + smith + " dee north south i1 i2 i3 i4 i5 o1 o2 o3 v1 v2"},
		{"_sort=-_lastUpdated&_lastUpdated=gt2000", "v2 v1 o3 o2 o1 i5 i4 i3 i2 i1 south north dee " + smith + " ben anna"},
	} {
		whole, _ := s.pages(of(test.query + "&_count=100"))
		for _, b := range of(test.query).Branches() {
			ids, _ := s.pages(&search.Query{Branch: b, Count: 100})
			inWhole := slices.DeleteFunc(slices.Clone(whole), func(id string) bool { return !slices.Contains(ids, id) })
			if len(of(test.query).Sort) > 0 && !slices.Equal(inWhole, ids) || len(inWhole) != len(ids) {
				s.Errorf("Search(%s) has %v of %s, want %v", test.query, inWhole, b.Resource, ids)
			}
		}
		if test.want != "" && !slices.Equal(whole, strings.Fields(test.want)) {
			s.Errorf("Search(%s) = %v, want %s", test.query, whole, test.want)
		}
		for _, count := range []int{1, 2, 3, 7} {
			paged, total := s.pages(of(fmt.Sprintf("%s&_count=%d&_total=accurate", test.query, count)))
			if !slices.Equal(paged, whole) || total != len(whole) {
				s.Errorf("Search(%s) in pages of %d = %v with a total of %d, want %v", test.query, count, paged, total, whole)
			}
		}
		if _, total := s.pages(of(test.query + "&_count=0")); total != len(whole) {
			s.Errorf("total of %s = %d, want %d", test.query, total, len(whole))
		}
	}
	want := []string{"Organization/north", "Organization/south", "Patient/ben"}
	if got := s.included(of("_type=Immunization,Observation&patient=Patient/ben&_include=*&_include:iterate=*")); !slices.Equal(got, want) {
		s.Errorf("a search over several types includes %v, want %v", got, want)
	}
	first := of("_type=Patient,Organization&_count=1")
	page, err := s.store.Search(s.ctx, s.all, first)
	if err != nil || page.Next == nil {
		s.Fatalf("Search = %+v, %v, want a next page", page, err)
	}
	for _, text := range []string{"_type=Organization,Patient", "_type=Patient", "_type=Patient,Organization&_sort=_id"} {
		other := of(text)
		other.Position = page.Next
		if _, err := s.store.Search(s.ctx, s.all, other); !errors.Is(err, resources.ErrBadCursor) {
			s.Errorf("Search(%s) from the position of another = %v, want ErrBadCursor", text, err)
		}
	}
}

// severalUnderWrites: pagesUnderWrites for searches over several types.
func (s *suite) severalUnderWrites() {
	const standing = 60
	var writes []resources.Write
	types := []string{"Patient", "Organization", "Practitioner"}
	for i := range standing {
		writes = append(writes, Put(s, resources.PUT, types[i%len(types)], fmt.Sprintf("stays%03d", i), 0, `"active":true`))
	}
	if _, err := s.commit(writes...); err != nil {
		s.Fatal(err)
	}
	defer s.disturb()()
	for _, query := range []string{"", "_id:not=none", "_sort=_id", "_sort=-_lastUpdated", "active:missing=false", "_sort=active&active=true"} {
		q, err := s.registry.ParseTypes(types, query+"&_count=7", s.options())
		if err != nil {
			s.Fatal(err)
		}
		ids, _ := s.pages(q)
		seen := map[string]int{}
		for _, id := range ids {
			seen[id]++
		}
		for i := range standing {
			if id := fmt.Sprintf("stays%03d", i); seen[id] != 1 {
				s.Errorf("Search(?%s) gives %s %d times over all pages", query, id, seen[id])
			}
		}
	}
}
