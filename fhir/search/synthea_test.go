package search_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/ulikunitz/xz"
)

const synthea = "../../../shared/synthea/100-patients"

// lines calls visit for each line of a file of the Synthea sample.
func lines(t testing.TB, resourceType string, visit func(line string)) {
	t.Helper()
	f, err := os.Open(filepath.Join(synthea, resourceType+".ndjson"))
	if os.IsNotExist(err) {
		t.Skipf("the Synthea sample is not at %s", synthea)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		visit(s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestSyntheaCounts compares counts with what a plain reading of the JSON gives.
func TestSyntheaCounts(t *testing.T) {
	type coding struct{ System, Code, Display string }
	lines(t, "Immunization", func(line string) {
		var plain struct {
			ID, Status  string
			VaccineCode struct{ Coding []coding }
			Patient     struct{ Reference string }
		}
		if err := json.Unmarshal([]byte(line), &plain); err != nil {
			t.Fatal(err)
		}
		got := map[string][]string{}
		for _, e := range registry.AppendEntries(nil, resource(t, line)) {
			if e.Aspect == search.AspectValue {
				got[e.Parameter.Code] = append(got[e.Parameter.Code], describe(&e))
			}
		}
		want := map[string][]string{
			"_id": {"|" + plain.ID}, "_profile": {"http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"},
			"status": {"|" + plain.Status}, "patient": {plain.Patient.Reference}, "date": got["date"],
		}
		for _, c := range plain.VaccineCode.Coding {
			want["vaccine-code"] = append(want["vaccine-code"], c.System+"|"+c.Code)
		}
		if len(got["date"]) != 1 {
			t.Errorf("%s has %d dates, want 1", plain.ID, len(got["date"]))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("entries of %s (-want +got):\n%s", plain.ID, diff)
		}
	})
	lines(t, "Patient", func(line string) {
		var plain struct {
			ID         string
			Identifier []struct{ System, Value string }
			Name       []struct {
				Family        string
				Given, Prefix []string
			}
		}
		if err := json.Unmarshal([]byte(line), &plain); err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for _, e := range registry.AppendEntries(nil, resource(t, line)) {
			if e.Aspect == search.AspectValue {
				counts[e.Parameter.Code]++
			}
		}
		var names []string
		for _, n := range plain.Name {
			names = append(append(append(names, n.Family), n.Given...), n.Prefix...)
		}
		slices.Sort(names)
		names = slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
		for code, want := range map[string]int{"_id": 1, "identifier": len(plain.Identifier), "birthdate": 1, "gender": 1, "deceased": 1, "name": len(names)} {
			if counts[code] != want {
				t.Errorf("%s has %d entries for %s, want %d", plain.ID, counts[code], code, want)
			}
		}
	})
}

// bundled calls visit for each resource of some of the sample's bundles, with
// its references resolved as a transaction does it.
func bundled(t *testing.T, visit func(resource string)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(synthea, "../ehr-bundles/*.json.xz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("the Synthea bundles are not beside %s", synthea)
	}
	for i := 0; i < len(files); i += 10 {
		f, err := os.Open(files[i])
		if err != nil {
			t.Fatal(err)
		}
		r, err := xz.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var bundle struct {
			Entry []struct {
				FullURL  string
				Resource json.RawMessage
			}
		}
		if err := json.Unmarshal(text, &bundle); err != nil {
			t.Fatal(err)
		}
		var links []string
		for _, e := range bundle.Entry {
			var r struct{ ResourceType, ID string }
			if err := json.Unmarshal(e.Resource, &r); err != nil {
				t.Fatal(err)
			}
			links = append(links, e.FullURL, r.ResourceType+"/"+r.ID)
		}
		resolve := strings.NewReplacer(links...)
		for _, e := range bundle.Entry {
			visit(resolve.Replace(string(e.Resource)))
		}
	}
}

// TestSyntheaReferences finds the references by a walk of its own, which knows
// little more than the dots in expressions, and looks for each among the
// entries; and the other way round.
func TestSyntheaReferences(t *testing.T) {
	found := 0
	bundled(t, func(text string) {
		var plain map[string]any
		if err := json.Unmarshal([]byte(text), &plain); err != nil {
			t.Fatal(err)
		}
		resourceType := plain["resourceType"].(string)
		entries := registry.AppendEntries(nil, resource(t, text))
		for _, d := range definitions.R4().SearchParameters(resourceType) {
			if d.Type != definitions.Reference {
				continue
			}
			want := referencesOf(plain, d.Expression(resourceType))
			var got []string
			for _, e := range entries {
				if e.Parameter.Code == d.Code && e.Aspect == search.AspectValue {
					got = append(got, e.Target.Text)
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
				t.Errorf("%s of %s/%s (-want +got):\n%s", d.Code, resourceType, plain["id"], diff)
			}
			found += len(got)
		}
	})
	if found < 1000 {
		t.Errorf("the walk finds %d references, want thousands", found)
	}
}

// referencesOf are the references at the ends of an expression's dotted paths,
// those only of a type where it ends in where(resolve() is type).
func referencesOf(root any, expression string) []string {
	var all []string
	for part := range strings.SplitSeq(expression, "|") {
		way, condition, _ := strings.Cut(strings.TrimSpace(part), ".where(resolve() is ")
		values := []any{root}
		for _, name := range strings.Split(way, ".")[1:] {
			var next []any
			for _, v := range values {
				object, _ := v.(map[string]any)
				switch child := object[name].(type) {
				case nil:
				case []any:
					next = append(next, child...)
				default:
					next = append(next, child)
				}
			}
			values = next
		}
		for _, v := range values {
			object, _ := v.(map[string]any)
			reference, _ := object["reference"].(string)
			inside := strings.HasPrefix(reference, "#")
			if reference != "" && !inside && strings.HasPrefix(reference, strings.TrimSuffix(condition, ")")) {
				all = append(all, reference)
			}
		}
	}
	return all
}

// firstLine is a resource of the sample, for benchmarks.
func firstLine(b *testing.B, resourceType string) string {
	first := ""
	lines(b, resourceType, func(line string) {
		if first == "" {
			first = line
		}
	})
	return first
}

func BenchmarkAppendEntries(b *testing.B) {
	for _, resourceType := range []string{"Immunization", "Patient", "AllergyIntolerance"} {
		b.Run(resourceType, func(b *testing.B) {
			r := resource(b, firstLine(b, resourceType))
			var entries []search.Entry
			b.ReportAllocs()
			for b.Loop() {
				entries = registry.AppendEntries(entries[:0], r)
			}
			b.ReportMetric(float64(len(entries)), "entries")
		})
	}
}
