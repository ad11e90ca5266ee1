package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// firstAnswer is a log that asks for an answer once the server says where it is.
type firstAnswer struct{ address chan string }

func (f firstAnswer) Write(p []byte) (int, error) {
	var line struct{ Msg, Address string }
	if bytes.Contains(p, []byte(`"serving"`)) && json.Unmarshal(p, &line) == nil {
		f.address <- line.Address
	}
	return len(p), nil
}

// BenchmarkStart goes from the start on an empty store to the first answer, a
// search. What Go loads once per process (definitions, the schedule) is in the
// first iteration alone: run it with -benchtime 1x -count 5 in fresh processes.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		ctx, stop := context.WithCancel(context.Background())
		log := firstAnswer{make(chan string, 1)}
		ended := make(chan int, 1)
		store := filepath.Join(b.TempDir(), "store")
		go func() {
			ended <- run(ctx, surroundings{
				args:   []string{"serve", "--listen", "127.0.0.1:0", "--store", "pebble:" + store},
				getenv: func(string) string { return "" }, stdin: strings.NewReader(""),
				stdout: io.Discard, stderr: log, now: time.Now,
			})
		}()
		response, err := http.Get("http://" + <-log.address + "/fhir/Patient?family=x")
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		b.StopTimer()
		stop()
		if code := <-ended; code != done {
			b.Fatalf("exit code %d", code)
		}
		b.StartTimer()
	}
}
