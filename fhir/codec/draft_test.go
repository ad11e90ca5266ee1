package codec_test

import (
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

func TestDraft(t *testing.T) {
	at := fhir.MomentOf(time.Date(2026, 1, 31, 12, 0, 0, 42000, time.UTC))
	for _, test := range []struct{ name, in, want string }{
		{"id and meta set", `{"active":true,"resourceType":"Patient"}`,
			`{"resourceType":"Patient","id":"x","meta":{"versionId":"7","lastUpdated":"2026-01-31T12:00:00.000042Z"},"active":true}`},
		{"id and meta replaced, the rest of meta kept",
			`{"resourceType":"Patient","meta":{"lastUpdated":"1999-01-01T00:00:00Z","tag":[{"code":"a"}],"versionId":"1"},"id":"y", "multipleBirthInteger": 2}`,
			`{"resourceType":"Patient","id":"x","meta":{"versionId":"7","lastUpdated":"2026-01-31T12:00:00.000042Z","tag":[{"code":"a"}]},"multipleBirthInteger":2}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := codec.NewDraft(parse(t, test.in), "x")
			got := string(d.Append(nil, 7, at))
			if got != test.want {
				t.Errorf("Draft of %s\n got %s\nwant %s", test.in, got, test.want)
			}
			if len(got) > d.Len() {
				t.Errorf("Len() = %d for %d bytes", d.Len(), len(got))
			}
		})
	}
}

func TestEdits(t *testing.T) {
	root := parse(t, `{"resourceType":"Immunization", "note":[ {"text":"a"}, {"text":"b"} ],"patient":{"reference":"urn:uuid:1","display":"d"}}`)
	edits := []codec.Edit{
		{At: root.Get("patient").Get("reference"), With: []byte(`"Patient/1"`)},
		{At: root.Get("note").At(1), With: []byte(`{"text":"c"}`)},
	}
	want := `{"resourceType":"Immunization","note":[{"text":"a"},{"text":"c"}],"patient":{"reference":"Patient/1","display":"d"}}`
	if got := string(root.AppendCompact(nil, edits...)); got != want {
		t.Errorf("AppendCompact with edits\n got %s\nwant %s", got, want)
	}
	remove := codec.Edit{At: root.Get("note")}
	want = `{"resourceType":"Immunization","patient":{"reference":"urn:uuid:1","display":"d"}}`
	if got := string(root.AppendCompact(nil, remove)); got != want {
		t.Errorf("AppendCompact with a removal\n got %s\nwant %s", got, want)
	}
}

func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"plain":      `"plain"`,
		"a\"b\\c/":   `"a\"b\\c/"`,
		"\n\r\t\b":   `"\n\r\t\u0008"`,
		"żółć 😀":     `"żółć 😀"`,
		"bad\xffend": `"bad` + "\uFFFD" + `end"`,
	} {
		if got := string(codec.AppendString(nil, in)); got != want {
			t.Errorf("AppendString(%q) = %s, want %s", in, got, want)
		}
	}
}
