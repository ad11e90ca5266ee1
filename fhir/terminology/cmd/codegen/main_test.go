package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

const folder = "../../../../../shared/codes"

// The tables that are built in are those that the command makes.
func TestRun(t *testing.T) {
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no code sets in %s", folder)
	}
	out := t.TempDir()
	if err := run([]string{"-in", folder, "-out", out, "-published", "2025-12"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cvx.tsv", "mvx.tsv", "tradename.tsv", "ndc.tsv"} {
		got, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		built, err := os.ReadFile(filepath.Join("../../cdc", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(built) {
			t.Errorf("run writes another %s than the one that is built in; generate it anew", name)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "vac2vg.xml"), []byte("<x>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {"-in", t.TempDir()}, {"-in", t.TempDir(), "-published", "2025-12"}, {"-in", broken, "-published", "2025-12"}, {"-x"}} {
		if err := run(args, io.Discard); err == nil {
			t.Errorf("run(%q): no error", args)
		}
	}
}
