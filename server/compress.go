package server

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// Gzip is the one content coding, of bodies and of answers:
// https://hl7.org/fhir/R4/http.html#Compression

// Refusals of compressed bodies.
var (
	errEncoding = errors.New("of the content codings of a body, gzip is taken, and none at all")
	errGzip     = errors.New("the body is not in gzip, as its Content-Encoding says")
)

// compressedFrom is the length in bytes from which answers are compressed: what
// fits into one packet gains nothing.
const compressedFrom = 1 << 10

var (
	gzipCoding = []string{"gzip"}
	// acceptEncoding tells in a 415 what would have been taken.
	acceptEncoding = []string{"gzip, identity"}
)

// compress is the text in gzip, nil where the client does not want it so or it
// would be no shorter. Whoever sends it frees it, and says so in the header.
func compress(r *http.Request, text []byte) *buffer {
	accept := r.Header["Accept-Encoding"]
	if len(text) < compressedFrom || len(accept) == 0 || !wantsGzip(accept) {
		return nil
	}
	b := newBuffer()
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(b)
	_, err := w.Write(text)
	if err = errors.Join(err, w.Close()); err != nil || len(b.text) >= len(text) {
		b.free()
		return nil
	}
	return b
}

// gzipWriters are kept, as each has tables of some hundred KiB. The fastest
// level leaves FHIR's JSON at a sixth to a tenth.
var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // of a level that there is, it makes a writer
	}
	return w
}}

// wantsGzip reports whether a client takes gzip, and likes the text as it is no
// better: https://www.rfc-editor.org/rfc/rfc9110.html#name-accept-encoding
func wantsGzip(accept []string) bool {
	zipped, plain, others := -1.0, -1.0, -1.0
	for _, header := range accept {
		for part := range strings.SplitSeq(header, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			q := 1.0
			if text, ok := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(parameters, " ", "")), "q="); ok {
				var err error
				if q, err = strconv.ParseFloat(text, 64); err != nil {
					continue
				}
			}
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip", "x-gzip":
				zipped = q
			case "identity":
				plain = q
			case "*":
				others = q
			}
		}
	}
	if zipped < 0 {
		zipped = others
	}
	return zipped > 0 && zipped >= plain
}

// decoded is the body of a request without its content coding. What it reads
// is still to be bounded. It must be closed.
func decoded(c *gin.Context, body io.Reader) (io.ReadCloser, error) {
	switch codings := c.Request.Header["Content-Encoding"]; {
	case len(codings) == 0 || len(codings) == 1 && (codings[0] == "" || strings.EqualFold(codings[0], "identity")):
		return io.NopCloser(body), nil
	case len(codings) > 1 || !strings.EqualFold(codings[0], "gzip") && !strings.EqualFold(codings[0], "x-gzip"):
		c.Writer.Header()["Accept-Encoding"] = acceptEncoding
		return nil, errEncoding
	}
	r, ok := gzipReaders.Get().(*gzip.Reader)
	if !ok {
		r = new(gzip.Reader)
	}
	z := &gzipBody{from: r}
	if err := r.Reset(body); err != nil {
		z.Close()
		return nil, asGzip(err)
	}
	return z, nil
}

// gzipReaders are kept, as each has a window of 32 KiB.
var gzipReaders sync.Pool

// gzipBody tells failures of the coding from those of the connection.
type gzipBody struct{ from *gzip.Reader }

// Read reads decompressed bytes.
func (z *gzipBody) Read(p []byte) (int, error) {
	n, err := z.from.Read(p)
	if err != nil && err != io.EOF {
		err = asGzip(err)
	}
	return n, err
}

// Close gives the reader back.
func (z *gzipBody) Close() error {
	gzipReaders.Put(z.from)
	return nil
}

// asGzip marks an error that the coding is to blame for. That the body ended
// early is not its fault.
func asGzip(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		return errors.Join(errGzip, err)
	}
	return err
}

// Write appends to the buffer.
func (b *buffer) Write(p []byte) (int, error) {
	b.text = append(b.text, p...)
	return len(p), nil
}
