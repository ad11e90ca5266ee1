package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/server/loadtest/load"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// TestMain lets the test's own program be the bare handler that run starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "-bare-server" {
		main()
		return
	}
	os.Exit(m.Run())
}

const patients = "400"

// TestRun makes a population, imports it, serves it and measures.
func TestRun(t *testing.T) {
	base := startJenner(t)
	t.Run("scenarios", func(t *testing.T) { testScenarios(t, base) })
	t.Run("bare", func(t *testing.T) { testBare(t, base) })
	t.Run("other dataset", func(t *testing.T) { testOtherDataset(t, base) })
}

// testScenarios puts every kind of request: all answers must be as they should.
func testScenarios(t *testing.T, base string) {
	names := load.Scenarios()
	results := filepath.Join(t.TempDir(), "results.jsonl")
	var out bytes.Buffer
	err := run(t.Context(), []string{
		"-base", base, "-patients", patients, "-scenario", strings.Join(names, ","), "-clients", "3",
		"-requests", "300", "-time", "1m", "-warm-up", "0", "-json", results,
	}, nil, &out)
	if err != nil {
		t.Fatalf("run: %v\n%s", err, out.String())
	}
	file, err := os.Open(results)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	for _, name := range names {
		var r row
		if err := decoder.Decode(&r); err != nil {
			t.Fatal(err)
		}
		if r.Scenario != name || r.Failed != 0 || r.Rate <= 0 || r.P50 > r.P99 || r.P99 > r.Max {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if decoder.More() {
		t.Error("the results hold more than a line for each scenario")
	}
}

func testBare(t *testing.T, base string) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"-base", base, "-patients", patients, "-bare", "-rounds", "2", "-clients", "2", "-requests", "200", "-warm-up", "0"}, nil, &out)
	if err != nil || !strings.Contains(out.String(), ": ratio ") || strings.Count(out.String(), "\nread ") != 4 {
		t.Errorf("run -bare: %v, want four measurements and a ratio\n%s", err, out.String())
	}
}

// testOtherDataset must not measure a server that holds something else.
func testOtherDataset(t *testing.T, base string) {
	err := run(t.Context(), []string{"-base", base, "-patients", patients, "-seed", "2", "-warm-up", "0"}, nil, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("run with another seed = %v, want a 404", err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-clients", "many"}, {"-scenario", "dance"}, {"-base", "http://example.org/fhir"}, {"-patients", "5"}, {"-rounds", "0"}, {"more"}, {"-time", "0"},
	} {
		if err := run(t.Context(), append([]string{"-patients", patients}, args...), nil, &bytes.Buffer{}); err == nil {
			t.Errorf("run(%q) succeeded", args)
		}
	}
}

// startJenner builds the server, imports patients and starts it, all by its
// command line, and returns its base URL.
func startJenner(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	program, store := filepath.Join(folder, "jenner"), "pebble:"+filepath.Join(folder, "store")
	command := func(name string, args ...string) {
		if text, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, text)
		}
	}
	command("go", "build", "-o", program, "../../../cmd/jenner")
	data := filepath.Join(folder, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := population.New(population.Config{Seed: 1}).Write(t.Context(), data, 400); err != nil {
		t.Fatal(err)
	}
	command(program, "import", "--store", store, "--state", filepath.Join(folder, "state"), data)

	server := exec.CommandContext(t.Context(), program, "serve", "--store", store, "--listen", "127.0.0.1:0")
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	logged, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	})
	lines := bufio.NewScanner(logged)
	var base string
	for base == "" && lines.Scan() {
		var line struct{ Msg, Base string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			base = line.Base
		}
	}
	go func() { // what it logs must go somewhere
		for lines.Scan() {
		}
	}()
	if r, err := http.Get(base + "/metadata"); err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("the server does not answer: %v", err)
	}
	return base
}
