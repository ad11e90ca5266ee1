package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The real program, as a process: it finishes what is under way when a signal
// tells it to stop, its exit codes are those that are promised, and it knows itself.
func TestProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	binary := filepath.Join(t.TempDir(), "jenner")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) { stopBySignal(t, binary, signal) })
	}
	for code, args := range map[int][]string{
		done:       {"version"},
		failed:     {"serve", "--listen", "0.0.0.0:0", "--store", "pebble:" + t.TempDir()},
		wrongUsage: {"serve", "--auth", "smart"},
	} {
		command := exec.Command(binary, args...)
		command.Run()
		if got := command.ProcessState.ExitCode(); got != code {
			t.Errorf("jenner %s: exit code %d, want %d", strings.Join(args, " "), got, code)
		}
	}
	t.Run("build", func(t *testing.T) { tellApart(t, binary) })
}

// Two programs are told apart though they have one version, and one is known again. The
// binary becomes another one.
func tellApart(t *testing.T, binary string) {
	says := func() string {
		out, err := exec.Command(binary, "version").CombinedOutput()
		if err != nil {
			t.Fatalf("jenner version: %v\n%s", err, out)
		}
		return string(out)
	}
	first := says()
	if again := says(); again != first {
		t.Errorf("jenner version = %q, and again %q", first, again)
	}
	f, err := os.OpenFile(binary, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("changed"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if changed := says(); changed == first {
		t.Errorf("jenner version of another program = %q, as of the first", changed)
	}
}

func stopBySignal(t *testing.T, binary string, signal os.Signal) {
	store := t.TempDir()
	command := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--store", "pebble:"+store)
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Process.Kill()
	lines := bufio.NewScanner(stderr)
	var line struct{ Msg, Address string }
	for line.Msg != "serving" && lines.Scan() {
		json.Unmarshal(lines.Bytes(), &line)
	}
	if line.Address == "" {
		t.Fatal("the program does not serve")
	}
	go io.Copy(io.Discard, stderr)

	// A create of which the server has the header and half of the body. That it
	// has them is known when it asks for the body.
	c, err := net.Dial("tcp", line.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body := `{"resourceType":"Patient","id":"late"}`
	fmt.Fprintf(c, "PUT /fhir/Patient/late HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	from := bufio.NewReader(c)
	if text, err := from.ReadString('\n'); err != nil || !strings.Contains(text, "100 Continue") {
		t.Fatalf("%q, %v", text, err)
	}
	from.ReadString('\n')
	io.WriteString(c, body[:20])
	if err := command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for { // until nothing more is accepted
		again, err := net.Dial("tcp", line.Address)
		if err != nil {
			break
		}
		again.Close()
	}
	io.WriteString(c, body[20:])
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatalf("the request under way was not answered: %v", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("the request under way: status %d, want 201", response.StatusCode)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("after %v the program ended with %v, want exit code 0", signal, err)
	}
	if got := jenner(t, "", nil, "check", "--store", "pebble:"+store); got.code != done || !strings.HasPrefix(got.stdout, resourcesAndVersions(t, 1)) {
		t.Errorf("check afterwards: %+v, want %s", got, resourcesAndVersions(t, 1))
	}
}
