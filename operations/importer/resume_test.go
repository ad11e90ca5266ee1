package importer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/operations/importer"
	"github.com/jenner-iis/jenner/resources"
)

// someInput is a folder with every kind of file and of trouble.
func someInput(t testing.TB) string {
	t.Helper()
	var patients, doses, locations []string
	for i := range 60 {
		patients = append(patients, patient(fmt.Sprintf("p%d", i)))
		locations = append(locations, location(fmt.Sprintf("l%d", i)))
		for j := range 3 {
			doses = append(doses, dose(fmt.Sprintf("i%d-%d", i, j), fmt.Sprintf("Patient/p%d", i+j), fmt.Sprintf("Location?identifier=urn:x|l%d", i+j)))
		}
	}
	patients[13] = `{"resourceType":"Patient"`
	patients[14] = patient("p13")
	contents := map[string]string{
		"Patient.ndjson":         lines(patients...),
		"Location.ndjson.gz":     compressed(t, ".gz", lines(locations...)),
		"Immunization.ndjson.xz": compressed(t, ".xz", lines(doses...)),
		"cut.ndjson.gz":          compressed(t, ".gz", lines(doses...))[:200],
		"README":                 "text",
	}
	for i := range 10 {
		contents[fmt.Sprintf("bundles/%d.json", i)] = bundle("collection", entry(patient(fmt.Sprintf("b%d", i)), ""), entry(dose(fmt.Sprintf("d%d", i), "urn:uuid:none", "Location/l1"), ""))
	}
	return files(t, contents)
}

// meddler is a target that does something after so many loads.
type meddler struct {
	importer.Local
	loads atomic.Int64
	after int64
	do    func()
	err   error // that of all later loads
}

func (m *meddler) Load(ctx context.Context, records []resources.Record) ([]resources.LoadResult, error) {
	n := m.loads.Add(1)
	if m.err != nil && n > m.after {
		return nil, m.err
	}
	results, err := m.Local.Load(ctx, records)
	if n == m.after && m.do != nil {
		m.do()
	}
	return results, err
}

func TestResumed(t *testing.T) {
	folder := someInput(t)
	whole := open(t, "")
	want := run(t, whole.config(), folder)
	if want.Complete() || want.Total().Refused == 0 || len(want.Unread) != 1 || len(want.Notes) != 1 || want.Unresolved["Patient"] == 0 {
		t.Fatalf("the import without interruption reports %+v, want something of everything", want)
	}
	contents := whole.contents(t)
	for _, stopEvery := range []int64{1, 2, 3, 5, 8, 13, 21} {
		t.Run(fmt.Sprintf("stopped every %d loads", stopEvery), func(t *testing.T) {
			f := open(t, "")
			var got importer.Report
			err := importer.ErrInterrupted
			for runs := 0; errors.Is(err, importer.ErrInterrupted); runs++ {
				if runs > 200 {
					t.Fatal("the import makes no progress")
				}
				ctx, cancel := context.WithCancel(t.Context())
				config := f.config()
				config.Target = &meddler{Local: f.target(), after: stopEvery, do: cancel}
				config.Checkpoint = time.Hour // what is interrupted saves all the same
				got, err = importer.Run(ctx, config, folder)
				if got.Resumed != (runs > 0) {
					t.Errorf("run %d reports Resumed = %v", runs, got.Resumed)
				}
				cancel()
			}
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			if diff := diffReports(want, got); diff != "" {
				t.Errorf("report (-without interruption +resumed):\n%s", diff)
			}
			if diff := cmp.Diff(contents, f.contents(t)); diff != "" {
				t.Errorf("end state (-without interruption +resumed):\n%s", diff)
			}
			if diff := cmp.Diff(whole.refused(t), f.refused(t)); diff != "" {
				t.Errorf("refused records (-without interruption +resumed):\n%s", diff)
			}
		})
	}
}

func TestTargetFails(t *testing.T) {
	folder := someInput(t)
	f := open(t, "")
	config := f.config()
	broken := errors.New("the disk is full")
	config.Target = &meddler{Local: f.target(), after: 9, err: broken}
	report, err := importer.Run(t.Context(), config, folder)
	if !errors.Is(err, broken) || errors.Is(err, importer.ErrInterrupted) {
		t.Fatalf("Run = %v, want %v alone", err, broken)
	}
	if report.Total().Read == 0 {
		t.Error("the report does not count what was loaded before")
	}
	whole := open(t, "")
	want := run(t, whole.config(), folder)
	got := run(t, f.config(), folder)
	if got.Total().Read != want.Total().Read || got.Total().Refused != want.Total().Refused {
		t.Errorf("total after the failure = %+v, want as many read and refused as %+v", got.Total(), want.Total())
	}
	if diff := cmp.Diff(whole.contents(t), f.contents(t)); diff != "" {
		t.Errorf("end state (-without failure +with):\n%s", diff)
	}
}

func TestChangedMeanwhile(t *testing.T) {
	f := open(t, "")
	folder := files(t, map[string]string{
		"a.ndjson": lines(patient("a1"), patient("a2"), patient("a3")),
		"b.ndjson": lines(patient("b1"), patient("b2"), patient("b3"), patient("b4")),
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	config := f.config()
	config.Batch, config.Workers = 2, 1
	config.Target = &meddler{Local: f.target(), after: 2, do: cancel}
	if _, err := importer.Run(ctx, config, folder); !errors.Is(err, importer.ErrInterrupted) {
		t.Fatalf("Run = %v, want ErrInterrupted", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "a.ndjson"), []byte(lines(patient("a0"), patient("a1"))), 0o600); err != nil {
		t.Fatal(err)
	}
	report := run(t, f.config(), folder)
	contents := f.contents(t)
	for _, id := range []string{"a0", "a1", "a2", "a3", "b1", "b4"} {
		if contents["Patient/"+id] == "" {
			t.Errorf("Patient/%s is not in the store", id)
		}
	}
	if len(report.Notes) != 1 || !strings.Contains(report.Notes[0].Reason, "changed") {
		t.Errorf("notes = %v, want one that a.ndjson changed", report.Notes)
	}
}

func TestStateFolderIsTaken(t *testing.T) {
	f := open(t, "")
	folder := someInput(t)
	config := f.config()
	var second error
	config.Target = &meddler{Local: f.target(), after: 1, do: func() {
		_, second = importer.Run(t.Context(), f.config(), folder)
	}}
	run(t, config, folder)
	if second == nil || !strings.Contains(second.Error(), "another import") {
		t.Errorf("a second import with the same state folder: %v, want it refused", second)
	}

	ctx, cancel := context.WithCancel(t.Context())
	config.Target = &meddler{Local: f.target(), after: 1, do: cancel}
	if _, err := importer.Run(ctx, config, folder); !errors.Is(err, importer.ErrInterrupted) {
		t.Fatalf("Run = %v, want ErrInterrupted", err)
	}
	if _, err := importer.Run(t.Context(), config, folder+"/bundles"); err == nil || !strings.Contains(err.Error(), "unfinished import") {
		t.Errorf("an import of something else beside an unfinished one: %v, want it refused", err)
	}
}

func TestDefaultState(t *testing.T) {
	f := open(t, "")
	working := t.TempDir()
	good := files(t, map[string]string{"a.ndjson": patient("a")})
	bad := files(t, map[string]string{"a.ndjson": "{"})
	config := f.config()
	config.State = importer.DefaultState(working, config.Target, []string{good})
	run(t, config, good)
	if left, _ := os.ReadDir(working); len(left) != 0 {
		t.Errorf("an import without refusals left %v", left)
	}
	f.state = importer.DefaultState(working, config.Target, []string{bad})
	if f.state == config.State {
		t.Errorf("imports of two folders share the state folder %s", f.state)
	}
	run(t, f.config(), bad)
	if len(f.refused(t)) != 1 {
		t.Error("the refused record is gone with the state folder")
	}
}
