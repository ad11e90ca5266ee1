package importer

import (
	"bufio"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxWindow is how far back compressed text may refer to itself, and so how
// much memory decompressing costs, however much comes out: what xz -9 and zstd
// --long use, and no more. (Deflate has 32 KiB.)
const maxWindow = 128 << 20

// decompress reads text through the compression named.
func decompress(r io.Reader, compression string) (io.ReadCloser, error) {
	switch compression {
	case "gz":
		return gzip.NewReader(r)
	case "zst":
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, fmt.Errorf("read zstd: %w", err)
		}
		return d.IOReadCloser(), nil
	case "xz":
		// The library asks for single bytes.
		x, err := xz.NewReader(bufio.NewReaderSize(&xzGuard{r: r}, 64<<10))
		if err != nil {
			return nil, fmt.Errorf("read xz: %w", err)
		}
		return io.NopCloser(x), nil
	}
	return io.NopCloser(r), nil
}

// meter counts the bytes read of all files.
type meter struct {
	total, done atomic.Int64
}

// metered counts what is read of one file.
type metered struct {
	io.Reader
	meter *meter
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.meter.done.Add(int64(n))
	return n, err
}
