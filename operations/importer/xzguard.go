package importer

import (
	"errors"
	"fmt"
	"io"
)

// xzGuard passes an xz file on and refuses it where a block asks for a
// dictionary of more than maxWindow: the library would allocate what the file
// asks for, up to 4 GiB. It follows the structure of the format from block to
// block and understands nothing else of it; whether the file is sound is for
// the library to say.
//
// https://tukaani.org/xz/xz-file-format.txt
type xzGuard struct {
	r    io.Reader
	next func(byte) error // takes the byte that comes next; nil at the start
	skip int64            // bytes that pass before that

	size   int64 // bytes since the header of the block, or since the index began
	check  int64 // bytes of the check after each block
	header []byte
	varint xzVarint
}

var errXZ = errors.New("not an xz file, or one with more than the LZMA2 filter")

// Read passes bytes on that have been looked at.
func (g *xzGuard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	for i := 0; i < n; {
		if g.skip > 0 {
			step := min(g.skip, int64(n-i))
			g.skip, g.size, i = g.skip-step, g.size+step, i+int(step)
			continue
		}
		if g.next == nil {
			g.next = g.magic
		}
		g.size++
		if err := g.next(p[i]); err != nil {
			return 0, err
		}
		i++
	}
	return n, err
}

// collect takes bytes until there are n, and then has use look at them.
func (g *xzGuard) collect(n int, use func(h []byte) error) {
	g.header = g.header[:0]
	g.next = func(b byte) error {
		if g.header = append(g.header, b); len(g.header) < n {
			return nil
		}
		return use(g.header)
	}
}

// magic is at the first byte of a stream, or of the padding between streams.
func (g *xzGuard) magic(b byte) error {
	if b == 0 {
		return nil
	}
	g.collect(11, func(rest []byte) error { // flags and CRC-32 after the six bytes of magic
		sizes := [...]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}
		g.check = sizes[rest[6]&15]
		g.next = g.block
		return nil
	})
	return nil
}

// block is at the first byte of a block's header, or of the index.
func (g *xzGuard) block(b byte) error {
	if b == 0 {
		g.size = 1
		g.index()
		return nil
	}
	g.collect((int(b)+1)*4-1, func(h []byte) error {
		g.size, g.next = 0, g.chunk
		return checkDictionary(h)
	})
	return nil
}

// checkDictionary reads the size of the dictionary in a block's header.
func checkDictionary(h []byte) error {
	at := 1
	for _, present := range []byte{0x40, 0x80} { // compressed and uncompressed size
		for more := h[0]&present != 0; more; at++ {
			if at >= len(h) {
				return errXZ
			}
			more = h[at]&0x80 != 0
		}
	}
	if h[0]&3 != 0 || at+2 >= len(h) || h[at] != 0x21 || h[at+1] != 1 {
		return errXZ
	}
	bits := h[at+2]
	if bits > 40 {
		return errXZ
	}
	if size := int64(2|bits&1) << (bits/2 + 11); size > maxWindow {
		return fmt.Errorf("the file asks for an xz dictionary of %d MiB; at most %d MiB are allowed", size>>20, maxWindow>>20)
	}
	return nil
}

// chunk is at the control byte of an LZMA2 chunk.
func (g *xzGuard) chunk(control byte) error {
	switch {
	case control == 0: // the end of the block
		g.skip = (4-g.size%4)%4 + g.check
		g.next = g.block
	case control >= 0x80:
		g.collect(4, func(h []byte) error {
			g.skip = int64(h[2])<<8 + int64(h[3]) + 1
			if control >= 0xc0 {
				g.skip++ // new properties
			}
			g.next = g.chunk
			return nil
		})
	case control <= 2:
		g.collect(2, func(h []byte) error {
			g.skip = int64(h[0])<<8 + int64(h[1]) + 1
			g.next = g.chunk
			return nil
		})
	default:
		return errXZ
	}
	return nil
}

// index passes the index, whose records are two numbers each, and the footer.
func (g *xzGuard) index() {
	var left uint64
	counted := false
	g.next = func(b byte) error {
		n, done, err := g.varint.add(b)
		if err != nil || !done {
			return err
		}
		if counted {
			left--
		} else {
			if n > 1<<40 {
				return errXZ
			}
			counted, left = true, 2*n
		}
		if left == 0 {
			g.skip = (4-g.size%4)%4 + 4 + 12
			g.next = g.magic
		}
		return nil
	}
}

// xzVarint gathers a number of the format.
type xzVarint struct {
	n     uint64
	shift uint
}

func (v *xzVarint) add(b byte) (n uint64, done bool, err error) {
	if v.shift > 56 {
		return 0, false, errXZ
	}
	v.n |= uint64(b&0x7f) << v.shift
	v.shift += 7
	if b&0x80 != 0 {
		return 0, false, nil
	}
	n = v.n
	*v = xzVarint{}
	return n, true, nil
}
