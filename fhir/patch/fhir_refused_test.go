package patch_test

import (
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/patch"
)

func TestFHIRPatchRefused(t *testing.T) {
	raw := func(parameter string) string { return `{"resourceType":"Parameters","parameter":[` + parameter + `]}` }
	for _, test := range []struct{ name, document, says string }{
		{"another resource", nobody, "type Parameters"},
		{"implicit rules", `{"resourceType":"Parameters","implicitRules":"http://x"}`, "Parameters.implicitRules"},
		{"another parameter", raw(`{"name":"patch","valueString":"x"}`), `parameter[0]: every parameter`},
		{"a value instead of parts", raw(`{"name":"operation","valueString":"x"}`), "parameter[0].valueString"},
		{"a modifier", raw(`{"name":"operation","modifierExtension":[{"url":"u"}],"part":[` + remove("Patient.name") + `]}`), "parameter[0].modifierExtension"},
		{"a modifier of a part", operations(remove("Patient.name"), strings.Replace(remove("Patient.name"), `"name":"path"`, `"name":"path","modifierExtension":[{"url":"u"}]`, 1)), "parameter[1].part[1].modifierExtension"},
		{"no parts", raw(`{"name":"operation"}`), "needs a part named type"},
		{"no path", operations(`{"name":"type","valueCode":"delete"}`), "needs a part named path"},
		{"unknown type", operations(head("merge", "Patient.name")), "parameter[0].part[0]"},
		{"type is no code", operations(`{"name":"type","valueInteger":1},{"name":"path","valueString":"Patient.name"}`), "part[0]"},
		{"path is no string", operations(`{"name":"type","valueCode":"delete"},{"name":"path","valueCode":"Patient.name"}`), "part[1]"},
		{"two paths", operations(remove("Patient.name") + `,{"name":"path","valueString":"Patient.id"}`), "part[2]: the operation has two"},
		{"an index where there is none", operations(remove("Patient.name") + `,{"name":"index","valueInteger":1}`), "part[2]"},
		{"unknown part", operations(remove("Patient.name") + `,{"name":"force","valueBoolean":true}`), "part[2]"},
		{"add without name", operations(head("add", "Patient") + `,{"name":"value","valueString":"x"}`), "needs a part named name"},
		{"add of a choice with brackets", operations(add("Patient", "deceased[x]", `"valueBoolean":true`)), "without [x]"},
		{"replace without value", operations(head("replace", "Patient.name")), "needs a part named value"},
		{"insert without index", operations(head("insert", "Patient.name") + `,{"name":"value","valueHumanName":{"text":"x"}}`), "needs a part named index"},
		{"index is no integer", operations(insert("Patient.name", "1.5", `"valueHumanName":{"text":"x"}`)), "integer"},
		{"index is a string", operations(strings.Replace(insert("Patient.name", "1", `"valueHumanName":{"text":"x"}`), `"valueInteger":1`, `"valueString":"1"`, 1)), "part[2]"},
		{"insert at an index of the path", operations(insert("Patient.name[0]", "1", `"valueHumanName":{"text":"x"}`)), "name of a list"},
		{"move of the resource", operations(move("Patient", "1", "2")), "name of a list"},
		{"move among extensions of a url", operations(move("Patient.extension('u')", "1", "0")), "name of a list"},
		{"delete of the resource", operations(remove("Patient")), "whole resource"},
		{"two values", operations(replace("Patient.name", `"valueString":"x","valueCode":"y"`)), "one value"},
		{"value and parts", operations(replace("Patient.name", `"valueString":"x","part":[{"name":"text","valueString":"x"}]`)), "one value"},
		{"no value[x]", operations(replace("Patient.name", `"id":"x"`)), "needs a value[x]"},
		{"a type that value[x] cannot have", operations(add("Patient.birthDate", "extension", `"valueExtension":{"url":"u"}`)), "part[3].valueExtension"},
		{"a modifier of an inner part", operations(replace("Patient.name", `"part":[{"name":"text","valueString":"x","modifierExtension":[{"url":"u"}]}]`)), "part[2].part[0].modifierExtension"},
		{"too many", operations(strings.Split(strings.Repeat(remove("Patient.name")+"|", patch.MaxOperations)+remove("Patient.name"), "|")...), "at most 1000"},

		{"resolve()", operations(remove("Patient.generalPractitioner[0].resolve().name")), "another resource"},
		{"a union", operations(remove("Patient.name | Patient.telecom")), "at character 14"},
		{"an operator", operations(remove("(Observation.value as Quantity).unit")), "at character 1"},
		{"a function", operations(remove("Patient.name.skip(1)")), "at character 14"},
		{"a question", operations(remove("Patient.name.exists()")), "at character 13"},
		{"a variable", operations(remove("%resource.name")), "at character 1"},
		{"nothing after the dot", operations(remove("Patient.")), "at character 9"},
		{"an index that is none", operations(remove("Patient.name[-1]")), "at character 14"},
		{"an index without end", operations(remove("Patient.name[99999999999999999999]")), "at character 14"},
		{"an index that is not closed", operations(remove("Patient.name[0")), "at character 15"},
		{"a string that is not closed", operations(remove("Patient.extension('x")), "not closed"},
		{"an unknown escape", operations(remove(`Patient.extension('\x')`)), "before a quote"},
		{"where() without criteria", operations(remove("Patient.name.where()")), "at character 20"},
		{"where() without comparison", operations(remove("Patient.where(active).name")), "needs a comparison"},
		{"another comparison", operations(remove("Patient.name.where(use ~ 'old')")), "needs a comparison"},
		{"comparison of elements", operations(remove("Patient.name.where(use = text)")), "at character 26"},
		{"a time", operations(remove("Patient.name.where(period.start = @2020-01-01T10:00:00Z)")), "not times"},
		{"a number that is none", operations(remove("Patient.name.where(use = 1.)")), "at character"},
		{"too long", operations(remove("Patient." + strings.Repeat("a", 2000))), "longer than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseFHIRPatch(t, test.document)
			checkError(t, "ParseFHIRPatch("+test.document+")", err, badRequest, test.says)
		})
	}
}

func TestFHIRPatchDoesNotFit(t *testing.T) {
	official := `{"resourceType":"Patient","id":"x","identifier":[{"use":"official","value":"123"}]}`
	for _, test := range []struct {
		name, resource, operation string
		want                      outcome
		says                      string
	}{
		{"Operation on missing element", official, add("Patient.identifier.where(use = 'official').period", "end", `"valueDate":"2021-12-01"`), badPath, "parameter[0].part[1]: the path finds no element"},
		{"replace of nothing", born, replace("Patient.gender", `"valueCode":"male"`), badPath, "finds no element to replace"},
		{"replace of several", twoNames, replace("Patient.name", `"valueHumanName":{"text":"x"}`), badPath, "finds 2 elements"},
		{"delete of several", twoNames, remove("Patient.name.family"), badPath, "finds 2 elements"},
		{"single() of several", twoNames, remove("Patient.name.single().family"), badPath, "finds 2 elements"},
		{"add into several", twoNames, add("Patient.name", "text", `"valueString":"x"`), badPath, "finds 2 elements"},
		{"insert into several", twoNames, insert("Patient.name.given", "0", `"valueString":"x"`), badPath, "finds 2 elements"},
		{"add of what is there", born, add("Patient", "birthDate", `"valueDate":"1930-01-01"`), badPath, "there is an element birthDate already"},
		{"add of what is there as another type", `{"resourceType":"Patient","deceasedBoolean":false}`, add("Patient", "deceased", `"valueDateTime":"2020"`), badPath, "there is an element deceased already"},
		{"add of what has only extensions", `{"resourceType":"Patient","_birthDate":{"id":"x"}}`, add("Patient", "birthDate", `"valueDate":"1930-01-01"`), badPath, "already"},
		{"insert beyond the end", identifiers("12"), insert("Patient.identifier", "3", third), badPath, "2 entries"},
		{"insert before the start", identifiers("12"), insert("Patient.identifier", "-1", third), badPath, "2 entries"},
		{"insert into a missing list", nobody, insert("Patient.identifier", "1", third), badPath, "0 entries"},
		{"move from beyond the end", identifiers("12"), move("Patient.identifier", "2", "0"), badPath, "2 entries"},
		{"move beyond the end", identifiers("12"), move("Patient.identifier", "0", "2"), badPath, "2 entries"},
		{"move in a missing list", nobody, move("Patient.identifier", "0", "0"), badPath, "0 entries"},
		{"the path of another type", born, remove("Observation.value"), badPath, "of the resource, Patient"},
		{"delete of the resource by a detour", born, remove("Patient.first()"), badPath, "resource itself"},
		{"replace of the resource by a detour", born, replace("Patient.first()", `"resource":`+nobody), badPath, "resource itself"},
		{"another id", official, replace("Patient.id", `"valueId":"y"`), refused, "Patient.id"},
		{"no id", official, remove("Patient.id"), refused, "Patient.id"},
		{"a new id", nobody, add("Patient", "id", `"valueId":"y"`), refused, "Patient.id"},

		// No resource of the type has these.
		{"unknown element", nobody, remove("Patient.nmae"), badRequest, `parameter[0].part[1]: Patient has no element "nmae"`},
		{"unknown element in what is not there", nobody, remove("Patient.contact.nmae"), badRequest, `Patient.contact has no element "nmae"`},
		{"unknown element of a value", nobody, remove("Patient.birthDate.value"), badRequest, `date has no element "value"`},
		{"unknown element in criteria", nobody, remove("Patient.name.where(usage='x')"), badRequest, `HumanName has no element "usage"`},
		{"resourceType is none", nobody, replace("Patient.resourceType", `"valueString":"Person"`), badRequest, "resourceType"},
		{"the name that JSON has", measured, remove("Observation.valueQuantity"), badRequest, "it is value.ofType(Quantity)"},
		{"a type that the choice cannot have", measured, remove("Observation.value.ofType(Address)"), badRequest, "never of the type"},
		{"unknown element of a contained resource", nobody, remove("Patient.contained.ofType(Organization).gender"), badRequest, `Organization has no element "gender"`},
		{"unknown type", measured, remove("Observation.value.ofType(Nope)"), badRequest, "no type"},
		{"add of an unknown element", nobody, add("Patient", "nmae", `"valueString":"x"`), badRequest, `no element "nmae"`},
		{"unknown part", nobody, add("Patient", "contact", `"part":[{"name":"nmae","valueString":"x"}]`), badRequest, "part[3].part[0]"},
		{"a part twice", nobody, add("Patient", "contact", `"part":[{"name":"gender","valueCode":"male"},{"name":"gender","valueCode":"female"}]`), badRequest, "part[3].part[1]: there is an element gender already"},
		{"insert into what is no list", nobody, insert("Patient.birthDate", "0", `"valueDate":"2020"`), badRequest, "no list"},
		{"the wrong type", nobody, add("Patient", "birthDate", `"valueQuantity":{"value":1}`), badRequest, "takes date; found valueQuantity"},
		{"the wrong primitive type", nobody, add("Patient", "birthDate", `"valueString":"2020-01-01"`), badRequest, "takes date; found valueString"},
		{"the wrong type for a choice", nobody, add("Patient", "deceased", `"valueString":"yes"`), badRequest, "boolean or dateTime"},
		{"the wrong type for one name of a choice", nobody, add("Patient", "deceasedBoolean", `"valueDateTime":"2020"`), badRequest, "takes boolean"},
		{"parts for a primitive", nobody, add("Patient", "birthDate", `"part":[{"name":"id","valueString":"x"}]`), badRequest, "found parts"},
		{"a resource for an element", nobody, add("Patient", "name", `"resource":`+nobody), badRequest, "found resource"},
		{"parts for a resource", nobody, add("Patient", "contained", `"part":[{"name":"id","valueString":"x"}]`), badRequest, "found parts"},
		{"a type that several could have", measured, replace("Observation.value", `"part":[{"name":"text","valueString":"x"}]`), badRequest, "found parts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := parseFHIRPatch(t, operations(test.operation))
			if err != nil {
				t.Fatalf("ParseFHIRPatch(%s): %v", operations(test.operation), err)
			}
			_, err = p.Apply([]byte(test.resource))
			checkError(t, "Apply("+test.resource+") of "+test.operation, err, test.want, test.says)
		})
	}
}

// TestResourceThatIsNone holds that a resource which the gate would not let
// through is not blamed on the patch.
func TestResourceThatIsNone(t *testing.T) {
	p, err := parseFHIRPatch(t, operations(remove("name")))
	if err != nil {
		t.Fatal(err)
	}
	j, err := patch.ParseJSONPatch([]byte(`[{"op":"remove","path":"/name"}]`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		p        patch.Patch
		resource string
	}{{p, `{"name":`}, {p, `{"name":"x"}`}, {p, `{"resourceType":"DomainResourceX","name":"x"}`}, {p, ""}, {j, `{"name":`}, {j, ""}, {j, "[]"}} {
		_, err := test.p.Apply([]byte(test.resource))
		checkError(t, "Apply("+test.resource+")", err, internal, "resource")
	}
}

// TestFHIRPatchCost holds that criteria over long lists are given up.
func TestFHIRPatchCost(t *testing.T) {
	resource := `{"resourceType":"Patient","name":[{"given":["` + strings.Repeat(`a","`, 100_000) + `a"]}]}`
	slow := remove("Patient.name.given.where(" + strings.Repeat("$this = 'b' or ", 99) + "$this = 'b')")
	p, err := parseFHIRPatch(t, operations(slow, slow, slow))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Apply([]byte(resource))
	checkError(t, "Apply of costly criteria", err, tooCostly, "send an update")
}
