package schema_test

import (
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/schema"
)

// FuzzValidate sends any JSON, also what the JSON gate would not let through:
// validation must end, and every issue must say where and what.
func FuzzValidate(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(string(text))
	}
	f.Add(`{"resourceType":"Patient","name":[{"given":[null,"A"],"_given":[{"id":"a"}],"":1,"_":2}]}`)
	f.Add(`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Bundle","entry":null}},[],{}]}`)
	f.Add(`[{"resourceType":"Patient"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, loose := range []bool{false, true} {
			document, err := codec.ParseString(text, codec.Limits{Loose: loose})
			if err != nil {
				continue
			}
			root := document.Root()
			issues := validator.Validate(root)
			if len(issues) > schema.MaxIssues+1 {
				t.Errorf("Validate gives %d issues", len(issues))
			}
			for _, i := range issues {
				start, _, _ := strings.Cut(i.Expression, ".")
				if i.Expression == "" || i.Text == "" || i.Code == "" || start != "Resource" && start != root.ResourceType() {
					t.Errorf("Validate(%s): issue %+v does not say where and what", text, i)
				}
			}
			must, may := validator.Sayable(root)
			if (must || may) != (len(issues) > 0) {
				t.Errorf("Validate(%s): %d issues, %v, %v", text, len(issues), must, may)
			}
		}
	})
}

// TestHostileSizes sends what would take for ever if something were looked for
// anew for each of many values.
func TestHostileSizes(t *testing.T) {
	const n = 200_000
	var members strings.Builder
	for range n {
		members.WriteString(`"`)
		for v := members.Len(); v > 0; v /= 26 {
			members.WriteByte(byte('a' + v%26))
		}
		members.WriteString(`":1,`)
	}
	nulls := strings.Repeat("null,", n) + "null"
	for _, text := range []string{
		patient(`"name":[{"given":[` + nulls + `],` + members.String() + `"_given":[` + nulls + `]}]`),
		patient(members.String() + `"deceasedBoolean":true,"deceasedDateTime":"2020"`),
		patient(`"text":{"status":"generated","div":"<div>` + strings.Repeat("&lt;<br/><!-- -->", n) + `</div>"}`),
	} {
		document, err := codec.Parse([]byte(text), codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		validator.Validate(document.Root()) // the test's own time limit is the bar
	}
}
