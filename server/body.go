package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// Refusals of bodies.
var (
	errTooLong    = errors.New("the body is larger than this server takes")
	errIncomplete = errors.New("the body ended early, or did not arrive in time")
)

// buffer is memory for one body or answer. Buffers are used again, but for those
// that have grown large.
type buffer struct{ text []byte }

// largestKept is the size from which a buffer, or a body, is large.
const largestKept = 1 << 20

var buffers = sync.Pool{New: func() any { return &buffer{text: make([]byte, 0, 8<<10)} }}

func newBuffer() *buffer { return buffers.Get().(*buffer) }

func (b *buffer) free() {
	if cap(b.text) <= largestKept {
		b.text = b.text[:0]
		buffers.Put(b)
	}
}

// resource reads the body of a request through the JSON gate.
func (s *Server) resource(c *gin.Context) (codec.Value, error) {
	if err := checkBody(c.Request); err != nil {
		return codec.Value{}, err
	}
	b := newBuffer()
	defer b.free()
	if err := s.readBody(c, b); err != nil {
		return codec.Value{}, err
	}
	d, err := codec.Parse(b.text, codec.Limits{})
	if err != nil {
		return codec.Value{}, err
	}
	return d.Root(), nil
}

// readBody reads a body up to the limit, which holds for what arrives and for
// what that decompresses to. Memory grows with what arrives, not with what
// Content-Length promises, and only so many requests at a time may have a large
// body: each can come to several times its size once it is parsed.
func (s *Server) readBody(c *gin.Context, b *buffer) error {
	if c.Request.ContentLength > s.MaxBody {
		return errTooLong
	}
	body, err := decoded(c, http.MaxBytesReader(c.Writer, c.Request.Body, s.MaxBody))
	if err != nil {
		return bodyError(err)
	}
	defer body.Close()
	into := bytes.NewBuffer(b.text)
	if n := c.Request.ContentLength; n > 0 {
		into.Grow(int(min(n, largestKept)) + bytes.MinRead)
	}
	n, err := into.ReadFrom(io.LimitReader(body, min(largestKept, s.MaxBody+1)))
	if err == nil && n == largestKept {
		select {
		case s.large <- struct{}{}:
			c.Set(largeKey, true)
		case <-c.Request.Context().Done():
			return errThrottled
		}
		_, err = into.ReadFrom(io.LimitReader(body, s.MaxBody+1-n))
	}
	b.text = into.Bytes()
	switch {
	case err != nil:
		return bodyError(err)
	case int64(len(b.text)) > s.MaxBody:
		return errTooLong
	}
	return nil
}

// bodyError tells why a body could not be read.
func bodyError(err error) error {
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return errTooLong
	case errors.Is(err, errEncoding), errors.Is(err, errGzip):
		return err
	}
	return fmt.Errorf("read the body: %w", errors.Join(errIncomplete, err))
}

// largeKey marks a gin.Context that counts as one with a large body.
const largeKey = "large"

// releaseBody ends what readBody began, once the request is answered.
func (s *Server) releaseBody(c *gin.Context) {
	if c.GetBool(largeKey) {
		<-s.large
	}
}
