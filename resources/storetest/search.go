package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// population writes the resources that searches are tried on.
func (s *suite) population() {
	s.create("Patient", "anna", `"identifier":[{"system":"urn:mrn","value":"1","type":{"coding":[{"system":"urn:types","code":"MR"}],"text":"Medical record"}}],"name":[{"family":"Müller","given":["Anna","Lena"]}],"gender":"female","birthDate":"2015-04-10","active":true,"managingOrganization":{"reference":"Organization/north"}`)
	s.create("Patient", "ben", `"identifier":[{"system":"urn:mrn","value":"2"},{"system":"urn:ssn","value":"1"}],"name":[{"family":"Muller","given":["Ben"]}],"gender":"male","birthDate":"2015-04","managingOrganization":{"reference":"Organization/south","identifier":{"system":"urn:npi","value":"77"}}`)
	s.create("Patient", "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e", `"name":[{"family":"Smith"},{"family":"Zuckerberg"}],"birthDate":"1950"`)
	s.create("Patient", "dee", `"identifier":[{"value":"1"}],"name":[{"text":"Smithers"}],"gender":"female"`)
	s.create("Organization", "north", `"name":"North Clinic"`)
	s.create("Organization", "south", `"name":"South Clinic","partOf":{"reference":"Organization/north"}`)
	immunization := func(id, patient, date, code, lot string) {
		s.create("Immunization", id, fmt.Sprintf(`"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q,"display":"Vaccine %s"}],"text":"dose of %s"},"patient":{"reference":%q},"occurrenceDateTime":%q%s`, code, code, code, patient, date, lot))
	}
	immunization("i1", "Patient/anna", "2015-06-10", "110", `,"lotNumber":"A1"`)
	immunization("i2", "Patient/anna", "2016-04-11T08:30:00Z", "03", `,"lotNumber":"A2"`)
	immunization("i3", "Patient/ben", "2016", "03", `,"lotNumber":"B1"`)
	immunization("i4", "Patient/0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e", "2021-03-01T12:00:00+02:00", "208", `,"lotNumber":"b-2"`)
	immunization("i5", "Patient/nobody", "2021-03-01", "208", "")
	s.create("Observation", "o1", `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8310-5"}]},"subject":{"reference":"Patient/anna"},"valueQuantity":{"value":38.5,"unit":"Cel","system":"http://unitsofmeasure.org","code":"Cel"},"effectivePeriod":{"start":"2020-01-01","end":"2020-02-01"}`)
	s.create("Observation", "o2", `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8310-5"}]},"subject":{"reference":"Patient/ben"},"valueQuantity":{"value":36.6,"unit":"Cel","system":"http://unitsofmeasure.org","code":"Cel"},"effectivePeriod":{"start":"2020-01-15"}`)
	s.create("Observation", "o3", `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/ben"},"valueQuantity":{"value":70,"comparator":">","unit":"kg"},"effectivePeriod":{"end":"2019-12-31"}`)
	s.create("ValueSet", "v1", `"status":"active","url":"http://example.org/fhir/ValueSet/one"`)
	s.create("ValueSet", "v2", `"status":"active","url":"http://example.org/fhir/ValueSet/one/two"`)
}

const smith = "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"

// Lists that are long enough for a store to have another way with them.
var (
	manyPatients = strings.TrimPrefix(strings.Repeat(",Patient/none", 20), ",") + ",none"
	manyCodes    = strings.TrimPrefix(strings.Repeat(",http://hl7.org/fhir/sid/cvx|999", 20), ",")
)

// searches: what each search finds, in any order.
func (s *suite) searches() {
	s.population()
	for _, test := range []struct{ resourceType, query, want string }{
		{"Patient", "", "anna ben dee " + smith},
		{"Patient", "_id=anna,dee,none", "anna dee"},
		{"Patient", "_id=" + smith, smith},
		{"Patient", "identifier=urn:mrn|1", "anna"},
		{"Patient", "identifier=1", "anna ben dee"},
		{"Patient", "identifier=|1", "dee"},
		{"Patient", "identifier=urn:mrn|", "anna ben"},
		{"Patient", "identifier=urn:mrn|1,urn:ssn|1", "anna ben"},
		{"Patient", "identifier=urn:mrn|2&identifier=urn:ssn|1", "ben"},
		{"Patient", "identifier:of-type=urn:types|MR|1", "anna"},
		{"Patient", "identifier:text=medical", "anna"},
		{"Patient", "identifier:missing=true", smith},
		{"Patient", "identifier:missing=false", "anna ben dee"},
		{"Patient", "gender=female", "anna dee"},
		{"Patient", "gender:not=female", "ben " + smith},
		{"Patient", "gender:not=female,male", smith},
		{"Patient", "active=true", "anna"},
		{"Patient", "name=mull", "anna ben"},
		{"Patient", "name=MÜLLER", "anna ben"},
		{"Patient", "family:exact=Müller", "anna"},
		{"Patient", "family:contains=ucker", smith},
		{"Patient", "name=smith", "dee " + smith},
		{"Patient", "name=smith&gender=female", "dee"},
		{"Patient", "given=len", "anna"},
		{"Patient", "birthdate=2015-04-10", "anna"},
		{"Patient", "birthdate=2015-04", "anna ben"},
		{"Patient", "birthdate=gt2015-04-10", "ben"},
		{"Patient", "birthdate=lt2015-04-10", "ben " + smith},
		{"Patient", "birthdate=ge2015&birthdate=le2015", "anna ben"},
		{"Patient", "birthdate=sa1950", "anna ben"},
		{"Patient", "birthdate=eb2015-04-10", smith},
		{"Patient", "birthdate=ne2015-04-10", "ben " + smith},
		{"Patient", "birthdate:missing=true", "dee"},
		{"Patient", "organization=Organization/north", "anna"},
		{"Patient", "organization=north", "anna"},
		{"Patient", "organization:identifier=urn:npi|77", "ben"},
		{"Patient", "organization.name=south", "ben"},
		{"Patient", "organization.partof.name=north", "ben"},
		{"Patient", "_has:Immunization:patient:vaccine-code=03", "anna ben"},
		{"Patient", "_has:Immunization:patient:vaccine-code=03&gender=female", "anna"},
		{"Patient", "_has:Immunization:patient:date=gt2020", smith},
		{"Immunization", "patient=Patient/anna", "i1 i2"},
		{"Immunization", "patient=anna", "i1 i2"},
		{"Immunization", "patient:Patient=nobody", "i5"},
		{"Immunization", "patient=" + smith, "i4"},
		{"Immunization", "patient=" + manyPatients + ",ben,Patient/anna,anna,http://elsewhere.example/Patient/" + smith, "i1 i2 i3"},
		{"Immunization", "patient=" + manyPatients + "&vaccine-code=03", ""},
		{"Immunization", "patient=" + manyPatients + ",anna,ben&vaccine-code=03&_sort=-date&_count=1", "i2 i3"},
		{"Immunization", "vaccine-code:not=" + manyCodes + ",03,110", "i4 i5"},
		{"Immunization", "vaccine-code=" + manyCodes + ",http://hl7.org/fhir/sid/cvx|,03", "i1 i2 i3 i4 i5"},
		{"Immunization", "patient.identifier=urn:mrn|1", "i1 i2"},
		{"Immunization", "patient.name=mull&vaccine-code=03", "i2 i3"},
		{"Immunization", "patient.gender=male", "i3"},
		{"Immunization", "vaccine-code=03", "i2 i3"},
		{"Immunization", "vaccine-code=http://hl7.org/fhir/sid/cvx|110", "i1"},
		{"Immunization", "vaccine-code=http://example.org|110", ""},
		{"Immunization", "vaccine-code:text=dose+of+2", "i4 i5"},
		{"Immunization", "date=2016", "i2 i3"},
		{"Immunization", "date=2021-03-01", "i4 i5"},
		{"Immunization", "date=2021-03-01T10:00:00Z", "i4"},
		{"Immunization", "patient=anna&date=ge2016", "i2"},
		{"Immunization", "status=completed&patient=ben", "i3"},
		{"Immunization", "lot-number=b", "i3 i4"},
		{"Immunization", "lot-number:missing=true", "i5"},
		{"Observation", "value-quantity=38.5", "o1"},
		{"Observation", "value-quantity=gt37", "o1 o3"},
		{"Observation", "value-quantity=gt30|http://unitsofmeasure.org|Cel", "o1 o2"},
		{"Observation", "value-quantity=gt100||kg", "o3"},
		{"Observation", "code-value-quantity=8310-5$gt37", "o1"},
		{"Observation", "date=2020-01-20", ""},
		{"Observation", "date=ge2020-01-20", "o1 o2"},
		{"Observation", "date=lt2020", "o3"},
		{"Observation", "date=sa2020-01-10", "o2"},
		{"Observation", "date=eb2020-01-10", "o3"},
		{"Observation", "subject:Patient.name=anna", "o1"},
		{"ValueSet", "url=http://example.org/fhir/ValueSet/one", "v1"},
		{"ValueSet", "url:below=http://example.org/fhir/ValueSet/one", "v1 v2"},
		{"ValueSet", "url:above=http://example.org/fhir/ValueSet/one/two", "v1 v2"},
		{"Location", "name=x", ""},
	} {
		got := s.find(test.resourceType, test.query)
		slices.Sort(got)
		want := strings.Fields(test.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			s.Errorf("Search(%s?%s) = %v, want %v", test.resourceType, test.query, got, want)
		}
	}
}

// searchAfterChange: a search finds what is, not what was.
func (s *suite) searchAfterChange() {
	first := s.create("Patient", "a", `"gender":"male","name":[{"family":"Old"}]`)
	s.clock.Add(time.Hour)
	s.put(resources.PUT, "Patient", "a", 1, `"gender":"male","name":[{"family":"New"}]`)
	for query, want := range map[string]int{
		"family=old": 0, "family=new": 1, "gender=male": 1, "name=old": 0,
		"_lastUpdated=" + first.LastUpdated.String():   0,
		"_lastUpdated=gt" + first.LastUpdated.String(): 1,
	} {
		if got := s.find("Patient", query); len(got) != want {
			s.Errorf("after an update, Search(Patient?%s) = %v, want %d", query, got, want)
		}
	}
	s.put(resources.DELETE, "Patient", "a", 2, "")
	for _, query := range []string{"", "family=new", "gender:not=female", "family:missing=false", "_id=a", "_lastUpdated=gt2000", "family:contains=e"} {
		if got := s.find("Patient", query); len(got) != 0 {
			s.Errorf("after a deletion, Search(Patient?%s) = %v", query, got)
		}
	}
}

// sort: the order of sorted searches, with what has no value last.
func (s *suite) sort() {
	s.population()
	for _, test := range []struct{ resourceType, query, want string }{
		{"Patient", "_sort=_id", smith + " anna ben dee"},
		{"Patient", "_sort=-_id", "dee ben anna " + smith},
		{"Patient", "_sort=_lastUpdated", "anna ben " + smith + " dee"},
		{"Patient", "_sort=-_lastUpdated", "dee " + smith + " ben anna"},
		{"Patient", "_sort=birthdate", smith + " ben anna dee"},
		{"Patient", "_sort=-birthdate", "anna ben " + smith + " dee"},
		{"Patient", "_sort=-family&gender=female", "anna dee"},
		{"Patient", "_sort=gender,-birthdate", "anna dee ben " + smith},
		{"Patient", "_sort=-given", "anna ben " + smith + " dee"},
		{"Immunization", "_sort=-date", "i4 i5 i2 i3 i1"},
		{"Immunization", "patient=anna&_sort=-date", "i2 i1"},
		{"Immunization", "_sort=lot-number", "i1 i2 i4 i3 i5"},
		{"Observation", "_sort=date", "o3 o1 o2"},
		{"Observation", "_sort=-value-quantity", "o3 o1 o2"},
	} {
		for _, count := range []int{1, 2, 50} {
			query := fmt.Sprintf("%s&_count=%d", test.query, count)
			if got, want := s.find(test.resourceType, query), strings.Fields(test.want); !slices.Equal(got, want) {
				s.Errorf("Search(%s?%s) = %v, want %v", test.resourceType, query, got, want)
			}
		}
	}
}

// totals: the total is exact when asked for, and never wrong.
func (s *suite) totals() {
	s.population()
	for _, test := range []struct {
		resourceType, query string
		want                int
	}{
		{"Patient", "", 4}, {"Patient", "gender=female", 2}, {"Patient", "name=smith", 2}, {"Immunization", "vaccine-code:text=dose", 5},
		{"Patient", "gender:not=male", 3}, {"Observation", "code-value-quantity=8310-5$gt37", 1}, {"Location", "", 0},
	} {
		for _, suffix := range []string{"&_count=1&_total=accurate", "&_count=0", "&_count=50&_total=accurate&_sort=_lastUpdated", "&_count=50"} {
			if _, got := s.pages(s.query(test.resourceType, test.query+suffix)); got != test.want {
				s.Errorf("total of %s?%s%s = %d, want %d", test.resourceType, test.query, suffix, got, test.want)
			}
		}
		if _, got := s.pages(s.query(test.resourceType, test.query+"&_count=1")); got != test.want && got != -1 {
			s.Errorf("total of %s?%s unasked = %d, want %d or -1", test.resourceType, test.query, got, test.want)
		}
	}
}

// badCursor: a position that is not the store's, or of another search, is refused.
func (s *suite) badCursor() {
	s.population()
	q := s.query("Patient", "_count=1&_sort=birthdate")
	page, err := s.store.Search(s.ctx, s.all, q)
	if err != nil || page.Next == nil {
		s.Fatalf("Search = %+v, %v, want a next page", page, err)
	}
	other := s.query("Immunization", "_count=1")
	for _, bad := range []struct {
		q        *search.Query
		position []byte
	}{{q, []byte{}}, {q, []byte("x")}, {q, slices.Repeat([]byte{0xFF}, 40)}, {other, page.Next}, {other, []byte("no position")}} {
		bad.q.Position = bad.position
		if _, err := s.store.Search(s.ctx, s.all, bad.q); !errors.Is(err, resources.ErrBadCursor) {
			s.Errorf("Search(%s) from position %q = %v, want ErrBadCursor", bad.q.Resource, bad.position, err)
		}
	}
}

// pagesUnderWrites: while others add, change and delete, pages neither miss
// nor repeat what stays as it is.
func (s *suite) pagesUnderWrites() {
	const standing = 150
	var writes []resources.Write
	for i := range standing {
		writes = append(writes, Put(s, resources.PUT, "Patient", fmt.Sprintf("stays%03d", i), 0, fmt.Sprintf(`"gender":"female","birthDate":"20%02d-01-01"`, i%20)))
	}
	if _, err := s.commit(writes...); err != nil {
		s.Fatal(err)
	}
	defer s.disturb()()
	for _, query := range []string{"gender=female", "", "birthdate=ge2000", "_sort=birthdate", "gender=female&_sort=-birthdate", "_sort=-_id"} {
		seen := map[string]int{}
		for _, id := range s.find("Patient", query+"&_count=11") {
			seen[id]++
		}
		for i := range standing {
			if id := fmt.Sprintf("stays%03d", i); seen[id] != 1 {
				s.Errorf("Search(Patient?%s) gives %s %d times over all pages", query, id, seen[id])
			}
		}
	}
}

// disturb has writers add, change and delete Patients, until the function that
// it gives is called.
func (s *suite) disturb() (end func()) {
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			// Each writer changes the same few resources again and again: were there
			// ever more of them, a reader might never come to the end.
			random := rand.New(rand.NewPCG(1, uint64(w)))
			var versions [20]uint64
			for {
				select {
				case <-stop:
					return
				default:
				}
				n := random.IntN(len(versions))
				method := []resources.Method{resources.PUT, resources.PUT, resources.DELETE}[random.IntN(3)]
				elements := fmt.Sprintf(`"gender":"female","birthDate":"20%02d-01-01"`, random.IntN(20))
				if _, err := s.commit(Put(s, method, "Patient", fmt.Sprintf("moves%d-%d", w, n), versions[n], elements)); err != nil {
					s.Errorf("writer: %v", err)
					return
				}
				versions[n]++
			}
		})
	}
	return func() {
		close(stop)
		writers.Wait()
	}
}

// randomSearches compares the store's answers with those of search.Match over
// the entries of every resource: whatever way a store finds resources, it must
// find those.
func (s *suite) randomSearches() {
	random := rand.New(rand.NewPCG(7, 7))
	people := newPeople(random)
	var writes []resources.Write
	for range 150 {
		writes = append(writes, Put(s, resources.PUT, "Patient", people.id(), 0, people.patient()))
	}
	writes = slices.CompactFunc(writes, func(a, b resources.Write) bool { return a.ID == b.ID })
	for i := range 300 {
		writes = append(writes, Put(s, resources.PUT, "Immunization", fmt.Sprint("i", i), 0, people.immunization()))
	}
	if _, err := s.commit(writes...); err != nil {
		s.Fatal(err)
	}
	entries := make([][]search.Entry, len(writes))
	for i, w := range writes {
		entries[i] = s.registry.AppendEntries(nil, w.Resource)
	}
	const searches = 300
	refused := 0
	for range searches {
		resourceType, query := people.query()
		q := s.query(resourceType, query)
		if random.IntN(3) == 0 {
			q.Where = []search.Condition{&search.AnyOf{Conditions: q.Where}}
		}
		var want []string
		for i, w := range writes {
			if w.Type == resourceType && search.Match(q.Where, entries[i], nil) {
				want = append(want, w.ID)
			}
		}
		if !s.compareSearch(q, want) {
			refused++
		}
	}
	if refused > searches/10 {
		s.Errorf("%d of %d searches are refused as too costly", refused, searches)
	}
}

// compareSearch compares what all pages of a search give with what they
// should; false when the store refuses the search as too costly, as it may.
func (s *suite) compareSearch(q *search.Query, want []string) bool {
	s.Helper()
	got, total, err := s.tryPages(q)
	switch {
	case errors.Is(err, resources.ErrTooCostly):
		return false
	case err != nil:
		s.Fatalf("Search(%s?%s): %v", q.Resource, q.Used, err)
	}
	if total != -1 && total != len(want) {
		s.Errorf("total of %s?%s = %d, want %d", q.Resource, q.Used, total, len(want))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("Search(%s?%s) (-want +got):\n%s", q.Resource, q.Used, diff)
	}
	return true
}
