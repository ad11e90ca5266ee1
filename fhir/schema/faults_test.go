package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/schema"
)

// patient is a Patient with the given members.
func patient(members string) string { return `{"resourceType":"Patient",` + members + `}` }

// dose is an Immunization with what is required but for occurrence[x].
func dose(members string) string {
	return `{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/1"},` + members + `}`
}

// extension is a Patient with one extension of the given members.
func extension(members string) string { return patient(`"extension":[{` + members + `}]`) }

// TestFaults shows each kind of fault, where it is said to be and by which
// code. A case without wants must be valid: the twin of the one beside it.
func TestFaults(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		// Which resource.
		{"no resourceType", `{"id":"1"}`, []string{"required Resource"}},
		{"resourceType not a string", `{"resourceType":1}`, []string{"required Resource"}},
		{"unknown type", `{"resourceType":"Vaccination"}`, []string{"structure Resource"}},
		{"abstract type", `{"resourceType":"DomainResource"}`, []string{"structure Resource"}},
		{"type in lower case", `{"resourceType":"patient"}`, []string{"structure Resource"}},

		// Elements.
		{"unknown element", patient(`"colour":"red"`), []string{"structure Patient.colour"}},
		{"wrong case", patient(`"birthdate":"2020"`), []string{"structure Patient.birthdate"}},
		{"unknown in a data type", patient(`"name":[{"text":"A"},{"first":"A"}]`), []string{"structure Patient.name[1].first"}},
		{"unknown, not a name", patient(`"a b'":"red"`), []string{"structure Patient"}},
		{"element of another resource", patient(`"lotNumber":"1"`), []string{"structure Patient.lotNumber"}},
		{"choice without type", dose(`"occurrence":"2020"`), []string{"structure Immunization.occurrence", "required Immunization.occurrence"}},
		{"choice of a wrong type", dose(`"occurrenceDate":"2020"`), []string{"structure Immunization.occurrenceDate", "required Immunization.occurrence"}},
		{"comments of DSTU2", patient(`"fhir_comments":["x"]`), []string{"structure Patient.fhir_comments"}},
		{"resourceType of a data type", patient(`"name":[{"resourceType":"HumanName","text":"A"}]`), []string{"structure Patient.name[0].resourceType"}},

		// Cardinality.
		{"missing required", `{"resourceType":"Immunization"}`, []string{
			"required Immunization.status", "required Immunization.vaccineCode", "required Immunization.patient", "required Immunization.occurrence"}},
		{"missing required inside", patient(`"communication":[{"preferred":true}]`), []string{"required Patient.communication[0].language"}},
		{"required by extension alone", dose(`"_occurrenceDateTime":{"extension":[{"url":"urn:x","valueCode":"unknown"}]}`), nil},
		{"single for array", patient(`"name":{"text":"A"}`), []string{"structure Patient.name"}},
		{"array for single", patient(`"gender":["male"]`), []string{"structure Patient.gender"}},
		{"array in array", patient(`"name":[[{"text":"A"}]]`), []string{"structure Patient.name[0]"}},
		{"both choices", dose(`"occurrenceDateTime":"2020","occurrenceString":"2020"`), []string{"structure Immunization.occurrence"}},
		{"both choices, one by extension", dose(`"occurrenceDateTime":"2020","_occurrenceString":{"extension":[{"url":"urn:x","valueCode":"a"}]}`), []string{"structure Immunization.occurrence"}},
		{"a choice and its extension", dose(`"occurrenceDateTime":"2020","_occurrenceDateTime":{"id":"a"}`), nil},
		{"element that a profile forbids", dose(`"occurrenceDateTime":"2020","doseQuantity":{"value":1,"comparator":"<"}`), []string{"structure Immunization.doseQuantity.comparator"}},
		{"the same where it is allowed", `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"comparator":"<"}}`, nil},

		// Kinds.
		{"string for boolean", patient(`"active":"true"`), []string{"value Patient.active"}},
		{"number for string", patient(`"name":[{"family":7}]`), []string{"value Patient.name[0].family"}},
		{"object for string", patient(`"name":[{"family":{"value":"A"}}]`), []string{"structure Patient.name[0].family"}},
		{"string for object", patient(`"maritalStatus":"M"`), []string{"structure Patient.maritalStatus"}},
		{"null among objects", patient(`"name":[null]`), []string{"structure Patient.name[0]"}},
		{"string for a number", patient(`"multipleBirthInteger":"2"`), []string{"value Patient.multipleBirth"}},

		// Primitive values: more in TestPrimitives.
		{"no such day", patient(`"birthDate":"2023-02-31"`), []string{"value Patient.birthDate"}},
		{"time without offset", dose(`"occurrenceDateTime":"2020-01-01T10:00:00"`), []string{"value Immunization.occurrence"}},
		{"id too long", patient(`"id":"` + strings.Repeat("x", 65) + `"`), []string{"value Patient.id"}},
		{"blank in a URI", patient(`"implicitRules":"http://x y"`), []string{"value Patient.implicitRules"}},

		// The pairing of values and _values.
		{"unknown _element", patient(`"_colour":{"id":"a"}`), []string{"structure Patient._colour"}},
		{"_element of a data type", patient(`"_name":[{"id":"a"}]`), []string{"structure Patient.name"}},
		{"_id of a resource", patient(`"_id":{"extension":[{"url":"urn:x","valueCode":"a"}]}`), []string{"structure Patient.id"}},
		{"_element not an object", patient(`"_gender":"x"`), []string{"structure Patient.gender"}},
		{"_element with a value", patient(`"_gender":{"value":"male"}`), []string{"structure Patient.gender.value"}},
		{"_element with id alone, no value", patient(`"_gender":{"id":"a"}`), []string{"invariant Patient.gender"}},
		{"_element with id alone and value", patient(`"gender":"male","_gender":{"id":"a"}`), nil},
		{"_array not an array", patient(`"name":[{"given":["A"],"_given":{"id":"a"}}]`), []string{"structure Patient.name[0].given"}},
		{"null without _array", patient(`"name":[{"given":["A",null]}]`), []string{"structure Patient.name[0].given[1]"}},
		{"null without value array", patient(`"name":[{"_given":[null,{"extension":[{"url":"urn:x","valueCode":"a"}]}]}]`), []string{"structure Patient.name[0].given[0]"}},
		{"null in both arrays", patient(`"name":[{"given":["A",null],"_given":[{"id":"a"},null]}]`), []string{"structure Patient.name[0].given[1]"}},
		{"arrays of two lengths", patient(`"name":[{"given":["A","B"],"_given":[{"id":"a"}]}]`), []string{"structure Patient.name[0].given"}},
		{"id alone in an _array", patient(`"name":[{"given":["A",null],"_given":[{"id":"a"},{"id":"b"}]}]`), []string{"invariant Patient.name[0].given[1]"}},
		{"fault inside an _array", patient(`"name":[{"given":["A"],"_given":[{"extension":[{"url":"urn:x","valueCode":" "}]}]}]`),
			[]string{"value Patient.name[0].given[0].extension[0].value"}},

		// Codes.
		{"code not in the value set", patient(`"gender":"Female"`), []string{"code-invalid Patient.gender"}},
		{"no currency", `{"resourceType":"Parameters","parameter":[{"name":"a","valueMoney":{"currency":"dollar"}}]}`, []string{"code-invalid Parameters.parameter[0].value.currency"}},
		{"no MIME type", `{"resourceType":"Binary","contentType":"text"}`, []string{"code-invalid Binary.contentType"}},
		{"concept from another system", `{"resourceType":"Condition","subject":{"display":"x"},"clinicalStatus":{"coding":[{"system":"urn:x","code":"active"}]}}`, []string{"code-invalid Condition.clinicalStatus"}},
		{"concept of text alone", `{"resourceType":"Condition","subject":{"display":"x"},"clinicalStatus":{"text":"active"}}`, []string{"code-invalid Condition.clinicalStatus"}},

		// Content and extensions.
		{"id alone", patient(`"name":[{"id":"a"}]`), []string{"invariant Patient.name[0]"}},
		{"extension with value and extensions", extension(`"url":"urn:x","valueCode":"a","extension":[{"url":"b","valueCode":"c"}]`), []string{"invariant Patient.extension[0]"}},
		{"extension with neither", extension(`"url":"urn:x"`), []string{"invariant Patient.extension[0]"}},
		{"extension without url", extension(`"valueCode":"a"`), []string{"required Patient.extension[0].url"}},
		{"extension with two values", extension(`"url":"urn:x","valueCode":"a","valueString":"b"`), []string{"structure Patient.extension[0].value"}},
		{"extension in an extension", extension(`"url":"urn:x","extension":[{"url":"b"}]`), []string{"invariant Patient.extension[0].extension[0]"}},
		{"extension on a url", extension(`"url":"urn:x","_url":{"id":"a"},"valueCode":"a"`), []string{"structure Patient.extension[0].url"}},

		// References.
		{"wrong target", dose(`"occurrenceDateTime":"2020","location":{"reference":"Patient/1"}`), []string{"value Immunization.location.reference"}},
		{"wrong target elsewhere", dose(`"occurrenceDateTime":"2020","location":{"reference":"https://example.org/fhir/Patient/1/_history/2"}`), []string{"value Immunization.location.reference"}},
		{"wrong target by search", dose(`"occurrenceDateTime":"2020","location":{"reference":"Patient?identifier=a"}`), []string{"value Immunization.location.reference"}},
		{"wrong target type", dose(`"occurrenceDateTime":"2020","location":{"type":"Patient","display":"x"}`), []string{"value Immunization.location.type"}},
		{"a URL that is not of FHIR", dose(`"occurrenceDateTime":"2020","location":{"reference":"https://example.org/Places/1"}`), nil},
		{"a type that R4 does not have", dose(`"occurrenceDateTime":"2020","location":{"reference":"Place/1"}`), []string{"value Immunization.location.reference"}},
		{"no such type where any may stand", `{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Thing/1"}}`, []string{"value Basic.subject.reference"}},
		{"a type of a logical model", `{"resourceType":"Basic","code":{"text":"x"},"subject":{"type":"http://example.org/Thing","display":"x"}}`, nil},
		{"any target", `{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Slot/1"}}`, nil},

		// Resources in resources.
		{"contained", patient(`"contained":[{"resourceType":"Organization","nam":"x"}]`), []string{"structure Patient.contained[0].nam"}},
		{"contained without type", patient(`"contained":[{"id":"a"}]`), []string{"required Patient.contained[0]"}},
		{"contained in contained", patient(`"contained":[{"resourceType":"Organization","name":"x","contained":[{"resourceType":"Patient"}]}]`), []string{"invariant Patient.contained[0].contained"}},
		{"in a bundle", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Patient","name":[{"given":["A",7]}]}}]}`,
			[]string{"value Bundle.entry[1].resource.name[0].given[1]"}},
		{"contained in a bundle's resource", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Patient"}]}}]}`, nil},
		{"in parameters", `{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"Patient","gender":1}}]}]}`,
			[]string{"value Parameters.parameter[0].part[0].resource.gender"}},
		{"not a resource in a bundle", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":"Patient/1"}]}`, []string{"structure Bundle.entry[0].resource"}},

		// Narrative: more in TestNarrative.
		{"script", patient(`"text":{"status":"generated","div":"<div><script>alert(1)</script></div>"}`), []string{"invariant Patient.text.div"}},
		{"_div", patient(`"text":{"status":"generated","div":"<div>x</div>","_div":{"id":"a"}}`), []string{"structure Patient.text.div"}},

		{"several faults", patient(`"gender":"x","colour":1,"name":[{"use":"y","text":3}],"birthDate":"1.1.2020"`), []string{
			"code-invalid Patient.gender", "structure Patient.colour", "code-invalid Patient.name[0].use", "value Patient.name[0].text", "value Patient.birthDate"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			issues := validator.Validate(parse(t, []byte(tt.text)))
			var got []string
			for _, i := range issues {
				got = append(got, fmt.Sprintf("%s %s", i.Code, i.Expression))
				if i.Severity != fhir.Error || i.Text == "" {
					t.Errorf("severity %q, text %q", i.Severity, i.Text)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Validate(%s): %v (-want +got):\n%s", tt.text, issues, diff)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	tests := []struct{ text, want string }{
		{patient(`"birthdate":"2020"`), `Patient has no element "birthdate"; names are case-sensitive: birthDate`},
		{patient(`"_id":{"id":"a"}`), `Patient has no element "_id"; id cannot have extensions`},
		{patient(`"deceased":true`), `Patient has no element "deceased"; the name must say the type, such as deceasedBoolean`},
		{patient(`"gender":"F"`), `"F" is not in value set http://hl7.org/fhir/ValueSet/administrative-gender: male, female, other, unknown`},
		{patient(`"birthDate":"2023-02-31"`), `the calendar has no such day; type date is YYYY, YYYY-MM or YYYY-MM-DD`},
		{patient(`"active":"yes"`), `type boolean is true or false without quotes in JSON; found a string`},
		{patient(`"name":[{"given":["A","B"],"_given":[{"id":"a"}]}]`), `given and _given must have the same number of entries; found 2 and 1`},
		{dose(`"lotNumber":"1"`), `occurrence is required, as one of occurrenceDateTime, occurrenceString`},
		{dose(`"occurrenceDateTime":"2020","occurrenceString":"2020"`), `only one type of value is allowed, and there are occurrenceDateTime and occurrenceString`},
		{dose(`"occurrenceDateTime":"2020","location":{"reference":"Patient/1"}`), `must refer to Location; found Patient`},
		{patient(`"_name":[{"id":"a"}]`), `Patient has no element "_name"; the extensions of name stand inside it`},
	}
	for _, tt := range tests {
		issues := validator.Validate(parse(t, []byte(tt.text)))
		if len(issues) != 1 || issues[0].Text != tt.want {
			t.Errorf("Validate(%s) = %v, want one issue: %s", tt.text, issues, tt.want)
		}
	}
}

// TestNoValueIsRepeated sends values that name a person in every wrong way and
// looks for them in what is said about it.
func TestNoValueIsRepeated(t *testing.T) {
	const secret = "Zyxwvut"
	for _, text := range []string{
		patient(`"birthDate":"` + secret + `"`),
		patient(`"id":"` + secret + `_"`),
		patient(`"name":"` + secret + `"`),
		patient(`"name":[{"family":["` + secret + `"]}]`),
		patient(`"active":"` + secret + `"`),
		patient(`"text":{"status":"generated","div":"` + secret + `"}`),
		patient(`"text":{"status":"generated","div":"<div title='` + secret + `'"}`),
		patient(`"managingOrganization":{"reference":"Patient/` + secret + `"}`),
		patient(`"photo":[{"data":"` + secret + `=="}]`),
		patient(`"implicitRules":"` + secret + ` "`),
	} {
		issues := validator.Validate(parse(t, []byte(text)))
		if len(issues) == 0 {
			t.Errorf("Validate(%s) finds nothing", text)
		}
		for _, i := range issues {
			if strings.Contains(i.String(), secret) {
				t.Errorf("Validate(%s) repeats the value: %s", text, i)
			}
		}
	}
}

func TestHostileNamesAndCodesAreCut(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for _, text := range []string{
		patient(`"` + long + `":1`),
		patient(`"gender":"` + long + `"`),
		patient(`"a\nb\u007f":1`),
		`{"resourceType":"` + long + `"}`,
		patient(`"text":{"status":"generated","div":"<div><` + long + `/></div>"}`),
	} {
		issues := validator.Validate(parse(t, []byte(text)))
		if len(issues) != 1 {
			t.Fatalf("Validate(%.60s...) = %d issues, want 1", text, len(issues))
		}
		if s := issues[0].String(); len(s) > 300 || strings.ContainsAny(s, "\n\x1b") {
			t.Errorf("Validate(%.60s...): the issue is %d bytes long: %.80q", text, len(s), s)
		}
	}
}

func TestIssuesAreBounded(t *testing.T) {
	names := strings.Repeat(`{"text":1},`, 500)
	issues := validator.Validate(parse(t, []byte(patient(`"name":[`+names+`{"text":1}],"colour":1`))))
	if len(issues) != schema.MaxIssues+1 {
		t.Fatalf("Validate finds %d issues, want %d and a last one", len(issues), schema.MaxIssues)
	}
	last := issues[schema.MaxIssues]
	if last.Severity != fhir.Information || last.Expression != "Patient" {
		t.Errorf("the last issue is %v, want the information that there may be more", last)
	}
}

// TestNotOfTheRoot validates a resource that stands in another: expressions
// begin with it.
func TestNotOfTheRoot(t *testing.T) {
	bundle := parse(t, []byte(`{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","name":[{"text":1}]}}]}`))
	issues := validator.Validate(bundle.Get("entry").At(0).Get("resource"))
	if len(issues) != 1 || issues[0].Expression != "Patient.name[0].text" {
		t.Errorf("Validate(entry[0].resource) = %v, want one issue at Patient.name[0].text", issues)
	}
	if issues := validator.Validate(codec.Value{}); len(issues) != 1 {
		t.Errorf("Validate(nothing) = %v, want one issue", issues)
	}
}

func TestFormsOfReferences(t *testing.T) {
	for reference, ok := range map[string]bool{
		"Patient/1": true, "Patient/1/_history/2": true, "Patient?identifier=urn:x|1": true, "#p": true, "#": true,
		"http://example.org/fhir/Patient/1": true, "https://example.org/anything?x=1": true, "ftp://example.org/1": true,
		"urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e": true, "urn:oid:1.2.3": true, "tag:example.org,2020:1": true,

		"/Patient/1": false, "Patient/1/": false, "Patient/": false, "Patient": false, "1": false, "patient/1": false, "../Patient/1": false,
		"Patient/a_b": false, "Patient/1/_history/": false, "Patient/1/_history/1/": false, "Patient/1#p": false,
		"Patient?": false, "?identifier=1": false, "/Patient?identifier=1": false, "Patient/1?identifier=urn:x|1": false,
	} {
		text := `{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"x"},"occurrenceDateTime":"2020","patient":{"reference":"` + reference + `"}}`
		issues := validator.Validate(parse(t, []byte(text)))
		switch {
		case ok && len(issues) > 0:
			t.Errorf("the reference %q: %v, want no issue", reference, issues)
		case !ok && (len(issues) != 1 || issues[0].Code != fhir.CodeValue || issues[0].Expression != "Immunization.patient.reference"):
			t.Errorf("the reference %q: %v, want one issue at Immunization.patient.reference", reference, issues)
		}
	}
}
