package importer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// FuzzXZGuard is internal: the guard must let pass whatever the library writes,
// byte for byte, and must take any other bytes without harm.
func FuzzXZGuard(f *testing.F) {
	f.Add([]byte("some text, some text, some text"), uint16(10))
	f.Add([]byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00!\x01\x16\x00\x00\x00"), uint16(0))
	f.Add([]byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff"), uint16(0))
	f.Fuzz(func(t *testing.T, text []byte, blockSize uint16) {
		if out, err := io.ReadAll(&xzGuard{r: bytes.NewReader(text)}); !bytes.HasPrefix(text, out) {
			t.Errorf("the guard made %q of %q (%v)", out, text, err)
		}
		var packed bytes.Buffer
		w, err := xz.WriterConfig{DictCap: lzma.MinDictCap, BlockSize: int64(blockSize) + 1 + int64(len(text)/8)}.NewWriter(&packed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if out, err := io.ReadAll(&xzGuard{r: bytes.NewReader(packed.Bytes())}); err != nil || !bytes.Equal(out, packed.Bytes()) {
			t.Errorf("the guard did not let pass a sound file of %q in blocks (%d): %v", text, blockSize, err)
		}
	})
}

// FuzzLines is internal: lines within the limit must come as they are, and the
// others with their length, whatever the buffers' sizes.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\n bb\r\nccc"), uint8(2), uint8(16))
	f.Fuzz(func(t *testing.T, text []byte, limit, buffer uint8) {
		l := lineReader{r: bufio.NewReaderSize(bytes.NewReader(text), int(buffer)), limit: int64(limit)}
		for want := range bytes.Lines(text) {
			got, length, err := l.next()
			if err != nil || length != int64(len(want)) {
				t.Fatalf("next() = %q of %d bytes, %v, want %q", got, length, err, want)
			}
			if length <= int64(limit) && !bytes.Equal(got, bytes.Trim(want, " \t\r\n")) {
				t.Errorf("next() = %q, want %q", got, want)
			}
		}
		if _, _, err := l.next(); !errors.Is(err, io.EOF) {
			t.Errorf("next() at the end = %v, want EOF", err)
		}
		if l.offset != int64(len(text)) {
			t.Errorf("offset = %d, want %d", l.offset, len(text))
		}
	})
}
