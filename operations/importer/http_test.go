package importer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations/importer"
	"github.com/jenner-iis/jenner/resources"
)

// serve puts as much of HTTP before the fixture's service as an import needs:
// search, and Bundles.
func (f *fixture) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/fhir+json")
	if r.Method == http.MethodGet {
		found, err := f.Find(r.Context(), all, strings.TrimPrefix(r.URL.Path, "/fhir/"), resources.SearchRequest{Query: r.URL.RawQuery})
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, outcomeOf(err))
			return
		}
		var entries []string
		for _, v := range found.Versions {
			entries = append(entries, `{"resource":`+string(v.JSON)+`,"search":{"mode":"match"}}`)
		}
		io.WriteString(w, bundleOf("searchset", entries))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	doc, err := codec.Parse(body, codec.Limits{})
	var results []resources.EntryResult
	if err == nil {
		results, err = f.Bundle(r.Context(), all, doc.Root(), false)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, outcomeOf(err))
		return
	}
	var entries []string
	for _, result := range results {
		entries = append(entries, responseOf(result))
	}
	io.WriteString(w, bundleOf("batch-response", entries))
}

func bundleOf(kind string, entries []string) string {
	if len(entries) == 0 {
		return `{"resourceType":"Bundle","type":"` + kind + `"}`
	}
	return bundle(kind, entries...)
}

func responseOf(r resources.EntryResult) string {
	switch {
	case errors.Is(r.Err, resources.ErrNotFound):
		return `{"response":{"status":"404 Not Found","outcome":` + outcomeOf(r.Err) + `}}`
	case r.Err != nil:
		return `{"response":{"status":"422","outcome":` + outcomeOf(r.Err) + `}}`
	case r.Read != nil:
		return fmt.Sprintf(`{"resource":%s,"response":{"status":"200 OK","etag":"W/\"%d\""}}`, r.Read.JSON, r.Read.Version)
	}
	status := "200 OK"
	if r.Change.Effect == resources.Created {
		status = "201 Created"
	}
	return fmt.Sprintf(`{"response":{"status":%q,"etag":"W/\"%d\""}}`, status, r.Change.Version.Version)
}

func outcomeOf(err error) string {
	issues := []fhir.Issue{{Severity: fhir.Error, Code: fhir.CodeException, Text: err.Error()}}
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		issues = invalid.Issues
	}
	b := []byte(`{"resourceType":"OperationOutcome","issue":[`)
	for i, issue := range issues {
		if i > 0 {
			b = append(b, ',')
		}
		b = codec.AppendString(append(b, `{"severity":`...), string(issue.Severity))
		b = codec.AppendString(append(b, `,"code":`...), string(issue.Code))
		b = append(codec.AppendString(append(b, `,"diagnostics":`...), issue.Text), '}')
	}
	return string(append(b, "]}"...))
}

// overHTTP is a configuration that imports into the fixture through a server,
// whose requests pass through the handler.
func overHTTP(t *testing.T, f *fixture, through func(http.Handler) http.Handler) importer.Config {
	t.Helper()
	server := httptest.NewServer(through(http.HandlerFunc(f.serve)))
	t.Cleanup(server.Close)
	target, err := importer.NewHTTPTarget(importer.HTTPConfig{Base: server.URL + "/fhir/", Client: server.Client(), Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	config := f.config()
	config.Target = target
	return config
}

func directly(h http.Handler) http.Handler { return h }

func TestHTTP(t *testing.T) {
	folder := someInput(t)
	local := open(t, "")
	want := run(t, local.config(), folder)

	f := open(t, "")
	config := overHTTP(t, f, directly)
	got := run(t, config, folder)
	if diff := cmp.Diff(withoutReasons(want), withoutReasons(got)); diff != "" {
		t.Errorf("counts (-local +through a server):\n%s", diff)
	}
	if diff := cmp.Diff(want.Unresolved, got.Unresolved); diff != "" {
		t.Errorf("unresolved references (-local +through a server):\n%s", diff)
	}
	if diff := cmp.Diff(local.contents(t), f.contents(t)); diff != "" {
		t.Errorf("end state (-local +through a server):\n%s", diff)
	}
	want = run(t, local.config(), folder)
	got = run(t, config, folder)
	if diff := cmp.Diff(withoutReasons(want), withoutReasons(got)); diff != "" {
		t.Errorf("counts of the second import (-local +through a server):\n%s", diff)
	}
	if diff := cmp.Diff(local.contents(t), f.contents(t)); diff != "" {
		t.Errorf("end state of the second import (-local +through a server):\n%s", diff)
	}
}

func withoutReasons(r importer.Report) map[string]importer.Counts {
	counts := map[string]importer.Counts{}
	for typ, c := range r.Types {
		counts[typ] = *c
		c := counts[typ]
		c.Reasons = nil
		counts[typ] = c
	}
	return counts
}

func TestHTTPBundle(t *testing.T) {
	f := open(t, "")
	config := overHTTP(t, f, directly)
	folder := files(t, map[string]string{
		"locations.ndjson": lines(
			location("l1"),
			strings.TrimSuffix(location("l2"), "}")+`,"partOf":{"reference":"Location?identifier=urn:x|l1"}}`,
			`{"resourceType":"Pat\"ient","id":"x"}`,
		),
		"b.json": bundle("transaction",
			entry(dose("i1", "urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e", "urn:uuid:11111111-2680-3ba1-bd88-d1b3dc36746e"), ""),
			entry(strings.Replace(patient("p1"), `"id":"p1",`, "", 1), `"fullUrl":"urn:uuid:8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"`),
			entry(location("l9"), `"fullUrl":"urn:uuid:11111111-2680-3ba1-bd88-d1b3dc36746e","request":{"method":"POST","url":"Location","ifNoneExist":"identifier=urn:x|l1"}`),
			entry(strings.Replace(patient("p2"), "2019-02-03", "2019-02-31", 1), ""),
		),
	})
	report := run(t, config, folder)
	if diff := cmp.Diff(total(7, 4, 0, 0, 1, 2), report.Total()); diff != "" {
		t.Errorf("total (-want +got):\n%s\n%v", diff, f.refused(t))
	}
	got := f.contents(t)
	for id, want := range map[string]string{
		"Immunization/i1": `"patient":{"reference":"Patient/8fb4ba44-2680-3ba1-bd88-d1b3dc36746e"},"occurrenceDateTime":"2020-05-16","location":{"reference":"Location/l1"}`,
		"Location/l2":     `"partOf":{"reference":"Location/l1"}`,
	} {
		if !strings.Contains(got[id], want) {
			t.Errorf("%s = %s, want it to contain %s", id, got[id], want)
		}
	}
	for _, r := range f.refused(t) {
		if r.ID == "p2" && (len(r.Issue) == 0 || !strings.Contains(r.Issue[0].Diagnostics, "date")) {
			t.Errorf("p2 was refused for %v, want the server's reason", r.Issue)
		}
	}
}

// TestHTTPTrouble has a server that has no time now and then, breaks
// connections, and takes no Bundle of more than three entries.
func TestHTTPTrouble(t *testing.T) {
	folder := someInput(t)
	local := open(t, "")
	want := run(t, local.config(), folder)
	f := open(t, "")
	var requests atomic.Int64
	var sent sync.Map // how often each body was
	config := overHTTP(t, f, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("read a request: %v", err)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			count, _ := sent.LoadOrStore(string(body), new(atomic.Int64))
			// Which request is the next is chance, and trouble that lasts ends an import.
			lasting := count.(*atomic.Int64).Add(1) > 2
			switch n := requests.Add(1); {
			case !lasting && n%5 == 1:
				w.WriteHeader(http.StatusServiceUnavailable)
			case !lasting && n%7 == 1:
				w.WriteHeader(http.StatusTooManyRequests)
			case !lasting && n%11 == 1:
				panic(http.ErrAbortHandler)
			case r.ContentLength > 2000:
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				io.WriteString(w, outcomeOf(errors.New("too large")))
			default:
				h.ServeHTTP(w, r)
			}
		})
	})
	got := run(t, config, folder)
	if got.Total().Read != want.Total().Read || got.Total().Refused != want.Total().Refused {
		t.Errorf("total = %+v, want as many read and refused as %+v", got.Total(), want.Total())
	}
	if diff := cmp.Diff(local.contents(t), f.contents(t)); diff != "" {
		t.Errorf("end state (-local +through a server in trouble):\n%s", diff)
	}
}

func TestHTTPRefused(t *testing.T) {
	folder := someInput(t)
	for name, handler := range map[string]http.HandlerFunc{
		"unauthorized": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"redirected": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.org/", http.StatusFound)
		},
		"no FHIR": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"no batch": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"resourceType":"Bundle","type":"batch-response"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, "")
			config := overHTTP(t, f, func(http.Handler) http.Handler { return handler })
			report, err := importer.Run(t.Context(), config, folder)
			if err == nil || errors.Is(err, importer.ErrInterrupted) || report.Total().Read != 0 {
				t.Errorf("Run = %+v, %v, want an error before anything counts", report.Total(), err)
			}
		})
	}
	for _, base := range []string{"", "example.org", "file:///etc", "http://x/?a=b", "ftp://x"} {
		if _, err := importer.NewHTTPTarget(importer.HTTPConfig{Base: base, Client: http.DefaultClient}); err == nil {
			t.Errorf("NewHTTPTarget took the base %q", base)
		}
	}
}

// TestHTTPInterrupted ends an import while the server keeps it waiting.
func TestHTTPInterrupted(t *testing.T) {
	f := open(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	config := overHTTP(t, f, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(http.StatusServiceUnavailable)
			cancel()
		})
	})
	if _, err := importer.Run(ctx, config, someInput(t)); !errors.Is(err, importer.ErrInterrupted) {
		t.Errorf("Run = %v, want ErrInterrupted", err)
	}
}
