package naive_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/resources/storetest/naive"
)

// TestExamples holds the judge itself against the examples of
// https://hl7.org/fhir/R4/search.html: a resource with each value, and which of
// them a search finds.
func TestExamples(t *testing.T) {
	dates := []string{"2013-01-14", "2013-01-14T00:00:00Z", "2013-01-14T10:00:00Z", "2013-01-15T00:00:00Z", "2013-01-13", "2013-01", "2013"}
	numbers := []string{"99", "99.5", "100", "100.4", "100.5", "100.004", "100.005", "110"}
	urls := []string{"http://acme.org/fhir/ValueSet/123", "http://acme.org/fhir", "http://acme.org", "http://acme.org/fhir/ValueSet/123/_history/5", "http://acme.org/fhir/valueset/123"}
	families := []string{"Carreno Quinones", "carreno", "CARREÑO", "Vila"}
	for _, test := range []struct {
		resource string // with %s for the value
		values   []string
		query    string
		want     string // the values found, by their places
	}{
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=eq2013-01-14", "0 1 2"},
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=ne2013-01-14", "3 4 5 6"},
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=lt2013-01-14T10:00", "0 1 4 5 6"},
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=gt2013-01-14T10:00", "0 3 5 6"},
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=sa2013-01-14", "3"},
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=eb2013-01-14", "4"},
		{`"resourceType":"Patient","deceasedDateTime":"%s"`, dates, "death-date=2013-01", "0 1 2 3 4 5"},
		{`"resourceType":"Encounter","period":{"start":"%s"}`, []string{"2013-01-21", "2013-03-15"}, "date=ge2013-03-14", "0 1"},
		{`"resourceType":"Encounter","period":{"start":"%s"}`, []string{"2013-01-21", "2013-03-15"}, "date=sa2013-03-14", "1"},
		{`"resourceType":"Encounter","period":{"end":"%s"}`, []string{"2013-01-21", "2013-03-15"}, "date=eb2013-03-14", "0"},

		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=100", "1 2 3 5 6"},
		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=100.00", "2 5"},
		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=ne100", "0 4 7"},
		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=gt100", "3 4 5 6 7"},
		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=ge100", "2 3 4 5 6 7"},
		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=lt100", "0 1"},
		{`"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":%s}]`, numbers, "probability=ap100", "0 1 2 3 4 5 6 7"},

		{`"resourceType":"ValueSet","url":"%s"`, urls, "url=" + urls[0], "0"},
		{`"resourceType":"ValueSet","url":"%s"`, urls, "url:below=http://acme.org/fhir/", "0 1 3 4"},
		{`"resourceType":"ValueSet","url":"%s"`, urls, "url:above=" + urls[3], "0 1 2 3"},

		{`"resourceType":"Patient","name":[{"family":"%s"}]`, families, "family=Carreno", "0 1 2"},
		{`"resourceType":"Patient","name":[{"family":"%s"}]`, families, "family=quin", ""},
		{`"resourceType":"Patient","name":[{"family":"%s"}]`, families, "family:contains=quin", "0"},
		{`"resourceType":"Patient","name":[{"family":"%s"}]`, families, "family:exact=carreno", "1"},

		{`"resourceType":"Condition","code":{"coding":[{%s}]}`, []string{`"system":"http://acme.org","code":"ha125"`, `"system":"http://b","code":"ha125"`, `"code":"ha125"`, `"system":"http://acme.org","code":"x"`}, "code=http://acme.org|ha125", "0"},
		{`"resourceType":"Condition","code":{"coding":[{%s}]}`, []string{`"system":"http://acme.org","code":"ha125"`, `"system":"http://b","code":"ha125"`, `"code":"ha125"`, `"system":"http://acme.org","code":"x"`}, "code=ha125", "0 1 2"},
		{`"resourceType":"Condition","code":{"coding":[{%s}]}`, []string{`"system":"http://acme.org","code":"ha125"`, `"system":"http://b","code":"ha125"`, `"code":"ha125"`, `"system":"http://acme.org","code":"x"`}, "code=|ha125", "2"},
		{`"resourceType":"Condition","code":{"coding":[{%s}]}`, []string{`"system":"http://acme.org","code":"ha125"`, `"system":"http://b","code":"ha125"`, `"code":"ha125"`, `"system":"http://acme.org","code":"x"`}, "code:not=ha125", "3"},
		{`"resourceType":"Patient",%s`, []string{`"gender":"male"`, `"gender":"female"`, `"active":true`}, "gender:not=male", "1 2"},
		{`"resourceType":"Patient",%s`, []string{`"gender":"male"`, `"gender":"female"`, `"active":true`}, "gender:missing=true", "2"},

		{`"resourceType":"Observation","valueQuantity":{"value":5.4%s}`, []string{`,"system":"http://unitsofmeasure.org","code":"mg"`, `,"unit":"mg"`, ``, `,"comparator":"<"`}, "value-quantity=5.4|http://unitsofmeasure.org|mg", "0"},
		{`"resourceType":"Observation","valueQuantity":{"value":5.4%s}`, []string{`,"system":"http://unitsofmeasure.org","code":"mg"`, `,"unit":"mg"`, ``, `,"comparator":"<"`}, "value-quantity=5.4||mg", "0 1"},
		{`"resourceType":"Observation","valueQuantity":{"value":5.4%s}`, []string{`,"system":"http://unitsofmeasure.org","code":"mg"`, `,"unit":"mg"`, ``, `,"comparator":"<"`}, "value-quantity=5.4", "0 1 2"},
	} {
		var all []naive.Resource
		var resourceType string
		for i, v := range test.values {
			text := fmt.Sprintf("{"+test.resource+"}", v)
			resourceType = strings.Split(text, `"`)[3]
			all = append(all, naive.Resource{Type: resourceType, ID: fmt.Sprint(i), JSON: []byte(text)})
		}
		e, err := naive.New(definitions.R4(), naive.Config{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, all)
		if err != nil {
			t.Fatal(err)
		}
		groups, err := e.Search(resourceType, test.query)
		if got := strings.Join(slices.Concat(groups...), " "); got != test.want || err != nil {
			t.Errorf("Search(%s?%s) over %q = %s, %v, want %s", resourceType, test.query, test.values, got, err, test.want)
		}
	}
}

// TestInvalid is what has no meaning.
func TestInvalid(t *testing.T) {
	e, err := naive.New(definitions.R4(), naive.Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"nam=x", "name=", "name:not=x", "name:missing=yes", "name=a,", `name=a\b`, "birthdate=2015-13", "birthdate=2015-02-30", "birthdate=xx2015",
		"identifier=a|b|c", "identifier=|", "active=yes", "phone=x|y", "organization:Patient=1", "organization.nam=x", "name.family=x",
		"_has:Immunization:patient=x", "_has:Immunization:location:status=x", "_sort=nam", "_id=%zz", "_text=x", "phonetic=x",
	} {
		if got, err := e.Search("Patient", query); !errors.Is(err, naive.ErrInvalid) {
			t.Errorf("Search(Patient?%s) = %v, %v, want ErrInvalid", query, got, err)
		}
	}
}
