package pebblestore_test

import (
	"fmt"
	"testing"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// Whoever asks for an estimate gets a number that is near, also where counting all would
// take long; whoever does not ask gets none there.
func TestEstimate(t *testing.T) {
	const patients = 4000
	s := open(t, pebblestore.Config{Path: "store", FS: pebblestore.Memory(), Limits: pebblestore.Limits{Total: 200}})
	var writes []resources.Write
	for i := range patients {
		elements := fmt.Sprintf(`"gender":%q,"birthDate":"%d-06-01","active":%v,"name":[{"family":"Family%d"}]`,
			[]string{"male", "female", "female", "other"}[i%4], 1950+i%50, i >= patients*3/4, i%8)
		writes = append(writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprint("p", i), 0, elements))
	}
	if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		"":                                patients,
		"gender=female":                   patients / 2,
		"gender=female,male":              patients * 3 / 4,
		"gender:not=female":               patients / 2,
		"active=true":                     patients / 4, // all at the end
		"birthdate=ge1975":                patients / 2,
		"birthdate=ge1975&gender=female":  patients / 4,
		"name:contains=ily":               patients,
		"family=family3":                  patients / 8,
		"birthdate=ge1975&gender=unknown": 0,
		"_id=p7":                          1,
	} {
		for _, count := range []string{"&_count=10", "&_count=10&_sort=-birthdate"} {
			page, err := s.Search(t.Context(), everything, query(t, "Patient", text+"&_total=estimate"+count))
			if err != nil || page.Total < want*2/3 || page.Total > want*3/2 {
				t.Errorf("Search(%s%s): an estimate of %d, %v; there are %d", text, count, page.Total, err, want)
			}
		}
		page, err := s.Search(t.Context(), everything, query(t, "Patient", text+"&_count=10"))
		if err != nil || page.Total >= 0 && page.Total != want {
			t.Errorf("Search(%s): unasked a total of %d, %v; there are %d", text, page.Total, err, want)
		}
	}
	page, err := s.Search(t.Context(), everything, query(t, "Patient", "birthdate=ge1975&gender=female&_count=10"))
	if err != nil || page.Total != -1 {
		t.Errorf("a total of %d, %v where nobody asked and counting takes long", page.Total, err)
	}
}
