package search_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

var everyOption = search.Options{
	Now: now, Hierarchies: true, Results: []string{"_include", "_revinclude", "_summary", "_elements"},
}

// results writes what a query asks to have returned.
func results(q *search.Query) string {
	var b strings.Builder
	fmt.Fprintf(&b, "count %d total %d summary %d", q.Count, q.Total, q.Summary)
	for _, s := range q.Sort {
		b.WriteString(" sort ")
		if s.Descending {
			b.WriteString("-")
		}
		b.WriteString(s.Parameter.Code)
	}
	for _, in := range q.Includes {
		b.WriteString(" include")
		if in.Reverse {
			b.WriteString(" reverse")
		}
		if in.Iterate {
			b.WriteString(" iterate")
		}
		code := "*"
		if in.Parameter != nil {
			code = in.Parameter.Code
		}
		fmt.Fprintf(&b, " %s:%s:%s", in.Resource, code, in.Target)
	}
	if q.Elements != nil {
		fmt.Fprintf(&b, " elements %v", q.Elements)
	}
	return b.String()
}

func TestParseResults(t *testing.T) {
	tests := []struct{ resource, query, want string }{
		{"Patient", "", "count 50 total 0 summary 0"},
		{"Patient", "_count=0&_total=accurate", "count 0 total 3 summary 0"},
		{"Patient", "_count=1000000", "count 1000 total 0 summary 0"},
		{"Patient", "_count=99999999999999999999", "count 1000 total 0 summary 0"},
		{"Patient", "_sort=-_lastUpdated,family,_id", "count 50 total 0 summary 0 sort -_lastUpdated sort family sort _id"},
		{"Patient", "_total=none&_summary=text", "count 50 total 1 summary 2"},
		{"Patient", "_summary=count&_count=7", "count 0 total 0 summary 4"},
		{"Patient", "_summary=false", "count 50 total 0 summary 0"},
		{"Patient", "_elements=identifier,name,deceased", "count 50 total 0 summary 0 elements [identifier name deceased]"},
		{"Immunization", "_include=Immunization:patient", "count 50 total 0 summary 0 include Immunization:patient:"},
		{"Immunization", "_include=Immunization:performer:Organization", "count 50 total 0 summary 0 include Immunization:performer:Organization"},
		{"Immunization", "_include=*", "count 50 total 0 summary 0 include Immunization:*:"},
		{"Immunization", "_include=Immunization:*&_include:iterate=Patient:organization", "count 50 total 0 summary 0 include Immunization:*: include iterate Patient:organization:"},
		{"Immunization", "_include:recurse=*", "count 50 total 0 summary 0 include iterate :*:"},
		{"Patient", "_revinclude=Immunization:patient", "count 50 total 0 summary 0 include reverse Immunization:patient:"},
		{"Patient", "_revinclude=*", "count 50 total 0 summary 0 include reverse :*:"},
		{"Patient", "_revinclude:iterate=Provenance:target", "count 50 total 0 summary 0 include reverse iterate Provenance:target:"},
	}
	for _, tt := range tests {
		q, err := registry.Parse(tt.resource, tt.query, everyOption)
		if err != nil {
			t.Errorf("Parse(%s?%s): %v", tt.resource, tt.query, err)
			continue
		}
		if got := results(q); got != tt.want {
			t.Errorf("Parse(%s?%s)\n got %s\nwant %s", tt.resource, tt.query, got, tt.want)
		}
	}
}

func TestParseResultsInvalid(t *testing.T) {
	tests := []struct{ resource, query, want string }{
		{"Immunization", "_include=patient", "error invalid at _include: an include is Type:parameter, Type:parameter:Target, Type:* or *"},
		{"Immunization", "_include=Foo:patient", "error invalid at _include: Foo is no resource type of R4"},
		{"Immunization", "_include=Immunization:status", "error invalid at _include: status of Immunization is of type token; only a reference can be followed"},
		{"Immunization", "_include=Immunization:nam", "error not-supported at _include: Immunization has no search parameter nam"},
		{"Immunization", "_include=Immunization:patient:Group", "error invalid at _include: patient of Immunization does not refer to Group"},
		{"Immunization", "_include=Patient:organization", "error invalid at _include: the search is for Immunization, which the include does not start from; write _include:iterate to start from included resources"},
		{"Patient", "_revinclude=Immunization:location", "error invalid at _revinclude: the include does not lead to Patient, which the search is for; write _revinclude:iterate to lead to included resources"},
		{"Immunization", "_include:exact=*", "error invalid at _include:exact: the only modifier of an include is :iterate"},
		{"Measure", "_include=Measure:depends-on", "error not-supported at _include: depends-on of Measure does not point to resources by type and id and cannot be followed"},
		{"Patient", "_summary=maybe", "error invalid at _summary: the value must be one of false, true, text, data, count"},
		{"Patient", "_elements=name,nam", "error invalid at _elements: Patient has no element nam"},
		{"Patient", "_elements:exact=name", "error invalid at _elements:exact: _elements does not take a modifier"},
	}
	for _, tt := range tests {
		_, err := registry.Parse(tt.resource, tt.query, everyOption)
		if err == nil || err.Error() != tt.want {
			t.Errorf("Parse(%s?%s): %v\nwant %s", tt.resource, tt.query, err, tt.want)
		}
	}
}

func TestParseLenient(t *testing.T) {
	lenient := search.Options{Lenient: true, Now: now}
	query := "name=x&nam=y&_include=Patient:organization&_text=z&given=&_count=5000&birthdate=ge2000&organization.nam=1"
	q, err := registry.Parse("Patient", query, lenient)
	if err != nil {
		t.Fatalf("Parse(%s): %v", query, err)
	}
	if want := "name=x&_count=1000&birthdate=ge2000"; q.Used != want {
		t.Errorf("Used = %s, want %s", q.Used, want)
	}
	var ignored []string
	for _, issue := range q.Ignored {
		if issue.Severity != fhir.Warning {
			t.Errorf("%v has severity %s, want warning", issue, issue.Severity)
		}
		ignored = append(ignored, issue.Expression)
	}
	if diff := cmp.Diff([]string{"nam", "_include", "_text", "given", "organization.nam"}, ignored); diff != "" {
		t.Errorf("ignored parameters (-want +got):\n%s", diff)
	}
	for _, query := range []string{"name:foo=x", "birthdate=x", "_count=x", "_sort=nam", "name=a,", "organization:Foo=1", "_id=1" + strings.Repeat(",1", 500)} {
		if q, err := registry.Parse("Patient", query, lenient); err == nil {
			t.Errorf("Parse(%.40s) under lenient handling = %v, want it refused", query, trees(q))
		}
	}
}

func TestUsed(t *testing.T) {
	for query, want := range map[string]string{
		"name=Jos%c3%a9%20M&&_format=json":            "name=Jos%C3%A9%20M",
		"name=Jos%C3%A9+M":                            "name=Jos%C3%A9%20M",
		`family=a\,b,c%7C`:                            `family=a%5C,b,c%7C`,
		"identifier=http://ssa|9&_sort=-_id":          "identifier=http://ssa%7C9&_sort=-_id",
		"_has:Immunization:patient:date=ge2020-01-01": "_has:Immunization:patient:date=ge2020-01-01",
		"_count=007":                                  "_count=7",
	} {
		q, err := registry.Parse("Patient", query, search.Options{})
		if err != nil {
			t.Errorf("Parse(%s): %v", query, err)
			continue
		}
		if q.Used != want {
			t.Errorf("Parse(%s).Used = %s, want %s", query, q.Used, want)
		}
	}
}

func TestLimits(t *testing.T) {
	limits := search.Limits{Clauses: 2, Values: 3, Depth: 1, Conditions: 4, Length: 10}
	for query, want := range map[string]bool{
		"_id=1&_id=2":                            true,
		"_id=1&_id=2&_id=3":                      false,
		"_id=1,2,3":                              true,
		"_id=1,2,3,4":                            false,
		"_id=1234567890":                         true,
		"_id=12345678901":                        false,
		"patient.name=x":                         true,
		"patient.organization.name=x":            false,
		"performer.name=x&performer.name=x":      true,  // two types each
		"performer.name=x&performer.active=true": false, // two types and four
	} {
		_, err := registry.Parse("Immunization", query, search.Options{Limits: limits})
		if (err == nil) != want {
			t.Errorf("Parse(%s) within limits: %v, want accepted %v", query, err, want)
		}
	}
}

func TestSortKey(t *testing.T) {
	tests := []struct{ json, code, first, last string }{
		{`{"resourceType":"Patient","name":[{"given":["b","Á","a"]}]}`, "given", `"a" "a"`, `"b" "b"`},
		{`{"resourceType":"Patient","name":[{"given":["Zoe"]},{"given":["adam"]}]}`, "given", `"adam" "adam"`, `"Zoe" "zoe"`},
		{`{"resourceType":"Patient","birthDate":"2000"}`, "birthdate", "2000-01-01 - 2001-01-01", "2000-01-01 - 2001-01-01"},
		{`{"resourceType":"Patient"}`, "birthdate", "", ""},
		{`{"resourceType":"Patient","identifier":[{"system":"a","value":"2"},{"system":"b","value":"1","type":{"text":"0","coding":[{"code":"0"}]}}]}`, "identifier", "b|1", "a|2"},
		{`{"resourceType":"Immunization","vaccineCode":{"text":"alone"}}`, "vaccine-code", "", ""},
		{`{"resourceType":"CarePlan","activity":[{"detail":{"scheduledPeriod":{"start":"2020","end":"2021"}}},{"detail":{"scheduledPeriod":{"start":"2020","end":"2020-02"}}}]}`,
			"activity-date", "2020-01-01 - 2020-03-01", "2020-01-01 - 2022-01-01"},
		{`{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":0.5},{"probabilityDecimal":-1},{"probabilityDecimal":10}]}`, "probability", "-1..-1", "10..10"},
		{`{"resourceType":"Group","member":[{"entity":{"reference":"Patient/2"}},{"entity":{"reference":"Device/9"}}]}`, "member", "Device/9", "Patient/2"},
	}
	for _, tt := range tests {
		r := resource(t, tt.json)
		p := parameter(t, r.ResourceType(), tt.code)
		entries := registry.AppendEntries(nil, r)
		for _, direction := range []struct {
			descending bool
			want       string
		}{{false, tt.first}, {true, tt.last}} {
			key, found := p.SortKey(entries, direction.descending)
			got := ""
			if found {
				got = describe(&key)
			}
			if got != direction.want {
				t.Errorf("SortKey of %s by %s, descending %v = %s, want %s", tt.json, tt.code, direction.descending, got, direction.want)
			}
		}
	}
}
