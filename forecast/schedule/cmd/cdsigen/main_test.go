package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/forecast/schedule"
)

const folder = "../../../../../shared/cdsi/supporting-data-4.64"

func TestRun(t *testing.T) {
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no supporting data in %s", folder)
	}
	out := filepath.Join(t.TempDir(), "cdsi.bin")
	if err := run([]string{"-in", folder, "-out", out, "-version", "4.64", "-released", "2025-11-10"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	built, err := os.ReadFile("../../cdsi.bin")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(built) {
		t.Errorf("cdsigen writes %d bytes that differ from the %d built in", len(got), len(built))
	}
}

func TestRunRefuses(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{nil, "-in and -version are needed"},
		{[]string{"-in", "x"}, "-in and -version are needed"},
		{[]string{"-in", "x", "-version", "1", "-released", "soon"}, "invalid value"},
		{[]string{"-in", "no such folder", "-version", "1"}, schedule.ErrData.Error()},
	}
	for _, tt := range tests {
		if err := run(tt.args, io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("run(%q) = %v, want %q", tt.args, err, tt.want)
		}
	}
}
