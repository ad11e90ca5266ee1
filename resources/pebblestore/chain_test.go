package pebblestore_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestChainsThroughOneParameter: conditions on the far end of several chains may hold
// for different references of a resource. What is found by all together is what each
// finds that the others find too.
func TestChainsThroughOneParameter(t *testing.T) {
	const patients, observations = 60, 240
	conditions := []string{
		"performer:Patient.birthdate=ge1995-01-15", "performer:Patient.birthdate=lt1995-02-04", "performer:Patient.birthdate=ne1995-01-20",
		"performer:Patient.gender=male", "performer:Patient.gender:not=male", "performer:Patient.family=smith", "performer:Patient.family:exact=Smith1",
		"performer:Patient.birthdate=1995-01-19", "performer:Organization.name=clinic", "performer:Patient.organization.name=clinic1", "performer.identifier=x|1",
		"subject:Patient.birthdate=ge1995-01-15", "subject:Patient.birthdate=lt1995-01-19", "subject:Patient.gender=female", "code=c1",
	}
	for _, limits := range []pebblestore.Limits{{}, {Collect: 100}, {Collect: 700, Narrow: 1}, {Collect: 3000, Narrow: 1}, {Targets: 30}} {
		s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: limits})
		dice := rand.New(rand.NewPCG(1, 1))
		var writes []resources.Write
		for i := range 2 {
			writes = append(writes, storetest.Put(t, resources.PUT, "Organization", fmt.Sprint("o", i), 0, fmt.Sprintf(`"identifier":[{"system":"x","value":"%d"}],"name":"Clinic%d"`, i, i)))
		}
		for i := range patients {
			writes = append(writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprint("p", i), 0,
				fmt.Sprintf(`"identifier":[{"system":"x","value":"%d"}],"name":[{"family":"Smith%d"}],"gender":%q,"birthDate":"1995-%02d-%02d","managingOrganization":{"reference":"Organization/o%d"}`,
					i%4, i%8, []string{"male", "female"}[i%2], 1+i/28, 1+i%28, i%2)))
		}
		for i := range observations {
			var performers []string
			for range dice.IntN(3) * dice.IntN(3) {
				performers = append(performers, fmt.Sprintf(`{"reference":"Patient/p%d"}`, dice.IntN(patients)))
			}
			if dice.IntN(10) == 0 {
				performers = append(performers, fmt.Sprintf(`{"reference":"Organization/o%d"}`, dice.IntN(2)))
			}
			elements := fmt.Sprintf(`"status":"final","code":{"coding":[{"code":"c%d"}]},"subject":{"reference":"Patient/p%d"}`, i%2, dice.IntN(patients))
			if len(performers) > 0 {
				elements += `,"performer":[` + strings.Join(performers, ",") + `]`
			}
			writes = append(writes, storetest.Put(t, resources.PUT, "Observation", fmt.Sprint("v", i), 0, elements))
		}
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
		alone := map[string][]string{}
		for _, c := range conditions {
			alone[c] = idsOf(t, s, "Observation", c)
		}
		for range 100 {
			all := []string{conditions[dice.IntN(len(conditions))]}
			want := alone[all[0]]
			for range 1 + dice.IntN(3) {
				c := conditions[dice.IntN(len(conditions))]
				all = append(all, c)
				want = slices.DeleteFunc(slices.Clone(want), func(id string) bool { return !slices.Contains(alone[c], id) })
			}
			text := strings.Join(all, "&") + []string{"", "&_count=7", "&_count=1000"}[dice.IntN(3)]
			if got := idsOf(t, s, "Observation", text); !slices.Equal(got, want) {
				t.Errorf("%+v: Search(%s) = %q, want %q", limits, text, got, want)
			}
		}
	}
}

// TestBetweenFarEnds: what two ends of a range cost through a chain follows from what
// lies between them.
func TestBetweenFarEnds(t *testing.T) {
	s := open(t, pebblestore.Config{Path: "store", FS: vfs.NewMem(), Limits: pebblestore.Limits{Keys: 1000, Records: 100}})
	for i := range 100 {
		var writes []resources.Write
		for j := range 10 {
			day := time.Date(2000, 1, 1+10*i+j, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			writes = append(writes,
				storetest.Put(t, resources.PUT, "Patient", fmt.Sprintf("p%d-%d", i, j), 0, fmt.Sprintf(`"birthDate":%q,"gender":%q`, day, []string{"male", "female"}[j%2])),
				storetest.Put(t, resources.PUT, "Observation", fmt.Sprintf("o%d-%d", i, j), 0, fmt.Sprintf(`"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p%d-%d"}`, i, j)))
		}
		if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			t.Fatalf("Commit: %v", err)
		}
	}
	for text, want := range map[string]int{
		"patient.birthdate=ge2001-05-01&patient.birthdate=lt2001-05-08":                       7,
		"patient.birthdate=ge2001-05-01&patient.birthdate=lt2001-05-11&patient.gender=male":   5,
		"status=final&patient.birthdate=lt2001-05-08&patient.birthdate=ge2001-05-01&_count=3": 7,
	} {
		page, err := s.Search(t.Context(), everything, query(t, "Observation", text+"&_total=accurate"))
		if err != nil || page.Total != want {
			t.Errorf("Search(%s) finds %d, %v, want %d", text, page.Total, err, want)
		}
	}
}
