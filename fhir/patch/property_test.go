package patch_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/patch"
	"github.com/jenner-iis/jenner/fhir/schema"
)

// examples are the valid resources that fhir/schema is tested with, compact.
func examples(t testing.TB) map[string]codec.Value {
	t.Helper()
	files, err := filepath.Glob("../schema/testdata/valid/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	found := map[string]codec.Value{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := codec.Parse(text, codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if doc, err = codec.Parse(doc.Root().AppendCompact(nil), codec.Limits{}); err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(file)] = doc.Root()
	}
	return found
}

func applyJSON(t *testing.T, resource codec.Value, document string) string {
	t.Helper()
	p, err := patch.ParseJSONPatch([]byte(document))
	if err != nil {
		t.Fatalf("ParseJSONPatch(%s): %v", document, err)
	}
	result, err := p.Apply([]byte(resource.Raw()))
	if err != nil {
		t.Fatalf("Apply of %s: %v", document, err)
	}
	return string(result)
}

func applyFHIR(t *testing.T, resource codec.Value, operation ...string) string {
	t.Helper()
	p, err := parseFHIRPatch(t, operations(operation...))
	if err != nil {
		t.Fatalf("ParseFHIRPatch(%s): %v", operations(operation...), err)
	}
	result, err := p.Apply([]byte(resource.Raw()))
	if err != nil {
		t.Fatalf("Apply of %s: %v", operations(operation...), err)
	}
	return string(result)
}

// TestTestsChangeNothing tests every value of every example for being what it
// is, by a pointer and in a form that encoding/json writes.
func TestTestsChangeNothing(t *testing.T) {
	for name, resource := range examples(t) {
		var tests []string
		var visit func(v codec.Value, pointer string)
		visit = func(v codec.Value, pointer string) {
			if v.Kind() != codec.Null && len(tests) < patch.MaxOperations {
				var value any
				d := json.NewDecoder(strings.NewReader(v.Raw()))
				d.UseNumber()
				if err := d.Decode(&value); err != nil {
					t.Fatal(err)
				}
				theirs, err := json.Marshal(value) // members sorted, other escapes
				if err != nil {
					t.Fatal(err)
				}
				tests = append(tests, fmt.Sprintf(`{"op":"test","path":%q,"value":%s}`, pointer, theirs))
			}
			i := 0
			for c := v.First(); c.Exists(); c = c.Next() {
				token := c.Name()
				if v.Kind() == codec.Array {
					token = fmt.Sprint(i)
				}
				visit(c, pointer+"/"+token)
				i++
			}
		}
		visit(resource, "")
		if got := applyJSON(t, resource, "["+strings.Join(tests, ",")+"]"); got != resource.Raw() {
			t.Errorf("%s: tests alone changed it\n got %s\nwant %s", name, got, resource.Raw())
		}
	}
}

// samples are values of some types, for parts named value.
var samples = map[string]string{
	"string": `"valueString":"x"`, "code": `"valueCode":"x"`, "uri": `"valueUri":"urn:x"`, "boolean": `"valueBoolean":true`,
	"dateTime": `"valueDateTime":"2020"`, "decimal": `"valueDecimal":1.50`, "HumanName": `"valueHumanName":{"text":"x"}`,
	"CodeableConcept": `"part":[{"name":"text","valueString":"x"},{"name":"coding","part":[{"name":"code","valueCode":"x"}]}]`,
	"Identifier":      `"valueIdentifier":{"value":"x"}`, "Reference": `"valueReference":{"display":"x"}`, "Quantity": `"valueQuantity":{"value":2.0}`,
	"Extension": `"part":[{"name":"url","valueUri":"urn:new"},{"name":"value","valueInteger":1}]`,
}

// TestAddThenDelete adds to every example each element that it can take, and
// deletes it again, in one patch and in two.
func TestAddThenDelete(t *testing.T) {
	set := definitions.R4()
	added := 0
	for name, resource := range examples(t) {
		typ := resource.ResourceType()
		for _, e := range set.Structure(typ).Elements {
			value, known := samples[e.Types[0].Code]
			if !known || e.Name == "id" {
				continue
			}
			path, length := typ+"."+e.Name, 0
			for i := range e.Types {
				length += max(resource.Get(e.Types[i].Property).Len(), resource.Get("_"+e.Types[i].Property).Len())
				if v := resource.Get(e.Types[i].Property); v.Exists() && v.Kind() != codec.Array || resource.Get("_"+e.Types[i].Property).Kind() == codec.Object {
					length = -1
				}
			}
			if length < 0 {
				continue // there is one already
			}
			if e.Max == definitions.Unbounded {
				path += ".last()"
			}
			if e.Choice {
				path += ".ofType(" + e.Types[0].Code + ")"
			}
			put, take := add(typ, e.Name, value), remove(path)
			with := applyFHIR(t, resource, put)
			if with == resource.Raw() {
				t.Errorf("%s: add of %s changed nothing", name, path)
			}
			doc, err := codec.Parse([]byte(with), codec.Limits{})
			if err != nil {
				t.Fatalf("%s with %s is no FHIR JSON: %v", name, path, err)
			}
			for _, got := range []string{applyFHIR(t, doc.Root(), take), applyFHIR(t, resource, put, take)} {
				if got != resource.Raw() {
					t.Errorf("%s: add and delete of %s\n got %s\nwant %s", name, path, got, resource.Raw())
				}
			}
			added++
		}
	}
	if added < 300 {
		t.Errorf("only %d elements were added", added)
	}
}

// TestListsAsJSONPatchDoes holds the two formats against each other: they share
// nothing but the gate. Lists of primitive values are left out, since beside
// them JSON Patch has no notion of what FHIRPath Patch must keep aligned.
func TestListsAsJSONPatchDoes(t *testing.T) {
	compared := 0
	var visit func(t *testing.T, root, v codec.Value, path, pointer string)
	visit = func(t *testing.T, root, v codec.Value, path, pointer string) {
		for m := v.First(); m.Exists(); m = m.Next() {
			if m.Kind() != codec.Array || m.First().Kind() != codec.Object || strings.HasPrefix(m.Name(), "_") {
				continue
			}
			n := m.Len()
			list, at := path+"."+m.Name(), pointer+"/"+m.Name()
			for i := range min(n, 4) {
				for j := range min(n, 4) {
					got := applyFHIR(t, root, move(list, fmt.Sprint(i), fmt.Sprint(j)))
					want := applyJSON(t, root, fmt.Sprintf(`[{"op":"move","from":"%s/%d","path":"%s/%d"}]`, at, i, at, j))
					if got != want {
						t.Errorf("move from %d to %d in %s\n got %s\nwant %s", i, j, list, got, want)
					}
					compared++
				}
				entry, to := fmt.Sprintf("%s[%d]", list, i), fmt.Sprintf("%s/%d", at, i)
				got, want := applyFHIR(t, root, remove(entry)), applyJSON(t, root, fmt.Sprintf(`[{"op":"remove","path":"%s"}]`, to))
				if got != want {
					t.Errorf("delete %s\n got %s\nwant %s", entry, got, want)
				}
				visit(t, root, m.At(i), entry, to)
			}
		}
	}
	for name, resource := range examples(t) {
		if name == "searchset.json" || name == "transaction.json" {
			continue // resources in a Bundle are no lists' entries of their own
		}
		t.Run(name, func(t *testing.T) { visit(t, resource, resource, resource.ResourceType(), "") })
	}
	if compared < 100 {
		t.Errorf("only %d moves were compared", compared)
	}
}

var validator = schema.New(definitions.R4())

// checkResult holds what is promised of any result: it is compact, it is not
// much larger than what it was made of and, if the resource was valid, it is
// again what the gate lets through.
func checkResult(t *testing.T, resource codec.Value, patchSize int, result []byte, gate bool) {
	t.Helper()
	const copied = 1 << 20
	if len(result) > len(resource.Raw())+patchSize+copied {
		t.Errorf("%d bytes came out of %d and a patch of %d", len(result), len(resource.Raw()), patchSize)
	}
	doc, err := codec.Parse(result, codec.Limits{Loose: true, Depth: 200})
	if err != nil {
		t.Fatalf("the result %s is no JSON: %v", result, err)
	}
	if compact := doc.Root().AppendCompact(nil); string(compact) != string(result) {
		t.Errorf("the result %s is not compact", result)
	}
	if !gate || len(validator.Validate(resource)) > 0 {
		return
	}
	if _, err := codec.Parse(result, codec.Limits{Depth: 200}); err != nil {
		t.Errorf("of a valid resource, the gate refuses the result %s: %v", result, err)
	}
	if got, want := doc.Root().Get("id").Raw(), resource.Get("id").Raw(); got != want {
		t.Errorf("the id was %s and is %s", want, got)
	}
}
