//go:build unix

package importer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const killedAfter = "JENNER_TEST_KILLED_AFTER"

// TestKilled kills a process that imports, with SIGKILL, and resumes its import.
func TestKilled(t *testing.T) {
	if after := os.Getenv(killedAfter); after != "" {
		beKilled(t, after)
		return
	}
	folder := someInput(t)
	whole := open(t, "")
	want := run(t, whole.config(), folder)
	for _, after := range []string{"1", "4", "17", "30"} {
		t.Run("after load "+after, func(t *testing.T) {
			dir := t.TempDir()
			child := exec.Command(os.Args[0], "-test.run=^TestKilled$", "-test.v")
			child.Env = append(os.Environ(), killedAfter+"="+after, "JENNER_TEST_DIR="+dir, "JENNER_TEST_INPUT="+folder)
			out, err := child.CombinedOutput()
			if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
				t.Fatalf("the process ended with %v, want it killed:\n%s", err, out)
			}
			f := open(t, filepath.Join(dir, "store"))
			f.state = filepath.Join(dir, "state")
			got := run(t, f.config(), folder)
			for typ, w := range want.Types {
				g := got.Types[typ]
				// What was loaded and not noted before the end counts as unchanged.
				if g == nil || g.Read != w.Read || g.Refused != w.Refused || g.Created+g.Updated+g.Unchanged != w.Created+w.Updated+w.Unchanged {
					t.Errorf("report for %s = %+v, want %+v", typ, g, w)
				}
			}
			if diff := cmp.Diff(want.Unresolved, got.Unresolved); diff != "" {
				t.Errorf("unresolved references (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(whole.contents(t), f.contents(t)); diff != "" {
				t.Errorf("end state (-without being killed +killed):\n%s", diff)
			}
			f.checkStore(t, got)
			if diff := cmp.Diff(whole.refused(t), f.refused(t)); diff != "" {
				t.Errorf("refused records (-without being killed +killed):\n%s", diff)
			}
		})
	}
}

// beKilled imports until so many loads are done, and then kills this process.
func beKilled(t *testing.T, after string) {
	dir := os.Getenv("JENNER_TEST_DIR")
	f := open(t, filepath.Join(dir, "store"))
	f.state = filepath.Join(dir, "state")
	n, err := strconv.Atoi(after)
	if err != nil {
		t.Fatal(err)
	}
	config := f.config()
	config.Target = &meddler{Local: f.target(), after: int64(n), do: func() {
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		select {}
	}}
	run(t, config, os.Getenv("JENNER_TEST_INPUT"))
	t.Fatal("the import finished before it was killed")
}
