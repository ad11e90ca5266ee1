package importer

import (
	"bufio"
	"bytes"
	"io"
)

// cutBytes is how much is kept of a text that is too long to be kept whole.
const cutBytes = 64 << 10

// lineReader reads lines without holding more of one than the limit.
type lineReader struct {
	r      *bufio.Reader
	limit  int64
	offset int64 // bytes read, up to the end of the last line
	text   []byte
}

// next reads one line. Of one beyond the limit it keeps the beginning alone;
// length says how long it was. The text is valid until the next call, without
// the line's end and the white space around it. After the last line the error
// is io.EOF; a text without a line's end before another error is no line.
func (l *lineReader) next() (text []byte, length int64, err error) {
	l.text = l.text[:0]
	for {
		piece, err := l.r.ReadSlice('\n')
		length += int64(len(piece))
		if length <= l.limit || len(l.text) < cutBytes {
			l.text = append(l.text, piece...)
		}
		if length > l.limit && len(l.text) > cutBytes {
			l.text = l.text[:cutBytes]
			if cap(l.text) > 4*cutBytes {
				l.text = bytes.Clone(l.text)
			}
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || length == 0) {
			return nil, length, err
		}
		l.offset += length
		return bytes.Trim(l.text, " \t\r\n"), length, nil
	}
}
