package immds_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Findings show by MMR and Varicella, which are contraindicated in pregnancy (007) and
// after an allergic reaction to them; and Varicella is not needed after the disease (024).
func TestFindings(t *testing.T) {
	observation := func(members string) string {
		return resource("observation", `{"resourceType":"Observation","status":"final"`+members+`}`)
	}
	coded := func(system, code string) string {
		return `"code":{"coding":[{"system":"` + system + `","code":"` + code + `"}]}`
	}
	const (
		contextual = "http://ivci.org/CodeSystem/contextual-condition"
		snomed     = "http://snomed.info/sct"
		loinc      = "http://loinc.org"
		phinVS     = "urn:oid:2.16.840.1.114222.4.5.274"
		cvx        = "http://hl7.org/fhir/sid/cvx"
	)
	pregnant := coded(contextual, "007")
	status := func(code string) string { return `,"clinicalStatus":{"coding":[{"code":"` + code + `"}]}` }
	verification := func(code string) string { return `,"verificationStatus":{"coding":[{"code":"` + code + `"}]}` }
	condition := func(members string) string { return resource("condition", `{"resourceType":"Condition"`+members+`}`) }
	allergy := func(members string) string {
		return resource("allergyIntolerance", `{"resourceType":"AllergyIntolerance"`+members+`}`)
	}
	tests := []struct {
		name      string
		parameter string
		want      string // groups that are contraindicated or immune
		issues    []string
	}{
		{"contextual condition", observation("," + pregnant), "MMR Varicella", nil},
		{"without leading zeros", observation("," + coded(contextual, "7")), "MMR Varicella", nil},
		{"dated", observation("," + pregnant + `,"effectiveDateTime":"2025-12-01T10:00:00Z"`), "MMR Varicella", nil},
		{"begun", observation("," + pregnant + `,"effectivePeriod":{"start":"2025-12"}`), "MMR Varicella", nil},
		{"SNOMED CT", observation("," + coded(snomed, "77386006")), "MMR Varicella", nil},
		{"of several codings one is known", observation(`,"code":{"coding":[{"system":"http://x","code":"1"},{"system":"` + snomed + `","code":"77386006"}]}`), "MMR Varicella", nil},
		{"answered yes", observation("," + pregnant + `,"valueBoolean":true`), "MMR Varicella", nil},
		{"answered no", observation("," + pregnant + `,"valueBoolean":false`), "", nil},
		{"answered no by code", observation("," + pregnant + `,"valueCodeableConcept":{"coding":[{"system":"` + snomed + `","code":"373067005"}]}`), "", nil},
		{"not known", observation("," + pregnant + `,"dataAbsentReason":{"coding":[{"code":"asked-unknown"}]}`), "", nil},
		{"cancelled", resource("observation", `{"resourceType":"Observation","status":"cancelled",`+pregnant+`}`), "", nil},
		{"entered in error", resource("observation", `{"resourceType":"Observation","status":"entered-in-error",`+pregnant+`}`), "", nil},
		{"amended", resource("observation", `{"resourceType":"Observation","status":"amended",`+pregnant+`}`), "MMR Varicella", nil},
		{"LOINC with the disease as value", observation("," + coded(loinc, "59784-9") + `,"valueCodeableConcept":{"coding":[{"system":"` + snomed + `","code":"38907003"}]}`),
			"Varicella", nil},
		{"another LOINC question with that value", observation("," + coded(loinc, "54116-9") + `,"valueCodeableConcept":{"coding":[{"system":"` + snomed + `","code":"38907003"}]}`),
			"", []string{"information informational at Parameters.parameter[2].resource.code"}},
		{"code that the schedule has not", observation("," + coded(snomed, "1")), "", []string{"information informational at Parameters.parameter[2].resource.code"}},
		{"contextual condition that does not exist", observation("," + coded(contextual, "999")), "", []string{"information informational at Parameters.parameter[2].resource.code"}},
		{"condition", condition("," + coded(snomed, "77386006")), "MMR Varicella", nil},
		{"active condition", condition(status("active") + "," + coded(snomed, "77386006") + `,"onsetDateTime":"2025-10-01"`), "MMR Varicella", nil},
		{"inactive condition", condition(status("inactive") + "," + coded(snomed, "77386006")), "", nil},
		{"resolved condition", condition(status("resolved") + "," + coded(snomed, "77386006")), "", nil},
		{"refuted condition", condition(verification("refuted") + "," + coded(snomed, "77386006")), "", nil},
		{"mistaken condition", condition(verification("entered-in-error") + "," + coded(snomed, "77386006")), "", nil},
		{"allergy to a vaccine", allergy("," + coded(cvx, "21")), "Varicella", nil},
		{"allergy to a vaccine, no leading zero", allergy("," + coded(cvx, "3")), "MMR", nil},
		// What the patient has had counts for ever.
		{"resolved allergy to a vaccine", allergy(status("resolved") + "," + coded(cvx, "21")), "Varicella", nil},
		{"resolved varicella", condition(status("resolved") + "," + coded(snomed, "38907003")), "Varicella", nil},
		{"refuted allergy", allergy(verification("refuted") + "," + coded(cvx, "21")), "", nil},
		// VXC20 is an allergy to a previous dose of "this vaccine": the CVX code says which.
		{"PHIN VS with its vaccine", observation(`,"code":{"coding":[{"system":"` + phinVS + `","code":"VXC20"},{"system":"` + cvx + `","code":"21"}]}`), "Varicella", nil},
		{"PHIN VS without a vaccine", observation("," + coded(loinc, "30945-0") + `,"valueCodeableConcept":{"coding":[{"system":"` + phinVS + `","code":"VXC20"}]}`), "MMR Varicella", nil},
		{"no code", observation(""), "", []string{"information informational at Parameters.parameter[2].resource.code"}},
		{"code of the wrong kind", observation(`,"code":[1,{"coding":"x"}],"valueCodeableConcept":7`), "", []string{"information informational at Parameters.parameter[2].resource.code"}},
	}
	f := newForecaster(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := mustAsk(t, f, "", assessed, patient("2000-01-01"), tt.parameter)
			var got []string
			for _, group := range []string{"MMR", "Varicella"} {
				e := a.group(group)
				if e == nil {
					t.Fatalf("no recommendation for %s", group)
				}
				if s := e.ForecastStatus.Text; s == "Contraindicated" || s == "Immune" {
					got = append(got, group)
				}
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("contraindicated or immune: %q, want %q", got, tt.want)
			}
			if diff := cmp.Diff(tt.issues, noted(a)); diff != "" {
				t.Errorf("issues (-want +got):\n%s", diff)
			}
		})
	}
}
