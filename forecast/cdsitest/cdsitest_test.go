package cdsitest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/cdsitest"
)

// known are the cases that do not pass, each with the reason.
var known = map[string]string{}

// folder holds the CDC's cases, converted to JSON.
const folder = "../../../shared/cdsi/cases"

func TestCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no CDC test cases in %s", folder)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			cases, err := cdsitest.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for i := range cases {
				c := &cases[i]
				t.Run(c.ID, func(t *testing.T) {
					if run(t, c) {
						passed++
					}
				})
			}
			t.Logf("%s: %d of %d cases pass", filepath.Base(name), passed, len(cases))
		})
	}
}

// run runs one case and reports whether it passes.
func run(t *testing.T, c *cdsitest.Case) bool {
	in, err := c.Input()
	if err != nil {
		t.Fatal(err)
	}
	var out forecast.Result
	if err := forecast.Default().Forecast(in, &out); err != nil {
		t.Fatalf("Forecast(%s) = %v", c.ID, err)
	}
	diffs := c.Judge(&out)
	why, listed := known[c.ID]
	switch {
	case len(diffs) > 0 && listed:
		t.Skipf("known difference: %s", why)
	case len(diffs) > 0:
		t.Errorf("%s (%s): %s", c.Name, c.Group(), strings.Join(diffs, "; "))
	case listed:
		t.Errorf("passes now: remove it from known")
	}
	return len(diffs) == 0
}
