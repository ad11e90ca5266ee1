package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// compiled is the JSON Schema of a resource type, ready to run.
func compiled(t testing.TB, resourceType string) *jsonschema.Schema {
	t.Helper()
	text, err := schema.JSONSchema(definitions.R4(), resourceType)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	url := "https://jenner.invalid/" + resourceType
	if err := compiler.AddResource(url, bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bySchema gives the JSON Schema of a resource type, as part of the one for
// resources of every type; that one itself for what is not a type.
var bySchema = sync.OnceValue(func() func(testing.TB, string) *jsonschema.Schema {
	compiler := jsonschema.NewCompiler()
	ready := map[string]*jsonschema.Schema{}
	return func(t testing.TB, resourceType string) *jsonschema.Schema {
		t.Helper()
		const url = "https://jenner.invalid/Resource"
		if len(ready) == 0 {
			text, err := schema.JSONSchema(definitions.R4(), "Resource")
			if err != nil {
				t.Fatal(err)
			}
			if err := compiler.AddResource(url, bytes.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
		if !definitions.R4().IsResource(resourceType) {
			resourceType = "Resource"
		}
		if ready[resourceType] == nil {
			s, err := compiler.Compile(url + "#/$defs/" + resourceType)
			if err != nil {
				t.Fatal(err)
			}
			ready[resourceType] = s
		}
		return ready[resourceType]
	}
})

func decode(t testing.TB, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("decode %s: %v", text, err)
	}
	return v
}

// agree fails the test unless tables and JSON Schema say the same of a
// resource, as far as both can. It reports whether it is valid.
func agree(t testing.TB, where string, text []byte) bool {
	t.Helper()
	document, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		return false // refused before either is asked
	}
	refusal := bySchema()(t, document.Root().ResourceType()).Validate(decode(t, text))
	issues := validator.Validate(document.Root())
	must, may := validator.Sayable(document.Root())
	switch {
	case must && refusal == nil:
		t.Errorf("%s: the tables refuse what JSON Schema accepts: %v\n%s", where, issues, text)
	case !must && refusal != nil && !validator.MayDisagree(document.Root()):
		t.Errorf("%s: JSON Schema refuses what the tables accept (other issues: %v): %#v\n%s", where, issues, refusal, text)
	}
	return !must && !may
}

func TestAgreesOnExamples(t *testing.T) {
	for name, text := range examples(t) {
		if !agree(t, name, text) {
			t.Errorf("%s is refused", name)
		}
	}
}

// TestAgreesOnMutations changes valid resources at random and compares what
// both sides say of them.
func TestAgreesOnMutations(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	r := rand.New(rand.NewPCG(7, 8))
	texts := examples(t)
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	valid, invalid := 0, 0
	for _, name := range names {
		for range rounds {
			v := decode(t, texts[name])
			for range 1 + r.IntN(2) {
				v = change(r, v)
			}
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if agree(t, name, text) {
				valid++
			} else {
				invalid++
			}
			if t.Failed() {
				return
			}
		}
	}
	t.Logf("%d mutants are valid, %d are not", valid, invalid)
	if valid < len(names)*rounds/20 || invalid < len(names)*rounds/3 {
		t.Errorf("%d valid and %d invalid mutants: they say little", valid, invalid)
	}
}

// change changes one place of a JSON value, somewhere.
func change(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if len(keys) > 0 && r.IntN(4) > 0 {
			k := keys[r.IntN(len(keys))]
			v[k] = change(r, v[k])
			return v
		}
		return changeMembers(r, v, keys)
	case []any:
		if len(v) > 0 && r.IntN(5) > 0 {
			i := r.IntN(len(v))
			v[i] = change(r, v[i])
			return v
		}
		if len(v) == 0 {
			return v
		}
		switch r.IntN(4) {
		case 0:
			return v[:len(v)-1]
		case 1:
			return append(v, v[0])
		case 2:
			return append(v, nil)
		}
		return v[0]
	}
	return changeValue(r, v)
}

func changeMembers(r *rand.Rand, v map[string]any, keys []string) any {
	if len(keys) == 0 {
		return v
	}
	k := keys[r.IntN(len(keys))]
	switch r.IntN(9) {
	case 0:
		delete(v, k)
	case 1: // a name that is likely to exist in another structure
		names := []string{"id", "extension", "value", "valueString", "valueCode", "code", "system", "text", "url", "contained", "resourceType", "modifierExtension", "status", "_status", "reference"}
		v[names[r.IntN(len(names))]] = v[k]
	case 2:
		v["_"+strings.TrimPrefix(k, "_")] = map[string]any{"id": "a"}
	case 3:
		v["_"+k] = map[string]any{"extension": []any{map[string]any{"url": "urn:x", "valueBoolean": true}}}
		if r.IntN(2) == 0 {
			delete(v, k)
		}
	case 4:
		v[strings.ToUpper(k[:1])+k[1:]] = v[k]
		delete(v, k)
	case 5: // another type of a choice
		for _, old := range []string{"DateTime", "String", "Quantity", "Code", "Boolean", "CodeableConcept", "PositiveInt"} {
			if base, found := strings.CutSuffix(k, old); found {
				v[base+[]string{"DateTime", "String", "Period", "Boolean", "Range", "Foo"}[r.IntN(6)]] = v[k]
				if r.IntN(2) == 0 {
					delete(v, k)
				}
			}
		}
	case 6:
		v[k] = []any{v[k]}
	case 7:
		v["extension"] = []any{map[string]any{"url": "urn:x", "valueString": "y"}}
	default:
		v["unknown"] = 1
	}
	return v
}

// changeValue replaces a JSON scalar.
func changeValue(r *rand.Rand, v any) any {
	if s, is := v.(string); is && s != "" && r.IntN(2) == 0 {
		return mutate(r, s)
	}
	others := []any{
		"x", " ", "a b", "2020", "2020-02-30", "2020-01-01T00:00:00Z", "male", "completed", "Patient/1", "Organization/1", "urn:uuid:x",
		json.Number("0"), json.Number("-1"), json.Number("1"), json.Number("1.5"), json.Number("1.0"), json.Number("3000000000"),
		true, false, nil, map[string]any{"id": "a"}, map[string]any{"text": "a"}, []any{"a"}, []any{map[string]any{"text": "x"}},
	}
	return others[r.IntN(len(others))]
}

func TestJSONSchemaIsStable(t *testing.T) {
	a, err := schema.JSONSchema(definitions.R4(), "Bundle")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := schema.JSONSchema(definitions.R4(), "Bundle")
	if !bytes.Equal(a, b) {
		t.Error("JSONSchema(Bundle) gives two texts")
	}
	for _, name := range []string{"HumanName", "Nothing", "Patient.contact", ""} {
		if _, err := schema.JSONSchema(definitions.R4(), name); err == nil {
			t.Errorf("JSONSchema(%q) gives no error", name)
		}
	}
}

// BenchmarkBothSides shows what the compiled tables buy: the same resource,
// from its bytes, through the JSON gate and the tables, and through
// encoding/json and the JSON Schema.
func BenchmarkBothSides(b *testing.B) {
	text := []byte(immunization)
	compiledSchema := compiled(b, "Immunization")
	tree := decode(b, text)
	document, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct {
		name string
		run  func() error
	}{
		{"tables/validate", func() error { return errorOf(validator.Validate(document.Root())) }},
		{"tables/parse+validate", func() error {
			d, err := codec.Parse(text, codec.Limits{})
			if err != nil {
				return err
			}
			return errorOf(validator.Validate(d.Root()))
		}},
		{"jsonschema/validate", func() error { return compiledSchema.Validate(tree) }},
		{"jsonschema/parse+validate", func() error { return compiledSchema.Validate(decode(b, text)) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if err := bb.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func errorOf[T any](issues []T) error {
	if len(issues) > 0 {
		return fmt.Errorf("%v", issues)
	}
	return nil
}
