package immds_test

import (
	"io/fs"
	"sync"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/operations/immds"
)

var validator = sync.OnceValue(func() *schema.Validator { return schema.New(definitions.R4()) })

// checkShape checks an answer against what R4 requires of it, and against what the guide
// and R4's invariant imr-1 add.
func checkShape(t testing.TB, text []byte) {
	t.Helper()
	d, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		t.Errorf("the JSON gate refuses the answer: %v", err)
		return
	}
	for _, i := range validator().Validate(d.Root()) {
		t.Errorf("the answer is not R4: %s", i)
	}
	ids, recommendations := map[string]bool{}, 0
	for p := d.Root().Get("parameter").First(); p.Exists(); p = p.Next() {
		r := p.Get("resource")
		switch p.Get("name").Text() {
		case "recommendation":
			recommendations++
			for e := r.Get("recommendation").First(); e.Exists(); e = e.Next() {
				if !e.Get("vaccineCode").Exists() && !e.Get("targetDisease").Exists() {
					t.Errorf("imr-1: %s has neither vaccineCode nor targetDisease", e.Path())
				}
			}
		case "evaluation":
		default:
			continue
		}
		key := r.ResourceType() + "/" + r.Get("id").Text()
		if ids[key] || !fhir.ValidID(r.Get("id").Text()) {
			t.Errorf("%s: id %q is not legal or not unique", p.Path(), r.Get("id").Text())
		}
		ids[key] = true
	}
	if recommendations != 1 {
		t.Errorf("%d parameters recommendation, want 1", recommendations)
	}
}

// The definitions are R4, and under the name and URL by which they are found.
func TestDefinitions(t *testing.T) {
	files := 0
	err := fs.WalkDir(immds.Definitions(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		text, err := fs.ReadFile(immds.Definitions(), name)
		if err != nil {
			return err
		}
		d, err := codec.Parse(text, codec.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return nil
		}
		for _, i := range validator().Validate(d.Root()) {
			t.Errorf("%s: %s", name, i)
		}
		resourceType, id := d.Root().ResourceType(), d.Root().Get("id").Text()
		if want := resourceType + "-" + id + ".json"; name != want {
			t.Errorf("%s should be named %s", name, want)
		}
		if got, want := d.Root().Get("url").Text(), "https://jenner-iis.github.io/fhir/"+resourceType+"/"+id; got != want {
			t.Errorf("%s: url %s, want %s", name, got, want)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d definitions, error %v", files, err)
	}
}
