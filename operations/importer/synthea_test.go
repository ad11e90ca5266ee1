package importer_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/operations/importer"
)

// synthea is the folder of test data that is not part of the repository.
const synthea = "../../../shared/synthea"

// TestSynthea imports synthetic records as Synthea writes them, twice.
func TestSynthea(t *testing.T) {
	for _, test := range []struct {
		folder string
		count  map[string]int // read of each type
	}{
		{"100-patients", map[string]int{
			"Patient": 120, "Immunization": 1818, "AllergyIntolerance": 75, "Location": 272, "Organization": 271, "Practitioner": 271, "PractitionerRole": 271,
		}},
		{"ehr-bundles", map[string]int{
			"Observation": 7899, "Claim": 2888, "Encounter": 1727, "ExplanationOfBenefit": 1727, "MedicationRequest": 1161, "Procedure": 835, "Immunization": 656,
			"DiagnosticReport": 421, "Organization": 321, "Condition": 305, "CareTeam": 141, "CarePlan": 141, "Practitioner": 118, "Patient": 50,
			"AllergyIntolerance": 15, "ImagingStudy": 10, "Device": 3,
		}},
	} {
		t.Run(test.folder, func(t *testing.T) {
			folder := filepath.Join(synthea, test.folder)
			if _, err := os.Stat(folder); err != nil {
				t.Skipf("the data are not here: %v", err)
			}
			f := open(t, "")
			config := f.config()
			config.Batch, config.Checkpoint = 0, 0
			first := run(t, config, folder)
			read := map[string]int{}
			for typ, c := range first.Types {
				read[typ] = c.Read
			}
			if diff := cmp.Diff(test.count, read); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			if !first.Complete() || first.Total().Created == 0 {
				t.Errorf("the import is not complete: %+v", first)
				for i, r := range f.refused(t) {
					if i < 10 {
						t.Log(r)
					}
				}
			}
			f.checkStore(t, first)
			contents := f.contents(t)
			second := run(t, config, folder)
			if got := second.Total(); got.Created != 0 || got.Refused != 0 || got.Read != first.Total().Read {
				t.Errorf("total of the second import = %+v", got)
			}
			if diff := cmp.Diff(first.Unresolved, second.Unresolved); diff != "" {
				t.Errorf("unresolved references (-first +second):\n%s", diff)
			}
			if diff := cmp.Diff(contents, f.contents(t)); diff != "" {
				t.Errorf("the second import changed (-before +after):\n%s", diff)
			}
			t.Log(summary(t, second))
		})
	}
}

func summary(t *testing.T, r importer.Report) string {
	var b testWriter
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return "\n" + string(b)
}

type testWriter []byte

func (w *testWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
