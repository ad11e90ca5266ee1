package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/resources/pebblestore/disktest"
	"github.com/jenner-iis/jenner/server"
)

// stored is how many resources the benchmarks of reads choose from.
const stored = 20_000

// BenchmarkRead is GET by id over loopback connections that are kept open, with
// random ids, beside a bare Gin handler that sends the same bytes from memory.
//
//	go test -run '^$' -bench Read -benchmem ./server
func BenchmarkRead(b *testing.B) {
	a := serve(b)
	ids, engine := a.readable(b)
	bare := httptest.NewServer(engine)
	b.Cleanup(bare.Close)

	requests := make([][]byte, stored)
	for i, id := range ids {
		requests[i] = []byte("GET /fhir/Immunization/" + id + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/fhir+json\r\n\r\n")
	}
	random := func() []byte { return requests[rand.IntN(stored)] }
	for _, clients := range []int{1, 8, 64} {
		for name, address := range map[string]string{"jenner": a.address(), "gin": bare.Listener.Addr().String()} {
			b.Run(fmt.Sprintf("%s/clients=%d", name, clients), func(b *testing.B) {
				load(b, address, clients, http.StatusOK, random)
			})
		}
	}
}

// BenchmarkReadHandler is what of a GET by id is ours: the handler without
// connections, beside the bare one.
func BenchmarkReadHandler(b *testing.B) {
	a := serve(b)
	ids, engine := a.readable(b)
	requests := make([]*http.Request, stored)
	for i, id := range ids {
		requests[i] = httptest.NewRequest(http.MethodGet, "/fhir/Immunization/"+id, nil)
		requests[i].Header.Set("Accept", "application/fhir+json")
	}
	// Once more than readable has asked for each: from then on they are in memory.
	for _, r := range requests {
		a.handler.ServeHTTP(discard{http.Header{}}, r)
	}
	for name, h := range map[string]http.Handler{"jenner": a.handler, "gin": engine} {
		b.Run(name, func(b *testing.B) {
			w := discard{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				h.ServeHTTP(w, requests[rand.IntN(stored)])
			}
		})
	}
}

// discard is a response that goes nowhere.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// readable stores what the benchmarks of reads ask for, and gives the ids and a
// bare Gin engine that sends the same bytes from memory.
func (a *api) readable(b *testing.B) ([]string, http.Handler) {
	a.log.discard()
	bodies := map[string][]byte{}
	ids := make([]string, stored)
	for from := 0; from < stored; from += 1000 {
		var entries []string
		for i := from; i < from+1000; i++ {
			ids[i] = fmt.Sprintf("dose-%d", i)
			entries = append(entries, put("Immunization/"+ids[i], immunization(ids[i], fmt.Sprintf("Patient/p%d", i/10), "03", "2021-03-01")))
		}
		a.do("POST ", transaction(entries...)).want(200)
	}
	for _, id := range ids {
		bodies[id] = []byte(a.do("GET /Immunization/"+id, "").want(200).text)
	}

	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/fhir/:type/:id", func(c *gin.Context) {
		c.Data(http.StatusOK, "application/fhir+json; charset=utf-8", bodies[c.Param("id")])
	})
	return ids, engine
}

// BenchmarkCreate is a create, validated, indexed and durable when answered, on the
// disk there is and on one that takes 5 ms longer to make anything durable.
func BenchmarkCreate(b *testing.B) {
	for _, delay := range []time.Duration{0, 5 * time.Millisecond} {
		a := serveOn(b, disktest.Slow(delay))
		a.log.discard()
		var n atomic.Int64
		create := func() []byte {
			i := n.Add(1)
			body := immunization("", fmt.Sprintf("Patient/p%d", i%1000), "03", "2021-03-01")
			return fmt.Appendf(nil, "POST /fhir/Immunization HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
		for _, clients := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("sync+%v/clients=%d", delay, clients), func(b *testing.B) {
				load(b, a.address(), clients, http.StatusCreated, create)
			})
		}
	}
}

// BenchmarkTransaction is a Patient with ten Immunizations.
func BenchmarkTransaction(b *testing.B) {
	a := serve(b)
	a.log.discard()
	entries := []string{post(0, "Patient", patient("p", "Bench"))}
	for i := range 10 {
		entries = append(entries, post(i+1, "Immunization", immunization("", urn(0), "03", fmt.Sprintf("2021-03-%02d", i+1))))
	}
	body := transaction(entries...)
	request := fmt.Appendf(nil, "POST /fhir HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	b.Run("clients=32", func(b *testing.B) {
		load(b, a.address(), 32, http.StatusOK, func() []byte { return request })
	})
}

// BenchmarkSearch is a search for the 20 doses of a random patient among many.
func BenchmarkSearch(b *testing.B) {
	a := serve(b)
	a.log.discard()
	const patients = 500
	for p := range patients {
		var entries []string
		for i := range 20 {
			id := fmt.Sprintf("p%d-dose-%d", p, i)
			entries = append(entries, put("Immunization/"+id, immunization(id, fmt.Sprintf("Patient/p%d", p), "03", "2021-03-01")))
		}
		a.do("POST ", transaction(entries...)).want(200)
	}
	random := func() []byte {
		return fmt.Appendf(nil, "GET /fhir/Immunization?patient=p%d HTTP/1.1\r\nHost: localhost\r\n\r\n", rand.IntN(patients))
	}
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			load(b, a.address(), clients, http.StatusOK, random)
		})
	}
}

// load sends b.N requests over as many connections as there are clients. It
// reads no more of the answers than it must, so that what is measured is the
// server.
func load(b *testing.B, address string, clients, status int, request func() []byte) {
	connections := make([]net.Conn, clients)
	for i := range connections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		connections[i] = c
	}
	want := []byte("HTTP/1.1 " + strconv.Itoa(status))
	var left atomic.Int64
	left.Store(int64(b.N))
	failures := make(chan error, clients)
	var wait sync.WaitGroup
	b.ReportAllocs()
	before := processorTime(b)
	b.ResetTimer()
	for _, c := range connections {
		wait.Go(func() {
			from := bufio.NewReaderSize(c, 64<<10)
			for left.Add(-1) >= 0 {
				if _, err := c.Write(request()); err != nil {
					failures <- err
					return
				}
				if err := readAnswer(from, want); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	select {
	case err := <-failures:
		b.Fatal(err)
	default:
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used: that of the clients, which is the
// same for all servers, is in it. On a shared machine it tells more than rates.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var contentLength = []byte("Content-Length: ")

// readAnswer reads one response, which must have the status and a Content-Length.
func readAnswer(r *bufio.Reader, status []byte) error {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, status) {
			rest, _ := r.Peek(min(r.Buffered(), 1000))
			return fmt.Errorf("got %s%s", line, rest)
		}
		if bytes.HasPrefix(line, contentLength) {
			length = 0
			for _, c := range line[len(contentLength) : len(line)-2] {
				length = length*10 + int(c-'0')
			}
		}
		if len(line) == 2 {
			break
		}
	}
	if length < 0 {
		return io.ErrUnexpectedEOF
	}
	_, err := r.Discard(length)
	return err
}

// address is where the server listens.
func (a *api) address() string {
	return strings.TrimSuffix(strings.TrimPrefix(a.base, "http://"), server.Mount)
}
