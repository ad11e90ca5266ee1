package search_test

import (
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/search"
)

// matches parses a query and matches it against a resource.
func matches(t *testing.T, json, query string) bool {
	t.Helper()
	r := resource(t, json)
	q, err := registry.Parse(r.ResourceType(), query, search.Options{Now: now})
	if err != nil {
		t.Fatalf("Parse(%s): %v", query, err)
	}
	return search.Match(q.Where, registry.AppendEntries(nil, r), nil)
}

// TestMatchRanges holds the prefixes over ranges, from the examples and rules
// of https://hl7.org/fhir/R4/search.html#prefix and #date.
func TestMatchRanges(t *testing.T) {
	date := func(s string) string {
		return `{"resourceType":"Encounter","period":{"start":"` + s + `","end":"` + s + `"}}`
	}
	period := func(start, end string) string {
		json := `{"resourceType":"Encounter","period":{`
		if start != "" {
			json += `"start":"` + start + `"`
		}
		if start != "" && end != "" {
			json += ","
		}
		if end != "" {
			json += `"end":"` + end + `"`
		}
		return json + "}}"
	}
	from21Jan, from15Mar, until21Jan := period("2013-01-21", ""), period("2013-03-15", ""), period("", "2013-01-21")
	tests := []struct {
		target, query string
		want          bool
	}{
		{date("2013-01-14T00:00:00Z"), "date=eq2013-01-14", true},
		{date("2013-01-14T10:00:00Z"), "date=eq2013-01-14", true},
		{date("2013-01-14T23:59:59Z"), "date=2013-01-14", true},
		{date("2013-01-15T00:00:00Z"), "date=eq2013-01-14", false},
		{date("2013-01-14"), "date=2013-01-14", true},
		{date("2013-01-14"), "date=2013-01", true},
		{date("2013-01-14"), "date=2013", true},
		{date("2013-01"), "date=2013-01-14", false},
		{date("2013-01-14"), "date=2013-01-14T10:00", false},
		{date("2013-01-15T00:00:00Z"), "date=ne2013-01-14", true},
		{date("2013-01-14T00:00:00Z"), "date=ne2013-01-14", false},
		{date("2013-01-14T10:00:00Z"), "date=ne2013-01-14", false},
		{date("2013-01"), "date=ne2013-01-14", true},
		{date("2013-01-14"), "date=lt2013-01-14T10:00", true},
		{date("2013-01-14"), "date=lt2013-01-14", false},
		{date("2013-01-13"), "date=lt2013-01-14", true},
		{date("2013-01-14"), "date=gt2013-01-14T10:00", true},
		{date("2013-01-14"), "date=gt2013-01-14", false},
		{date("2013-01-14T10:00:00Z"), "date=gt2013-01-14", false},
		{date("2013-01-15"), "date=gt2013-01-14", true},
		{from21Jan, "date=ge2013-03-14", true},
		{from21Jan, "date=le2013-03-14", true},
		{date("2013-03-14"), "date=ge2013-03-14", true},
		{date("2013-03-14"), "date=le2013-03-14", true},
		{date("2013-03-13"), "date=ge2013-03-14", false},
		{date("2013-03-15"), "date=le2013-03-14", false},
		{date("2013-03-14T10:00:00Z"), "date=ge2013-03-14", true},
		{date("2013-03"), "date=ge2013-03-14", true},
		{date("2013-03"), "date=le2013-03-14", true},
		// The month reaches no later than the day and is not within it.
		{date("2013-03"), "date=ge2013-03-31", false},
		{date("2013-03"), "date=le2013-03-01", false},
		{from15Mar, "date=sa2013-03-14", true},
		{from21Jan, "date=sa2013-03-14", false},
		{until21Jan, "date=sa2013-03-14", false},
		{from15Mar, "date=eb2013-03-14", false},
		{from21Jan, "date=eb2013-03-14", false},
		{until21Jan, "date=eb2013-03-14", true},
		{date("2013-03-13"), "date=eb2013-03-14", true},
		{date("2013-03-14"), "date=eb2013-03-14", false},
		// Ten percent of the time from 14 March 2013 to the end of January 2026 is 1 year and 105 days.
		{date("2013-03-14"), "date=ap2013-03-14", true},
		{date("2014-05-01"), "date=ap2013-03-14", true},
		{date("2015-06-15"), "date=ap2013-03-14", false},
		{date("2011-06-15"), "date=ap2013-03-14", false},
		{from21Jan, "date=ap2013-03-14", true},
		{period("2013-01-01", "2013-06-30"), "date=2013", true},
		{period("2013-01-01", "2014-06-30"), "date=2013", false},
		{period("2013-01-01", ""), "date=2013", false},
		{period("2013-01-01", ""), "date=ne2013", true},
		{period("", "2013-01-01"), "date=lt1000", true},
		{period("2013-01-01", ""), "date=gt9999", true},
		{`{"resourceType":"Encounter"}`, "date=ne2013", false},
		// An instant has no width.
		{`{"resourceType":"AuditEvent","recorded":"2013-01-14T10:00:00Z"}`, "date=eb2013-01-14T10:00:00.5Z", true},
		{`{"resourceType":"AuditEvent","recorded":"2013-01-14T10:00:00.123Z"}`, "date=2013-01-14T10:00:00Z", true},
		{`{"resourceType":"AuditEvent","recorded":"2013-01-14T10:00:00+02:00"}`, "date=2013-01-14T08:00Z", true},
	}
	for _, tt := range tests {
		if got := matches(t, tt.target, tt.query); got != tt.want {
			t.Errorf("%s matches %s: %v, want %v", tt.query, tt.target, got, tt.want)
		}
	}
}

// TestMatchNumbers holds https://hl7.org/fhir/R4/search.html#number and #quantity.
func TestMatchNumbers(t *testing.T) {
	decimal := func(n string) string {
		return `{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":` + n + `}]}`
	}
	span := `{"resourceType":"RiskAssessment","prediction":[{"probabilityRange":{"low":{"value":10},"high":{"value":20}}}]}`
	quantity := func(more string) string {
		return `{"resourceType":"Observation","valueQuantity":{"value":5.4` + more + `}}`
	}
	tests := []struct {
		target, query string
		want          bool
	}{
		{decimal("99.5"), "probability=100", true},
		{decimal("99.49"), "probability=100", false},
		{decimal("100.499"), "probability=100", true},
		{decimal("100.5"), "probability=100", false},
		{decimal("100.005"), "probability=100.00", false},
		{decimal("100.004"), "probability=100.00", true},
		{decimal("5.35"), "probability=5.4", true},
		{decimal("5.45"), "probability=5.4", false},
		{decimal("149"), "probability=1e2", true},
		{decimal("99"), "probability=ne100", true},
		{decimal("100.2"), "probability=ne100", false},
		{decimal("100"), "probability=lt100", false},
		{decimal("99.99"), "probability=lt100", true},
		{decimal("100"), "probability=le100", true},
		{decimal("100.1"), "probability=le100", false},
		{decimal("100"), "probability=gt100", false},
		{decimal("100.1"), "probability=gt100", true},
		{decimal("100"), "probability=ge100", true},
		{decimal("99.9"), "probability=ge100", false},
		{decimal("100.1"), "probability=sa100", true},
		{decimal("100"), "probability=sa100", false},
		{decimal("99.9"), "probability=eb100", true},
		{decimal("110"), "probability=ap100", true},
		{decimal("111"), "probability=ap100", false},
		{decimal("-110"), "probability=ap-100", true},
		{decimal("0.4"), "probability=ap0", true},
		{decimal("-0"), "probability=0", true},
		{decimal("2"), "probability=2", true},
		{span, "probability=15", false},
		{span, "probability=2e1", false},
		{decimal("15"), "probability=2e1", true},
		{strings.Replace(span, ":10}", ":16}", 1), "probability=2e1", true},
		{strings.Replace(span, ":10}", ":16}", 1), "probability=ne2e1", false},
		{span, "probability=gt15", true},
		{span, "probability=gt20", false},
		{span, "probability=ge20", true},
		{span, "probability=lt15", true},
		{span, "probability=lt10", false},
		{span, "probability=sa9", true},
		{span, "probability=sa15", false},
		{span, "probability=eb21", true},
		{span, "probability=ap21", true},
		{span, "probability=ap25", false},
		{`{"resourceType":"Condition","onsetRange":{"low":{"value":10},"high":{"value":20,"code":"a"}}}`, "onset-age=15||a", false},
		{`{"resourceType":"Condition","onsetRange":{"low":{"value":10},"high":{"value":20,"code":"a"}}}`, "onset-age=gt15||a", true},
		{`{"resourceType":"Condition","onsetRange":{"low":{"value":10,"code":"wk"},"high":{"value":20,"code":"a"}}}`, "onset-age=gt15||a", false},

		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=5.4|u|mg", true},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=5.4|x|mg", false},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=5.4|u|g", false},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=5.4|u|milligram", false},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=5.4||mg", true},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=5.4||milligram", true},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=gt5", true},
		{quantity(`,"system":"u","code":"mg","unit":"milligram"`), "value-quantity=6", false},
		{quantity(`,"comparator":"<"`), "value-quantity=lt5", true},
		{quantity(`,"comparator":"<"`), "value-quantity=ge5.4", false},
		{quantity(`,"comparator":"<="`), "value-quantity=ge5.4", true},
		{quantity(`,"comparator":">"`), "value-quantity=le5.4", false},
		{quantity(`,"comparator":">"`), "value-quantity=gt1000", true},
		{quantity(`,"comparator":">"`), "value-quantity=5.4", false},
	}
	for _, tt := range tests {
		if got := matches(t, tt.target, tt.query); got != tt.want {
			t.Errorf("%s matches %s: %v, want %v", tt.query, tt.target, got, tt.want)
		}
	}
}

func TestMatch(t *testing.T) {
	patient := `{"resourceType":"Patient","id":"p1","meta":{"profile":["http://p/a|1.0"],"source":"http://acme.org/fhir/feeds/7"},
		"identifier":[{"system":"http://ssa","value":"999","type":{"coding":[{"system":"v2","code":"SS"}],"text":"Social Security"}},{"value":"7"}],
		"active":true,"name":[{"family":"Núñez O'Hara","given":["José","María"]}],"gender":"male","telecom":[{"system":"email","value":"j@x"}],
		"generalPractitioner":[{"reference":"Organization/o1"},{"reference":"Practitioner/x/_history/3"},{"reference":"http://other/fhir/Practitioner/9"},{"identifier":{"system":"npi","value":"123"}}]}`
	observation := `{"resourceType":"Observation","code":{"coding":[{"code":"panel"}]},"component":[
		{"code":{"coding":[{"system":"l","code":"sys"}]},"valueQuantity":{"value":120}},
		{"code":{"coding":[{"system":"l","code":"dia"}]},"valueQuantity":{"value":80}}]}`
	measure := `{"resourceType":"Measure","library":["http://x/Library/a|1.0"]}`
	valueSet := `{"resourceType":"ValueSet","url":"http://acme.org/fhir/ValueSet/123"}`
	tests := []struct {
		target, query string
		want          bool
	}{
		{patient, "", true},
		// string
		{patient, "family=nunez", true},
		{patient, "family=NÚÑEZ O'H", true},
		{patient, "family=hara", false},
		{patient, "family:contains=hara", true},
		{patient, "family:exact=Núñez O'Hara", true},
		{patient, "family:exact=Núñez", false},
		{patient, "family:exact=núñez o'hara", false},
		{patient, "name=jose", true},
		{patient, "name=jose&name=maria", true},
		{patient, "name=jose&name=ana", false},
		{patient, "name=ana,maria", true},
		{patient, "name:missing=false", true},
		{patient, "address:missing=true", true},
		// token
		{patient, "identifier=999", true},
		{patient, "identifier=http://ssa|999", true},
		{patient, "identifier=|999", false},
		{patient, "identifier=|7", true},
		{patient, "identifier=http://ssa|", true},
		{patient, "identifier=http://ssa|7", false},
		{patient, "identifier=HTTP://ssa|999", false},
		{patient, "identifier:of-type=v2|SS|999", true},
		{patient, "identifier:of-type=v2|MR|999", false},
		{patient, "identifier:of-type=v2|SS|7", false},
		{patient, "identifier:text=social", true},
		{patient, "identifier:text=security", false},
		{patient, "gender=male", true},
		{patient, "gender=http://hl7.org/fhir/administrative-gender|male", true},
		{patient, "gender=http://other|male", false},
		{patient, "gender:not=male", false},
		{patient, "gender:not=female", true},
		{patient, "gender:not=female,male", false},
		{patient, "language:not=fr", true},
		{patient, "identifier:not=8", true},
		{patient, "active=true", true},
		{patient, "email=j@x", true},
		{patient, "phone=j@x", false},
		{patient, "deceased=false", true},
		{patient, "_id=p1,p2", true},
		{patient, "_id=P1", false},
		// reference
		{patient, "general-practitioner=o1", true},
		{patient, "general-practitioner=Organization/o1", true},
		{patient, "general-practitioner:Organization=o1", true},
		{patient, "general-practitioner:Practitioner=o1", false},
		{patient, "general-practitioner=https://iis.example.org/fhir/Organization/o1", true},
		{patient, "general-practitioner=http://elsewhere/Organization/o1", false},
		{patient, "general-practitioner=Practitioner/x", true},
		{patient, "general-practitioner=Practitioner/x/_history/3", true},
		{patient, "general-practitioner=Practitioner/x/_history/2", false},
		{patient, "general-practitioner=Practitioner/9", false},
		{patient, "general-practitioner=http://other/fhir/Practitioner/9", true},
		{patient, "general-practitioner:identifier=npi|123", true},
		{patient, "general-practitioner:identifier=123", true},
		{patient, "general-practitioner=123", false},
		{patient, "general-practitioner:missing=false", true},
		{measure, "depends-on=http://x/Library/a", true},
		{measure, "depends-on=http://x/Library/a|1.0", true},
		{measure, "depends-on=http://x/Library/a|1", false},
		{measure, "depends-on:below=http://x/Library/a|1", true},
		{measure, "depends-on:below=http://x/Library/a|1.0", true},
		{measure, "depends-on:below=http://x/Library/a|10", false},
		// uri
		{patient, "_profile=http://p/a", true},
		{patient, "_profile=http://p/a|1.0", true},
		{patient, "_profile=http://p/a|2.0", false},
		{patient, "_source:below=http://acme.org/fhir", true},
		{patient, "_source:below=http://acme.org/fhi", false},
		{valueSet, "url=http://acme.org/fhir/ValueSet/123", true},
		{valueSet, "url=http://acme.org/fhir/valueset/123", false},
		{valueSet, "url:below=http://acme.org/fhir/", true},
		{valueSet, "url:below=http://acme.org/fhir/ValueSet/123", true},
		{valueSet, "url:below=http://acme.org/fhir/ValueSet/123/4", false},
		{valueSet, "url:above=http://acme.org/fhir/ValueSet/123/_history/5", true},
		{valueSet, "url:above=http://acme.org/fhir/ValueSet", false},
		// composite
		{observation, "component-code-value-quantity=l|sys$gt100", true},
		{observation, "component-code-value-quantity=l|dia$gt100", false},
		{observation, "component-code-value-quantity=l|dia$gt100,dia$80", true},
		{observation, "code-value-quantity:missing=true", true},
	}
	for _, tt := range tests {
		if got := matches(t, tt.target, tt.query); got != tt.want {
			t.Errorf("%s matches: %v, want %v", tt.query, got, tt.want)
		}
	}
}

// TestMatchJoins shows who answers for chains.
func TestMatchJoins(t *testing.T) {
	q, err := registry.Parse("Immunization", "status=completed&patient.name=x", search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entries := registry.AppendEntries(nil, resource(t, `{"resourceType":"Immunization","status":"completed"}`))
	for _, answer := range []bool{true, false} {
		var asked search.Condition
		got := search.Match(q.Where, entries, func(c search.Condition) bool { asked = c; return answer })
		if got != answer || asked != q.Where[1] {
			t.Errorf("Match with a join that says %v = %v, asked for %T; want the same, asked for the chain", answer, got, asked)
		}
	}
	if search.Match(q.Where, entries, nil) {
		t.Error("Match without a join holds for a chain")
	}
}
