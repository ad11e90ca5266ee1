package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	var out strings.Builder
	if err := run(t.Context(), []string{"-patients", "40", "-seed", "9", "-out", folder}, &out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Patient", "Immunization", "Organization", "Location", "Practitioner"} {
		if _, err := os.Stat(filepath.Join(folder, name+".ndjson")); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(out.String(), "resources/s") {
		t.Errorf("run prints %q, no rate", out.String())
	}
}

func TestRunUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"-out", ""}, {"-out", t.TempDir(), "-patients", "-1"}, {"-out", t.TempDir(), "more"}, {"-as-of", "yesterday"}} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("run(%q) succeeded", args)
		}
	}
}
