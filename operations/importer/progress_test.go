package importer

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestProgress is internal: time and a terminal cannot be had from outside.
func TestProgress(t *testing.T) {
	for _, test := range []struct {
		name     string
		terminal bool
		takes    time.Duration
		want     string // on the terminal or in the log; empty for nothing at all
	}{
		{"short, on a terminal", true, 1900 * time.Millisecond, ""},
		{"long, on a terminal", true, 3 * time.Second, "50%"},
		{"short, in a log", false, 9 * time.Second, ""},
		{"long, in a log", false, 11 * time.Second, "bytesRead=500 ofBytes=1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				r := &run{Config: Config{Log: slog.New(slog.NewTextHandler(&out, nil))}}
				if test.terminal {
					r.Terminal = &out
				}
				r.read.total.Store(1000)
				r.read.done.Store(500)
				stop := r.showProgress()
				time.Sleep(test.takes) // of the bubble: no time passes
				stop()
				if got := out.String(); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
					t.Errorf("showed %q, want %q", got, test.want)
				}
			})
		})
	}
}
