package load

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"
)

// Client is one keep-alive connection to a server, for one goroutine: HTTP/1.1 of
// RFC 9112 as far as a server on the same machine needs it. It exists because
// net/http's client costs more than some of the servers' answers
// (BenchmarkClient). No redirects, no trailers, no interim answers but 100.
type Client struct {
	host, path string // of the base URL
	conn       net.Conn
	r          *bufio.Reader
	request    []byte
	body       []byte
	timeout    time.Duration
}

// Request is what is sent. Path begins below the base URL, as "/Patient/1".
type Request struct {
	Method, Path string
	Body         []byte
}

// Response is what came back. Body belongs to the client, until its next request.
type Response struct {
	Status int
	Body   []byte
}

// ErrNotLoopback means that a base URL is not on this machine.
var ErrNotLoopback = errors.New("the server is not on this machine's loopback interface")

// Dial makes a client of a base URL such as http://127.0.0.1:8080/fhir. It refuses
// other machines unless far is set: a load test is an attack on whoever did not
// expect it. It connects with the first request.
func Dial(base string, far bool) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || u.Hostname() == "" {
		return nil, fmt.Errorf("%s is no base URL such as http://127.0.0.1:8080/fhir", base)
	}
	if ip := net.ParseIP(u.Hostname()); !far && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s: %w", base, ErrNotLoopback)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
	}
	return &Client{host: host, path: trimSlash(u.EscapedPath()), timeout: 30 * time.Second}, nil
}

func trimSlash(path string) string {
	for len(path) > 0 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return path
}

// Close closes the connection.
func (c *Client) Close() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	c.conn = nil
	return err
}

// Do sends a request and reads the answer. After an error the next request opens
// a new connection; nothing is sent twice.
func (c *Client) Do(r Request) (Response, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.host, c.timeout)
		if err != nil {
			return Response{}, err
		}
		c.conn, c.r = conn, bufio.NewReaderSize(conn, 32<<10)
	}
	response, stay, err := c.exchange(r)
	if err != nil || !stay {
		c.Close()
	}
	if err != nil {
		return Response{}, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	return response, nil
}

func (c *Client) exchange(r Request) (response Response, stay bool, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return Response{}, false, err
	}
	b := append(append(c.request[:0], r.Method...), ' ')
	b = append(append(b, c.path...), r.Path...)
	b = append(append(b, " HTTP/1.1\r\nHost: "...), c.host...)
	b = append(b, "\r\nAccept: application/fhir+json\r\n"...)
	if r.Body != nil {
		b = append(b, "Content-Type: application/fhir+json\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(r.Body)), 10), '\r', '\n')
	}
	b = append(append(b, '\r', '\n'), r.Body...)
	c.request = b
	if _, err := c.conn.Write(b); err != nil {
		return Response{}, false, err
	}
	return c.read(r.Method == "HEAD")
}

// read reads an answer; stay says that the connection can be used again.
func (c *Client) read(head bool) (response Response, stay bool, err error) {
	h, err := c.readHead()
	for err == nil && h.status == 100 {
		h, err = c.readHead()
	}
	if err != nil {
		return Response{}, false, err
	}
	c.body = c.body[:0]
	switch {
	case head || h.status == 204 || h.status == 304:
	case h.chunked:
		err = c.readChunks()
	case h.length >= 0:
		err = c.readBody(h.length)
	default: // until the connection ends
		h.stay = false
		var rest []byte
		rest, err = io.ReadAll(c.r)
		c.body = append(c.body, rest...)
	}
	return Response{Status: h.status, Body: c.body}, h.stay, err
}

// head is what of a header matters here.
type head struct {
	status  int
	length  int // -1 if it is not said
	chunked bool
	stay    bool
}

func (c *Client) readHead() (h head, err error) {
	line, err := c.readLine()
	if err != nil {
		return h, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return h, fmt.Errorf("%q is no status line", line)
	}
	h = head{length: -1, stay: line[7] == '1'}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, fmt.Errorf("%q is no status line", line)
	}
	for {
		line, err := c.readLine()
		if err != nil || len(line) == 0 {
			return h, err
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case equalFold(name, "content-length"):
			if h.length, err = strconv.Atoi(string(value)); err != nil || h.length < 0 {
				return h, fmt.Errorf("Content-Length %q", value)
			}
		case equalFold(name, "transfer-encoding"):
			h.chunked = equalFold(value, "chunked")
		case equalFold(name, "connection") && equalFold(value, "close"):
			h.stay = false
		}
	}
}

// equalFold compares without regard to case and without allocating.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// readLine returns a line without its end, until the next read.
func (c *Client) readLine() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, unexpected(err)
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func (c *Client) readBody(n int) error {
	from := len(c.body)
	if need := from + n; cap(c.body) < need {
		c.body = append(make([]byte, 0, need+need/4), c.body...)
	}
	c.body = c.body[:from+n]
	_, err := io.ReadFull(c.r, c.body[from:])
	return unexpected(err)
}

func (c *Client) readChunks() error {
	for {
		line, err := c.readLine()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(size), 16, 31)
		if err != nil {
			return fmt.Errorf("chunk of size %q", size)
		}
		if err := c.readBody(int(n)); err != nil {
			return err
		}
		if line, err = c.readLine(); err != nil || len(line) > 0 {
			return cmp.Or(err, fmt.Errorf("%q after a chunk", line))
		}
		if n == 0 {
			return nil
		}
	}
}

// unexpected tells the end of a connection from the end of an answer.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
