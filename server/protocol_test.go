package server_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/server"
)

// What is no HTTP gets an OperationOutcome too, though no handler ever sees it.
func TestMalformedRequests(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "HTTP/1.1 400 Bad Request")).want(201)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(ctx, l, a.handler, slog.New(slog.DiscardHandler)) }()
	defer func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	}()
	const get = "GET /fhir/Patient/p HTTP/1.1\r\nHost: x\r\n"
	for name, test := range map[string]struct {
		request string
		status  int
		code    string
	}{
		"as it should be":    {get + "\r\n", 200, ""},
		"no request line":    {"nonsense\r\n\r\n", 400, "structure"},
		"bad escape":         {"GET /fhir/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "structure"},
		"no Host":            {"GET /fhir/Patient/p HTTP/1.1\r\n\r\n", 400, "structure"},
		"two Hosts":          {get + "Host: y\r\n\r\n", 400, "structure"},
		"bad header":         {get + "a b: c\r\n\r\n", 400, "structure"},
		"two lengths":        {get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400, "structure"},
		"flood of headers":   {get + strings.Repeat("X-A: "+strings.Repeat("y", 1000)+"\r\n", 100) + "\r\n", 431, "too-long"},
		"flood in the URL":   {"GET /fhir/Patient?name=" + strings.Repeat("x", 100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431, "too-long"},
		"transfer coding":    {"POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "not-supported"},
		"other version":      {"GET /fhir/Patient/p HTTP/3.0\r\nHost: x\r\n\r\n", 505, "not-supported"},
		"OPTIONS *":          {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404, "not-supported"},
		"CONNECT":            {"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", 404, "not-supported"},
		"not ours to answer": {"GET /fhir/Patient/none HTTP/1.1\r\nHost: x\r\n\r\n", 404, "not-found"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			// A server that has refused may stop reading: that is no failure here.
			go io.WriteString(c, test.request)
			response, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			got := answer{t, name, response.StatusCode, response.Header, string(text)}.want(test.status)
			if test.code != "" {
				got.issue(test.code)
			}
			if media := got.header.Get("Content-Type"); !strings.HasPrefix(media, "application/fhir+json") {
				t.Errorf("Content-Type %q", media)
			}
		})
	}
}
