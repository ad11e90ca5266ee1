package immds_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/operations/immds"
)

// told are the observations that the engine is told, as ExplainFile lists them: code, day,
// the answer if it is not yes, and the resource.
func told(t *testing.T, f *immds.Forecaster, parameters ...string) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.ExplainFile(&b, []byte(body(parameters...))); err != nil {
		t.Fatalf("ExplainFile(%s): %v", body(parameters...), err)
	}
	var list []string
	inside := false
	for line := range strings.Lines(b.String()) {
		switch {
		case strings.HasPrefix(line, "FINDING"):
			inside = true
		case strings.TrimSpace(line) == "":
			inside = false
		case inside:
			f := strings.Fields(line)
			one := f[0]
			if f[1] != "-" {
				one += " " + f[1]
			}
			if strings.Contains(line, ": not known") {
				one += " unknown"
			} else if strings.Contains(line, ": no ") {
				one += " no"
			}
			list = append(list, one)
		}
	}
	return strings.Join(list, ", ")
}

const (
	snomedURI = "http://snomed.info/sct"
	loincURI  = "http://loinc.org"
	icdURI    = "http://hl7.org/fhir/sid/icd-10-cm"
	cvxURI    = "http://hl7.org/fhir/sid/cvx"
)

func codeOf(system, code string) string {
	return fmt.Sprintf(`"code":{"coding":[{"system":%q,"code":%q}]}`, system, code)
}

// a makes a resource parameter of a type from its members.
func a(resourceType, members string) string {
	name := strings.ToLower(resourceType[:1]) + resourceType[1:]
	return resource(name, fmt.Sprintf(`{"resourceType":%q,%s}`, resourceType, members))
}

// The assessment date is 2026-01-31, the patient a woman born in 1990 unless birth says
// otherwise.
func TestClinicalFindings(t *testing.T) {
	observed := func(system, code, day, value string) string {
		return a("Observation", `"status":"final",`+codeOf(system, code)+`,"effectiveDateTime":"`+day+`"`+value)
	}
	condition := func(code, more string) string { return a("Condition", codeOf(icdURI, code)+more) }
	resolved := `,"clinicalStatus":{"coding":[{"code":"resolved"}]}`
	number := func(n, unit string) string { return `,"valueQuantity":{"value":` + n + `,"code":"` + unit + `"}` }
	positive := `,"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"10828004"}]}`
	procedure := func(code, members string) string {
		return a("Procedure", `"status":"completed",`+codeOf(snomedURI, code)+members)
	}
	day := func(value string) string { return `,"valueDateTime":"` + value + `"` }
	hiv := condition("B20", "")
	tests := []struct {
		name  string
		birth string
		given []string
		want  string
	}{
		{"ICD-10-CM by its category", "", []string{condition("D57.219", "")}, "160, 258, 259, 279"},
		{"ICD-10-CM without its point", "", []string{condition("K561", "")}, "028"},
		{"ICD-10-CM that means nothing", "", []string{condition("S93.4", "")}, ""},
		{"RxNorm", "", []string{a("AllergyIntolerance", codeOf("http://www.nlm.nih.gov/research/umls/rxnorm", "1596450"))}, "106"},
		{"a reaction's substance", "", []string{a("AllergyIntolerance", `"code":{"text":"?"},"reaction":[{"substance":{"coding":[{"system":"http://snomed.info/sct","code":"111088007"}]}}]`)}, "104"},

		// What the patient has had, and what the patient has.
		{"intussusception that is resolved", "2025-06-01", []string{condition("K56.1", resolved)}, "028, 229"},
		{"asplenia that is resolved", "", []string{condition("Q89.01", resolved)}, ""},
		{"asplenia that ended", "", []string{condition("Q89.01", resolved+`,"abatementDateTime":"2025"`)}, ""},
		{"asplenia that has not ended yet", "", []string{condition("Q89.01", resolved+`,"abatementDateTime":"2026-02-01"`)}, "160"},
		{"asplenia abated at some age", "", []string{condition("Q89.01", `,"abatementAge":{"value":3}`)}, ""},
		{"diagnosis to come", "", []string{condition("Q89.01", `,"onsetDateTime":"2026-02-01"`)}, ""},
		{"varicella", "", []string{condition("B01.9", resolved)}, "024"},
		{"varicella that is not confirmed", "", []string{condition("B01.9", `,"verificationStatus":{"coding":[{"code":"provisional"}]}`)}, ""},
		{"asplenia that is not confirmed", "", []string{condition("Q89.01", `,"verificationStatus":{"coding":[{"code":"provisional"}]}`)}, "160"},
		{"smoker, later not", "", []string{
			observed(loincURI, "72166-2", "2020-01-01", `,"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"449868002"}]}`),
			observed(loincURI, "72166-2", "2024-01-01", `,"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"8517006"}]}`)}, "042 2024-01-01 no"},

		// Parts of the schedule's coded values mean nothing alone.
		{"laboratory technician", "", []string{a("Observation", `"status":"final",`+codeOf(snomedURI, "159282002"))}, ""},
		{"exposure of one to rabies virus", "", []string{a("Observation", `"status":"final",`+codeOf(snomedURI, "24932003")+
			`,"component":[{"code":{"coding":[{"system":"http://snomed.info/sct","code":"59881000"}]}},{"code":{"coding":[{"system":"http://snomed.info/sct","code":"159282002"}]}}]`)}, "053, 062"},
		{"allergy to amantadine is not its use", "", []string{a("AllergyIntolerance", codeOf(snomedURI, "372763006"))}, ""},
		{"a vaccination as a Procedure is no allergy to it", "", []string{a("Procedure", `"status":"completed",`+codeOf(cvxURI, "08"))}, ""},

		// Pregnancy.
		{"due date", "", []string{observed(loincURI, "11778-8", "2025-12-01", day("2026-05-01"))}, "170 2025-07-25, 007 2025-07-25"},
		{"due date long past", "", []string{observed(loincURI, "11778-8", "2025-03-01", day("2025-11-01"))}, ""},
		{"due date passed by two weeks less a day", "", []string{observed(loincURI, "11778-8", "2025-03-01", day("2026-01-18"))}, "170 2025-04-13, 007 2025-04-13"},
		{"due date passed by two weeks", "", []string{observed(loincURI, "11778-8", "2025-03-01", day("2026-01-17"))}, ""},
		{"gestational age in weeks", "", []string{observed(loincURI, "18185-9", "2026-01-10", number("20", "wk"))}, "170 2025-08-23, 007 2025-08-23"},
		{"gestational age in days", "", []string{observed(loincURI, "49052-4", "2026-01-10", number("143", "d"))}, "170 2025-08-20, 007 2025-08-20"},
		{"gestational age at the birth of an infant", "2026-01-10", []string{observed(loincURI, "18185-9", "2026-01-10", number("36", "wk"))}, "229"},
		{"weeks of gestation by ICD-10-CM", "", []string{condition("Z3A.20", `,"recordedDate":"2026-01-10"`)}, "007 2026-01-10, 170 2025-08-23"},
		{"last menstrual period alone", "", []string{observed(loincURI, "8665-2", "2026-01-10", day("2026-01-01"))}, ""},
		{"last menstrual period of one who is pregnant", "", []string{observed(loincURI, "8665-2", "2026-01-10", day("2025-12-01")),
			observed(loincURI, "82810-3", "2026-01-20", `,"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"77386006"}]}`)}, "007 2026-01-20, 170 2025-12-01"},
		{"the latest dating counts", "", []string{observed(loincURI, "11778-8", "2026-01-20", day("2026-05-08")), observed(loincURI, "11778-8", "2025-12-01", day("2026-05-01"))}, "170 2025-08-01, 007 2025-08-01"},
		{"not pregnant any more", "", []string{observed(loincURI, "11778-8", "2025-12-01", day("2026-05-01")),
			observed(loincURI, "82810-3", "2026-01-20", `,"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"60001007"}]}`)}, "007 2026-01-20 no"},
		{"pregnancy left on the problem list", "", []string{condition("Z33.1", `,"onsetDateTime":"2023-01-01"`)}, ""},
		{"date of conception", "", []string{observed(snomedURI, "248986005", "2025-12-01", day("2025-09-15"))}, "170 2025-09-01, 007 2025-09-01"},

		// HIV.
		{"HIV, CD4 not known", "", []string{hiv}, "186, 154 unknown"},
		{"HIV, CD4 count", "", []string{hiv, observed(loincURI, "24467-3", "2025-06-01", number("650", "/uL"))}, "186, 155 2025-06-01"},
		{"HIV, low CD4 count", "", []string{hiv, observed(loincURI, "24467-3", "2025-06-01", number("199", "/uL"))}, "186, 154 2025-06-01"},
		{"HIV, CD4 count in thousands", "", []string{hiv, observed(loincURI, "24467-3", "2025-06-01", number("0.65", "10*3/uL"))}, "186, 155 2025-06-01"},
		{"HIV, count and percent, one low", "", []string{hiv, observed(loincURI, "24467-3", "2025-06-01", number("650", "/uL")), observed(loincURI, "8123-2", "2025-06-01", number("14.9", "%"))}, "186, 154 2025-06-01"},
		{"HIV, low 6 months ago", "", []string{hiv, observed(loincURI, "8123-2", "2025-07-31", number("10", "%")), observed(loincURI, "8123-2", "2026-01-10", number("20", "%"))}, "186, 155 2026-01-10"},
		{"HIV, low less than 6 months ago", "", []string{hiv, observed(loincURI, "8123-2", "2025-08-02", number("10", "%")), observed(loincURI, "8123-2", "2026-01-10", number("20", "%"))}, "186, 154 2025-08-02"},
		{"HIV of a child of 3, count", "2022-06-01", []string{hiv, observed(loincURI, "24467-3", "2025-06-01", number("499", "/uL"))}, "186, 154 2025-06-01"},
		{"AIDS", "", []string{a("Condition", codeOf(snomedURI, "62479008"))}, "154, 186"},
		{"perinatal HIV, MMR before therapy", "2022-06-01", []string{a("Condition", codeOf(snomedURI, "52079000")), procedure("427314002", `,"performedPeriod":{"start":"2024-01-01"}`),
			observed(loincURI, "8123-2", "2025-06-01", number("25", "%")), vaccination("m", "03", "2023-07-01")}, "186, 120 2024-01-01, 155 2025-06-01, 026"},

		// Immunity by laboratory.
		{"measles IgG", "", []string{observed(loincURI, "20479-2", "2020-01-01", positive)}, "020 2020-01-01"},
		{"measles IgG by interpretation", "", []string{observed(loincURI, "20479-2", "2020-01-01", `,"interpretation":[{"coding":[{"code":"POS"}]}]`)}, "020 2020-01-01"},
		{"measles IgG in words", "", []string{observed(loincURI, "20479-2", "2020-01-01", `,"valueString":"Positive"`)}, "020 2020-01-01"},
		{"measles IgG negative", "", []string{observed(loincURI, "20479-2", "2020-01-01", `,"interpretation":[{"coding":[{"code":"NEG"}]}]`)}, ""},
		{"measles IgG equivocal", "", []string{observed(loincURI, "20479-2", "2020-01-01", `,"valueString":"Equivocal"`)}, ""},
		{"measles IgG, a number alone", "", []string{observed(loincURI, "20479-2", "2020-01-01", number("1.9", "[AU]"))}, ""},
		{"measles IgG of the mother", "2025-06-01", []string{observed(loincURI, "20479-2", "2025-08-01", positive)}, "229"},
		{"antibodies to hepatitis B surface antigen say nothing", "", []string{observed(loincURI, "22322-2", "2020-01-01", positive)}, ""},

		// What was given wears off.
		{"HBIG", "", []string{vaccination("i", "30", "2025-11-01")}, "127 2025-11-01"},
		{"HBIG 3 months ago", "", []string{vaccination("i", "30", "2025-10-31")}, ""},
		{"IGIV", "", []string{vaccination("i", "87", "2025-06-01")}, "137 2025-06-01"},
		{"IGIV for Kawasaki disease", "", []string{vaccination("i", "87", "2025-04-01", `"reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"M30.3"}]}]`)}, "141 2025-04-01"},
		{"immune globulin as a Procedure", "", []string{a("Procedure", `"status":"completed",`+codeOf(cvxURI, "34")+`,"performedDateTime":"2025-12-01"`)}, "128 2025-12-01"},
		{"transfusion", "", []string{procedure("71493000", `,"performedDateTime":"2025-09-01"`)}, "133 2025-09-01"},
		{"transfusion not done", "", []string{a("Procedure", `"status":"not-done",`+codeOf(snomedURI, "71493000"))}, ""},
		{"chemotherapy that ended", "", []string{a("Procedure", `"status":"completed",`+codeOf(snomedURI, "367336001")+`,"performedPeriod":{"start":"2025-01-01","end":"2025-12-01"}`)}, "168 2025-01-01"},
		{"chemotherapy that ended 3 months ago", "", []string{a("Procedure", `"status":"completed",`+codeOf(snomedURI, "367336001")+`,"performedPeriod":{"start":"2025-01-01","end":"2025-10-31"}`)}, ""},

		// Procedures.
		{"splenectomy", "", []string{procedure("234319005", `,"performedPeriod":{"start":"2010-05-01","end":"2010-05-01"}`)}, "160 2010-05-01"},
		{"splenectomy that is planned", "", []string{a("Procedure", `"status":"preparation",`+codeOf(snomedURI, "234319005"))}, "002"},
		{"stem cell transplant", "", []string{procedure("234336002", `,"performedDateTime":"2024-05-01"`)}, "004 2024-05-01, 269 2024-05-01, 171 2024-05-01"},

		// The patient.
		{"under one year", "2025-02-01", nil, "229"},
		{"one year", "2025-01-31", nil, ""},
		{"three cardiac risk factors", "", []string{condition("I10", ""), condition("E11.9", ""), condition("E78.00", "")}, "014, 231"},
		{"body mass index of an adult", "", []string{observed(loincURI, "39156-5", "2025-06-01", number("41.5", "kg/m2"))}, "257 2025-06-01"},
		{"body mass index under 40", "", []string{observed(loincURI, "39156-5", "2025-06-01", number("39.9", "kg/m2"))}, ""},
	}
	f := newForecaster(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			birth := tt.birth
			if birth == "" {
				birth = "1990-01-01"
			}
			if got := told(t, f, append([]string{assessed, patient(birth)}, tt.given...)...); got != tt.want {
				t.Errorf("the engine is told: %s\nwant: %s", got, tt.want)
			}
		})
	}
}

func TestRace(t *testing.T) {
	p := resource("patient", `{"resourceType":"Patient","birthDate":"2024-06-01","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
		"extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"1002-5"}}]}]}`)
	if got := told(t, newForecaster(t, nil), assessed, p); got != "245" {
		t.Errorf("the engine is told %q, want 245", got)
	}
}

// An NDC or a trade name stands for the vaccine; a code that CDC does not have does not.
func TestVaccineByPackage(t *testing.T) {
	coded := func(concept string) string {
		return immunization(`"id":"i","status":"completed","vaccineCode":` + concept + `,"occurrenceDateTime":"2020-06-01"`)
	}
	ndc := func(code string) string {
		return `{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"` + code + `"}]}`
	}
	f := newForecaster(t, nil)
	for _, tt := range []struct{ concept, want string }{
		{ndc("49281-0545-03"), "i Hib valid"},
		{ndc("49281-545-03"), "i Hib valid"},
		{ndc("58160-0821-11"), "i HepB valid"},
		{`{"text":"ActHIB"}`, "i Hib valid"},
		{`{"text":"Gardasil 9"}`, "i HPV notvalid tooyoung inappropriate"},
		{ndc("00000-0000-00"), "i  notvalid notevaluated"},
		{`{"text":"a vaccine"}`, "i  notvalid notevaluated"},
		{`{"text":"Comirnaty"}`, "i  notvalid notevaluated"}, // of which presentation?
	} {
		got := strings.Join(evaluated(mustAsk(t, f, "", assessed, patient("2020-03-01"), coded(tt.concept))), ", ")
		if !strings.HasPrefix(got, strings.TrimSpace(tt.want)) && !(strings.HasSuffix(tt.want, "notevaluated") && strings.HasSuffix(got, "notvalid notevaluated")) {
			t.Errorf("vaccineCode %s: evaluations %q, want %q", tt.concept, got, tt.want)
		}
	}
}

// A dose that was refused is shown, and changes nothing else.
func TestRefusal(t *testing.T) {
	refused := immunization(`"id":"r","status":"not-done","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},"occurrenceDateTime":"2025-05-05",` +
		`"statusReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"PATOBJ","display":"patient objection"}]}`)
	f := newForecaster(t, nil)
	without := mustAsk(t, f, "", assessed, patient("2024-01-01"))
	with := mustAsk(t, f, "", assessed, patient("2024-01-01"), refused)
	if len(with.Evaluations) != 0 {
		t.Errorf("evaluations of a refused dose: %v", evaluated(with))
	}
	want := []string{"information informational at Parameters.parameter[2].resource.status"}
	if diff := cmp.Diff(want, noted(with)); diff != "" || !strings.Contains(with.Issues[0].Diagnostics, "patient objection") {
		t.Errorf("issues (-want +got):\n%s\n%+v", diff, with.Issues)
	}
	for i := range with.Recommendation.Recommendation {
		e := &with.Recommendation.Recommendation[i]
		var kept []extension
		for _, x := range e.Extension {
			if x.URL != "https://jenner-iis.github.io/fhir/StructureDefinition/dose-not-given" {
				kept = append(kept, x)
				continue
			}
			if name := e.VaccineCode[0].Text; name != "MMR" {
				t.Errorf("a refused dose of MMR is shown with %s", name)
			}
			if s := find(x.Extension, "immunization"); s == nil || s.ValueReference.Reference != "Immunization/r" {
				t.Errorf("dose-not-given names %+v, want Immunization/r", s)
			}
			if s := find(x.Extension, "text"); s == nil || s.ValueString != "patient objection" {
				t.Errorf("dose-not-given says %+v, want patient objection", s)
			}
		}
		if len(kept) == len(e.Extension) && e.VaccineCode[0].Text == "MMR" {
			t.Error("the refused dose is not shown with MMR")
		}
		e.Extension = kept
	}
	if diff := cmp.Diff(without.Recommendation, with.Recommendation); diff != "" {
		t.Errorf("a refused dose changes the recommendation (-without +with):\n%s", diff)
	}
}
