package server

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/jenner-iis/jenner/fhir"
)

// What is not HTTP, net/http answers itself before there is a request to
// answer, and in plain text: request lines and headers that it cannot read
// (400), headers that are too large (431), transfer codings (501) and versions
// (505) that it does not know. It writes such an answer to the connection in one
// piece. outcomeConn looks at what is written and gives those of this form the
// body that every other refusal has.

// refusalHead is how all of these answers go on after their status line. No
// other does: ours have other headers first.
var refusalHead = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

// outcomeListener makes its connections outcomeConns.
type outcomeListener struct{ net.Listener }

// Accept waits for the next connection.
func (l outcomeListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &outcomeConn{Conn: c}, nil
}

// outcomeConn is a connection whose deadlines of writes are set by one goroutine.
type outcomeConn struct {
	net.Conn
	writeBy time.Time // the deadline that is set, the zero time for none
}

// deadlineSlack is how much earlier than it was asked for a write may be given up.
const deadlineSlack = 10 * time.Second

// SetWriteDeadline does nothing where the deadline that is set will do: net/http asks
// for another, some minutes away, with every request, and setting it takes a lock of
// the runtime's timers.
func (c *outcomeConn) SetWriteDeadline(t time.Time) error {
	if later := t.Sub(c.writeBy); later >= 0 && later < deadlineSlack {
		return nil
	}
	c.writeBy = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline sets the deadlines of reads and writes.
func (c *outcomeConn) SetDeadline(t time.Time) error {
	c.writeBy = t
	return c.Conn.SetDeadline(t)
}

// Write writes p, or what stands for it.
func (c *outcomeConn) Write(p []byte) (int, error) {
	if answer := refusal(p); answer != nil {
		if _, err := c.Conn.Write(answer); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// refusal is the answer to send in place of one by net/http, nil for all others.
func refusal(p []byte) []byte {
	rest, found := bytes.CutPrefix(p[:min(len(p), 256)], []byte("HTTP/1.1 "))
	if !found || len(rest) < 3 || rest[0] < '4' {
		return nil
	}
	status, err := strconv.Atoi(string(rest[:3]))
	line, _, found := bytes.Cut(rest, refusalHead)
	if err != nil || !found || bytes.IndexByte(line, '\n') >= 0 {
		return nil
	}
	issue := fhir.Issue{Severity: fhir.Error, Code: fhir.CodeStructure, Text: "the request is not well-formed HTTP/1.1"}
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		issue.Code, issue.Text = fhir.CodeTooLong, fmt.Sprintf("the URL and headers are larger than %d KiB; send a long search as POST [base]/[type]/_search", maxHeader>>10)
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		issue.Code, issue.Text = fhir.CodeNotSupported, "HTTP/1.1 is served, with the transfer coding chunked"
	}
	body := appendOutcome(nil, []fhir.Issue{issue})
	answer := fmt.Appendf(nil, "HTTP/1.1 %s\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\nContent-Type: %s\r\nX-Content-Type-Options: nosniff\r\n\r\n",
		statusLine(status), len(body), fhirJSON[0])
	return append(answer, body...)
}
