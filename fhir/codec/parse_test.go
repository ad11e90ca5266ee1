package codec_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

const patient = `{
  "resourceType": "Patient",
  "id": "p1",
  "name": [{"family": "Sk\u0142odowska", "given": ["Maria", "Salomea"]}],
  "_birthDate": {"extension": [{"url": "http://x", "valueDecimal": 1.50}]},
  "active": true
}`

func parse(t testing.TB, text string) codec.Value {
	t.Helper()
	d, err := codec.Parse([]byte(text), codec.Limits{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return d.Root()
}

func TestWalk(t *testing.T) {
	root := parse(t, patient)
	name := root.Get("name").At(0)
	if got := name.Get("family").Text(); got != "Skłodowska" {
		t.Errorf("family = %q", got)
	}
	second := name.Get("given").At(1)
	if got, want := second.Path(), "Patient.name[0].given[1]"; got != want {
		t.Errorf("Path() = %q, want %q", got, want)
	}
	if got := root.Get("_birthDate").Get("extension").At(0).Get("valueDecimal").Text(); got != "1.50" {
		t.Errorf("decimal = %q, want its text as written", got)
	}
	if v := root.Get("name").At(1).Get("family").First().Next(); v.Exists() || v.Kind() != codec.Absent || v.Text() != "" {
		t.Errorf("a look-up that finds nothing gave %v", v.Kind())
	}
	if got := root.Len(); got != 5 {
		t.Errorf("Len() = %d, want 5", got)
	}
}

func TestGateRefuses(t *testing.T) {
	deep := strings.Repeat(`{"extension":[`, 40) + "1" + strings.Repeat("]}", 40)
	for _, test := range []struct{ name, text, expression, says string }{
		{"nothing", "", "", "empty"},
		{"no object", `[{"a":1}]`, "", "one JSON object"},
		{"byte order mark", "\uFEFF" + `{"a":1}`, "", "byte order mark"},
		{"trailing bytes", `{"a":1} x`, "", "after the end"},
		{"second value", `{"a":1}{"b":1}`, "", "after the end"},
		{"duplicate member", `{"resourceType":"Patient","gender":"male","gender":"female"}`, "Patient.gender", "twice"},
		{"duplicate by escape", `{"resourceType":"Patient","gender":"male","\u0067ender":"female"}`, "Patient.gender", "twice"},
		{"duplicate inside", `{"resourceType":"Patient","name":[{"a":1},{"use":"usual","use":"usual"}]}`, "Patient.name[1].use", "twice"},
		{"invalid UTF-8", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"a\xffb\"}]}", "Patient.name[0].family", "UTF-8"},
		{"invalid UTF-8 in a name", "{\"resourceType\":\"Patient\",\"a\xff\":1}", "Patient", "UTF-8"},
		{"lone surrogate", `{"resourceType":"Patient","language":"\ud83d"}`, "Patient.language", "surrogate"},
		{"low surrogate first", `{"resourceType":"Patient","language":"\udc00\ud83d"}`, "Patient.language", "surrogate"},
		{"NUL", `{"resourceType":"Patient","language":"\u0000"}`, "Patient.language", "control"},
		{"raw control character", "{\"resourceType\":\"Patient\",\"language\":\"a\nb\"}", "Patient.language", "control"},
		{"null member", `{"resourceType":"Patient","gender":null}`, "Patient.gender", "null"},
		{"empty string", `{"resourceType":"Patient","language":""}`, "Patient.language", "empty"},
		{"empty object", `{"resourceType":"Patient","meta":{}}`, "Patient.meta", "empty"},
		{"empty array", `{"resourceType":"Patient","name":[]}`, "Patient.name", "empty"},
		{"leading zero", `{"a":01}`, "a", "number"},
		{"leading plus", `{"a":+1}`, "a", "not a JSON value"},
		{"bare point", `{"a":1.}`, "a", "number"},
		{"NaN", `{"a":NaN}`, "a", "not a JSON value"},
		{"too large", `{"a":1e400}`, "a", "range"},
		{"too deep", deep, "", "deeper"},
		{"cut off", `{"a":{"b":[1,2`, "a.b", "ends inside"},
		{"bad escape", `{"a":"\x41"}`, "a", "escape"},
		{"single quotes", `{'a':1}`, "", "double quotes"},
		{"trailing comma", `{"a":1,}`, "", "double quotes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := codec.Parse([]byte(test.text), codec.Limits{})
			var invalid *fhir.Invalid
			if !errors.As(err, &invalid) || !errors.Is(err, fhir.ErrSyntax) {
				t.Fatalf("Parse(%s) = %v, want an *Invalid that wraps ErrSyntax", test.text, err)
			}
			issue := invalid.Issues[0]
			if test.name != "too deep" && issue.Expression != test.expression {
				t.Errorf("expression %q, want %q (%v)", issue.Expression, test.expression, err)
			}
			if !strings.Contains(issue.Text, test.says) {
				t.Errorf("text %q does not say %q", issue.Text, test.says)
			}
		})
	}
}

func TestLimitOnValues(t *testing.T) {
	text := `{"a":[1,2,3]}`
	if _, err := codec.Parse([]byte(text), codec.Limits{Values: 5}); err != nil {
		t.Errorf("Parse with room for 5 values: %v", err)
	}
	if _, err := codec.Parse([]byte(text), codec.Limits{Values: 4}); err == nil {
		t.Error("Parse took 5 values where 4 are allowed")
	}
}

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[true,"x"]}`, `{"b":[true,"x"], "a":1}`, true},
		{`{"a":"\u0041"}`, `{"a":"A"}`, true},
		{`{"a":1.5}`, `{"a":1.50}`, false},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		{`{"a":[1,2]}`, `{"a":[1]}`, false},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":1,"c":2}`, `{"a":1,"b":2}`, false},
	} {
		a, b := parse(t, test.a), parse(t, test.b)
		if got := codec.Equal(a, b); got != test.want {
			t.Errorf("Equal(%s, %s) = %v", test.a, test.b, got)
		}
		if got := codec.Equal(b, a); got != test.want {
			t.Errorf("Equal(%s, %s) = %v", test.b, test.a, got)
		}
	}
}

// FuzzParse holds the gate against encoding/json: what the gate accepts must
// mean the same there, and what encoding/json refuses the gate refuses too.
func FuzzParse(f *testing.F) {
	f.Add([]byte(patient))
	f.Add([]byte(`{"a":[null,{"b":-0.0e-1}],"c":"\ud83d\ude00\/\t"}`))
	f.Add([]byte(`{"a":1e400,"\u0061":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := codec.Parse(text, codec.Limits{})
		var theirs any
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.UseNumber()
		theirErr := decoder.Decode(&theirs)
		if err != nil {
			var invalid *fhir.Invalid
			if !errors.As(err, &invalid) || invalid.Issues[0].Text == "" {
				t.Fatalf("Parse refused without an issue: %v", err)
			}
			return
		}
		if theirErr != nil {
			t.Fatalf("Parse took what encoding/json refuses: %v", theirErr)
		}
		if got := generic(d.Root()); !reflect.DeepEqual(got, theirs) {
			t.Fatalf("Parse understood %v, encoding/json %v", got, theirs)
		}
		compact := d.Root().AppendCompact(nil)
		again, err := codec.Parse(compact, codec.Limits{})
		if err != nil || !codec.Equal(d.Root(), again.Root()) {
			t.Fatalf("the compact form %s does not read the same: %v", compact, err)
		}
	})
}

// generic is v as encoding/json would decode it.
func generic(v codec.Value) any {
	switch v.Kind() {
	case codec.Object:
		m := map[string]any{}
		for c := v.First(); c.Exists(); c = c.Next() {
			m[c.Name()] = generic(c)
		}
		return m
	case codec.Array:
		s := []any{}
		for c := v.First(); c.Exists(); c = c.Next() {
			s = append(s, generic(c))
		}
		return s
	case codec.String:
		return v.Text()
	case codec.Number:
		return json.Number(v.Text())
	case codec.True, codec.False:
		return v.Kind() == codec.True
	}
	return nil
}

func BenchmarkParse(b *testing.B) {
	text := []byte(`{"resourceType":"Immunization","id":"0000e3ef-3cf9-572b-f476-6398236b3624","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"]},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"119","display":"rotavirus, monovalent"}],"text":"rotavirus, monovalent"},"patient":{"reference":"Patient/8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"},"encounter":{"reference":"Encounter/952db305-85b8-55bd-2a71-c46270adb226"},"occurrenceDateTime":"2020-05-16T05:15:06-04:00","primarySource":true,"location":{"reference":"Location/b9914fb2-ffc1-3385-9967-7550eb4102c8","display":"ROCK RIDGE FAMILY MEDICINE, P.A."}}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Parse(text, codec.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
