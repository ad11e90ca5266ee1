package schema_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
)

var validator = schema.New(definitions.R4())

// immunization is of the size and shape that EHRs send, 760 bytes.
const immunization = `{"resourceType":"Immunization","id":"0000e3ef-3cf9-572b-f476-6398236b3624","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"]},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"119","display":"rotavirus, monovalent"}],"text":"rotavirus, monovalent"},"patient":{"reference":"Patient/8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"},"encounter":{"reference":"Encounter/952db305-85b8-55bd-2a71-c46270adb226"},"occurrenceDateTime":"2020-05-16T05:15:06-04:00","primarySource":true,"location":{"reference":"Location?identifier=https://example.org/location|b9914fb2-ffc1-3385-9967-7550eb4102c8","display":"MAIN STREET FAMILY MEDICINE"}}`

func BenchmarkValidate(b *testing.B) {
	document, err := codec.Parse([]byte(immunization), codec.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	if issues := validator.Validate(document.Root()); issues != nil {
		b.Fatal(issues)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(immunization)))
	for b.Loop() {
		validator.Validate(document.Root())
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		schema.New(definitions.R4())
	}
}
