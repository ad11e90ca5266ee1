package importer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/operations/importer"
	"github.com/klauspost/compress/gzip"
	"github.com/ulikunitz/xz"
)

func TestLimits(t *testing.T) {
	long := `{"resourceType":"Patient","id":"long","name":[{"family":"` + strings.Repeat("x", 5000) + `"}]}`
	huge := strings.Repeat("y", 300<<10)
	f := open(t, "")
	config := f.config()
	config.MaxLine, config.MaxFile = 4000, 5000
	folder := files(t, map[string]string{
		"lines.ndjson": lines(patient("p1"), long, patient("p2"), huge, patient("p3")),
		"end.ndjson":   patient("p4") + "\n" + huge,
		"whole.json":   long,
		"bomb.json.gz": compressed(t, ".gz", long),
		"fits.json":    patient("p5"),
	})
	report := run(t, config, folder)
	if diff := cmp.Diff(total(8, 5, 0, 0, 0, 3), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	if len(report.Unread) != 2 || !strings.Contains(report.Unread[0].Reason, "5000 bytes") {
		t.Errorf("unread = %v, want the two .json files beyond the limit, that names it", report.Unread)
	}
	for _, r := range f.refused(t) {
		if r.Length < 5000 || len(r.Resource) == 0 || len(r.Resource) > 64<<10 || !strings.Contains(r.Issue[0].Diagnostics, "4000 bytes") {
			t.Errorf("line %d refused with %d of %d bytes: %v", r.Line, len(r.Resource), r.Length, r.Issue)
		}
	}
}

// TestBombs has files that are small and decompress to much. Reading them must
// not cost the memory of what comes out.
func TestBombs(t *testing.T) {
	const size = 1 << 30
	zeros := make([]byte, 1<<20)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range size / len(zeros) {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := open(t, "")
	config := f.config()
	config.MaxFile = 1 << 20
	folder := files(t, map[string]string{"one-line.ndjson.gz": packed.String(), "one-object.json.gz": packed.String()})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	report := run(t, config, folder)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 256<<20 {
		t.Errorf("two bombs of %d bytes made the import allocate %d", size, got)
	}
	if len(report.Unread) != 1 || report.Total().Refused != 1 || f.refused(t)[0].Length != size {
		t.Errorf("report = %+v, want the line refused and the file unread", report)
	}
}

func TestDamaged(t *testing.T) {
	text := lines(strings.Split(strings.Repeat(patient("p1")+"\n"+location("l1")+"\n", 500), "\n")...)
	xzText := compressed(t, ".xz", text)
	// The dictionary of the first block: after 12 bytes of stream header the
	// size of the block's header, its flags, the filter's id and size.
	dictionary := []byte(xzText)
	if dictionary[14] != 0x21 || dictionary[15] != 1 {
		t.Fatalf("the block header is %x", dictionary[12:24])
	}
	dictionary[16] = 40 // 4 GiB
	for name, test := range map[string]struct{ text, why string }{
		"cut.ndjson.gz":       {compressed(t, ".gz", text)[:100], "cut off"},
		"cut.ndjson.xz":       {xzText[:100], "cut off"},
		"cut.ndjson.zst":      {compressed(t, ".zst", text)[:60], "cut off"},
		"cut.json.gz":         {compressed(t, ".gz", text)[:100], "cut off"},
		"no.ndjson.gz":        {text, "gzip"},
		"no.ndjson.xz":        {text, "xz"},
		"no.ndjson.zst":       {text, "magic"},
		"dictionary.json.xz":  {string(dictionary), "dictionary of 4096 MiB"},
		"trailing.ndjson.gz":  {compressed(t, ".gz", text) + "and then some garbage", "gzip"},
		"window.ndjson.zst":   {"\x28\xb5\x2f\xfd\x00\xff" + strings.Repeat("\x00", 50), "window"},
		"empty-file.json.xz":  {"", "cut off"},
		"empty-file.json.zst": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, "")
			folder := files(t, map[string]string{name: test.text, "zz.ndjson": patient("healthy")})
			report := run(t, f.config(), folder)
			if f.contents(t)["Patient/healthy"] == "" {
				t.Error("a damaged file held up a healthy one")
			}
			if report.Complete() {
				t.Errorf("report = %+v, want it to say that a file is damaged", report)
			}
			if test.why != "" && (len(report.Unread) != 1 || !strings.Contains(report.Unread[0].Reason, test.why)) {
				t.Errorf("unread = %v, want %q as the reason", report.Unread, test.why)
			}
			for _, r := range f.refused(t) {
				if strings.HasPrefix(r.Resource, `{"resourceType"`) {
					t.Errorf("half a line was taken for a record: %q", r.Resource)
				}
			}
		})
	}
}

func TestWhatIsFound(t *testing.T) {
	f := open(t, "")
	folder := files(t, map[string]string{
		"a.ndjson":                      patient("a"),
		"in/b.json":                     patient("b"),
		"notes.txt":                     "x",
		"archive.tar.gz":                "x",
		".hidden":                       "x",
		"data.ndjson.bz2":               "x",
		"outside/c.ndjson":              patient("c"),
		".jenner-import/refused.ndjson": "x",
	})
	outside := files(t, map[string]string{"d.ndjson": patient("d"), "e/e.ndjson": patient("e")})
	for link, to := range map[string]string{
		"link.ndjson":  filepath.Join(outside, "d.ndjson"),
		"link":         outside,
		"in/circle":    folder,
		"nowhere.json": filepath.Join(outside, "nothing"),
	} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	f.state = filepath.Join(folder, "state")
	report := run(t, f.config(), folder, filepath.Join(folder, "in"), filepath.Join(folder, "a.ndjson"))
	if diff := cmp.Diff(total(3, 3, 0, 0, 0, 0), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	got := map[string]bool{}
	for _, n := range report.Notes {
		name, _ := filepath.Rel(folder, n.Path)
		got[name] = true
	}
	want := map[string]bool{
		"notes.txt": true, "archive.tar.gz": true, ".hidden": true, "data.ndjson.bz2": true,
		"link.ndjson": true, "link": true, "in/circle": true, "nowhere.json": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("passed over (-want +got):\n%s", diff)
	}
	// A link that is named is followed.
	report = run(t, f.config(), filepath.Join(folder, "link"), filepath.Join(folder, "link.ndjson"))
	if diff := cmp.Diff(total(3, 2, 0, 1, 0, 0), report.Total()); diff != "" {
		t.Errorf("total through links that are named (-want +got):\n%s", diff)
	}
	if _, err := importer.Run(t.Context(), f.config(), filepath.Join(folder, "nowhere.json")); err == nil {
		t.Error("a path that does not exist was imported")
	}
}

// TestXZ holds sound xz files of every make against the guard in front of the
// library.
func TestXZ(t *testing.T) {
	var want []string
	contents := map[string]string{}
	for i, c := range []xz.WriterConfig{
		{}, {CheckSum: xz.CRC32}, {CheckSum: xz.SHA256}, {NoCheckSum: true}, {BlockSize: 1000}, {BlockSize: 4097, CheckSum: xz.SHA256}, {DictCap: 1 << 16},
	} {
		var b bytes.Buffer
		for stream := range 3 {
			w, err := c.NewWriter(&b)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for j := range 40 {
				id := strings.Join([]string{"p", string(rune('a' + i)), string(rune('a' + stream)), strings.Repeat("z", j)}, ".")
				want = append(want, id)
				texts = append(texts, patient(id))
			}
			if _, err := w.Write([]byte(lines(texts...))); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if stream == 1 {
				b.Write(make([]byte, 8)) // padding between streams
			}
		}
		contents[string(rune('a'+i))+".ndjson.xz"] = b.String()
	}
	f := open(t, "")
	report := run(t, f.config(), files(t, contents))
	if !report.Complete() || report.Total().Created != len(want) {
		t.Errorf("report = %+v, want %d created", report, len(want))
	}
}
