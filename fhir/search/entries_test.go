package search_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// TestEntries shows for each type of parameter and data type what is indexed.
func TestEntries(t *testing.T) {
	tests := []struct {
		name, code, json string
		want             []string
	}{
		// token
		{"code", "gender", `{"resourceType":"Patient","gender":"female"}`, []string{"|female"}},
		{"boolean", "active", `{"resourceType":"Patient","active":true}`, []string{"|true"}},
		{"boolean false", "active", `{"resourceType":"Patient","active":false}`, []string{"|false"}},
		{"id", "_id", `{"resourceType":"Patient","id":"a.B-1"}`, []string{"|a.B-1"}},
		{"tags", "_tag", `{"resourceType":"Patient","meta":{"tag":[{"system":"s","code":"c","display":"D"}]}}`, []string{"s|c", `text "d"`}},
		{"CodeableConcept", "vaccine-code",
			`{"resourceType":"Immunization","vaccineCode":{"coding":[{"system":"cvx","code":"08","display":"Hep B"},{"system":"ndc","code":"1"}],"text":"Hépatite B"}}`,
			[]string{"cvx|08", `text "hep b"`, "ndc|1", `text "hepatite b"`}},
		{"CodeableConcept: the same text once", "vaccine-code",
			`{"resourceType":"Immunization","vaccineCode":{"coding":[{"system":"cvx","code":"08","display":"Hep B"}],"text":"Hep B"}}`,
			[]string{"cvx|08", `text "hep b"`}},
		{"CodeableConcept: text alone", "vaccine-code", `{"resourceType":"Immunization","vaccineCode":{"text":"Hep B"}}`, []string{`text "hep b"`}},
		{"Coding without code, and without system", "_security",
			`{"resourceType":"Patient","meta":{"security":[{"system":"s"},{"code":"c"},{"system":"s"}]}}`, []string{"s|", "|c"}},
		{"Identifier", "identifier",
			`{"resourceType":"Patient","identifier":[{"system":"http://ssa","value":"999","type":{"coding":[{"system":"v2","code":"SS"},{"display":"no code"}],"text":"SSN"}},{"value":"7"},{"system":"only"},{"use":"old"}]}`,
			[]string{"http://ssa|999", `text "ssn"`, "of-type v2|SS|999", "|7", "only|"}},
		{"ContactPoint, all", "telecom", `{"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"email","value":"a@b"},{"rank":1}]}`, []string{"|1", "|a@b"}},
		{"ContactPoint, e-mail", "email", `{"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"email","value":"a@b"}]}`, []string{"|a@b"}},
		{"ContactPoint, phone", "phone", `{"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"email","value":"a@b"}]}`, []string{"|1"}},
		{"string as token", "version", `{"resourceType":"Measure","version":"1.0-Draft"}`, []string{"|1.0-draft"}},
		{"uri as token", "event", `{"resourceType":"MessageDefinition","eventUri":"http://e"}`, []string{"|http://e"}},
		{"choice of two tokens", "event", `{"resourceType":"MessageDefinition","eventCoding":{"system":"s","code":"c"}}`, []string{"s|c"}},
		{"exists and not false: a date", "deceased", `{"resourceType":"Patient","deceasedDateTime":"2020-01-01"}`, []string{"|true"}},
		{"exists and not false: true", "deceased", `{"resourceType":"Patient","deceasedBoolean":true}`, []string{"|true"}},
		{"exists and not false: false", "deceased", `{"resourceType":"Patient","deceasedBoolean":false}`, []string{"|false"}},
		{"exists and not false: absent", "deceased", `{"resourceType":"Patient","active":true}`, []string{"|false"}},
		{"a boolean that is a string", "active", `{"resourceType":"Patient","active":"true"}`, nil},
		{"a code in an array that should be none", "gender", `{"resourceType":"Patient","gender":["male"]}`, []string{"|male"}},

		// string
		{"HumanName", "name", `{"resourceType":"Patient","name":[{"use":"official","text":"Dr. José Núñez III","family":"Núñez","given":["José","M."],"prefix":["Dr."],"suffix":["III"],"period":{"start":"2000"}}]}`,
			[]string{`"Dr. José Núñez III" "dr. jose nunez iii"`, `"Núñez" "nunez"`, `"José" "jose"`, `"M." "m."`, `"Dr." "dr."`, `"III" "iii"`}},
		{"part of a name", "given", `{"resourceType":"Patient","name":[{"family":"A","given":["B","C"]},{"given":["C"]}]}`, []string{`"B" "b"`, `"C" "c"`}},
		{"null in an array", "given", `{"resourceType":"Patient","name":[{"given":[null,"C"],"_given":[{"extension":[{"url":"u","valueCode":"x"}]},null]}]}`, []string{`"C" "c"`}},
		{"Address", "address", `{"resourceType":"Patient","address":[{"use":"home","line":["1 Main St","Apt 2"],"city":"Topeka","district":"Shawnee","state":"KS","postalCode":"66603","country":"US","text":"all"}]}`,
			[]string{`"1 Main St" "1 main st"`, `"Apt 2" "apt 2"`, `"Topeka" "topeka"`, `"Shawnee" "shawnee"`, `"KS" "ks"`, `"66603" "66603"`, `"US" "us"`, `"all" "all"`}},
		{"text of a choice", "value-string", `{"resourceType":"Observation","valueCodeableConcept":{"text":"Low"}}`, []string{`"Low" "low"`}},

		// date
		{"date", "birthdate", `{"resourceType":"Patient","birthDate":"1949-11-14"}`, []string{"1949-11-14 - 1949-11-15"}},
		{"year", "birthdate", `{"resourceType":"Patient","birthDate":"1949"}`, []string{"1949-01-01 - 1950-01-01"}},
		{"dateTime with offset", "date", `{"resourceType":"Immunization","occurrenceDateTime":"2020-05-16T05:15:06-04:00"}`, []string{"2020-05-16T09:15:06 - 2020-05-16T09:15:07"}},
		{"no date", "date", `{"resourceType":"Immunization","occurrenceString":"last year"}`, nil},
		{"not a date", "birthdate", `{"resourceType":"Patient","birthDate":"1949-02-31"}`, nil},
		{"instant", "date", `{"resourceType":"AuditEvent","recorded":"2020-01-01T00:00:00Z"}`, []string{"2020-01-01 - 2020-01-01T00:00:00.000001"}},
		{"Period", "date", `{"resourceType":"Encounter","period":{"start":"2020-01","end":"2020-02-03"}}`, []string{"2020-01-01 - 2020-02-04"}},
		{"Period without end", "date", `{"resourceType":"Encounter","period":{"start":"2020-01"}}`, []string{"2020-01-01 - *"}},
		{"Period without start", "date", `{"resourceType":"Encounter","period":{"end":"2020-01"}}`, []string{"* - 2020-02-01"}},
		{"Period that ends before it starts", "date", `{"resourceType":"Encounter","period":{"start":"2020-01","end":"2019"}}`, nil},
		{"Period of nothing", "date", `{"resourceType":"Encounter","period":{"id":"x"}}`, nil},
		{"Timing by events", "activity-date", `{"resourceType":"CarePlan","activity":[{"detail":{"scheduledTiming":{"event":["2020-03-01","2020-01-01","2020-02-01"]}}}]}`, []string{"2020-01-01 - 2020-03-02"}},
		{"Timing by bounds", "activity-date", `{"resourceType":"CarePlan","activity":[{"detail":{"scheduledTiming":{"repeat":{"boundsPeriod":{"start":"2020"}}}}}]}`, []string{"2020-01-01 - *"}},
		{"the store's own", "_lastUpdated", `{"resourceType":"Patient","meta":{"lastUpdated":"2020-01-01T00:00:00Z"}}`, nil},

		// number and quantity
		{"decimal", "probability", `{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":0.80}]}`, []string{"0.8..0.8"}},
		{"integer", "variant-start", `{"resourceType":"MolecularSequence","variant":[{"start":22125503}]}`, []string{"2.2125503e+07..2.2125503e+07"}},
		{"Range", "probability", `{"resourceType":"RiskAssessment","prediction":[{"probabilityRange":{"low":{"value":10},"high":{"value":20}}}]}`, []string{"10..20"}},
		{"Quantity", "value-quantity", `{"resourceType":"Observation","valueQuantity":{"value":5.40,"system":"u","code":"mg","unit":"milligram"}}`, []string{"5.4..5.4 u|mg|milligram"}},
		{"Quantity above", "value-quantity", `{"resourceType":"Observation","valueQuantity":{"value":5,"comparator":">="}}`, []string{"5..* ||"}},
		{"Quantity without value", "value-quantity", `{"resourceType":"Observation","valueQuantity":{"unit":"mg"}}`, nil},
		{"Age", "onset-age", `{"resourceType":"Condition","onsetAge":{"value":52,"unit":"years","system":"u","code":"a"}}`, []string{"52..52 u|a|years"}},
		{"Range open above", "onset-age", `{"resourceType":"Condition","onsetRange":{"low":{"value":52,"code":"a"}}}`, []string{"52..* |a|"}},
		{"Money", "totalnet", `{"resourceType":"Invoice","totalNet":{"value":-7.5,"currency":"USD"}}`, []string{"-7.5..-7.5 urn:iso:std:iso:4217|USD|"}},
		{"SampledData", "value-quantity", `{"resourceType":"Observation","valueSampledData":{"origin":{"value":100,"unit":"mV"},"period":1,"factor":2,"upperLimit":200,"dimensions":1,"data":"1 -3 E 7 U"}}`, []string{"94..200 ||mV"}},

		// reference
		{"relative", "patient", `{"resourceType":"Immunization","patient":{"reference":"Patient/1"}}`, []string{"Patient/1"}},
		{"versioned", "patient", `{"resourceType":"Immunization","patient":{"reference":"Patient/1/_history/2"}}`, []string{"Patient/1 version 2"}},
		{"own base", "patient", `{"resourceType":"Immunization","patient":{"reference":"https://iis.example.org/fhir/Patient/1"}}`, []string{"Patient/1"}},
		{"other base", "patient", `{"resourceType":"Immunization","patient":{"reference":"http://other/fhir/Patient/1/_history/3"}}`, []string{"http://other/fhir/Patient/1 version 3"}},
		{"urn", "patient", `{"resourceType":"Immunization","patient":{"reference":"urn:uuid:0"}}`, []string{"urn:uuid:0"}},
		{"contained", "patient", `{"resourceType":"Immunization","patient":{"reference":"#p"}}`, nil},
		{"conditional", "patient", `{"resourceType":"Immunization","patient":{"reference":"Patient?identifier=1"}}`, nil},
		{"conditional on a URL", "patient", `{"resourceType":"Immunization","patient":{"reference":"Patient?identifier=http://x|1"}}`, nil},
		{"identifier", "patient", `{"resourceType":"Immunization","patient":{"identifier":{"system":"s","value":"1"},"display":"Somebody"}}`, []string{"identifier s|1"}},
		{"by type: it is", "patient", `{"resourceType":"Observation","subject":{"reference":"Patient/1"}}`, []string{"Patient/1"}},
		{"by type: it is not", "patient", `{"resourceType":"Observation","subject":{"reference":"Group/1"}}`, nil},
		{"by type: absolute", "patient", `{"resourceType":"Observation","subject":{"reference":"http://other/Patient/1"}}`, []string{"http://other/Patient/1"}},
		{"by type: urn", "patient", `{"resourceType":"Observation","subject":{"reference":"urn:uuid:0"}}`, nil},
		{"by type: urn with type", "patient", `{"resourceType":"Observation","subject":{"reference":"urn:uuid:0","type":"Patient"}}`, []string{"urn:uuid:0"}},
		{"by type: identifier with type", "patient", `{"resourceType":"Observation","subject":{"type":"Patient","identifier":{"value":"1"}}}`, []string{"identifier |1"}},
		{"several elements, each target once", "performer", `{"resourceType":"Immunization","performer":[{"actor":{"reference":"Practitioner/1"}},{"actor":{"reference":"Practitioner/1"}},{"actor":{"reference":"Organization/2"}}]}`, []string{"Practitioner/1", "Organization/2"}},
		{"canonical", "depends-on", `{"resourceType":"Measure","library":["http://x/Library/a|1.0"],"relatedArtifact":[{"type":"citation","resource":"http://no"},{"type":"depends-on","resource":"http://yes"}]}`,
			[]string{"http://x/Library/a version 1.0", "http://yes"}},
		{"canonical on own base", "depends-on", `{"resourceType":"Measure","library":["https://iis.example.org/fhir/Library/a|2"]}`, []string{"Library/a version 2"}},
		{"first entry of a bundle", "composition", `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Composition","id":"c"}},{"resource":{"resourceType":"Composition","id":"d"}}]}`, []string{"Composition/c"}},
		{"first entry of another type", "message", `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Composition","id":"c"}}]}`, nil},

		// uri
		{"uri", "url", `{"resourceType":"ValueSet","url":"http://x/ValueSet/1"}`, []string{"http://x/ValueSet/1"}},
		{"canonical as uri", "_profile", `{"resourceType":"Patient","meta":{"profile":["http://p","http://q|2"]}}`, []string{"http://p", "http://q|2", "http://q"}},

		// composite
		{"composite", "code-value-quantity", `{"resourceType":"Observation","code":{"coding":[{"system":"l","code":"1"},{"system":"m","code":"2"}],"text":"T"},"valueQuantity":{"value":5,"code":"mg"}}`,
			[]string{"l|1 $ 5..5 |mg|", "m|2 $ 5..5 |mg|"}},
		{"composite per component", "component-code-value-quantity", `{"resourceType":"Observation","component":[{"code":{"coding":[{"code":"a"}]},"valueQuantity":{"value":1}},{"code":{"coding":[{"code":"b"}]},"valueQuantity":{"value":2}}]}`,
			[]string{"|a $ 1..1 ||", "|b $ 2..2 ||"}},
		{"composite of both", "combo-code-value-quantity", `{"resourceType":"Observation","code":{"coding":[{"code":"o"}]},"component":[{"code":{"coding":[{"code":"a"}]},"valueQuantity":{"value":1}}],"valueQuantity":{"value":9}}`,
			[]string{"|o $ 9..9 ||", "|a $ 1..1 ||"}},
		{"composite with a part missing", "code-value-quantity", `{"resourceType":"Observation","code":{"coding":[{"code":"1"}]}}`, nil},
		{"composite from the resource", "chromosome-variant-coordinate", `{"resourceType":"MolecularSequence","referenceSeq":{"chromosome":{"coding":[{"code":"X"}]}},"variant":[{"start":1,"end":2},{"start":3,"end":4}]}`,
			[]string{"|X $ 1..1 $ 2..2", "|X $ 3..3 $ 4..4"}},
		{"composite with parts defined the wrong way round", "relationship", `{"resourceType":"DocumentReference","relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/1"}}]}`,
			[]string{"|replaces $ DocumentReference/1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := resource(t, tt.json)
			p := parameter(t, r.ResourceType(), tt.code)
			got := describeAll(registry.AppendParameter(nil, r, p))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("entries of %s (-want +got):\n%s", tt.code, diff)
			}
			var all []search.Entry
			for _, e := range registry.AppendEntries(nil, r) {
				if e.Parameter == p {
					all = append(all, e)
				}
			}
			if diff := cmp.Diff(got, describeAll(all)); diff != "" {
				t.Errorf("AppendEntries differs from AppendParameter for %s:\n%s", tt.code, diff)
			}
		})
	}
}

func TestEntriesNone(t *testing.T) {
	for _, json := range []string{`{"resourceType":"Nothing","id":"1"}`, `{"id":"1"}`} {
		if got := registry.AppendEntries(nil, resource(t, json)); got != nil {
			t.Errorf("AppendEntries(%s) = %v, want none", json, describeAll(got))
		}
	}
	if got := registry.AppendEntries(nil, codec.Value{}); got != nil {
		t.Errorf("AppendEntries of nothing = %v, want none", describeAll(got))
	}
}

// TestEntriesBounded holds what hostile resources cost: many values stay
// linear, and combinations of a composite end somewhere.
func TestEntriesBounded(t *testing.T) {
	members := strings.Repeat(`{"entity":{"reference":"Patient/1"}},{"entity":{"reference":"Patient/2"}},`, 50_000)
	group := resource(t, `{"resourceType":"Group","member":[`+strings.TrimSuffix(members, ",")+`]}`)
	got := registry.AppendParameter(nil, group, parameter(t, "Group", "member"))
	if diff := cmp.Diff([]string{"Patient/1", "Patient/2"}, describeAll(got)); diff != "" {
		t.Errorf("members of a large Group (-want +got):\n%s", diff)
	}
	var codings []string
	for i := range 100 {
		codings = append(codings, `{"code":"`+strings.Repeat("x", i+1)+`"}`)
	}
	concept := `{"coding":[` + strings.Join(codings, ",") + `]}`
	observation := resource(t, `{"resourceType":"Observation","code":`+concept+`,"valueCodeableConcept":`+concept+`}`)
	entries := registry.AppendParameter(nil, observation, parameter(t, "Observation", "code-value-concept"))
	if len(entries) != search.MaxCombinations {
		t.Errorf("an Observation with 100 codes and 100 values has %d entries, want %d", len(entries), search.MaxCombinations)
	}
}
