package suite_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/conformance/suite"
)

// known are requirements that the server does not meet yet, each with the
// reason. One that it meets fails the test until it is taken off the list.
var known = map[string]string{}

// The suite finds nothing wrong with a good server, and in a server with one
// fault it names a requirement of the family that the fault is against.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts the program")
	}
	server := startServer(t)
	problems := map[string]int{} // by requirement
	claimed := map[string]bool{} // by requirement and family
	for _, r := range suite.Run(t.Context(), suite.Config{Base: server.base}) {
		why, listed := known[r.ID]
		switch failed := r.Verdict == suite.Fail; {
		case failed && !listed:
			t.Errorf("the good server: %v", r)
		case failed:
			problems[r.ID] = len(r.Details)
		case listed:
			t.Errorf("%s: %s now: remove it from known (%s)", r.ID, r.Verdict, why)
		}
		claimed[r.ID] = r.Verdict != suite.NotClaimed
		claimed[r.Family] = claimed[r.Family] || claimed[r.ID]
	}
	for _, f := range faults {
		t.Run(f.against+"/"+strings.ReplaceAll(f.name, " ", "_"), func(t *testing.T) {
			if !claimed[f.against] {
				t.Skipf("the server does not claim what %s is about", f.against)
			}
			server.breakBy(f.fault)
			defer server.breakBy(nil)
			results := suite.Run(t.Context(), suite.Config{Base: server.base, Only: []string{f.against}})
			named := slices.ContainsFunc(results, func(r suite.Result) bool {
				return r.Verdict == suite.Fail && len(r.Details) > problems[r.ID]
			})
			if !named {
				t.Errorf("suite.Run with the fault %q: no requirement of %s failed", f.name, f.against)
				for _, r := range results {
					t.Log(r)
				}
			}
		})
	}
}

// Every family has a fault that it must name.
func TestEveryFamilyCanFail(t *testing.T) {
	broken := map[string]bool{}
	for _, f := range faults {
		broken[f.against] = true
	}
	sound := map[string]bool{}
	for _, r := range suite.Requirements() {
		sound[r.Family] = true
	}
	for _, r := range suite.Requirements() {
		if broken[r.Family] || broken[r.ID] {
			delete(sound, r.Family)
		}
	}
	for family := range sound {
		t.Errorf("no fault is against %s", family)
	}
}

func TestRequirements(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range suite.Requirements() {
		u, err := url.Parse(r.Clause)
		i := strings.LastIndexByte(r.ID, '.')
		n, numbered := strconv.Atoi(r.ID[i+1:])
		if seen[r.ID] || err != nil || u.Host == "" || r.Text == "" || r.Check == nil || r.Family != r.ID[:i] || numbered != nil || n < 1 {
			t.Errorf("requirement %s: clause %q, family %q, text %q, seen before: %t", r.ID, r.Clause, r.Family, r.Text, seen[r.ID])
		}
		seen[r.ID] = true
	}
	if len(seen) < 250 {
		t.Errorf("there are %d requirements", len(seen))
	}
}

// A server that is none of FHIR's, or is not there, fails at the first step.
func TestNoServer(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	defer other.Close()
	for _, base := range []string{other.URL, gone.URL} {
		results := suite.Run(t.Context(), suite.Config{Base: base})
		if len(results) != 1 || results[0].ID != "metadata.1" || results[0].Verdict != suite.Fail {
			t.Errorf("suite.Run against %s: %v, want metadata.1 alone, failed", base, results)
		}
	}
}

func TestWriteTable(t *testing.T) {
	var b bytes.Buffer
	err := suite.WriteTable(&b, []suite.Result{
		{ID: "read.1", Family: "read", Text: "One", Clause: "http://example.org/1", Verdict: suite.Pass},
		{ID: "read.2", Family: "read", Text: "Two", Clause: "http://example.org/2", Verdict: suite.Fail, Details: []string{"GET /x: no", "GET /y: no"}},
		{ID: "patch.1", Family: "patch", Text: "Three", Clause: "http://example.org/3", Verdict: suite.NotClaimed, Details: []string{"Patient: patch"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nread\n", "pass  read.1", "FAIL  read.2", "http://example.org/2", "> GET /x: no", "> GET /y: no", "\npatch\n", "-     patch.1", "(not claimed: Patient: patch)", "1 passed, 1 failed, 1 not claimed"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("WriteTable wrote no %q:\n%s", want, b.String())
		}
	}
}

// The suite must be able to judge any server: it is the standard library alone.
func TestImports(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			imports[spec.Path.Value] = true
		}
	}
	for path := range maps.Keys(imports) {
		if strings.Contains(path, ".") {
			t.Errorf("suite imports %s", path)
		}
	}
	if !imports[`"net/http"`] {
		t.Errorf("the imports were not found: %v", imports)
	}
}
