package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
)

// requestLine is the message of the line that each request gets.
const requestLine = "request"

const (
	logDelay = 100 * time.Millisecond
	logSize  = 64 << 10
)

// NewLogger makes a logger of JSON lines. Lines of requests that went well are
// written together, at the latest after a tenth of a second or when flush is
// called: a system call for each would nearly double what they cost. A
// process that is killed takes those of its last tenth of a second along. Every
// other line is written at once, after those that came before it.
func NewLogger(w io.Writer, level slog.Leveler) (logger *slog.Logger, flush func()) {
	lines := &lineBuffer{w: w}
	inner := slog.NewJSONHandler(lines, &slog.HandlerOptions{Level: level})
	return slog.New(lineHandler{inner, lines}), lines.flush
}

// lineHandler decides which lines may wait.
type lineHandler struct {
	slog.Handler
	lines *lineBuffer
}

// Handle writes a line.
func (h lineHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Message != requestLine || r.Level > slog.LevelInfo {
		h.lines.flush()
	}
	return err
}

// WithAttrs is for slog.
func (h lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return lineHandler{h.Handler.WithAttrs(attrs), h.lines}
}

// WithGroup is for slog.
func (h lineHandler) WithGroup(name string) slog.Handler {
	return lineHandler{h.Handler.WithGroup(name), h.lines}
}

// lineBuffer keeps lines for a moment.
type lineBuffer struct {
	w       io.Writer
	mu      sync.Mutex
	text    []byte
	waiting bool // flush will be called
}

// Write adds a line.
func (b *lineBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, line...)
	switch {
	case len(b.text) >= logSize:
		b.write()
	case !b.waiting:
		b.waiting = true
		time.AfterFunc(logDelay, b.flush)
	}
	return len(line), nil
}

func (b *lineBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = false
	b.write()
}

// write writes what is there. A log that cannot be written has nowhere to say so.
func (b *lineBuffer) write() {
	if len(b.text) > 0 {
		b.w.Write(b.text)
		b.text = b.text[:0]
	}
}

// log writes the line of a request: ids and figures, never query values, names
// or content. What a client did wrong is told by the issue's code alone.
func (s *Server) log(c *gin.Context, to slog.Handler, end time.Time, elapsed time.Duration, o outcome, err error) {
	level, ctx := slog.LevelInfo, c.Request.Context()
	// That a client has gone is no fault of ours.
	if o.status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		level = slog.LevelError
	}
	if !to.Enabled(ctx, level) {
		return
	}
	// Made by hand, as slog.Logger would look up who called it.
	r := slog.NewRecord(end, level, requestLine, 0)
	r.AddAttrs(
		slog.String("request", id(c)),
		slog.String("method", method(c.Request.Method)),
		slog.Int("status", c.Writer.Status()),
		slog.Int64("microseconds", elapsed.Microseconds()))
	if t := c.Param("type"); t != "" && s.Resources.Definitions.IsResource(t) {
		r.AddAttrs(slog.String("type", t))
	}
	if id := c.Param("id"); fhir.ValidID(id) {
		r.AddAttrs(slog.String("id", id))
	}
	if err != nil {
		r.AddAttrs(slog.String("code", string(o.issues[0].Code)))
	}
	if level == slog.LevelError {
		r.AddAttrs(slog.String("error", err.Error()))
		var p *panicked
		if errors.As(err, &p) {
			r.AddAttrs(slog.String("stack", string(p.stack)))
		}
	}
	to.Handle(ctx, r)
}
