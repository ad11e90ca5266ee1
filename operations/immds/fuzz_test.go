package immds_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations"
)

// FuzzSystem asks with whatever passes the JSON gate. The answer is one that R4 allows,
// or the refusal of the request: no other error, no panic.
func FuzzSystem(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), false)
	}
	f.Add(body(`{"name":"patient","resource":{"resourceType":"Patient","birthDate":"0001-01-01","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"country":7}}]}}`,
		vaccination("a", "08", "9999-12-31"), vaccination("b", "08", "0001-01-01")), true)
	f.Add(body(`{"name":"assessmentDate","valueDate":"9999-12-31"}`, patient("9999-12-31"), vaccination("", "1", "9999-12-31T23:59:60+14:00")), true)
	f.Add(body(patient("2020-01-01"), immunization(`"status":"completed","vaccineCode":{"coding":{"code":8}},"occurrenceDateTime":"2020","manufacturer":[1],"doseQuantity":{"value":1e300,"unit":"ml"},"isSubpotent":true,"subpotentReason":{"coding":[7]},"expirationDate":"2020"`)), true)
	f.Add(body(patient("2020-01-01"), `{"name":"condition","resource":{"resourceType":"Condition","code":{"coding":[{"system":{},"code":[]}]},"clinicalStatus":[],"onsetDateTime":"2020-01"}}`), true)
	f.Add(body(patient("1990-01-01"), `{"name":"procedure","resource":{"resourceType":"Procedure","status":"preparation","code":{"coding":[{"system":"http://snomed.info/sct","code":"234319005"}]},"performedPeriod":{"start":"2020","end":"2021-02"}}}`,
		`{"name":"observation","resource":{"resourceType":"Observation","code":{"coding":[{"system":"http://loinc.org","code":"18185-9"}]},"effectiveDateTime":"9999-12-31","valueQuantity":{"value":-1e300,"unit":"wk"},"interpretation":[7]}}`,
		`{"name":"observation","resource":{"resourceType":"Observation","code":{"coding":[{"system":"http://loinc.org","code":"11778-8"}]},"effectiveDateTime":"0001-01-01","valueDateTime":"0001-01-01"}}`,
		`{"name":"condition","resource":{"resourceType":"Condition","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"Z3A.20"},{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"b20."}]},"abatementDateTime":"9999"}}`,
		immunization(`"status":"not-done","vaccineCode":{"text":"Gardasil 9"},"occurrenceDateTime":"2020","statusReason":{"text":" ","coding":[{"system":"a b","code":"\u0007"}]}`),
		immunization(`"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"4928142550"},{"code":"87"}]},"occurrenceDateTime":"9999-12-31","reasonCode":7`)), true)
	forecaster := newForecaster(f, nil)
	f.Fuzz(func(t *testing.T, text string, explain bool) {
		d, err := codec.ParseString(text, codec.Limits{})
		if err != nil {
			return
		}
		r := operations.Request{Parameters: d.Root()}
		if explain {
			r.Query = map[string][]string{"explain": {"true"}}
		}
		out, err := forecaster.System(context.Background(), nil, r)
		var invalid *fhir.Invalid
		switch {
		case err == nil:
			checkShape(t, out)
		case !errors.As(err, &invalid) || !errors.Is(err, fhir.ErrSyntax) && !errors.Is(err, fhir.ErrUnprocessable):
			t.Errorf("System(%s): error %v, want *fhir.Invalid", text, err)
		}
	})
}
