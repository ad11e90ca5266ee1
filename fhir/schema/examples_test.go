package schema_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// examples are valid resources of many types, by file name.
func examples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/valid/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	texts := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = text
	}
	return texts
}

func parse(t testing.TB, text []byte) codec.Value {
	t.Helper()
	document, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return document.Root()
}

func TestExamplesAreValid(t *testing.T) {
	for name, text := range examples(t) {
		if issues := validator.Validate(parse(t, text)); issues != nil {
			t.Errorf("%s: Validate finds %v, want nothing", name, issues)
		}
	}
}
