package resources_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Links of a narrative to entries of the transaction become links to the
// resources, however the attribute is written; all else stays as it was.
func TestTransactionRewritesNarrative(t *testing.T) {
	f := open(t)
	const url = "http://elsewhere/fhir/Patient/0"
	tests := map[string]string{ // TO stands for the resource
		`<a href="` + patientURN + `">x</a>`:                      `<a href="TO">x</a>`,
		`<a href='` + patientURN + `'>x</a>`:                      `<a href='TO'>x</a>`,
		"<a title='a > b' href\n = \"" + patientURN + "\" >x</a>": "<a title='a > b' href\n = \"TO\" >x</a>",
		`<a href="` + patientURN + `/_history/1">x</a>`:           `<a href="TO/_history/1">x</a>`,
		`<img src='` + patientURN + `' alt="x"/>`:                 `<img src='TO' alt="x"/>`,
		`<a href="` + url + `">x</a>`:                             `<a href="TO">x</a>`,
		`<a href="Patient/0">x</a>`:                               `<a href="TO">x</a>`,
		`<a href="#x">x</a>`:                                      `<a href="#x">x</a>`,
		`<a href="` + doseURN + `">x</a>`:                         `<a href="` + doseURN + `">x</a>`,
		`<a title="` + patientURN + `">x</a>`:                     `<a title="` + patientURN + `">x</a>`,
		`href="` + patientURN + `"`:                               `href="` + patientURN + `"`,
		`<!-- <a href="` + patientURN + `"> -->x`:                 `<!-- <a href="` + patientURN + `"> -->x`,
	}
	for link, want := range tests {
		text, err := json.Marshal(`<div xmlns="http://www.w3.org/1999/xhtml">` + link + `<b title='y'>z</b></div>`)
		if err != nil {
			t.Fatal(err)
		}
		patient := patientURN
		if strings.Contains(link, "Patient/0") {
			patient = url
		}
		results, err := f.bundle(bundle("transaction", post(patient, `{"resourceType":"Patient"}`),
			post("http://elsewhere/fhir/Basic/0", `{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":`+string(text)+`}}`)))
		if err != nil {
			t.Errorf("%s: %v", link, err)
			continue
		}
		want = `<div xmlns="http://www.w3.org/1999/xhtml">` + strings.ReplaceAll(want, "TO", "Patient/"+results[0].Change.Version.ID) + `<b title='y'>z</b></div>`
		if got := f.get("Basic", results[1].Change.Version.ID).Get("text").Get("div").Text(); got != want {
			t.Errorf("%s\n got %s\nwant %s", link, got, want)
		}
	}
}
