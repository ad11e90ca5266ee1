package immds_test

import (
	"fmt"
	"strings"
	"testing"
)

// values are the parts of a step by name; where one is repeated, the last.
func values(step extension) map[string]string {
	m := map[string]string{}
	for _, x := range step.Extension {
		switch {
		case x.ValueString != "":
			m[x.URL] = x.ValueString
		case x.ValueCode != "":
			m[x.URL] = x.ValueCode
		case x.ValueDate != 0:
			m[x.URL] = x.ValueDate.String()
		case x.ValueReference.Reference != "":
			m[x.URL] = x.ValueReference.Reference
		case x.ValueCoding.Code != "":
			m[x.URL] = x.ValueCoding.Code
		case x.ValueInteger != nil:
			m[x.URL] = fmt.Sprint(*x.ValueInteger)
		case x.ValueBoolean != nil:
			m[x.URL] = fmt.Sprint(*x.ValueBoolean)
		}
	}
	return m
}

// What of the record decided is named: the observation, by what it is known, between
// which ages it counts, and for which vaccine.
func TestExplanationOfConditions(t *testing.T) {
	condition := func(system, code string) string {
		return resource("condition", `{"resourceType":"Condition","id":"c",`+codeOf(system, code)+`,"onsetDateTime":"2025-06-01"}`)
	}
	for _, tt := range []struct {
		name, born string
		group      string
		parameters []string
		rule       string
		want       map[string]string // of the first step of the rule
	}{
		{"an indication", "2010-05-05", "Meningococcal", []string{condition(snomedURI, "707147002")}, "CALCDTIND-1", map[string]string{
			"section": "5.1", "table": "5-4", "outcome": "yes", "evidence": "Condition/c", "date": "2026-01-31",
			"text": "The series is meant for the patient because of: ",
		}},
		{"a vaccine contraindication", "2023-01-15", "Influenza", []string{condition(snomedURI, "195967001")}, "CALCDTCI-1", map[string]string{
			"section": "7.3", "table": "7-6", "outcome": "yes", "observation": "027", "evidence": "Condition/c",
			"from": "2023-01-15", "period": "2 years", "limit": "2025-01-15", "endPeriod": "4 years", "end": "2027-01-15",
			"text": " must not be given because of: Asthma, at an age from 2 years (2025-01-15) and before 4 years (2027-01-15).",
		}},
		{"a contraindication", "2000-01-01", "Varicella", []string{condition(snomedURI, "77386006")}, "table 7-7", map[string]string{
			"row": "1", "outcome": "yes", "observation": "007", "evidence": "Condition/c", "text": "Contraindicated because of: Pregnant.",
		}},
		{"evidence of immunity", "2000-01-01", "Varicella", []string{condition(snomedURI, "38907003")}, "table 7-3", map[string]string{
			"row": "1", "outcome": "yes", "evidence": "Condition/c", "text": "There is evidence of immunity: ",
		}},
		{"a number of doses", "2014-07-30", "DTaP/Tdap/Td", nil, "CONDSKIP-1", map[string]string{
			"section": "6.2", "table": "6-9", "count": "0", "validOnly": "true",
			"text": "0 valid doses were given",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := mustAsk(t, newForecaster(t, nil), "explain=true", append(tt.parameters, assessed, patient(tt.born))...)
			for i := range a.Recommendation.Recommendation {
				e := &a.Recommendation.Recommendation[i]
				if e.VaccineCode[0].Text != tt.group {
					continue
				}
				for _, s := range extensionsOf(e.Extension) {
					got := values(s)
					if got["rule"] != tt.rule {
						continue
					}
					for name, want := range tt.want {
						if got[name] != want && !(name == "text" && strings.Contains(got[name], want)) {
							t.Errorf("%s of %s is %q, want %q", name, tt.rule, got[name], want)
						}
					}
					return
				}
			}
			t.Errorf("%s: no step of %s", tt.group, tt.rule)
		})
	}
}
