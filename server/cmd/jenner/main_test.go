package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/operations/immds"
)

// outcome is what a run of the program left.
type outcome struct {
	code           int
	stdout, stderr string
}

// jenner runs the program to its end. Variables are written NAME=value.
func jenner(t *testing.T, stdin string, variables []string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), surroundings{
		args: args, getenv: lookup(variables), stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: time.Now,
	})
	return outcome{code, stdout.String(), stderr.String()}
}

func lookup(variables []string) func(string) string {
	return func(name string) string {
		for _, v := range variables {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// started is a server that runs in this process.
type started struct {
	base, metrics string
	stop          func() outcome
}

// start runs "jenner serve" on any free port and waits until it serves.
func start(t *testing.T, store string, variables []string, args ...string) started {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	log, stderr := io.Pipe()
	var stdout, logged bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, surroundings{
			args:   append([]string{"serve", "--listen", "127.0.0.1:0", "--store", "pebble:" + store}, args...),
			getenv: lookup(variables), stdin: strings.NewReader(""), stdout: &stdout, stderr: stderr, now: time.Now,
		})
		stderr.Close()
		ended <- code
	}()
	lines := bufio.NewScanner(log)
	s := started{}
	for s.base == "" && lines.Scan() {
		logged.WriteString(lines.Text() + "\n")
		var line struct{ Msg, Base, Address string }
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue
		}
		switch line.Msg {
		case "serving":
			s.base = "http://" + line.Address + "/fhir"
		case "serving metrics":
			s.metrics = "http://" + line.Address + "/metrics"
		}
	}
	if s.base == "" {
		t.Fatalf("jenner serve ended with %d:\n%s", <-ended, logged.String())
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for lines.Scan() {
			logged.WriteString(lines.Text() + "\n")
		}
	}()
	var result *outcome
	s.stop = func() outcome {
		if result == nil {
			cancel()
			code := <-ended
			<-drained
			result = &outcome{code, stdout.String(), logged.String()}
		}
		return *result
	}
	t.Cleanup(func() { s.stop() })
	return s
}

// call sends a request and gives status and body.
func call(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/fhir+json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../../conformance/examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The way of a newcomer: start, post the example, ask for the forecast, stop, and
// start again with everything still there.
func TestServe(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	s := start(t, store, nil, "--metrics-listen", "127.0.0.1:0")
	if status, text := call(t, "POST", s.base, example(t, "child.json")); status != 200 {
		t.Fatalf("post the example: %d %s", status, text)
	}
	if status, text := call(t, "GET", s.base+"/Patient/example-child/$immds-forecast?assessmentDate=2025-06-01", ""); status != 200 || !strings.Contains(text, `"MMR"`) {
		t.Errorf("forecast of the example: %d %.300s", status, text)
	}
	call(t, "GET", s.base+"/Kowalczyk/Kowalczyk?name=Kowalczyk", "")
	call(t, "KOWALCZYK", s.base+"/Kowalczyk/Kowalczyk/Kowalczyk", "")
	status, figures := call(t, "GET", s.metrics, "")
	for _, want := range []string{
		`jenner_http_requests_total{method="POST",route="/fhir",status="200"} 1`,
		`jenner_http_request_duration_seconds_count{route="/fhir/:type/:id"} 1`,
		`jenner_resources{type="Immunization"} 7`,
	} {
		if status != 200 || !strings.Contains(figures, want) {
			t.Errorf("metrics: status %d, without %s\n%s", status, want, figures)
		}
	}
	if strings.Contains(strings.ToLower(figures), "kowalczyk") {
		t.Errorf("the metrics hold what a client sent:\n%s", figures)
	}

	// What is asked for is stored.
	if status, text := call(t, "GET", s.base+"/ImmunizationEvaluation?patient=example-child&_total=accurate", ""); status != 200 || !strings.Contains(text, `"total":13`) {
		t.Errorf("the evaluations of the example: %d %.300s", status, text)
	}
	const stored = 9 + 1 + 13 // the example, its recommendation and evaluations

	// The folder belongs to one process.
	second := jenner(t, "", nil, "serve", "--listen", "127.0.0.1:0", "--store", "pebble:"+store)
	if second.code != failed || !strings.Contains(second.stderr, "is in use") {
		t.Errorf("a second start gave %d, %q", second.code, second.stderr)
	}
	if got := jenner(t, "", nil, "check", "--store", "pebble:"+store); got.code != failed || !strings.Contains(got.stderr, "is in use") {
		t.Errorf("check beside a server gave %d, %q", got.code, got.stderr)
	}

	got := s.stop()
	if got.code != done || !strings.Contains(got.stderr, `"msg":"stopped"`) {
		t.Errorf("stop: exit code %d\n%s", got.code, got.stderr)
	}
	if !strings.Contains(got.stdout, "$immds-forecast") || !strings.Contains(got.stdout, "@conformance/examples/child.json") {
		t.Errorf("what a person is told at the start: %s", got.stdout)
	}
	if got := jenner(t, "", nil, "check", "--store", "pebble:"+store); got.code != done || !strings.HasPrefix(got.stdout, resourcesAndVersions(t, stored)) {
		t.Errorf("check: %+v, want %s", got, resourcesAndVersions(t, stored))
	}
	again := start(t, store, nil)
	if status, text := call(t, "GET", again.base+"/OperationDefinition/patient-immds-forecast", ""); status != 200 || !strings.Contains(text, `"versionId":"1"`) {
		t.Errorf("the definition of the operation, after a restart: %d %.300s", status, text)
	}
	if status, text := call(t, "GET", again.base+"/Immunization?patient=example-child&_total=accurate", ""); status != 200 || !strings.Contains(text, `"total":7`) {
		t.Errorf("after a restart: %d %.300s", status, text)
	}
}

func TestSettings(t *testing.T) {
	s := start(t, t.TempDir(), []string{"JENNER_BASE_URL=https://iis.example.org/fhir/", "JENNER_HANDLING=lenient", "JENNER_MAX_BODY=1KiB", "JENNER_LOG_LEVEL=error"},
		"--max-body", "2KiB", "--log-level", "info")
	const patient = `{"resourceType":"Patient","id":"p","name":[{"family":"%s"}]}`
	if status, text := call(t, "PUT", s.base+"/Patient/p", fmt.Sprintf(patient, strings.Repeat("x", 1500))); status != 201 {
		t.Errorf("a body between the variable's and the flag's limit: %d %s", status, text)
	}
	if status, _ := call(t, "PUT", s.base+"/Patient/p", fmt.Sprintf(patient, strings.Repeat("x", 2500))); status != 413 {
		t.Errorf("a body over the limit: %d, want 413", status)
	}
	if status, text := call(t, "GET", s.base+"/Patient?shoe-size=44", ""); status != 200 || !strings.Contains(text, `"url":"https://iis.example.org/fhir/Patient"`) {
		t.Errorf("lenient handling and base URL: %d %s", status, text)
	}
}

// Commands on one store index alike, wherever the server listens; what makes the
// index another one is seen by check.
func TestIndexSettings(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	file := filepath.Join(t.TempDir(), "doses.ndjson")
	dose := func(id, patient string) string {
		return fmt.Sprintf(`{"resourceType":"Immunization","id":%q,"status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":%q},"occurrenceDateTime":"2021-03-01"}`+"\n", id, patient)
	}
	text := dose("a", "http://localhost:9/fhir/Patient/p") + dose("b", "https://iis.example.org/fhir/Patient/p") + dose("c", "Patient/p") + dose("d", "https://elsewhere.example.org/fhir/Patient/p")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := []string{"--base-url", "https://iis.example.org/fhir", "--timezone", "America/Denver"}
	command := func(name string, args ...string) outcome {
		return jenner(t, "", nil, append(append([]string{name, "--store", "pebble:" + store}, settings...), args...)...)
	}
	if got := command("import", "--state", t.TempDir(), file); got.code != done {
		t.Fatalf("import: %+v", got)
	}
	for _, time := range []string{"first", "second"} {
		s := start(t, store, nil, settings...)
		for query, want := range map[string]string{
			"patient=p&_total=accurate":                   `"total":3`,
			"date=ge2021-03-01T07:00:00Z&_total=accurate": `"total":4`,
		} {
			if status, text := call(t, "GET", s.base+"/Immunization?"+query, ""); status != 200 || !strings.Contains(text, want) {
				t.Errorf("%s start, %s: %d %s, want %s", time, query, status, text, want)
			}
		}
		if got := s.stop(); got.code != done || strings.Contains(got.stderr, "index") {
			t.Errorf("%s start: %+v", time, got)
		}
		if got := command("check"); got.code != done || strings.Contains(got.stderr, "index") {
			t.Errorf("check with the same settings: %+v", got)
		}
	}
	if got := jenner(t, "", nil, "check", "--store", "pebble:"+store, "--base-url", "nonsense"); got.code != wrongUsage {
		t.Errorf("check with a bad --base-url: %+v", got)
	}
	for _, name := range []string{"serve", "check"} {
		if got := jenner(t, "", nil, name, "--help"); !strings.Contains(got.stdout, "--reindex") || !strings.Contains(got.stdout, "--timezone") {
			t.Errorf("the help of %s: %s", name, got.stdout)
		}
	}
}

func TestRefusedStart(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--listen", ":8080"}, failed, "only this machine"},
		{[]string{"--listen", "0.0.0.0:0"}, failed, "only this machine"},
		{[]string{"--listen", "192.0.2.1:0"}, failed, "only this machine"},
		{[]string{"--listen", "127.0.0.1:0", "--metrics-listen", ":0"}, failed, "only this machine"},
		{[]string{"--listen", "nonsense"}, failed, "listen on nonsense"},
		{[]string{"--max-deletes", "0"}, wrongUsage, "no whole number of 1 or more"},
		{[]string{"--max-clauses=-1"}, wrongUsage, "no whole number of 1 or more"},
		{[]string{"--page-size", "20", "--max-page-size", "10"}, wrongUsage, "--page-size must not be more than --max-page-size"},
		{[]string{"--timeout", "0s"}, wrongUsage, "--timeout must be a time such as 30s, and 4m0s at most"},
		{[]string{"--bundle-timeout", "1h"}, wrongUsage, "--bundle-timeout must be a time"},
		{[]string{"--auth", "smart"}, wrongUsage, "not supported yet"},
		{[]string{"--auth", "none"}, wrongUsage, "--auth"},
		{[]string{"--store", "mongodb://user:secret@db/jenner"}, wrongUsage, "MongoDB is not supported yet"},
		{[]string{"--store", "postgres:x"}, wrongUsage, "pebble:FOLDER"},
		{[]string{"--base-url", "iis.example.org"}, wrongUsage, "--base-url"},
		{[]string{"--timezone", "Mars/Olympus"}, wrongUsage, "no time zone"},
		{[]string{"--max-body", "many"}, wrongUsage, "no size"},
		{[]string{"--handling", "rough"}, wrongUsage, "strict"},
		{[]string{"--cdsi-deviations", "some"}, wrongUsage, "no deviation"},
		{[]string{"--nonsense"}, wrongUsage, "unknown flag"},
	} {
		args := append([]string{"serve"}, test.args...)
		if !strings.Contains(strings.Join(args, " "), "--store") {
			args = append(args, "--store", "pebble:"+t.TempDir())
		}
		got := jenner(t, "", nil, args...)
		if got.code != test.code || !strings.Contains(got.stderr, test.want) || strings.Contains(got.stderr, "secret") {
			t.Errorf("jenner %s: %d %q, want %d and %q", strings.Join(args, " "), got.code, got.stderr, test.code, test.want)
		}
	}
}

func TestForecast(t *testing.T) {
	parameters := example(t, "forecast/parameters.json")
	fromStdin := jenner(t, parameters, nil, "forecast", "-")
	if fromStdin.code != done || !json.Valid([]byte(fromStdin.stdout)) || !strings.Contains(fromStdin.stdout, `"ImmunizationRecommendation"`) {
		t.Errorf("forecast -: %d %.300s %s", fromStdin.code, fromStdin.stdout, fromStdin.stderr)
	}
	if got := jenner(t, "", nil, "forecast", "../../../conformance/examples/forecast/parameters.json"); got != fromStdin {
		t.Errorf("forecast FILE differs from forecast -: %.300s %s", got.stdout, got.stderr)
	}
	for _, test := range []struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		{`{"resourceType":"Parameters"}`, []string{"-"}, failed, "refused"},
		{`{`, []string{"-"}, failed, "refused"},
		{"", []string{"no-such-file.json"}, failed, "no-such-file.json"},
		{"", nil, wrongUsage, "<file>"},
	} {
		got := jenner(t, test.stdin, nil, append([]string{"forecast"}, test.args...)...)
		if got.code != test.code || got.stdout != "" || !strings.Contains(got.stderr, test.want) {
			t.Errorf("forecast %v: %+v, want %d and %q", test.args, got, test.code, test.want)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"-h"}} {
		if got := jenner(t, "", nil, args...); got.code != done || !strings.Contains(got.stdout, "Usage: jenner") || got.stderr != "" {
			t.Errorf("jenner %v: %+v", args, got)
		}
	}
	if got := jenner(t, "", nil, "serve", "--help"); !strings.Contains(got.stdout, "--base-url") || !strings.Contains(got.stdout, "JENNER_BASE_URL") {
		t.Errorf("the help of serve: %s", got.stdout)
	}
	if got := jenner(t, "", nil, "version"); got.code != done || !strings.HasPrefix(got.stdout, "jenner ") || !strings.Contains(got.stdout, "FHIR 4.0.1") {
		t.Errorf("version: %+v", got)
	}
	for _, args := range [][]string{nil, {"fly"}} {
		if got := jenner(t, "", nil, args...); got.code != wrongUsage || got.stdout != "" || got.stderr == "" {
			t.Errorf("jenner %v: %+v", args, got)
		}
	}
}

// resourcesAndVersions is how check begins to tell of a store with so many
// resources beside our own definitions, each in its first version.
func resourcesAndVersions(t *testing.T, others int) string {
	t.Helper()
	files, err := fs.Glob(immds.Definitions(), "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("our own definitions: %d files, %v", len(files), err)
	}
	n := len(files) + others
	return fmt.Sprintf("%d resources, %d versions", n, n)
}
