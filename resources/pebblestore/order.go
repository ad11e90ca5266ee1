package pebblestore

import (
	"bytes"
	"encoding/hex"
	"math"
	"strings"
)

// Encodings in this file keep order: the bytes compare as the values do, and
// none is the beginning of another, so that they can stand inside keys.

// The forms of an id in a key. Most ids are UUIDs, which take half the space
// as numbers; ids of one form sort as their text does.
const (
	idUUID byte = 1 // 16 bytes
	idText byte = 2 // the text and a zero byte
)

// appendID appends a logical id.
func appendID(dst []byte, id string) []byte {
	if uuid, ok := readUUID(id); ok {
		return append(append(dst, idUUID), uuid[:]...)
	}
	dst = append(dst, idText)
	dst = append(dst, id...)
	return append(dst, 0)
}

// readID reads what appendID wrote and gives what follows it.
func readID(b []byte) (id string, rest []byte, ok bool) {
	if len(b) == 0 {
		return "", nil, false
	}
	form, b := b[0], b[1:]
	switch {
	case form == idUUID && len(b) >= 16:
		var text [36]byte
		hex.Encode(text[0:8], b[0:4])
		hex.Encode(text[9:13], b[4:6])
		hex.Encode(text[14:18], b[6:8])
		hex.Encode(text[19:23], b[8:10])
		hex.Encode(text[24:36], b[10:16])
		text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
		return string(text[:]), b[16:], true
	case form == idText:
		if i := bytes.IndexByte(b, 0); i > 0 {
			return string(b[:i]), b[i+1:], true
		}
	}
	return "", nil, false
}

// isUUID reports whether id is a UUID in lower case, the only writing that
// readID gives back.
func isUUID(id string) bool {
	_, ok := readUUID(id)
	return ok
}

// readUUID reads a UUID in lower case.
func readUUID(id string) (uuid [16]byte, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return uuid, false
	}
	all := byte(0)
	for i, at := range [...]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		high, low := hexDigits[id[at]], hexDigits[id[at+1]]
		uuid[i] = high<<4 | low
		all |= high | low
	}
	return uuid, all < 16
}

// hexDigits are the values of lower-case digits; 16 for what is none.
var hexDigits = func() (values [256]byte) {
	for i := range values {
		values[i] = 16
		if digit := strings.IndexByte("0123456789abcdef", byte(i)); digit >= 0 {
			values[i] = byte(digit)
		}
	}
	return values
}()

// Text in keys ends with a zero byte. What would be taken for the end, or for
// an escape, is escaped: 00 becomes 01 01, and 01 becomes 01 02. Text longer
// than keyText is cut and ends with 01 00: then the key alone cannot tell
// whether a text matches.
const keyText = 120

// appendText appends a text and its end, and reports whether it was cut.
func appendText(dst []byte, text string) ([]byte, bool) {
	cut := len(text) > keyText
	if cut {
		text = text[:keyText]
	}
	dst = appendTextStart(dst, text)
	if cut {
		return append(dst, 1, 0), true
	}
	return append(dst, 0), false
}

// appendTextStart appends a text without its end: what the keys of all texts
// that start with it have in common. It must not be longer than keyText.
func appendTextStart(dst []byte, text string) []byte {
	for {
		i := strings.IndexAny(text, "\x00\x01")
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		dst = append(dst, 1, text[i]+1)
		text = text[i+1:]
	}
}

// readText reads what appendText wrote and gives what follows it.
func readText(b []byte) (text string, cut bool, rest []byte, ok bool) {
	i := bytes.IndexAny(b, "\x00\x01")
	if i >= 0 && b[i] == 0 {
		return string(b[:i]), false, b[i+1:], true
	}
	var out []byte
	for i >= 0 {
		out = append(out, b[:i]...)
		switch {
		case b[i] == 0:
			return string(out), false, b[i+1:], true
		case i+1 == len(b):
			return "", false, nil, false
		case b[i+1] == 0:
			return string(out), true, b[i+2:], true
		}
		out = append(out, b[i+1]-1)
		b = b[i+2:]
		i = bytes.IndexAny(b, "\x00\x01")
	}
	return "", false, nil, false
}

// plainText is the text at the beginning of b where it stands as it is, neither
// escaped nor cut, as most do. It shares memory with b.
func plainText(b []byte) (text []byte, plain bool) {
	end := bytes.IndexByte(b, 0)
	if end < 0 || bytes.IndexByte(b[:end], 1) >= 0 {
		return nil, false
	}
	return b[:end], true
}

// appendFloat appends a number, which must not be NaN.
func appendFloat(dst []byte, f float64) []byte {
	if f == 0 {
		f = 0 // minus zero is zero
	}
	bits := math.Float64bits(f)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return append(dst, byte(bits>>56), byte(bits>>48), byte(bits>>40), byte(bits>>32),
		byte(bits>>24), byte(bits>>16), byte(bits>>8), byte(bits))
}

// readFloat reads what appendFloat wrote.
func readFloat(b []byte) float64 {
	bits := uint64(b[0])<<56 | uint64(b[1])<<48 | uint64(b[2])<<40 | uint64(b[3])<<32 |
		uint64(b[4])<<24 | uint64(b[5])<<16 | uint64(b[6])<<8 | uint64(b[7])
	if bits>>63 == 1 {
		bits &^= 1 << 63
	} else {
		bits = ^bits
	}
	return math.Float64frombits(bits)
}
