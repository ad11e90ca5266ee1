package importer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/operations/importer"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

var all = resources.Everything()

// fixture is an embedded store, in memory unless it has a path.
type fixture struct {
	*resources.Service
	store *pebblestore.Store
	state string
}

func open(t testing.TB, path string) *fixture {
	t.Helper()
	config := pebblestore.Config{Path: path, Now: time.Now, Bulk: true}
	if path == "" {
		config.Path, config.FS = "store", pebblestore.Memory()
	}
	registry, err := search.New(definitions.R4(), search.Config{})
	if err != nil {
		t.Fatal(err)
	}
	config.Registry = registry
	store, err := pebblestore.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	service, err := resources.New(context.Background(), resources.Config{
		Store: store, Search: registry, Definitions: definitions.R4(), Validate: schema.New(definitions.R4()).Validate,
		BaseURL: "http://example.org/fhir", ComputedTypes: []string{"ImmunizationRecommendation"}, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{service, store, t.TempDir()}
}

func (f *fixture) target() importer.Local {
	return importer.Local{Service: f.Service, Access: all, Store: "store"}
}

// config is that of an import into the fixture.
func (f *fixture) config() importer.Config {
	return importer.Config{Target: f.target(), State: f.state, Now: time.Now, Batch: 7, Workers: 3, Checkpoint: -1}
}

// run imports and fails the test unless the import finishes.
func run(t testing.TB, c importer.Config, paths ...string) importer.Report {
	t.Helper()
	report, err := importer.Run(t.Context(), c, paths...)
	if err != nil {
		t.Fatalf("Run(%q): %v", paths, err)
	}
	return report
}

var lastUpdated = regexp.MustCompile(`,"lastUpdated":"[^"]*"`)

// contents are all resources of the store: their text, with the version and
// without the time.
func (f *fixture) contents(t testing.TB) map[string]string {
	t.Helper()
	counts, err := f.store.Count(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for typ := range counts {
		err := f.store.Scan(t.Context(), all, typ, func(v resources.Version) error {
			contents[typ+"/"+v.ID] = lastUpdated.ReplaceAllString(string(v.JSON), "")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return contents
}

// checkStore lets the store check itself, and count the references that point
// nowhere for itself.
func (f *fixture) checkStore(t testing.TB, r importer.Report) {
	t.Helper()
	summary, err := f.store.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) })
	if err != nil {
		t.Errorf("Check: %v", err)
	}
	want := 0
	for typ, n := range r.Unresolved {
		if typ != "urn" {
			want += n
		}
	}
	if summary.Unresolved != want {
		t.Errorf("the store counts %d references that point nowhere, the report %v", summary.Unresolved, r.Unresolved)
	}
}

// files writes a folder of files and gives its path.
func files(t testing.TB, contents map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range contents {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// refused reads the file of refused records.
func (f *fixture) refused(t testing.TB) []importer.Refused {
	t.Helper()
	path := filepath.Join(f.state, importer.RefusedFile)
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of %s is %v, want 0600 (%v)", path, info.Mode(), err)
	}
	var records []importer.Refused
	for line := range bytes.Lines(text) {
		var r importer.Refused
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("line %q of the refused records: %v", line, err)
		}
		records = append(records, r)
	}
	return records
}

// total is a report's sum, to be compared.
func total(read, created, updated, unchanged, matched, refused int) importer.Counts {
	return importer.Counts{Read: read, Created: created, Updated: updated, Unchanged: unchanged, Matched: matched, Refused: refused}
}

// diffReports compares what two reports count.
func diffReports(a, b importer.Report) string {
	return cmp.Diff(a, b, cmpopts.IgnoreFields(importer.Report{}, "Seconds", "Resumed", "Refused"), cmpopts.EquateEmpty())
}

// Texts of resources. An identifier has the system urn:x.
func patient(id string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"urn:x","value":%q}],"birthDate":"2019-02-03"}`, id, id)
}

func location(id string) string {
	return fmt.Sprintf(`{"resourceType":"Location","id":%q,"identifier":[{"system":"urn:x","value":%q}],"name":"Clinic"}`, id, id)
}

func dose(id, patient, location string) string {
	return fmt.Sprintf(`{"resourceType":"Immunization","id":%q,"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},`+
		`"patient":{"reference":%q},"occurrenceDateTime":"2020-05-16","location":{"reference":%q},"lotNumber":"A1"}`, id, patient, location)
}

// lines makes NDJSON of texts.
func lines(texts ...string) string {
	var b bytes.Buffer
	for _, t := range texts {
		b.WriteString(t)
		b.WriteByte('\n')
	}
	return b.String()
}
