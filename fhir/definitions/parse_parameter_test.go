package definitions_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

const (
	shoeSize = `{"resourceType":"SearchParameter","url":"http://x/shoe","code":"shoe","type":"quantity","base":["Patient"],
		"expression":"Patient.extension('http://x').value","comparator":["gt"],"multipleOr":false}`
	shoeAndName = `{"resourceType":"SearchParameter","url":"http://x/both","code":"both","type":"composite","base":["Patient","Person"],"expression":"Patient",
		"component":[{"definition":"http://x/shoe","expression":"extension('http://x').value"},
			{"definition":"http://hl7.org/fhir/SearchParameter/individual-birthdate","expression":"birthDate"}]}`
)

func TestParseSearchParameters(t *testing.T) {
	r4 := definitions.R4()
	got, err := r4.ParseSearchParameters([]byte(shoeAndName), []byte(shoeSize))
	if err != nil {
		t.Fatal(err)
	}
	shoe := &definitions.SearchParameter{
		Code: "shoe", URL: "http://x/shoe", Type: definitions.Quantity, Usage: "normal", Comparators: []string{"gt"},
		Bases: []definitions.SearchBase{{Type: "Patient", Expression: "Patient.extension('http://x').value"}},
	}
	both := &definitions.SearchParameter{
		Code: "both", URL: "http://x/both", Type: definitions.Composite, Usage: "normal", MultipleOr: true,
		Bases: []definitions.SearchBase{{Type: "Patient", Expression: "Patient"}, {Type: "Person", Expression: "Patient"}},
		Components: []definitions.Component{
			{Parameter: shoe, Expression: "extension('http://x').value"},
			{Parameter: r4.SearchParameter("Patient", "birthdate"), Expression: "birthDate"},
		},
	}
	if diff := cmp.Diff([]*definitions.SearchParameter{both, shoe}, got); diff != "" {
		t.Errorf("ParseSearchParameters (-want +got):\n%s", diff)
	}
}

func TestParseSearchParametersRefuses(t *testing.T) {
	replace := func(old, with string) string { return strings.Replace(shoeSize, old, with, 1) }
	for _, test := range []struct {
		texts []string
		want  string
	}{
		{[]string{"nonsense"}, "read a SearchParameter"},
		{[]string{replace(`"SearchParameter"`, `"Patient"`)}, `resourceType is "Patient"`},
		{[]string{replace(`"code":"shoe"`, `"code":""`)}, "http://x/shoe: code is missing"},
		{[]string{replace(`["Patient"]`, `[]`)}, "base is missing"},
		{[]string{replace(`"expression"`, `"path"`)}, "expression is missing"},
		{[]string{shoeSize, shoeSize}, "there is another of this URL"},
		{[]string{replace("http://x/shoe", "http://hl7.org/fhir/SearchParameter/individual-birthdate")}, "there is another of this URL"},
		{[]string{shoeAndName}, `component "http://x/shoe" is not defined`},
	} {
		var texts [][]byte
		for _, text := range test.texts {
			texts = append(texts, []byte(text))
		}
		if got, err := definitions.R4().ParseSearchParameters(texts...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ParseSearchParameters(%s) = %v, %v, want an error with %q", test.texts, got, err, test.want)
		}
	}
}
