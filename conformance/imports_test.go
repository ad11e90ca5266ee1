package conformance_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/jenner-iis/jenner/"

// rows is who may import whom: a file may import its own top folder and the
// folders of earlier rows. ARCHITECTURE.md explains the table.
var rows = [][]string{
	{"fhir", "forecast", "smart"},
	{"resources"},
	{"operations"},
	{"conformance"},
	{"server"},
}

// owners is which folder alone may import a library (or a package of ours).
var owners = map[string][]string{
	"github.com/google/fhir/go/jsonformat":  {"fhir/codec"},
	"github.com/santhosh-tekuri/jsonschema": {"fhir/schema"},
	"github.com/evanphx/json-patch":         {"fhir/patch"},
	"github.com/cockroachdb/pebble":         {"resources/pebblestore"},
	"go.mongodb.org/mongo-driver":           {"resources/mongostore"},
	"github.com/coreos/go-oidc":             {"smart"},
	"github.com/ory/fosite":                 {"smart/authserver"},
	"github.com/gin-gonic/gin":              {"server"},
	"github.com/alecthomas/kong":            {"server/cmd"},
	module + "resources/pebblestore":        {"resources/pebblestore", "server/cmd"},
	module + "resources/mongostore":         {"resources/mongostore", "server/cmd"},
}

// TestImports reads the source itself, so that no cached result can hide a new
// import.
func TestImports(t *testing.T) {
	root := os.DirFS("..")
	files := 0
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		files++
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := forbidden(name, imported); why != "" {
				t.Errorf("%s imports %s: %s", name, imported, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d Go files found below the module's root", files)
	}
}

func TestForbidden(t *testing.T) {
	for _, test := range []struct {
		file, imported string
		want           bool
	}{
		{"fhir/a.go", module + "resources", true},
		{"fhir/a.go", module + "forecast", true},
		{"fhir/a.go", module + "fhir/codec", false},
		{"resources/a.go", module + "fhir/search", false},
		{"server/a.go", "github.com/gin-gonic/gin/binding", false},
		{"operations/immds/a.go", "github.com/gin-gonic/gin", true},
		{"forecast/a.go", "github.com/google/go-cmp/cmp", true},
		{"forecast/a_test.go", "github.com/google/go-cmp/cmp", false},
		{"forecast/a.go", "math/bits", false},
		{"server/a.go", module + "resources/pebblestore", true},
		{"server/a_test.go", module + "resources/pebblestore", false},
		{"server/cmd/jenner/a.go", module + "resources/pebblestore", false},
		{"conformance/suite/a.go", module + "fhir", true},
		{"a.go", "fmt", true},
		{"extra/a.go", "fmt", true},
	} {
		if why := forbidden(test.file, test.imported); (why != "") != test.want {
			t.Errorf("forbidden(%s, %s) = %q", test.file, test.imported, why)
		}
	}
}

// forbidden says why a file may not import a package, or nothing.
func forbidden(file, imported string) string {
	folder, test := path.Dir(file), strings.HasSuffix(file, "_test.go")
	own := row(file)
	if own < 0 {
		return "Go code lives in the folders of the table alone"
	}
	top, _, _ := strings.Cut(file, "/")
	if rest, ours := strings.CutPrefix(imported, module); ours {
		other, _, _ := strings.Cut(rest, "/")
		if other != top && row(rest) >= own {
			return "imports go one way, to earlier rows"
		}
		if strings.HasPrefix(folder, "conformance/suite") && !strings.HasPrefix(rest, "conformance/suite") {
			return "the suite must be able to judge any server, and imports nothing of ours"
		}
	} else if top == "forecast" && !test && strings.Contains(imported, ".") {
		return "the engine uses the standard library alone"
	}
	for library, folders := range owners {
		if !within(imported, library) || test && strings.HasPrefix(library, module) {
			continue
		}
		if !slices.ContainsFunc(folders, func(f string) bool { return within(folder, f) }) {
			return library + " belongs to " + strings.Join(folders, " and ")
		}
	}
	return ""
}

// row is the row of the folder that a path begins with, or -1.
func row(name string) int {
	top, _, found := strings.Cut(name, "/")
	return slices.IndexFunc(rows, func(folders []string) bool {
		return slices.Contains(folders, top) && (found || !strings.HasSuffix(name, ".go"))
	})
}

// within reports whether a path is outer or lies below it.
func within(name, outer string) bool {
	return name == outer || strings.HasPrefix(name, outer+"/")
}
