package suite_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// reply is an answer on its way through the proxy.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// fault stands between a client and a good server. forward sends a request on.
type fault func(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply

// proxy is a good server with a fault, or with none.
type proxy struct {
	base  string
	fault atomic.Pointer[fault]
}

// breakBy sets the fault; nil mends the server.
func (p *proxy) breakBy(f fault) {
	if f == nil {
		p.fault.Store(nil)
		return
	}
	p.fault.Store(&f)
}

// readSource looks at all source. go test gives again what a test said when nothing that
// it read has changed, and what go build reads for it does not count.
func readSource(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// startServer builds the real program and starts it with an empty store behind
// a proxy, which is where it believes to be.
func startServer(t *testing.T) *proxy {
	t.Helper()
	readSource(t)
	binary := filepath.Join(t.TempDir(), "jenner")
	build := exec.Command("go", "build", "-o", binary, "./server/cmd/jenner")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build ./server/cmd/jenner: %v\n%s", err, out)
	}
	p := &proxy{}
	var target string
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		forward := func(r *http.Request, body []byte) *reply { return send(target, r, body) }
		answer := (*reply)(nil)
		if f := p.fault.Load(); f != nil {
			r.Header.Del("Accept-Encoding") // faults change text
			answer = (*f)(r, body, forward)
		} else {
			answer = forward(r, body)
		}
		maps.Copy(w.Header(), answer.header)
		w.Header().Del("Date")
		if answer.header.Get("Content-Length") != "" && r.Method != http.MethodHead {
			w.Header().Set("Content-Length", strconv.Itoa(len(answer.body)))
		}
		w.WriteHeader(answer.status)
		w.Write(answer.body)
	}))
	t.Cleanup(front.Close)
	p.base = front.URL + "/fhir"

	command := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--base-url", p.base, "--store", "pebble:"+t.TempDir(), "--log-level", "info")
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Signal(os.Interrupt)
		command.Wait()
	})
	lines := bufio.NewScanner(stderr)
	var line struct{ Msg, Address string }
	for line.Msg != "serving" && lines.Scan() {
		json.Unmarshal(lines.Bytes(), &line) // what is no JSON is for people
	}
	if line.Address == "" {
		t.Fatal("jenner serve does not say where it serves")
	}
	go io.Copy(io.Discard, stderr)
	target = "http://" + line.Address
	return p
}

// transport sends requests on as they are: nothing is compressed or followed.
var transport = &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}

func send(target string, r *http.Request, body []byte) *reply {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header = r.Header.Clone()
	request.Host = r.Host
	response, err := transport.RoundTrip(request)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return &reply{response.StatusCode, response.Header, text}
}

// The tools of which faults are made.

// at selects requests by method and a part of the path; either may be empty.
func at(method, path string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return (method == "" || r.Method == method) && strings.Contains(r.URL.Path, path)
	}
}

// answering changes the answers to some requests.
func answering(which func(*http.Request) bool, change func(*reply)) fault {
	return func(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
		a := forward(r, body)
		if which(r) {
			change(a)
		}
		return a
	}
}

// asking changes some requests before they are sent on.
func asking(which func(*http.Request) bool, change func(r *http.Request, body []byte) []byte) fault {
	return func(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
		if which(r) {
			body = change(r, body)
		}
		return forward(r, body)
	}
}

// status changes one status to another.
func status(from, to int) func(*reply) {
	return func(a *reply) {
		if a.status == from {
			a.status = to
		}
	}
}

// without removes a header of the answer.
func without(header string) func(*reply) {
	return func(a *reply) { a.header.Del(header) }
}

// deaf passes over a header of the request.
func deaf(method, header string) fault {
	return asking(at(method, ""), func(r *http.Request, body []byte) []byte {
		r.Header.Del(header)
		return body
	})
}

// text replaces a text in the answer.
func text(from, to string) func(*reply) {
	return func(a *reply) { a.body = bytes.ReplaceAll(a.body, []byte(from), []byte(to)) }
}

// query rewrites each parameter of a query; ok false leaves it out.
func query(rewrite func(name, value string) (string, string, bool)) fault {
	return asking(at("", ""), func(r *http.Request, body []byte) []byte {
		var kept []string
		for part := range strings.SplitSeq(r.URL.RawQuery, "&") {
			name, value, _ := strings.Cut(part, "=")
			if name, value, ok := rewrite(name, value); ok && part != "" {
				kept = append(kept, name+"="+value)
			}
		}
		r.URL.RawQuery = strings.Join(kept, "&")
		return body
	})
}

// ignoring leaves parameters out whose name has a text in it.
func ignoring(part string) fault {
	return query(func(name, value string) (string, string, bool) { return name, value, !strings.Contains(name, part) })
}

// instead replaces a text in the values of a parameter.
func instead(parameter, from, to string) fault {
	return query(func(name, value string) (string, string, bool) {
		if strings.Contains(name, parameter) {
			value = strings.ReplaceAll(value, from, to)
		}
		return name, value, true
	})
}

// unmodified leaves a modifier out.
func unmodified(modifier string) fault {
	return query(func(name, value string) (string, string, bool) {
		return strings.TrimSuffix(name, modifier), value, true
	})
}

// bundle changes a Bundle in the answer.
func bundle(change func(b map[string]any)) func(*reply) {
	return func(a *reply) {
		d := json.NewDecoder(bytes.NewReader(a.body))
		d.UseNumber()
		var b map[string]any
		if d.Decode(&b) != nil || b["resourceType"] != "Bundle" {
			return
		}
		change(b)
		text, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		a.body = text
	}
}

// entries changes the entries of a Bundle in the answer.
func entries(change func([]any) []any) func(*reply) {
	return bundle(func(b map[string]any) {
		all, ok := b["entry"].([]any)
		if !ok {
			return
		}
		if all = change(all); len(all) == 0 {
			delete(b, "entry")
		} else {
			b["entry"] = all
		}
	})
}

// swallowed answers some requests as if they had been carried out.
func swallowed(which func(*http.Request) bool, status int) fault {
	return func(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
		if which(r) {
			return &reply{status: status, header: http.Header{"Etag": {`W/"9"`}}}
		}
		return forward(r, body)
	}
}
