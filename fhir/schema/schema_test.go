package schema_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
)

var validator = schema.New(definitions.R4())

// immunization is of the size and shape that EHRs send, 760 bytes.
const immunization = `{"resourceType":"Immunization","id":"0000e3ef-3cf9-572b-f476-6398236b3624","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"]},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"119","display":"rotavirus, monovalent"}],"text":"rotavirus, monovalent"},"patient":{"reference":"Patient/8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"},"encounter":{"reference":"Encounter/952db305-85b8-55bd-2a71-c46270adb226"},"occurrenceDateTime":"2020-05-16T05:15:06-04:00","primarySource":true,"location":{"reference":"Location?identifier=https://example.org/location|b9914fb2-ffc1-3385-9967-7550eb4102c8","display":"MAIN STREET FAMILY MEDICINE"}}`

func BenchmarkValidate(b *testing.B) {
	// The Patient has narrative with escapes, which is what allocates.
	for name, text := range map[string]string{"immunization": immunization, "patient": string(examples(b)["patient.json"])} {
		b.Run(name, func(b *testing.B) {
			resource := parse(b, []byte(text))
			if issues := validator.Validate(resource); issues != nil {
				b.Fatal(issues)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				validator.Validate(resource)
			}
		})
	}
}

// TestValidAllocatesNothing holds what makes validating every write cheap.
func TestValidAllocatesNothing(t *testing.T) {
	resource := parse(t, []byte(immunization))
	if n := testing.AllocsPerRun(100, func() { validator.Validate(resource) }); n != 0 {
		t.Errorf("Validate allocates %v times for a valid Immunization, want 0", n)
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		schema.New(definitions.R4())
	}
}
