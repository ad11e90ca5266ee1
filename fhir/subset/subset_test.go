package subset_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/subset"
)

const (
	patient = `{"resourceType":"Patient","id":"p","meta":{"versionId":"1","tag":[{"code":"x"}]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},` +
		`"name":[{"family":"F","_family":{"id":"f"}}],"gender":"female","birthDate":"2020-01-01","_birthDate":{"id":"b"},"multipleBirthInteger":2,"photo":[{"title":"p"}],` +
		`"link":[{"id":"l","other":{"reference":"Patient/q"},"type":"refer"}],"contact":[{"gender":"male"}]}`
	dose = `{"resourceType":"Immunization","id":"d","meta":{"versionId":"1"},"status":"completed","vaccineCode":{"text":"v"},"patient":{"reference":"Patient/p"},` +
		`"occurrenceDateTime":"2020-01-01","lotNumber":"7","text":{"status":"empty","div":"<div/>"}}`

	tag        = `{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}`
	patientTop = `{"resourceType":"Patient","id":"p","meta":{"versionId":"1","tag":[{"code":"x"},` + tag + `]}`
	doseTop    = `{"resourceType":"Immunization","id":"d","meta":{"versionId":"1","tag":[` + tag + `]}`
	doseMust   = `,"status":"completed","vaccineCode":{"text":"v"},"patient":{"reference":"Patient/p"},"occurrenceDateTime":"2020-01-01"`
)

func TestSubsets(t *testing.T) {
	r4 := definitions.R4()
	for _, test := range []struct {
		name   string
		subset subset.Subset
		in     string
		want   string
	}{
		{"summary of a patient", subset.Summary(r4), patient, patientTop +
			`,"name":[{"family":"F","_family":{"id":"f"}}],"gender":"female","birthDate":"2020-01-01","_birthDate":{"id":"b"},"link":[{"id":"l","other":{"reference":"Patient/q"},"type":"refer"}]}`},
		{"summary of a dose", subset.Summary(r4), dose, doseTop + doseMust + `}`},
		{"text", subset.Text(r4), dose, doseTop + doseMust + `,"text":{"status":"empty","div":"<div/>"}}`},
		{"data", subset.Data(r4), dose, doseTop + doseMust + `,"lotNumber":"7"}`},
		{"elements", subset.Elements(r4, []string{"birthDate", "multipleBirth", "Immunization.lotNumber", "none"}), patient, patientTop +
			`,"birthDate":"2020-01-01","_birthDate":{"id":"b"},"multipleBirthInteger":2,"link":[{"id":"l","other":{"reference":"Patient/q"},"type":"refer"}]}`},
		{"elements of the type", subset.Elements(r4, []string{"Immunization.lotNumber"}), dose, doseTop + doseMust + `,"lotNumber":"7"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := codec.Parse([]byte(test.in), codec.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := string(test.subset.Append(nil, d.Root())); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestTagGoesIntoAnyMeta(t *testing.T) {
	for meta, want := range map[string]string{
		`{"versionId":"1"}`:      `{"versionId":"1","tag":[` + tag + `]}`,
		`{"tag":[{"code":"x"}]}`: `{"tag":[{"code":"x"},` + tag + `]}`,
	} {
		d, err := codec.Parse([]byte(`{"resourceType":"Patient","meta":`+meta+`}`), codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(subset.Data(definitions.R4()).Append(nil, d.Root())), `{"resourceType":"Patient","meta":`+want+`}`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
