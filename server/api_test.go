package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/pebblestore/disktest"
	"github.com/jenner-iis/jenner/server"
)

// api is a server over a store of its own, and a client of it.
type api struct {
	t       testing.TB
	base    string // of the FHIR API
	client  *http.Client
	log     *log
	service *resources.Service
	handler http.Handler
}

// log keeps what a server logs.
type log struct {
	mu        sync.Mutex
	text      strings.Builder
	discarded bool
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.discarded {
		return len(p), nil
	}
	return l.text.Write(p)
}

// discard keeps no more lines. They are still written.
func (l *log) discard() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discarded = true
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// validate is shared by all tests; compiling takes a while under the race detector.
var validate = sync.OnceValue(func() *schema.Validator { return schema.New(definitions.R4()) })

// serve starts a server with a real store. The changes are made to its Config.
func serve(t testing.TB, changes ...func(*server.Config)) *api {
	t.Helper()
	return serveOn(t, disktest.Slow(0), changes...)
}

// serveOn is serve with the store on a disk.
func serveOn(t testing.TB, disk *disktest.Disk, changes ...func(*server.Config)) *api {
	t.Helper()
	h := httptest.NewUnstartedServer(nil)
	a := &api{t: t, base: "http://" + h.Listener.Addr().String() + server.Mount, log: new(log)}
	set := definitions.R4()
	registry, err := search.New(set, search.Config{Bases: []string{a.base}})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(a.log, nil))
	store, err := pebblestore.Open(pebblestore.Config{Path: t.TempDir(), FS: disk, Registry: registry, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	metrics := server.NewMetrics()
	a.service, err = resources.New(context.Background(), resources.Config{
		Store: store, Search: registry, Definitions: set, Validate: validate().Validate,
		BaseURL: a.base, ComputedTypes: []string{"ImmunizationEvaluation", "ImmunizationRecommendation"},
		Now: time.Now, OnDangling: metrics.Dangling,
	})
	if err != nil {
		t.Fatal(err)
	}
	forecaster, err := immds.New(immds.Config{
		Engines: []*forecast.Engine{forecast.Default()},
		Records: immds.StoreRecords(a.service.Store, a.service.Search),
		Today:   func() calendar.Date { return calendar.OfTime(time.Now()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	config := server.Config{
		Resources: a.service, Operations: forecaster.Operations(),
		Authorize: func(*http.Request) (resources.Access, error) { return resources.Everything(), nil },
		Logger:    logger, Metrics: metrics, Now: time.Now, Version: "test",
	}
	for _, change := range changes {
		change(&config)
	}
	handler, err := server.New(config)
	if err != nil {
		t.Fatal(err)
	}
	a.handler = handler
	h.Config.Handler = handler
	h.Start()
	t.Cleanup(h.Close)
	a.client = h.Client()
	a.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	return a
}

// answer is a response, read.
type answer struct {
	t      testing.TB
	call   string
	status int
	header http.Header
	text   string
}

// do sends "METHOD path" with a body, and headers written "Name: value". A path
// that begins with http is a whole URL.
func (a *api) do(call, body string, headers ...string) answer {
	a.t.Helper()
	got, err := a.try(call, body, headers...)
	if err != nil {
		a.t.Fatalf("%s: %v", call, err)
	}
	return got
}

// try is do for use by other goroutines than the test's own.
func (a *api) try(call, body string, headers ...string) (answer, error) {
	method, path, _ := strings.Cut(call, " ")
	url := path
	if !strings.HasPrefix(path, "http") {
		url = a.base + path
	}
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/fhir+json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		switch {
		case name == "Host":
			r.Host = value
		case value == "":
			r.Header.Del(name)
		default:
			r.Header.Set(name, value)
		}
	}
	response, err := a.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{a.t, call, response.StatusCode, response.Header, string(text)}, err
}

// want fails the test unless the status is this.
func (got answer) want(status int) answer {
	got.t.Helper()
	if got.status != status {
		got.t.Fatalf("%s: status %d, want %d\n%s", got.call, got.status, status, got.text)
	}
	return got
}

// issue fails the test unless the answer is an OperationOutcome whose first
// issue has the code, and the expression if one is given.
func (got answer) issue(code string, expression ...string) answer {
	got.t.Helper()
	if got.get("resourceType") != "OperationOutcome" || got.get("issue.0.code") != code || got.get("issue.0.severity") == "" || got.get("issue.0.diagnostics") == "" {
		got.t.Errorf("%s: got %s, want an OperationOutcome with code %s", got.call, got.text, code)
	}
	if len(expression) > 0 && got.get("issue.0.expression.0") != expression[0] {
		got.t.Errorf("%s: expression %s, want %s", got.call, got.get("issue.0.expression.0"), expression[0])
	}
	return got
}

// get is what stands at a path such as entry.0.fullUrl of the answer: a text, a
// number as it was written, or nothing.
func (got answer) get(path string) string {
	got.t.Helper()
	d := json.NewDecoder(strings.NewReader(got.text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		got.t.Fatalf("%s: %v in %q", got.call, err, got.text)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				return ""
			}
			v = x[i]
		}
	}
	switch v.(type) {
	case nil, map[string]any, []any:
		return ""
	}
	return fmt.Sprint(v)
}

// link is the URL of a Bundle's link.
func (got answer) link(relation string) string {
	for i := 0; got.get(fmt.Sprintf("link.%d.url", i)) != ""; i++ {
		if got.get(fmt.Sprintf("link.%d.relation", i)) == relation {
			return got.get(fmt.Sprintf("link.%d.url", i))
		}
	}
	return ""
}

// patient is a Patient with an id and a family name.
func patient(id, family string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"name":[{"family":%q}],"birthDate":"2020-02-29"}`, id, family)
}

// identified is a Patient without an id and with an identifier.
func identified(value string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":"http://example.org/ids","value":%q}]}`, value)
}

// total is how many resources of a type are stored.
func (a *api) total(resourceType string) string {
	a.t.Helper()
	return a.do("GET /"+resourceType+"?_count=0&_total=accurate", "").want(200).get("total")
}
