package importer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// batchBytes is how much text makes a batch, where its records are not enough
// before.
const batchBytes = 4 << 20

// reader cuts the sources into batches, in order. A batch may hold the end of
// one file and the beginning of the next, but only files of one rank.
type reader struct {
	run  *run
	hand func(*batch) bool // passes a batch on; false when the import ends
	b    *batch
	turn int
}

// errStopped is the reader's own: the import ends early.
var errStopped = errors.New("reading was stopped")

// readAll reads every source from its place on. A source that fails is noted;
// the next ones are read all the same.
func (rd *reader) readAll(ctx context.Context) {
	for _, s := range rd.run.sources {
		if s.place.Done {
			rd.run.read.done.Add(s.size)
			continue
		}
		if rd.b != nil && rd.b.rank != s.rank && !rd.flush() {
			return
		}
		at := mark{source: s, Line: s.place.Line, Offset: s.place.Offset}
		err := rd.source(ctx, s, &at)
		if errors.Is(err, errStopped) || ctx.Err() != nil {
			return
		}
		at.Done = true
		if err != nil {
			at.fault = fault(s, at, err)
		}
		rd.batch(s).mark(at)
	}
	rd.flush()
}

// fault says how far a source could be read and why not further.
func fault(s *source, at mark, err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errors.New("the file is cut off")
	}
	if s.format.ndjson && at.Line > 0 {
		return fmt.Sprintf("read up to line %d: %s", at.Line, reasonOf(err))
	}
	return "not read: " + reasonOf(err)
}

// source reads one source and leaves in at how far it came.
func (rd *reader) source(ctx context.Context, s *source, at *mark) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	skip := at.Offset
	if s.format.compression == "" && skip > 0 {
		if _, err := f.Seek(skip, io.SeekStart); err != nil {
			return err
		}
		rd.run.read.done.Add(skip)
		skip = 0
	}
	text, err := decompress(metered{f, &rd.run.read}, s.format.compression)
	if err != nil {
		return err
	}
	defer text.Close()
	if _, err := io.CopyN(io.Discard, text, skip); err != nil {
		return err
	}
	if s.format.ndjson {
		return rd.lines(ctx, s, text, at)
	}
	return rd.whole(s, text, at)
}

// lines reads NDJSON: http://ndjson.org, each line a resource.
func (rd *reader) lines(ctx context.Context, s *source, text io.Reader, at *mark) error {
	l := lineReader{r: bufio.NewReaderSize(text, 64<<10), limit: rd.run.MaxLine, offset: at.Offset}
	for {
		line, length, err := l.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		at.Line, at.Offset = at.Line+1, l.offset
		if len(line) > 0 {
			it := item{source: s, line: at.Line, text: string(line)}
			if length > rd.run.MaxLine {
				it.length = length
				it.fault = fmt.Sprintf("the line is longer than %d bytes, the limit for a line", rd.run.MaxLine)
			}
			rd.batch(s).add(it)
		}
		if rd.full() {
			rd.b.mark(*at)
			if !rd.flush() || ctx.Err() != nil {
				return errStopped
			}
		}
	}
}

// whole reads a file that is one JSON object.
func (rd *reader) whole(s *source, text io.Reader, at *mark) error {
	limit := rd.run.MaxFile
	all, err := io.ReadAll(io.LimitReader(text, limit+1))
	if err != nil {
		return err
	}
	if int64(len(all)) > limit {
		return fmt.Errorf("the file holds more than %d bytes, the limit for a .json file; NDJSON has no such limit", limit)
	}
	rd.batch(s).add(item{source: s, text: string(all)})
	if rd.full() {
		at.Done = true
		rd.b.mark(*at)
		if !rd.flush() {
			return errStopped
		}
	}
	return nil
}

// batch is the batch that is being filled.
func (rd *reader) batch(s *source) *batch {
	if rd.b == nil {
		rd.b = &batch{turn: rd.turn, rank: s.rank, done: make(chan struct{})}
		rd.turn++
	}
	return rd.b
}

// full reports whether that batch is to be handed on.
func (rd *reader) full() bool {
	return rd.b != nil && (len(rd.b.items) >= rd.run.Batch || rd.b.bytes >= batchBytes)
}

// flush hands the batch on that is being filled.
func (rd *reader) flush() bool {
	b := rd.b
	rd.b = nil
	return b == nil || rd.hand(b)
}
