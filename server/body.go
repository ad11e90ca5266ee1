package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
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

// readBody reads a body up to the limit. Memory grows with what arrives, not
// with what Content-Length promises.
func (s *Server) readBody(c *gin.Context, b *buffer) error {
	if c.Request.ContentLength > s.MaxBody {
		// Unread, the rest of the body would stand before the next request.
		c.Writer.Header().Set("Connection", "close")
		return errTooLong
	}
	into := bytes.NewBuffer(b.text)
	if n := c.Request.ContentLength; n > 0 {
		into.Grow(int(min(n, largestKept)) + bytes.MinRead)
	}
	_, err := into.ReadFrom(http.MaxBytesReader(c.Writer, c.Request.Body, s.MaxBody))
	b.text = into.Bytes()
	var tooLong *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLong):
		return errTooLong
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, os.ErrDeadlineExceeded):
		return errIncomplete
	}
	return fmt.Errorf("read the body: %w", errors.Join(errIncomplete, err))
}
