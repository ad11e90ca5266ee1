package patch_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jenner-iis/jenner/fhir/patch"
)

func TestJSONPatch(t *testing.T) {
	const names = `{"resourceType":"Patient","id":"a","name":[{"family":"A"},{"family":"B"}],"active":true}`
	for _, test := range []struct{ name, resource, patch, want string }{
		// RFC 6902, appendix A, by its numbers.
		{"A.1 add a member", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux"}]`, `{"foo":"bar","baz":"qux"}`},
		{"A.2 add an element", `{"foo":["bar","baz"]}`, `[{"op":"add","path":"/foo/1","value":"qux"}]`, `{"foo":["bar","qux","baz"]}`},
		{"A.3 remove a member", `{"baz":"qux","foo":"bar"}`, `[{"op":"remove","path":"/baz"}]`, `{"foo":"bar"}`},
		{"A.4 remove an element", `{"foo":["bar","qux","baz"]}`, `[{"op":"remove","path":"/foo/1"}]`, `{"foo":["bar","baz"]}`},
		{"A.5 replace", `{"baz":"qux","foo":"bar"}`, `[{"op":"replace","path":"/baz","value":"boo"}]`, `{"baz":"boo","foo":"bar"}`},
		{"A.6 move a value", `{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}`,
			`[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]`, `{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}`},
		{"A.7 move an element", `{"foo":["all","grass","cows","eat"]}`, `[{"op":"move","from":"/foo/1","path":"/foo/3"}]`, `{"foo":["all","cows","eat","grass"]}`},
		{"A.8 tests that hold", `{"baz":"qux","foo":["a",2,"c"]}`,
			`[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]`, `{"baz":"qux","foo":["a",2,"c"]}`},
		{"A.10 add a nested object", `{"foo":"bar"}`, `[{"op":"add","path":"/child","value":{"grandchild":{"a":1}}}]`, `{"foo":"bar","child":{"grandchild":{"a":1}}}`},
		{"A.11 unknown members of operations", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux","xyz":123}]`, `{"foo":"bar","baz":"qux"}`},
		{"A.14 escapes in pointers", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":10},{"op":"replace","path":"/~1","value":8}]`, `{"/":8,"~1":10}`},
		{"A.16 add an array", `{"foo":["bar"]}`, `[{"op":"add","path":"/foo/-","value":["abc","def"]}]`, `{"foo":["bar",["abc","def"]]}`},

		{"nothing", names, `[]`, names},
		{"copy", `{"a":{"b":1.50}}`, `[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/a/b","value":2}]`, `{"a":{"b":2},"c":{"b":1.50}}`},
		{"copy what was changed", `{"a":{"b":1}}`, `[{"op":"replace","path":"/a/b","value":2},{"op":"copy","from":"/a/b","path":"/c"}]`, `{"a":{"b":2},"c":2}`},
		{"add where something is", names, `[{"op":"add","path":"/active","value":false}]`, strings.Replace(names, "true", "false", 1)},
		{"add at the end", `{"a":[1,2]}`, `[{"op":"add","path":"/a/2","value":3},{"op":"add","path":"/a/-","value":4}]`, `{"a":[1,2,3,4]}`},
		{"the whole resource", names, `[{"op":"replace","path":"","value":{"id":"a","resourceType":"Patient","gender":"male"}},{"op":"test","path":"/gender","value":"male"}]`,
			`{"id":"a","resourceType":"Patient","gender":"male"}`},
		{"add the whole resource", names, `[{"op":"add","path":"","value":{"id":"a","resourceType":"Patient"}},{"op":"add","path":"/gender","value":"male"}]`,
			`{"id":"a","resourceType":"Patient","gender":"male"}`},
		{"the id and back", names, `[{"op":"move","from":"/id","path":"/x"},{"op":"move","from":"/x","path":"/id"}]`,
			`{"resourceType":"Patient","name":[{"family":"A"},{"family":"B"}],"active":true,"id":"a"}`},

		// Equality of RFC 6902, section 4.6.
		{"members in another order", `{"a":{"b":1,"c":[true,null]}}`, `[{"op":"test","path":"/a","value":{"c":[true,null],"b":1}}]`, `{"a":{"b":1,"c":[true,null]}}`},
		{"strings by content", `{"a":"\u0041\/"}`, `[{"op":"test","path":"/a","value":"A/"}]`, `{"a":"\u0041\/"}`},
		{"numbers by value", `{"a":1.50,"b":-0.0,"c":100,"d":12e-1}`,
			`[{"op":"test","path":"/a","value":15e-1},{"op":"test","path":"/b","value":0},{"op":"test","path":"/c","value":1E2},{"op":"test","path":"/d","value":1.2}]`,
			`{"a":1.50,"b":-0.0,"c":100,"d":12e-1}`},
		{"tests between changes", `{"a":1}`, `[{"op":"add","path":"/b","value":2},{"op":"test","path":"/b","value":2},{"op":"remove","path":"/a"},{"op":"test","path":"","value":{"b":2}}]`, `{"b":2}`},

		// What the library must leave alone.
		{"numbers keep their text", `{"a":1.50,"b":[1e2,-0.0,100000000000000000001],"c":{"d":0.10}}`,
			`[{"op":"add","path":"/c/e","value":2.500},{"op":"add","path":"/b/0","value":7.0}]`,
			`{"a":1.50,"b":[7.0,1e2,-0.0,100000000000000000001],"c":{"d":0.10,"e":2.500}}`},
		{"markup and scripts of all kinds", `{"text":{"div":"<div>a &amp; \u2028 ł 😀</div>"}}`,
			`[{"op":"add","path":"/text/status","value":"<b>&` + "\u2029" + `"},{"op":"copy","from":"/text/div","path":"/x"}]`,
			`{"text":{"div":"<div>a &amp; \u2028 ł 😀</div>","status":"<b>&` + "\u2029" + `"},"x":"<div>a &amp; \u2028 ł 😀</div>"}`},
		{"null beside extensions", `{"given":["a",null],"_given":[null,{"id":"x"}]}`, `[{"op":"add","path":"/given/0","value":"z"},{"op":"add","path":"/_given/0","value":null}]`,
			`{"given":["z","a",null],"_given":[null,null,{"id":"x"}]}`},
		{"carriage returns before an array", "{\"a\":\r[\r[1]\r]}", "[{\"op\":\"add\",\"path\":\"/a/0/0\",\"value\":\r[\r2]},{\"op\":\"add\",\"path\":\"/a/0/0/0\",\"value\":3}]", `{"a":[[[3,2],1]]}`},

		// FHIR has nothing that is empty.
		{"the last element of a list", `{"name":[{"text":"A"}],"active":true}`, `[{"op":"remove","path":"/name/0"}]`, `{"active":true}`},
		{"a list begun empty", `{"active":true}`, `[{"op":"add","path":"/name","value":[]},{"op":"add","path":"/name/-","value":{"text":"A"}}]`, `{"active":true,"name":[{"text":"A"}]}`},
		{"an emptied element", `{"contact":[{"name":{"text":"A"}},{"gender":"male"}]}`, `[{"op":"remove","path":"/contact/0/name/text"}]`, `{"contact":[{"gender":"male"}]}`},
		{"an emptied extension in a row", `{"given":["a","b","c"],"_given":[null,{"id":"x"},{"id":"y"}]}`, `[{"op":"remove","path":"/_given/1/id"}]`,
			`{"given":["a","b","c"],"_given":[null,null,{"id":"y"}]}`},
		{"all extensions emptied", `{"given":["a","b"],"_given":[null,{"id":"x"}]}`, `[{"op":"remove","path":"/_given/1/id"}]`, `{"given":["a","b"]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := patch.ParseJSONPatch([]byte(test.patch))
			if err != nil {
				t.Fatalf("ParseJSONPatch(%s): %v", test.patch, err)
			}
			for range 2 { // a patch can be applied again
				got, err := p.Apply([]byte(test.resource))
				if err != nil || string(got) != test.want {
					t.Errorf("Apply(%s) of %s\n got %s, %v\nwant %s", test.resource, test.patch, got, err, test.want)
				}
			}
		})
	}
}

func TestJSONPatchRefused(t *testing.T) {
	for _, test := range []struct {
		name, document, says string
	}{
		{"no JSON", `[`, "ends"},
		{"no array", `{"op":"remove","path":"/a"}`, "array of operations"},
		{"A.13 two members of one name", `[{"op":"add","path":"/a","value":1,"op":"remove"}]`, "twice"},
		{"a name twice in a value", `[{"op":"add","path":"/a","value":{"b":1,"b":2}}]`, "twice"},
		{"no operation", `[{"op":"remove","path":"/a"},5]`, "[1]: an operation is an object"},
		{"unknown op", `[{"op":"merge","path":"/a","value":1}]`, "[0].op"},
		{"no op", `[{"path":"/a"}]`, "[0].op"},
		{"op of another case", `[{"OP":"remove","path":"/a"}]`, "[0].op"},
		{"no path", `[{"op":"remove","path":"/a"},{"op":"remove"}]`, "[1].path"},
		{"path is no string", `[{"op":"remove","path":["a"]}]`, "[0].path"},
		{"path without a slash", `[{"op":"remove","path":"a"}]`, "[0].path"},
		{"bad escape", `[{"op":"remove","path":"/a~2"}]`, "[0].path"},
		{"escape cut off", `[{"op":"remove","path":"/a~"}]`, "[0].path"},
		{"empty token", `[{"op":"add","path":"/name/","value":1}]`, "[0].path"},
		{"leading zero", `[{"op":"remove","path":"/name/01"}]`, "[0].path"},
		{"negative place", `[{"op":"remove","path":"/name/-1"}]`, "[0].path"},
		{"signed place", `[{"op":"remove","path":"/name/+1"}]`, "[0].path"},
		{"too deep", `[{"op":"remove","path":"` + strings.Repeat("/a", 65) + `"}]`, "[0].path"},
		{"inside the end", `[{"op":"add","path":"/name/-/family","value":"x"}]`, "[0].path"},
		{"test at the end", `[{"op":"test","path":"/name/-","value":"x"}]`, "[0].path"},
		{"no value", `[{"op":"add","path":"/a"}]`, "[0].value"},
		{"test without value", `[{"op":"test","path":"/a"}]`, "[0].value"},
		{"test for null", `[{"op":"test","path":"/a","value":null}]`, "[0].value"},
		{"no from", `[{"op":"copy","path":"/a"}]`, "[0].from"},
		{"into itself", `[{"op":"move","from":"/a/0","path":"/a/0/b"}]`, "[0].path"},
		{"remove all", `[{"op":"remove","path":""}]`, "[0].path"},
		{"copy all", `[{"op":"copy","from":"","path":"/contained/0"}]`, "[0].path"},
		{"move to all", `[{"op":"move","from":"/contained/0","path":""}]`, "[0].path"},
		{"no resource", `[{"op":"replace","path":"","value":"x"}]`, "[0].value"},
		{"too many", "[" + strings.Repeat(`{"op":"remove","path":"/a"},`, patch.MaxOperations) + `{"op":"remove","path":"/a"}]`, "at most 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := patch.ParseJSONPatch([]byte(test.document))
			checkError(t, "ParseJSONPatch("+test.document+")", err, badRequest, test.says)
		})
	}
}

func TestJSONPatchDoesNotFit(t *testing.T) {
	const resource = `{"resourceType":"Patient","id":"a","meta":{"versionId":"3"},"name":[{"family":"A","given":["1","2"]}],"multipleBirthInteger":2}`
	tree := `{"a":` + strings.Repeat("[", 61) + strings.Repeat("]", 61) + `}`
	for _, test := range []struct {
		name, patch string
		want        outcome
		says        string
	}{
		{"A.9 a test that fails", `[{"op":"test","path":"/name/0/family","value":"B"}]`, testFailed, "[0]"},
		{"a test of what is not there", `[{"op":"test","path":"/id","value":"a"},{"op":"test","path":"/nope","value":"B"}]`, testFailed, "[1]"},
		{"a test beyond a list", `[{"op":"test","path":"/name/1","value":{}}]`, testFailed, "[0]"},
		{"a test inside a string", `[{"op":"test","path":"/id/0","value":"a"}]`, testFailed, "[0]"},
		{"A.15 strings are not numbers", `[{"op":"test","path":"/multipleBirthInteger","value":"2"}]`, testFailed, "[0]"},
		{"another number", `[{"op":"test","path":"/multipleBirthInteger","value":2.0000000000000000000001}]`, testFailed, "[0]"},
		{"a part of an array", `[{"op":"test","path":"/name/0/given","value":["1"]}]`, testFailed, "[0]"},
		{"a part of an object", `[{"op":"test","path":"/name/0","value":{"family":"A"}}]`, testFailed, "[0]"},
		{"all or nothing", `[{"op":"remove","path":"/name"},{"op":"test","path":"/id","value":"b"}]`, testFailed, "[1]"},
		{"A.12 add into nothing", `[{"op":"test","path":"/id","value":"a"},{"op":"remove","path":"/name/0/family"},{"op":"add","path":"/contact/0","value":{}},{"op":"remove","path":"/x"}]`, badPath, "[2]"},
		{"add into a string", `[{"op":"add","path":"/id/x","value":1}]`, badPath, "[0]"},
		{"add beyond the end", `[{"op":"add","path":"/name/2","value":{}}]`, badPath, "[0]"},
		{"add beside elements of a list", `[{"op":"add","path":"/name/family","value":"x"}]`, badPath, "[0]"},
		{"remove what is not there", `[{"op":"remove","path":"/name"},{"op":"remove","path":"/name"}]`, badPath, "[1]"},
		{"replace what is not there", `[{"op":"replace","path":"/gender","value":"male"}]`, badPath, "[0]"},
		{"replace beyond the end", `[{"op":"replace","path":"/name/1","value":{}}]`, badPath, "[0]"},
		{"move what is not there", `[{"op":"move","from":"/gender","path":"/x"}]`, badPath, "[0]"},
		{"copy to nowhere", `[{"op":"copy","from":"/name","path":"/x/y"}]`, badPath, "[0]"},
		{"another id", `[{"op":"replace","path":"/id","value":"b"}]`, refused, "Patient.id"},
		{"no id", `[{"op":"remove","path":"/id"}]`, refused, "Patient.id"},
		{"another type", `[{"op":"replace","path":"/resourceType","value":"Person"}]`, refused, "Patient.resourceType"},
		{"another resource", `[{"op":"replace","path":"","value":{"resourceType":"Patient","id":"b"}}]`, refused, "Patient.id"},
		{"deeper than the gate allows", `[{"op":"add","path":"/x","value":` + tree + `},{"op":"add","path":"/y","value":[[]]},{"op":"move","from":"/x","path":"/y/0/0"}]`, refused, "deeper"},
		{"copies of copies", `[{"op":"copy","from":"/name","path":"/name/-"}` + strings.Repeat(`,{"op":"copy","from":"/name","path":"/name/-"}`, 30) + `]`, tooCostly, "copies"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := patch.ParseJSONPatch([]byte(test.patch))
			if err != nil {
				t.Fatalf("ParseJSONPatch(%s): %v", test.patch, err)
			}
			_, err = p.Apply([]byte(resource))
			checkError(t, "Apply of "+test.patch, err, test.want, test.says)
		})
	}
}

// TestJSONPatchCost holds that a patch is refused before it can keep the
// server busy with a large resource.
func TestJSONPatchCost(t *testing.T) {
	resource := `{"b":1,"a":"` + strings.Repeat("x", 1<<20) + `"}`
	pair := `,{"op":"replace","path":"/b","value":2},{"op":"test","path":"/b","value":2}`
	for _, test := range []struct {
		pairs int
		want  outcome
	}{{10, done}, {400, tooCostly}} {
		p, err := patch.ParseJSONPatch([]byte("[" + strings.Repeat(pair, test.pairs)[1:] + "]"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Apply([]byte(resource))
		checkError(t, fmt.Sprintf("Apply of %d changes and tests in turns to 1 MiB", test.pairs), err, test.want, "send an update")
	}
	p, err := patch.ParseJSONPatch([]byte("[" + strings.Repeat(pair, 500)[1:] + "]"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Apply([]byte(`{"b":1}`))
	checkError(t, "Apply of 500 changes and tests in turns to little", err, done, "")
}

func TestApplyConcurrently(t *testing.T) {
	jsonPatch, err := patch.ParseJSONPatch([]byte(`[{"op":"add","path":"/x","value":{"a":[1,{"b":2}]}},{"op":"remove","path":"/x/a/1/b"},{"op":"add","path":"/x/a/0","value":0}]`))
	if err != nil {
		t.Fatal(err)
	}
	fhirPatch, err := parseFHIRPatch(t, operations(
		add("Patient", "name", `"valueHumanName":{"given":["a"],"period":{"start":"2020"}}`), replace("name[0].period.start", `"valueDateTime":"2021"`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		p    patch.Patch
		want string
	}{
		{jsonPatch, `{"resourceType":"Patient","x":{"a":[0,1]}}`},
		{fhirPatch, `{"resourceType":"Patient","name":[{"given":["a"],"period":{"start":"2021"}}]}`},
	} {
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				for range 20 {
					if got, err := test.p.Apply([]byte(`{"resourceType":"Patient"}`)); err != nil || string(got) != test.want {
						t.Errorf("Apply\n got %s, %v\nwant %s", got, err, test.want)
						return
					}
				}
			})
		}
		wait.Wait()
	}
}
