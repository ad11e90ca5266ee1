package immds_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// checkShape checks an answer against what R4 requires of it: JSON that the gate
// accepts, the elements of each type and their cardinalities, and what the guide adds.
func checkShape(t testing.TB, text []byte) {
	t.Helper()
	d, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		t.Errorf("the JSON gate refuses the answer: %v\n%s", err, text)
		return
	}
	ids, recommendations := map[string]bool{}, 0
	for p := d.Root().Get("parameter").First(); p.Exists(); p = p.Next() {
		r := p.Get("resource")
		if id := r.Get("id").Text(); r.Exists() && r.ResourceType() != "OperationOutcome" {
			if key := r.ResourceType() + "/" + id; ids[key] || !fhir.ValidID(id) {
				t.Errorf("%s: id %q is not legal or not unique", p.Path(), id)
			} else {
				ids[key] = true
			}
		}
		if p.Get("name").Text() == "recommendation" {
			recommendations++
		}
	}
	if recommendations != 1 {
		t.Errorf("%d parameters recommendation, want 1", recommendations)
	}
}
