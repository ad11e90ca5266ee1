package pebblestore_test

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestFarEnd: whether the far end of a chain is found before the candidates, while these
// are asked, or not at all, the answer is the same.
func TestFarEnd(t *testing.T) {
	const patients = 80
	for _, limits := range []pebblestore.Limits{
		{}, {Collect: 1}, {Collect: 100}, {Collect: 700}, {Collect: 2000}, {Collect: 5000, Narrow: 1}, {Targets: 1}, {Targets: 40}, {Records: 250, Targets: 90},
	} {
		s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: limits})
		var writes []resources.Write
		for i := range 4 {
			writes = append(writes, storetest.Put(t, resources.PUT, "Organization", fmt.Sprint("o", i), 0, fmt.Sprintf(`"name":"Clinic%d","partOf":{"reference":"Organization/o%d"}`, i, i/2)))
		}
		for i := range patients {
			elements := fmt.Sprintf(`"name":[{"family":"Smith%d"}],"gender":%q,"birthDate":"1995-%02d-%02d","managingOrganization":{"reference":"Organization/o%d"}`,
				i%8, []string{"male", "female"}[i%2], 1+i/28, 1+i%28, i%4)
			writes = append(writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprint("p", i), 0, elements),
				storetest.Put(t, resources.PUT, "Observation", fmt.Sprint("v", i), 0, fmt.Sprintf(`"status":"final","code":{"coding":[{"code":"c%d"}]},"subject":{"reference":"Patient/p%d"}`, i%2, i)))
		}
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
		for text, want := range map[string]int{
			"patient.family=smith":                           patients,
			"patient.family=smith3":                          10,
			"patient.family=smith3&code=c1":                  10,
			"patient.family:exact=Smith3":                    10,
			"patient.family:exact=smith3":                    0,
			"patient.gender:not=male":                        patients / 2,
			"patient.gender:not=male&patient.family=smith3":  10,
			"patient.birthdate:missing=true":                 0,
			"patient.birthdate=ge1995-02-01":                 patients - 28,
			"patient.birthdate=1995-01-07":                   1,
			"patient.organization.name=clinic1":              patients / 4,
			"patient.organization.partof.name:contains=nic0": patients / 2,
			"patient.organization.partof:missing=true":       0,
		} {
			for _, more := range []string{"&_count=100", "&_count=7&_total=accurate"} {
				page, err := s.Search(t.Context(), everything, query(t, "Observation", text+more))
				if err != nil || page.Total != want {
					t.Errorf("%+v: Search(%s) finds %d, %v, want %d", limits, text+more, page.Total, err, want)
				}
			}
		}
	}
}
