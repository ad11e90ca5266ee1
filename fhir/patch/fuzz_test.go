package patch_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/patch"
)

const marie = `{"resourceType":"Patient","id":"p","meta":{"versionId":"1"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},` +
	`"contained":[{"resourceType":"Organization","id":"o","name":"O"}],"extension":[{"url":"http://u","valueString":"x"}],` +
	`"identifier":[{"use":"official","system":"http://s","value":"1"},{"system":"http://s","value":"2"}],` +
	`"name":[{"family":"Sk\u0142odowska","given":["Maria",null,"Salomea"],"_given":[null,{"extension":[{"url":"http://u","valueDecimal":1.50}]},{"id":"g"}]},{"text":"Curie"}],` +
	`"birthDate":"1867-11-07","active":true,"_birthDate":{"id":"b"},"deceasedDateTime":"1934-07-04","multipleBirthInteger":5,` +
	`"contact":[{"gender":"male","name":{"text":"Pierre"}}]}`

// checkRefusal holds that every refusal says why, and that a resource which
// the gate let through is never blamed.
func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var invalid *fhir.Invalid
	if !errors.As(err, &invalid) || invalid.Issues[0].Text == "" {
		t.Fatalf("refused without an issue: %v", err)
	}
}

// FuzzJSONPatch holds that no document and no resource harms ParseJSONPatch
// and Apply, and what every result promises.
func FuzzJSONPatch(f *testing.F) {
	for _, document := range []string{
		`[{"op":"add","path":"/name/0","value":{"text":"x"}},{"op":"test","path":"/name/0/text","value":"x"},{"op":"remove","path":"/name/0"}]`,
		`[{"op":"copy","from":"/name","path":"/name/-"},{"op":"copy","from":"/name","path":"/name/0/given"},{"op":"move","from":"/name/1","path":"/name/0"}]`,
		`[{"op":"replace","path":"","value":{"resourceType":"Patient","id":"p"}},{"op":"add","path":"/name","value":[]},{"op":"add","path":"/name/-","value":null}]`,
		`[{"op":"test","path":"/multipleBirthInteger","value":50e-1},{"op":"remove","path":"/name/0/_given/2/id"},{"op":"add","path":"","value":{"a":1}}]`,
		`[{"op":"add","path":"/a~1b~0c","value":[{"a":{}}]},{"op":"remove","path":"/id"},{"op":"test","path":"/-1","value":1}]`,
		`[{"op":"move","from":"/contact/0/name","path":"/contact/0/name/text"},{"op":"copy","from":"/contact/0","path":"/contact/0/name"}]`,
		`[{"op":"add","path":"/name/0/given/1","value":"z"},{"op":"add","path":"/name/0/_given/1","value":null},{"op":"replace","path":"/name/-","value":1}]`,
	} {
		f.Add([]byte(document), []byte(marie))
	}
	f.Add([]byte(`[{"op":"remove","path":"/a/b/0"}]`), []byte("{\"a\":{\"b\":\r[1]}}"))
	f.Fuzz(func(t *testing.T, document, text []byte) {
		p, err := patch.ParseJSONPatch(document)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		doc, err := codec.Parse(text, codec.Limits{})
		result, applyErr := p.Apply(text)
		switch {
		case err != nil && applyErr == nil:
			t.Fatalf("patched what is no FHIR JSON: %s", text)
		case err != nil:
			return
		case applyErr != nil:
			checkRefusal(t, applyErr)
			return
		}
		checkResult(t, doc.Root(), len(document), result, false)
	})
}

// FuzzFHIRPatch does the same for FHIRPath Patch. A document that begins with
// a brace is taken as it is; any other has an operation on each line, its parts
// divided by tabs, so that what mutates is mostly still a Parameters resource.
func FuzzFHIRPatch(f *testing.F) {
	for _, seed := range []string{
		"add\tPatient\tname\t\"valueHumanName\":{\"text\":\"x\"}\ninsert\tname\t1\t\"part\":[{\"name\":\"given\",\"valueString\":\"a\",\"_valueString\":{\"id\":\"x\"}},{\"name\":\"given\",\"valueCode\":\"b\"}]",
		"move\tname[0].given\t2\t0\ndelete\tname[0].given[1].extension\ndelete\tPatient.name.where(text='Curie').text",
		"replace\tdeceased\t\"valueBoolean\":true\nadd\tbirthDate\textension\t\"part\":[{\"name\":\"url\",\"valueUri\":\"u\"},{\"name\":\"value\",\"valueAge\":{\"value\":1.0}}]",
		"replace\tcontained[0]\t\"resource\":{\"resourceType\":\"Organization\",\"id\":\"q\"}\ndelete\tcontained.ofType(Organization).name\ndelete\tcontained[0].id",
		"delete\tcontact[0].name.text\ndelete\tcontact[0].gender\nadd\tcontact[0]\tgender\t\"valueCode\":\"male\"\ndelete\tcontact",
		"add\tname[0].given[0]\tid\t\"valueString\":\"x\"\ninsert\tname[0].given\t0\t\"_valueString\":{\"id\":\"x\"}\nreplace\tid\t\"valueId\":\"p\"",
		operations(replace("Patient.active", `"valueBoolean":true`), move("Patient.identifier", "0", "1")),
	} {
		f.Add(seed, []byte(marie))
	}
	f.Add("add\tbirthDate\tid\t\"valueString\":\"x\"\ndelete\tname[1]", []byte(`{"resourceType":"Patient","_birthDate":[{"id":"x"}],"birthDate":"x","name":["x",{"given":{"a":1},"_given":[null]}]}`))
	f.Fuzz(func(t *testing.T, document string, text []byte) {
		if !strings.HasPrefix(document, "{") {
			document = fromLines(document)
		}
		doc, err := codec.Parse([]byte(document), codec.Limits{})
		if err != nil {
			return
		}
		p, err := patch.ParseFHIRPatch(doc.Root())
		if err != nil {
			checkRefusal(t, err)
			return
		}
		applyFuzzed(t, p, len(document), text)
	})
}

// fromLines is the patch that lines of kind, path and further parts stand for.
func fromLines(lines string) string {
	var all []string
	for line := range strings.SplitSeq(lines, "\n") {
		parts := append(strings.Split(line, "\t"), "", "", "")
		kind, path, a, b := parts[0], parts[1], parts[2], parts[3]
		switch kind {
		case "add":
			all = append(all, add(path, a, b))
		case "insert":
			all = append(all, insert(path, a, b))
		case "move":
			all = append(all, move(path, a, b))
		case "replace":
			all = append(all, replace(path, a))
		default:
			all = append(all, remove(path))
		}
	}
	return operations(all...)
}

// FuzzPath lets arbitrary paths loose on a patient.
func FuzzPath(f *testing.F) {
	for _, path := range []string{
		"Patient.name[0].given.last()", "Patient.name.where(given.exists($this = 'Maria') and use.empty()).family", "extension('http://u').value",
		`Patient.identifier.where(use = 'official' or (system != 'x' and value = '2')).value`, "Patient.contained.where(id='o').ofType(Organization).name",
		"Patient.name.given[1].extension.value.ofType(decimal)", "Patient.where(multipleBirth = 5.0).name.single().text", "Resource.meta.versionId",
		`Patient.where(birthDate = @1867-11-07 and active = true).name.where(text = '\'\\').text`, "Patient.extension.value.extension.value.extension.value.extension.value.extension",
		"Patient.name.where((((((text.exists()))))))", "deceased.as(dateTime)", "Patient.name.first().given.first().id",
	} {
		f.Add(path)
	}
	doc, err := codec.Parse([]byte(marie), codec.Limits{})
	if err != nil || len(validator.Validate(doc.Root())) > 0 {
		f.Fatalf("the patient is not valid: %v, %v", err, validator.Validate(doc.Root()))
	}
	f.Fuzz(func(t *testing.T, path string) {
		for _, operation := range []string{
			remove(path), replace(path, `"valueString":"x"`), add(path, "text", `"valueString":"x"`), add(path, "extension", `"part":[{"name":"url","valueUri":"u"},{"name":"value","valueCode":"x"}]`),
			insert(path, "1", `"valueString":"x"`), move(path, "1", "0"),
		} {
			text := operations(operation)
			doc, err := codec.Parse([]byte(text), codec.Limits{})
			if err != nil {
				return // an empty path, or no UTF-8
			}
			p, err := patch.ParseFHIRPatch(doc.Root())
			if err != nil {
				checkRefusal(t, err)
				continue
			}
			applyFuzzed(t, p, len(text), []byte(marie))
		}
	})
}

func applyFuzzed(t *testing.T, p patch.Patch, size int, text []byte) {
	t.Helper()
	resource, err := codec.Parse(text, codec.Limits{})
	result, applyErr := p.Apply(text)
	switch {
	case err != nil && applyErr == nil:
		t.Fatalf("patched what is no FHIR JSON: %s", text)
	case err != nil:
		return
	case applyErr == nil:
		checkResult(t, resource.Root(), size, result, true)
	case outcomeOf(applyErr) == internal && len(validator.Validate(resource.Root())) > 0:
		return
	default:
		checkRefusal(t, applyErr)
	}
}
