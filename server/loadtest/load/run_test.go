package load_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/server/loadtest/load"
)

// numbers asks for /0, /1, ... and expects the number back.
type numbers struct{ seen *[1000]atomic.Int32 }

func (s numbers) Next(n int, _ []byte) load.Request {
	s.seen[n%1000].Add(1)
	return load.Request{Method: "GET", Path: fmt.Sprintf("/%d", n)}
}

func (s numbers) Check(n int, r load.Response) error {
	if want := fmt.Sprintf("/%d", n); r.Status != 200 || string(r.Body) != want {
		return fmt.Errorf("%d %q, want %q", r.Status, r.Body, want)
	}
	return nil
}

func echo(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }

// TestRunOnce sends each request once, whatever the number of clients.
func TestRunOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	for _, plan := range []load.Plan{
		{Clients: 1}, {Clients: 7}, {Clients: 7, Rate: 20_000},
	} {
		plan.Base, plan.Time, plan.Requests = server.URL, time.Minute, 1000
		var seen [1000]atomic.Int32
		result, err := plan.Run(t.Context(), numbers{&seen})
		if err != nil {
			t.Fatal(err)
		}
		if result.Latency.Count() != 1000 || result.Failed != 0 || result.Bytes != 3890 {
			t.Errorf("%+v: %d answers, %d failures (%v), %d bytes, want 1000, 0, 3890", plan, result.Latency.Count(), result.Failed, result.First, result.Bytes)
		}
		for n := range seen {
			if got := seen[n].Load(); got != 1 {
				t.Errorf("%+v: request %d was made %d times", plan, n, got)
			}
		}
	}
}

// TestRunOmission holds what an offered rate is for: a server that does nothing
// for a fifth of a second has kept all requests waiting that were due in it, and
// not only the one that it had.
func TestRunOmission(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/100" {
			time.Sleep(200 * time.Millisecond) // the server's stall, not the test's
		}
		echo(w, r)
	}))
	defer server.Close()
	plan := load.Plan{Base: server.URL, Clients: 1, Rate: 1000, Time: time.Minute, Requests: 1000}
	var seen [1000]atomic.Int32
	result, err := plan.Run(t.Context(), numbers{&seen})
	if err != nil {
		t.Fatal(err)
	}
	// Of the 200 that were due in the stall, 100 waited for at least half of it.
	if got := result.Latency.Quantile(0.9); got < 100*time.Millisecond {
		t.Errorf("the 0.9 quantile is %v, want at least 100ms: the wait of requests that were due is left out", got)
	}
	if got := result.Late.Quantile(0.9); got < 100*time.Millisecond {
		t.Errorf("requests were sent late by %v in the 0.9 quantile, want at least 100ms", got)
	}
}

// TestRunFailures counts bad answers apart, and gives up on a server that gives
// no good ones.
func TestRunFailures(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/7" || r.URL.Path == "/8" {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		echo(w, r)
	}))
	plan := load.Plan{Base: server.URL, Clients: 2, Time: time.Minute, Requests: 500}
	var seen [1000]atomic.Int32
	result, err := plan.Run(t.Context(), numbers{&seen})
	if err != nil {
		t.Fatal(err)
	}
	if result.Failed != 2 || result.Latency.Count() != 498 || result.First == nil {
		t.Errorf("%d failures and %d answers, first %v; want 2 and 498", result.Failed, result.Latency.Count(), result.First)
	}
	server.Close()
	if _, err := plan.Run(t.Context(), numbers{&seen}); !errors.Is(err, load.ErrTooManyFailures) {
		t.Errorf("Run without a server = %v, want %v", err, load.ErrTooManyFailures)
	}
}

func TestRunCancelled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, rate := range []float64{0, 0.001} {
		var seen [1000]atomic.Int32
		_, err := load.Plan{Base: server.URL, Clients: 3, Rate: rate, WarmUp: time.Minute, Time: time.Minute}.Run(ctx, numbers{&seen})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run at rate %v = %v, want %v", rate, err, context.Canceled)
		}
	}
}
