package schema_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/ulikunitz/xz"
)

// synthea calls yield for every resource of the synthetic records beside the
// checkout: whole bundles, the resources in them, and lines of NDJSON.
func synthea(t testing.TB, yield func(where string, text []byte)) {
	t.Helper()
	const folder = "../../../shared/synthea"
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the synthetic records, ../shared/synthea, are not there")
	}
	lines, err := filepath.Glob(folder + "/100-patients/*.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range lines {
		readLines(t, name, yield)
	}
	bundles, err := filepath.Glob(folder + "/ehr-bundles/*.json.xz")
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		bundles = bundles[:min(len(bundles), 3)]
	}
	for _, name := range bundles {
		readBundle(t, name, yield)
	}
}

func readLines(t testing.TB, name string, yield func(string, []byte)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		yield(filepath.Base(name), scanner.Bytes())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
}

func readBundle(t testing.TB, name string, yield func(string, []byte)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := xz.NewReader(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	yield(filepath.Base(name), text)
	var bundle struct {
		Entry []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(text, &bundle); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, entry := range bundle.Entry {
		yield(filepath.Base(name), entry.Resource)
	}
}

// TestSyntheaIsValid validates every record, and has the JSON Schema look at
// some of each type, for it takes its time.
func TestSyntheaIsValid(t *testing.T) {
	const some = 12
	count := map[string]int{}
	refused := 0
	synthea(t, func(where string, text []byte) {
		document, err := codec.Parse(text, codec.Limits{})
		if err != nil {
			t.Errorf("%s: %v", where, err)
			return
		}
		resource := document.Root()
		resourceType := resource.ResourceType()
		if issues := validator.Validate(resource); len(issues) > 0 {
			if refused++; refused < 20 {
				t.Errorf("%s: %s/%s: Validate finds %v", where, resourceType, resource.Get("id").Text(), issues)
			}
		}
		if count[resourceType]++; resourceType != "Bundle" && count[resourceType] <= some {
			agree(t, where, text)
		}
	})
	total := 0
	for _, n := range count {
		total += n
	}
	t.Logf("%d resources of %d types, %d of them bundles; %d refused", total, len(count), count["Bundle"], refused)
}
