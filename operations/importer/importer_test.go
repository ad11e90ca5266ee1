package importer_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/operations/importer"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// compressed compresses text as the extension says.
func compressed(t testing.TB, extension, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w interface {
		Write([]byte) (int, error)
		Close() error
	}
	var err error
	switch extension {
	case "":
		return text
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b)
	case ".xz":
		w, err = xz.NewWriter(&b)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func bundle(kind string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

// entry is a Bundle's entry; the members beside its resource are given as JSON.
func entry(resource, more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"resource":` + resource + more + `}`
}

func TestFormats(t *testing.T) {
	doses := func(n int) string {
		var texts []string
		for i := range n {
			texts = append(texts, dose(fmt.Sprintf("i%d", i), "Patient/p1", "Location?identifier=urn:x|l1"))
		}
		return lines(texts...)
	}
	for _, extension := range []string{"", ".gz", ".zst", ".xz"} {
		t.Run("extension "+extension, func(t *testing.T) {
			f := open(t, "")
			// By name the doses come first, the locations they ask for last.
			folder := files(t, map[string]string{
				"a.ndjson" + extension:              compressed(t, extension, doses(30)),
				"deep/er/zz.NDJSON" + extension:     compressed(t, extension, location("l1")), // no line end
				"patient.json" + extension:          compressed(t, extension, patient("p1")),
				"bundle.json" + extension:           compressed(t, extension, bundle("collection", entry(patient("p2"), ""), entry(patient("p3"), ""))),
				"line-of-bundle.ndjson" + extension: compressed(t, extension, lines(patient("p4"), "", bundle("batch", entry(patient("p5"), "")), patient("p6"))),
				"empty.ndjson" + extension:          compressed(t, extension, "\n\r\n"),
			})
			report := run(t, f.config(), folder)
			if diff := cmp.Diff(total(37, 37, 0, 0, 0, 0), report.Total()); diff != "" {
				t.Errorf("total of the first import (-want +got):\n%s\n%v", diff, f.refused(t))
			}
			if !report.Complete() || len(report.Unresolved) != 0 {
				t.Errorf("report = %+v, want it complete, without unresolved references", report)
			}
			first := f.contents(t)
			if got := first["Immunization/i29"]; !strings.Contains(got, `"location":{"reference":"Location/l1"}`) {
				t.Errorf("Immunization/i29 = %s, want its location resolved", got)
			}
			report = run(t, f.config(), folder)
			if diff := cmp.Diff(total(37, 0, 0, 37, 0, 0), report.Total()); diff != "" {
				t.Errorf("total of the second import (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(first, f.contents(t)); diff != "" {
				t.Errorf("the second import changed (-before +after):\n%s", diff)
			}
			if left, _ := os.ReadDir(f.state); len(left) != 0 {
				t.Errorf("a finished import left %v in the state folder", left)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	const uuid = "8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"
	bare := `{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"bare"}]}`
	for _, test := range []struct {
		name, entry string
		want        string // the resource, or why it is refused
	}{
		{"the resource's id", entry(patient("p1"), `"fullUrl":"urn:uuid:`+uuid+`"`), "Patient/p1"},
		{"uuid of the fullUrl", entry(bare, `"fullUrl":"urn:uuid:`+uuid+`"`), "Patient/" + uuid},
		{"end of the fullUrl", entry(bare, `"fullUrl":"http://example.org/fhir/Patient/77"`), "Patient/77"},
		{"fullUrl of another type", entry(bare, `"fullUrl":"http://example.org/fhir/Group/77"`), "no identity"},
		{"an oid", entry(bare, `"fullUrl":"urn:oid:1.2.3"`), "no identity"},
		{"nothing", entry(bare, ""), "no identity"},
		{"an id that is none", entry(`{"resourceType":"Patient","id":"a/b"}`, ""), "id"},
		{"PUT", entry(patient("p1"), `"request":{"method":"PUT","url":"Patient/p1"}`), "Patient/p1"},
		{"PUT elsewhere", entry(patient("p1"), `"request":{"method":"PUT","url":"Patient/p2"}`), "own Type/id"},
		{"conditional PUT", entry(patient("p1"), `"request":{"method":"PUT","url":"Patient?identifier=urn:x|p1"}`), "conditional update"},
		{"If-Match", entry(patient("p1"), `"request":{"method":"PUT","url":"Patient/p1","ifMatch":"W/\"1\""}`), "ifMatch"},
		{"DELETE", `{"request":{"method":"DELETE","url":"Patient/p1"}}`, "POST or PUT"},
		{"no resource", `{"fullUrl":"urn:uuid:` + uuid + `"}`, "holds no resource"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := open(t, "")
			path := filepath.Join(files(t, map[string]string{"b.json": bundle("collection", test.entry)}), "b.json")
			run(t, f.config(), path)
			got := f.contents(t)
			refused := f.refused(t)
			if strings.HasPrefix(test.want, "Patient/") {
				if len(got) != 1 || got[test.want] == "" {
					t.Errorf("stored %v and refused %v, want %s", got, refused, test.want)
				}
				return
			}
			if len(got) != 0 || len(refused) != 1 {
				t.Fatalf("stored %v and refused %v, want one refused", got, refused)
			}
			if r := refused[0]; r.File != path || r.Entry == nil || *r.Entry != 0 || !strings.Contains(r.Issue[0].Diagnostics, test.want) {
				t.Errorf("refused %+v, want %q as the reason", r, test.want)
			}
		})
	}
}

func TestBundleReferences(t *testing.T) {
	f := open(t, "")
	folder := files(t, map[string]string{"b.json": bundle("transaction",
		entry(strings.Replace(dose("i1", "urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e", "Location/l9"), `"Location/l9"`, `"http://example.org/fhir/Location/l9"`, 1), `"request":{"method":"POST","url":"Immunization"}`),
		entry(dose("i2", "urn:uuid:00000000-2680-3ba1-bd88-d1b3dc36746e", "Location/l404"), ""),
		entry(strings.Replace(patient("p1"), `"id":"p1",`, "", 1), `"fullUrl":"urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"`),
		entry(location("l2"), `"fullUrl":"urn:uuid:11111111-2680-3ba1-bd88-d1b3dc36746e","request":{"method":"POST","url":"Location","ifNoneExist":"identifier=urn:x|l2"}`),
		entry(strings.Replace(location("x"), `"id":"x",`, "", 1), `"request":{"method":"POST","url":"Location","ifNoneExist":"identifier=urn:x|x"}`),
		entry(dose("i3", "Patient/p1", "urn:uuid:11111111-2680-3ba1-bd88-d1b3dc36746e"), ""),
	)})
	report := run(t, f.config(), folder)
	if diff := cmp.Diff(total(6, 6, 0, 0, 0, 0), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s\n%v", diff, f.refused(t))
	}
	got := f.contents(t)
	for id, want := range map[string]string{
		"Immunization/i1": `"patient":{"reference":"Patient/8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"}`,
		"Immunization/i3": `"location":{"reference":"Location/l2"}`,
	} {
		if !strings.Contains(got[id], want) {
			t.Errorf("%s = %s, want it to contain %s", id, got[id], want)
		}
	}
	// p1 is no id here; the urn of i2 is no entry's; i1 points elsewhere.
	want := map[string]int{"urn": 1, "Location": 1, "Patient": 1}
	if diff := cmp.Diff(want, report.Unresolved); diff != "" {
		t.Errorf("unresolved references (-want +got):\n%s", diff)
	}
	report = run(t, f.config(), folder)
	if diff := cmp.Diff(total(6, 0, 0, 4, 2, 0), report.Total()); diff != "" {
		t.Errorf("total of the second import (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, report.Unresolved); diff != "" {
		t.Errorf("unresolved references of the second import (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got, f.contents(t)); diff != "" {
		t.Errorf("the second import changed (-before +after):\n%s", diff)
	}
}

func TestOrder(t *testing.T) {
	f := open(t, "")
	point := func(resource, element, to string) string {
		return strings.TrimSuffix(resource, "}") + `,"` + element + `":{"reference":"` + to + `"}}`
	}
	folder := files(t, map[string]string{
		// Each asks for what a file with a later name holds.
		"1.ndjson":                  dose("i1", "Patient?identifier=urn:x|p1", "Location?identifier=urn:x|l1"),
		"2.json":                    bundle("batch", entry(patient("p1"), ""), entry(dose("i2", "Patient/p1", "Location?identifier=urn:x|l1"), "")),
		"3.ndjson":                  point(patient("p2"), "managingOrganization", "Organization?identifier=urn:x|o1"),
		"4.ndjson":                  point(location("l1"), "managingOrganization", "Organization?identifier=urn:x|o1"),
		"hospitalInformation1.json": bundle("batch", entry(`{"resourceType":"Organization","id":"o1","identifier":[{"system":"urn:x","value":"o1"}],"name":"Clinic"}`, "")),
	})
	report := run(t, f.config(), folder)
	if diff := cmp.Diff(total(6, 6, 0, 0, 0, 0), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s\n%v", diff, f.refused(t))
	}
}

// TestLastWins has many versions of few resources in several files: the one
// that stands last must be the one that stays, however the work is divided.
func TestLastWins(t *testing.T) {
	f := open(t, "")
	var texts [2][]string
	for i := range 400 {
		p := fmt.Sprintf(`{"resourceType":"Patient","id":"p%d","birthDate":"%d-01-01"}`, i%3, 1500+i)
		texts[i/200] = append(texts[i/200], p)
	}
	folder := files(t, map[string]string{"a.ndjson": lines(texts[0]...), "b.ndjson": lines(texts[1]...)})
	report := run(t, f.config(), folder)
	if diff := cmp.Diff(total(400, 3, 397, 0, 0, 0), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	for id, year := range map[string]string{"p0": "1899", "p1": "1897", "p2": "1898"} {
		if got := f.contents(t)["Patient/"+id]; !strings.Contains(got, `"birthDate":"`+year) {
			t.Errorf("Patient/%s = %s, want born %s", id, got, year)
		}
	}
	// A row of resources, each pointing by condition to the one before.
	f = open(t, "")
	rows := []string{location("l0")}
	for i := 1; i < 100; i++ {
		rows = append(rows, strings.TrimSuffix(location(fmt.Sprintf("l%d", i)), "}")+fmt.Sprintf(`,"partOf":{"reference":"Location?identifier=urn:x|l%d"}}`, i-1))
	}
	report = run(t, f.config(), files(t, map[string]string{"row.ndjson": lines(rows...)}))
	if diff := cmp.Diff(total(100, 100, 0, 0, 0, 0), report.Total()); diff != "" {
		t.Errorf("total of a row of resources (-want +got):\n%s\n%v", diff, f.refused(t))
	}
}

func TestRefused(t *testing.T) {
	f := open(t, "")
	notUTF8 := "{\"resourceType\":\"Patient\",\"id\":\"p\xff\"}"
	path := filepath.Join(files(t, map[string]string{"mixed.ndjson": lines(
		patient("p1"),
		`{"resourceType":"Patient",`,
		`{"resourceType":"Patient","id":"p2","birthDate":"2020-02-31"}`,
		`{"resourceType":"Patient","birthDate":"2020-02-01"}`,
		"no JSON \x1b[31m at all",
		notUTF8,
		dose("i1", "Patient/p1", "Location?identifier=urn:x|nowhere"),
		`{"resourceType":"Evil/../x y","id":"x"}`,
		`{"resourceType":"ImmunizationRecommendation","id":"x"}`,
		bundle("transaction-response", entry(patient("p9"), "")),
		patient("p3"),
	)}), "mixed.ndjson")
	report := run(t, f.config(), path)
	if diff := cmp.Diff(total(11, 2, 0, 0, 0, 9), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	if report.Complete() {
		t.Error("Complete() = true with refused records")
	}
	type line struct {
		Line      int64
		Type, ID  string
		Code, Why string
	}
	for i, want := range []line{
		{2, "", "", "structure", "member"},
		{3, "Patient", "p2", "value", "date"},
		{4, "Patient", "", "required", "identity"},
		{5, "", "", "structure", "JSON"},
		{6, "", "", "structure", "UTF-8"},
		{7, "Immunization", "i1", "not-found", "matches no Location"},
		{8, "Evil/../x y", "x", "not-supported", "type"},
		{9, "ImmunizationRecommendation", "x", "not-supported", "computed"},
		{10, "Bundle", "", "not-supported", "transaction-response"},
	} {
		all := f.refused(t)
		if i >= len(all) {
			t.Fatalf("refused %d records, want 9", len(all))
		}
		got := all[i]
		if got.File != path || got.Line != want.Line || got.Type != want.Type || got.ID != want.ID ||
			string(got.Issue[0].Code) != want.Code || !strings.Contains(got.Issue[0].Diagnostics, want.Why) {
			t.Errorf("refused[%d] = %+v, want %+v", i, got, want)
		}
		if want.Line == 5 && got.Resource != "no JSON \x1b[31m at all" {
			t.Errorf("text of line 5 = %q, want it as it stood", got.Resource)
		}
		if want.Line == 6 && string(got.Bytes) != notUTF8 {
			t.Errorf("bytes of line 6 = %q, want %q", got.Bytes, notUTF8)
		}
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(text.String(), 0x1b) {
		t.Errorf("the report holds an escape sequence of the input:\n%s", text.String())
	}
	for _, want := range []string{"(unknown)", "matches no Location", importer.RefusedFile} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, text.String())
		}
	}
}

// TestContext has two bundles of patients that disagree with the directory and
// with each other about an Organization and a Practitioner.
func TestContext(t *testing.T) {
	organization := func(name string) string {
		return `{"resourceType":"Organization","id":"o1","name":"` + name + `"}`
	}
	practitioner := func(name string) string {
		return `{"resourceType":"Practitioner","id":"d1","name":[{"family":"` + name + `"}]}`
	}
	folder := files(t, map[string]string{
		"a.json":                   bundle("transaction", entry(organization("A"), ""), entry(practitioner("A"), ""), entry(patient("a"), "")),
		"b.json":                   bundle("transaction", entry(organization("B"), ""), entry(practitioner("B"), ""), entry(patient("b"), "")),
		"hospitalInformation.json": bundle("batch", entry(organization("Itself"), "")),
	})
	f := open(t, "")
	report := run(t, f.config(), folder)
	if diff := cmp.Diff(total(7, 4, 0, 0, 3, 0), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	first := f.contents(t)
	for id, want := range map[string]string{"Organization/o1": "Itself", "Practitioner/d1": `"A"`} {
		if !strings.Contains(first[id], want) {
			t.Errorf("%s = %s, want %s", id, first[id], want)
		}
	}
	run(t, f.config(), folder)
	if diff := cmp.Diff(first, f.contents(t)); diff != "" {
		t.Errorf("the second import changed (-before +after):\n%s", diff)
	}
	// A PUT means it.
	run(t, f.config(), files(t, map[string]string{
		"c.json": bundle("transaction", entry(organization("C"), `"request":{"method":"PUT","url":"Organization/o1"}`), entry(patient("c"), "")),
	}))
	if got := f.contents(t)["Organization/o1"]; !strings.Contains(got, `"C"`) {
		t.Errorf("Organization/o1 after a PUT = %s, want C", got)
	}
}
