package resources_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
)

// FuzzNarrative rewrites the links of whatever is accepted as a narrative, and compares with
// what a parser of XML makes of it: the values of href and src that name the other
// entry are its Type/id afterwards, and all else is as it was.
func FuzzNarrative(f *testing.F) {
	for _, text := range []string{
		`<a href="` + patientURN + `">x</a>`, `<a href='` + patientURN + `'>x</a>`, "<a title='a > b' href\n = \"" + patientURN + "\" >x</a>",
		`<img src='` + patientURN + `' alt="href="/>`, `<a title="` + patientURN + `">href="` + patientURN + `"</a>`,
		`<!-- <a href="` + patientURN + `"> -->x`, `<b>&lt;a href="` + patientURN + `"></b>`, `<a href="#` + patientURN + `">x</a>`,
	} {
		f.Add(text)
	}
	validate := schema.New(definitions.R4()).Validate
	s, tries := open(f), 0
	f.Fuzz(func(t *testing.T, inner string) {
		if tries++; tries%shareStore == 0 {
			s = open(outlives{t})
		}
		div := `<div xmlns="http://www.w3.org/1999/xhtml">` + inner + `</div>`
		narrated := `{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":` + string(codec.AppendString(nil, div)) + `}}`
		d, err := codec.ParseString(narrated, codec.Limits{})
		if err != nil || len(validate(d.Root())) > 0 {
			return
		}
		div = d.Root().Get("text").Get("div").Text() // what is no UTF-8 was replaced
		s.t = t
		results, err := s.bundle(bundle("transaction", post(patientURN, person), post(doseURN, narrated)))
		if err != nil {
			t.Fatalf("%s is refused in a transaction: %v", div, err)
		}
		got := s.get("Basic", results[1].Change.Version.ID).Get("text").Get("div").Text()
		want := strings.ReplaceAll(describe(t, div, patientURN), "<PATIENT>", "Patient/"+results[0].Change.Version.ID)
		if d := describe(t, got, "none"); d != want {
			t.Errorf("%s\nbecame %s\ngot  %s\nwant %s", div, got, d, want)
		}
	})
}

// describe says what is in XML, with <PATIENT> for the value of a link that is the URN.
func describe(t *testing.T, text, urn string) string {
	t.Helper()
	var b strings.Builder
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.Entity = xml.HTMLEntity
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for i, a := range e.Attr {
				if a.Name.Space == "" && (a.Name.Local == "href" || a.Name.Local == "src") && a.Value == urn {
					e.Attr[i].Value = "<PATIENT>"
				}
			}
		}
		fmt.Fprintf(&b, "%T%q ", token, token)
	}
}
