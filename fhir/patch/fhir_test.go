package patch_test

import (
	"strings"
	"testing"
)

// Identifiers 1 to n, as the cases of the standard's test suite have them.
func identifiers(numbers string) string {
	var b strings.Builder
	for i, n := range numbers {
		b.WriteString([]string{"", ","}[min(i, 1)])
		b.WriteString(`{"system":"http://example.org","value":"value ` + string(n) + `"}`)
	}
	return `{"resourceType":"Patient","identifier":[` + b.String() + `]}`
}

const (
	third       = `"valueIdentifier":{"system":"http://example.org","value":"value 3"}`
	born        = `{"resourceType":"Patient","birthDate":"1920-01-01"}`
	nobody      = `{"resourceType":"Patient"}`
	contact     = `{"resourceType":"Patient","contact":[{"name":{"text":"a name"},"gender":"male"}]}`
	measured    = `{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50,"unit":"mg"},"component":[{"code":{"text":"c"},"valueString":"x"}]}`
	given       = `{"resourceType":"Patient","name":[{"given":["a","b","c"],"_given":[null,{"id":"x"},null]}]}`
	twoNames    = `{"resourceType":"Patient","name":[{"use":"official","family":"A"},{"use":"usual","family":"B","given":["b"]}]}`
	partContact = `"part":[{"name":"name","valueHumanName":{"text":"a name"}}]`
)

// TestFHIRPatch begins with the cases of HL7's suite for R4, by their names.
func TestFHIRPatch(t *testing.T) {
	for _, test := range []struct {
		name, resource string
		operations     []string
		want           string
	}{
		{"No Difference", born, nil, born},
		{"Replace Primitive", born, []string{replace("Patient.birthDate", `"valueDate":"1930-01-01"`)}, `{"resourceType":"Patient","birthDate":"1930-01-01"}`},
		{"Delete Primitive", born, []string{remove("Patient.birthDate")}, nobody},
		{"Add Primitive", nobody, []string{add("Patient", "birthDate", `"valueDate":"1930-01-01"`)}, `{"resourceType":"Patient","birthDate":"1930-01-01"}`},
		{"Replace Nested Primitive #1", contact, []string{replace("Patient.contact[0].gender", `"valueCode":"female"`)}, strings.Replace(contact, "male", "female", 1)},
		{"Replace Nested Primitive #2", contact, []string{replace("Patient.contact[0].name.text", `"valueString":"the name"`)}, strings.Replace(contact, "a name", "the name", 1)},
		{"Delete Nested Primitive #1", contact, []string{remove("Patient.contact[0].gender")}, `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`},
		{"Delete Nested Primitive #2", contact, []string{remove("Patient.contact[0].name.text")}, `{"resourceType":"Patient","contact":[{"gender":"male"}]}`},
		{"Add Nested Primitive", `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`, []string{add("Patient.contact[0]", "gender", `"valueCode":"male"`)}, contact},
		{"Add Complex", nobody, []string{add("Patient", "maritalStatus", `"valueCodeableConcept":{"text":"married"}`)}, `{"resourceType":"Patient","maritalStatus":{"text":"married"}}`},
		{"Replace Complex", `{"resourceType":"Patient","maritalStatus":{"id":"1","text":"married"}}`,
			[]string{replace("Patient.maritalStatus", `"valueCodeableConcept":{"id":"2","text":"not married"}`)}, `{"resourceType":"Patient","maritalStatus":{"id":"2","text":"not married"}}`},
		{"Delete Complex", `{"resourceType":"Patient","maritalStatus":{"text":"married"}}`, []string{remove("Patient.maritalStatus")}, nobody},
		{"Add Anonymous Type", nobody, []string{add("Patient", "contact", partContact)}, `{"resourceType":"Patient","contact":[{"name":{"text":"a name"}}]}`},
		{"Delete Anonymous Type", contact, []string{remove("Patient.contact[0]")}, nobody},
		{"List unchanged", identifiers("12"), nil, identifiers("12")},
		{"List unchanged, contents changed", identifiers("12"), []string{
			replace("Patient.identifier[0].value", `"valueString":"value 2"`), replace("Patient.identifier[1].value", `"valueString":"value 1"`)}, identifiers("21")},
		{"Add to list", identifiers("12"), []string{insert("Patient.identifier", "2", third)}, identifiers("123")},
		{"Insert in list #1", identifiers("12"), []string{insert("Patient.identifier", "1", third)}, identifiers("132")},
		{"Insert in list #2", identifiers("12"), []string{insert("Patient.identifier", "0", third)}, identifiers("312")},
		{"Delete from List #1", identifiers("123"), []string{remove("Patient.identifier[0]")}, identifiers("23")},
		{"Delete from List #2", identifiers("123"), []string{remove("Patient.identifier[1]")}, identifiers("13")},
		{"Delete from List #3", identifiers("123"), []string{remove("Patient.identifier[2]")}, identifiers("12")},
		{"Reorder List #1", identifiers("1234"), []string{move("Patient.identifier", "3", "1")}, identifiers("1423")},
		{"Reorder List #2", identifiers("1234"), []string{move("Patient.identifier", "3", "0")}, identifiers("4123")},
		{"Reorder List #3", identifiers("1234"), []string{move("Patient.identifier", "3", "2")}, identifiers("1243")},
		{"Reorder List #4", identifiers("1234"), []string{move("Patient.identifier", "0", "3")}, identifiers("2341")},
		{"Reorder List #5", identifiers("1234"), []string{move("Patient.identifier", "1", "0"), move("Patient.identifier", "2", "1")}, identifiers("2314")},
		{"Reorder List #6", identifiers("1234"), []string{move("Patient.identifier", "3", "0"), move("Patient.identifier", "3", "1"), move("Patient.identifier", "3", "2")}, identifiers("4321")},
		{"Operation on missing element #2", nobody, []string{add("Patient", "identifier", third)}, identifiers("3")},
		{"Full Resource", `{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Peter</div>"},"name":[{"use":"official","family":"Chalmers"}],"birthDate":"1974-12-25","_birthDate":{"extension":[{"url":"u","valueDateTime":"1974-12-25T14:35:45-05:00"}]}}`,
			[]string{replace("Patient.text.div", `"valueString":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Jim</div>"`), replace("Patient.name[0].family", `"valueString":"Chalmers1"`)},
			`{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Jim</div>"},"name":[{"use":"official","family":"Chalmers1"}],"birthDate":"1974-12-25","_birthDate":{"extension":[{"url":"u","valueDateTime":"1974-12-25T14:35:45-05:00"}]}}`},
		{"Consecutive operations", `{"resourceType":"Patient","id":"example","contact":[{"name":{"family":"du Marché","_family":{"extension":[{"url":"u","valueString":"VV"}]}}}]}`,
			[]string{add("Patient.contact[0]", "gender", `"valueCode":"male"`), add("Patient", "contact", `"part":[{"name":"gender","valueCode":"male"}]`)},
			`{"resourceType":"Patient","id":"example","contact":[{"name":{"family":"du Marché","_family":{"extension":[{"url":"u","valueString":"VV"}]}},"gender":"male"},{"gender":"male"}]}`},

		{"add to a list that is there", identifiers("12"), []string{add("Patient", "identifier", third)}, identifiers("123")},
		{"insert into a list that is not there", nobody, []string{insert("Patient.identifier", "0", third)}, identifiers("3")},
		{"delete what is not there", born, []string{remove("Patient.gender"), remove("Patient.contact[3].name"), remove("Patient.name.where(use='old').given")}, born},
		{"delete the one element of a list", `{"resourceType":"Patient","name":[{"family":"A"}],"active":true}`, []string{remove("Patient.name")}, `{"resourceType":"Patient","active":true}`},
		{"replace an entry", twoNames, []string{replace("Patient.name[0]", `"valueHumanName":{"text":"C"}`)}, `{"resourceType":"Patient","name":[{"text":"C"},{"use":"usual","family":"B","given":["b"]}]}`},
		{"numbers keep their text", measured, []string{replace("Observation.value.unit", `"valueString":"g"`), add("Observation", "referenceRange", `"part":[{"name":"low","valueQuantity":{"value":0.10}}]`)},
			`{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50,"unit":"g"},"component":[{"code":{"text":"c"},"valueString":"x"}],"referenceRange":[{"low":{"value":0.10}}]}`},
		{"replace a number", measured, []string{replace("Observation.value.value", `"valueDecimal":2.500`)}, strings.Replace(measured, "1.50", "2.500", 1)},

		// Choices.
		{"a choice of the same type", measured, []string{replace("Observation.value", `"valueQuantity":{"value":2}`)}, strings.Replace(measured, `{"value":1.50,"unit":"mg"}`, `{"value":2}`, 1)},
		{"a choice of another type", measured, []string{replace("Observation.value.ofType(Quantity)", `"valueString":"many"`)}, strings.Replace(measured, `"valueQuantity":{"value":1.50,"unit":"mg"}`, `"valueString":"many"`, 1)},
		{"add a choice", nobody, []string{add("Patient", "deceased", `"valueBoolean":true`)}, `{"resourceType":"Patient","deceasedBoolean":true}`},
		{"add a choice by its name in JSON", nobody, []string{add("Patient", "deceasedDateTime", `"valueDate":"2020"`)}, `{"resourceType":"Patient","deceasedDateTime":"2020"}`},
		{"replace a choice that is primitive", `{"resourceType":"Patient","deceasedBoolean":true}`, []string{replace("Patient.deceased", `"valueDateTime":"2020"`)}, `{"resourceType":"Patient","deceasedDateTime":"2020"}`},
		{"delete a choice", measured, []string{remove("Observation.component[0].value"), remove("Observation.value.as(string)")},
			`{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50,"unit":"mg"},"component":[{"code":{"text":"c"}}]}`},
		{"replace what was deleted, by add", measured, []string{remove("Observation.value"), add("Observation", "value", `"valueString":"x"`)},
			`{"resourceType":"Observation","status":"final","component":[{"code":{"text":"c"},"valueString":"x"}],"valueString":"x"}`},
		{"a type that only parts can build", nobody, []string{add("Patient", "text", `"part":[{"name":"status","valueCode":"empty"},{"name":"div","valueString":"<div/>"}]`)},
			`{"resourceType":"Patient","text":{"status":"empty","div":"<div/>"}}`},
		{"a choice in parts", measured, []string{add("Observation", "component", `"part":[{"name":"code","part":[{"name":"coding","valueCoding":{"code":"a"}},{"name":"coding","part":[{"name":"code","valueCode":"b"}]}]},{"name":"value","valueInteger":3}]`)},
			strings.Replace(measured, `"x"}]`, `"x"},{"code":{"coding":[{"code":"a"},{"code":"b"}]},"valueInteger":3}]`, 1)},
		{"a resource", nobody, []string{add("Patient", "contained", `"resource":{"resourceType":"Organization","id":"o","name":"O"}`), replace("Patient.contained[0].name", `"valueString":"P"`), remove("Patient.contained.where(id = 'o').ofType(Organization).alias")},
			`{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"P"}]}`},

		// What stands beside primitive values.
		{"an extension built of parts", born, []string{add("Patient.birthDate", "extension", `"part":[{"name":"url","valueUri":"u"},{"name":"value","valueCode":"x"}]`)},
			`{"resourceType":"Patient","birthDate":"1920-01-01","_birthDate":{"extension":[{"url":"u","valueCode":"x"}]}}`},
		{"delete an extension", `{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"x"},{"url":"v","valueCode":"y"}]},"birthDate":"2020"}`,
			[]string{remove("Patient.birthDate.extension('v')"), replace("Patient.birthDate.extension('u').value", `"valueCode":"z"`)},
			`{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"z"}]},"birthDate":"2020"}`},
		{"delete the last extension", `{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"x"}]},"birthDate":"2020"}`,
			[]string{remove("Patient.birthDate.extension('u')")}, `{"resourceType":"Patient","birthDate":"2020"}`},
		{"a value replaced takes its extensions along", `{"resourceType":"Patient","birthDate":"2020","active":true,"_birthDate":{"id":"x"}}`,
			[]string{replace("birthDate", `"valueDate":"2021"`)}, `{"resourceType":"Patient","birthDate":"2021","active":true}`},
		{"a value with extensions", nobody, []string{add("Patient", "birthDate", `"valueDate":"2020","_valueDate":{"id":"x"}`)}, `{"resourceType":"Patient","birthDate":"2020","_birthDate":{"id":"x"}}`},
		{"extensions without a value", nobody, []string{add("Patient", "birthDate", `"_valueDate":{"id":"x"}`)}, `{"resourceType":"Patient","_birthDate":{"id":"x"}}`},
		{"insert beside extensions", given, []string{insert("Patient.name[0].given", "1", `"valueString":"z"`)}, strings.Replace(given, `"a","b","c"],"_given":[`, `"a","z","b","c"],"_given":[null,`, 1)},
		{"move beside extensions", given, []string{move("Patient.name[0].given", "1", "0")}, `{"resourceType":"Patient","name":[{"given":["b","a","c"],"_given":[{"id":"x"},null,null]}]}`},
		{"delete beside extensions", given, []string{remove("Patient.name[0].given[0]")}, `{"resourceType":"Patient","name":[{"given":["b","c"],"_given":[{"id":"x"},null]}]}`},
		{"delete what has the extensions", given, []string{remove("Patient.name[0].given[1]")}, `{"resourceType":"Patient","name":[{"given":["a","c"]}]}`},
		{"append beside extensions", given, []string{add("Patient.name[0]", "given", `"valueString":"d"`)}, `{"resourceType":"Patient","name":[{"given":["a","b","c","d"],"_given":[null,{"id":"x"},null,null]}]}`},
		{"extensions in a list that had none", `{"resourceType":"Patient","name":[{"given":["a","b"]}]}`, []string{add("Patient.name.given[1]", "id", `"valueString":"x"`)},
			`{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,{"id":"x"}]}]}`},
		{"a value of which only extensions were there", `{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"x"}]}]}`, []string{remove("Patient.name.given[1].id")},
			`{"resourceType":"Patient","name":[{"given":["a"]}]}`},

		{"what a delete emptied can be added", contact, []string{remove("Patient.contact[0].name.text"), add("Patient.contact[0]", "name", `"valueHumanName":{"family":"x"}`)},
			`{"resourceType":"Patient","contact":[{"name":{"family":"x"},"gender":"male"}]}`},
		{"an emptied entry keeps its place until the end", `{"resourceType":"Patient","contact":[{"gender":"male"},{"gender":"female"}]}`,
			[]string{remove("Patient.contact[0].gender"), remove("Patient.contact[1].gender"), add("Patient.contact[1]", "gender", `"valueCode":"other"`)},
			`{"resourceType":"Patient","contact":[{"gender":"other"}]}`},
		{"escapes", `{"resourceType":"Patient","name":[{"family":"a\u0022\u2028\/"}]}`, []string{add("Patient.name[0]", "text", `"valueString":"\u0041\"<"`)},
			`{"resourceType":"Patient","name":[{"family":"a\u0022\u2028\/","text":"\u0041\"<"}]}`},
		{"the same text in meta", `{"resourceType":"Patient","id":"a","meta":{"versionId":"1"}}`, []string{replace("Patient.id", `"valueId":"a"`), add("Patient.meta", "tag", `"valueCoding":{"code":"x"}`)},
			`{"resourceType":"Patient","id":"a","meta":{"versionId":"1","tag":[{"code":"x"}]}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := operations(test.operations...)
			p, err := parseFHIRPatch(t, text)
			if err != nil {
				t.Fatalf("ParseFHIRPatch(%s): %v", text, err)
			}
			for range 2 {
				got, err := p.Apply([]byte(test.resource))
				if err != nil || string(got) != test.want {
					t.Errorf("Apply(%s) of %s\n got %s, %v\nwant %s", test.resource, text, got, err, test.want)
				}
			}
		})
	}
}
