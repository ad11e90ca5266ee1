package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
)

// errThrottled: as many requests as are allowed are under way.
var errThrottled = errors.New("the server is busy with as many requests as it takes at a time")

// Header values that every answer shares; net/http does not change them.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
	vary    = []string{"Accept, Accept-Encoding, Prefer, Authorization"}
)

// wrap makes a gin handler of ours: everything that is the same for each
// request is here, once, in the order in which it happens.
func (s *Server) wrap(r route) gin.HandlerFunc {
	timeout := s.Timeout
	switch {
	case r.bundle:
		timeout = s.BundleTimeout
	case r.lookUp:
		timeout = 0
	}
	observe := s.Metrics.route(Mount + r.path)
	logger := s.Logger.With("route", Mount+r.path).Handler()
	return func(c *gin.Context) {
		start := s.Now()
		h := c.Writer.Header()
		h["X-Request-Id"] = []string{requestID(c.Request)}
		h["Cache-Control"], h["X-Content-Type-Options"], h["Vary"] = noStore, noSniff, vary
		h["Content-Type"] = fhirJSON

		err := s.protect(c, r.serve, timeout)
		var o outcome
		if err != nil {
			o = explain(err)
			s.sendOutcome(c, o)
		}
		end := s.Now()
		elapsed := end.Sub(start)
		observe(c.Request.Method, c.Writer.Status(), elapsed)
		s.log(c, logger, end, elapsed, o, err)
	}
}

// protect runs a handler with what guards it: a slot among the requests under
// way, a deadline, and a net under its panics.
func (s *Server) protect(c *gin.Context, serve handler, timeout time.Duration) (err error) {
	defer s.underWay.Add(-1)
	if s.underWay.Add(1) > int64(s.MaxRequests) {
		return errThrottled
	}
	defer func() {
		switch p := recover(); {
		case p == nil:
		case c.Writer.Written(): // too late for another answer: cut the connection
			s.Logger.Error("panic", "request", id(c), "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			panic(http.ErrAbortHandler)
		default:
			err = &panicked{value: p, stack: debug.Stack()}
		}
	}()
	defer s.releaseBody(c)
	if err := s.checkOrigin(c.Request); err != nil {
		return err
	}
	if err := checkTarget(c.Request); err != nil {
		return err
	}
	if err := negotiate(c); err != nil {
		return err
	}
	if err := s.checkPath(c); err != nil {
		return err
	}
	access, err := s.Authorize(c.Request)
	if err != nil {
		return err
	}
	if timeout > 0 {
		ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
	}
	return serve(c, access)
}

// panicked is a panic as an error. Its text names only the kind of what was
// thrown: the value may hold what a client sent.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string {
	if err, ok := p.value.(interface{ RuntimeError() }); ok {
		return fmt.Sprintf("panic: %v", err)
	}
	return fmt.Sprintf("panic: %T", p.value)
}

// requestID is the client's X-Request-Id if it is harmless, otherwise a new one.
func requestID(r *http.Request) string {
	if values := r.Header["X-Request-Id"]; len(values) == 1 && fhir.ValidID(strings.ReplaceAll(values[0], "_", "-")) {
		return values[0]
	}
	var text [32]byte
	return string(strconv.AppendUint(append(text[:0], processID...), requests.Add(1), 36))
}

// Ids of requests have to be distinct, also from those of other processes; no
// secret is in them.
var (
	processID = rand.Text()[:16] + "-"
	requests  atomic.Uint64
)

// id is the request's id, as the answer says it.
func id(c *gin.Context) string { return c.Writer.Header()["X-Request-Id"][0] }

// method is an HTTP method as logs and metrics name it; what a client made up
// is one of the others.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
