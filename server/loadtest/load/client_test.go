package load_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/server/loadtest/load"
)

// TestClient talks to net/http's server, in every way in which it ends a body.
func TestClient(t *testing.T) {
	var connections sync.Map
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections.Store(r.RemoteAddr, true)
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/fhir/length":
			fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RawQuery, body)
		case "/fhir/chunked":
			for range 3 {
				io.WriteString(w, strings.Repeat("x", 5000))
				w.(http.Flusher).Flush()
			}
		case "/fhir/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/fhir/close":
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusTeapot)
			io.WriteString(w, "last")
		case "/fhir/none":
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	c, err := load.Dial(server.URL+"/fhir/", false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, test := range []struct {
		request load.Request
		status  int
		body    string
	}{
		{load.Request{Method: "GET", Path: "/length?a=b"}, 200, "GET a=b "},
		{load.Request{Method: "POST", Path: "/length", Body: []byte("sent")}, 200, "POST  sent"},
		{load.Request{Method: "GET", Path: "/chunked"}, 200, strings.Repeat("x", 15000)},
		{load.Request{Method: "HEAD", Path: "/length"}, 200, ""},
		{load.Request{Method: "DELETE", Path: "/empty"}, 204, ""},
		{load.Request{Method: "GET", Path: "/none"}, 404, ""},
		{load.Request{Method: "GET", Path: "/close"}, 418, "last"},
		{load.Request{Method: "GET", Path: "/length"}, 200, "GET  "},
	} {
		got, err := c.Do(test.request)
		if err != nil || got.Status != test.status || string(got.Body) != test.body {
			t.Errorf("Do(%s %s) = %d %.80q, %v, want %d %.80q", test.request.Method, test.request.Path, got.Status, got.Body, err, test.status, test.body)
		}
	}
	n := 0
	connections.Range(func(any, any) bool { n++; return true })
	if n != 2 {
		t.Errorf("%d connections were opened, want 2: one, and another after Connection: close", n)
	}
}

// TestClientFaults answers by hand what no client should take for an answer.
func TestClientFaults(t *testing.T) {
	for _, answer := range []string{
		"", "HTTP/1.1\r\n\r\n", "nonsense of some length\r\n\r\n", "HTTP/1.1 abc Oops\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
		"HTTP/1.1 200 OK\r\nContent-Le",
	} {
		c := dialScript(t, answer)
		if got, err := c.Do(load.Request{Method: "GET", Path: "/"}); err == nil {
			t.Errorf("Do = %+v for the answer %q, want an error", got, answer)
		}
	}
	c := dialScript(t, "HTTP/1.0 200 OK\r\n\r\nuntil the end")
	got, err := c.Do(load.Request{Method: "GET", Path: "/"})
	if want := (load.Response{Status: 200, Body: []byte("until the end")}); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("Do = %+v, %v, want %+v", got, err, want)
	}
}

// dialScript returns a client of a server that says one thing and hangs up.
func dialScript(t *testing.T, answer string) *load.Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 4096))
		io.WriteString(conn, answer)
		conn.Close()
	}()
	c, err := load.Dial("http://"+l.Addr().String(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestDialLoopbackOnly(t *testing.T) {
	for base, want := range map[string]bool{
		"http://127.0.0.1:8080/fhir": true, "http://localhost": true, "http://[::1]:80/fhir": true,
		"http://example.org/fhir": false, "http://192.0.2.1:8080": false, "https://127.0.0.1": false, "127.0.0.1:8080": false, "http://": false,
	} {
		if _, err := load.Dial(base, false); (err == nil) != want {
			t.Errorf("Dial(%q) = %v, want success %v", base, err, want)
		}
	}
	if _, err := load.Dial("http://example.org/fhir", false); !errors.Is(err, load.ErrNotLoopback) {
		t.Errorf("Dial of another machine = %v, want %v", err, load.ErrNotLoopback)
	}
	if _, err := load.Dial("http://example.org/fhir", true); err != nil {
		t.Errorf("Dial of another machine, allowed = %v", err)
	}
}

// BenchmarkClient shows why the client is not net/http's: eight of each ask one
// server for a kilobyte. The server's own cost is in both.
func BenchmarkClient(b *testing.B) {
	body := []byte(strings.Repeat("x", 1024))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(body) }))
	defer server.Close()
	server.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	b.Run("load", func(b *testing.B) {
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			c, err := load.Dial(server.URL, false)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for pb.Next() {
				if r, err := c.Do(load.Request{Method: "GET", Path: "/"}); err != nil || len(r.Body) != len(body) {
					b.Error(r, err)
				}
			}
		})
	})
	b.Run("net/http", func(b *testing.B) {
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r, err := server.Client().Get(server.URL)
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		})
	})
}
