package server_test

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenner-iis/jenner/server"
)

// Lines of requests wait a moment and no longer; others do not, and keep the order.
func TestLogger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out log
		logger, flush := server.NewLogger(&out, slog.LevelInfo)
		wants := func(when string, want ...string) {
			t.Helper()
			synctest.Wait()
			lines := strings.Count(out.String(), "\n")
			at := 0
			for _, w := range want {
				i := strings.Index(out.String()[at:], w)
				if i < 0 {
					t.Fatalf("%s the log is\n%s, want %q in this order", when, out.String(), want)
				}
				at += i
			}
			if lines != len(want) {
				t.Fatalf("%s the log has %d lines, want %d:\n%s", when, lines, len(want), out.String())
			}
		}
		ofRoute := logger.With("route", "/r")
		ofRoute.Info("request", "n", 1)
		ofRoute.Info("request", "n", 2)
		wants("before the delay")
		time.Sleep(100 * time.Millisecond)
		wants("after the delay", `"n":1`, `"n":2`)
		ofRoute.Info("request", "n", 3)
		ofRoute.Error("request", "n", 4, "error", errors.New("x"))
		wants("after an error", `"n":1`, `"n":2`, `"n":3`, `"n":4`)
		logger.Info("serving")
		logger.Debug("not written")
		wants("after another line", `"n":1`, `"n":2`, `"n":3`, `"n":4`, `"serving"`)
		ofRoute.Info("request", "n", 5)
		flush()
		wants("after flush", `"n":1`, `"n":2`, `"n":3`, `"n":4`, `"serving"`, `"n":5`)
	})
}

// BenchmarkLogger is the line of a request, written to a file: together with
// others, and beside it each by itself.
func BenchmarkLogger(b *testing.B) {
	for name, make := range map[string]func(io.Writer) *slog.Logger{
		"together": func(w io.Writer) *slog.Logger { l, _ := server.NewLogger(w, slog.LevelInfo); return l },
		"each":     func(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) },
	} {
		b.Run(name, func(b *testing.B) {
			file, err := os.Create(filepath.Join(b.TempDir(), "log"))
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			logger := make(file)
			b.ReportAllocs()
			for b.Loop() {
				logger.LogAttrs(b.Context(), slog.LevelInfo, "request", slog.String("request", "ABCDEFGH-1"), slog.Int("status", 200))
			}
		})
	}
}
