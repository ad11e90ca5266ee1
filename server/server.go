// Package server is Jenner over HTTP: routes, headers, status codes, and how an
// error becomes an OperationOutcome. The rules of the interactions are in
// package resources and those of the operations below package operations; a
// handler here takes a request apart, makes one call and writes one answer.
//
// The program that starts it is server/cmd/jenner.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/resources"
)

// Mount is the path under which the FHIR API is served. BaseURL of the Service
// is what a proxy makes of it.
const Mount = "/fhir"

// Config is what a Server is made of.
type Config struct {
	// Resources carries out the interactions. Required; it also knows the base
	// URL, the definitions and the search parameters that are claimed.
	Resources *resources.Service
	// Operations are mounted and claimed beside the interactions.
	Operations []operations.Operation
	// Authorize says what the sender of a request may see and change. Its errors
	// are answered like those of a handler. Required.
	Authorize func(*http.Request) (resources.Access, error)
	// Hosts are the names in the Host header under which the server answers, and
	// with them pages of other origins may not write. Empty means any: that is
	// for servers on which every request is authorized.
	Hosts []string
	// Logger gets a line for each request. Required.
	Logger *slog.Logger
	// Metrics counts requests. Required: NewMetrics.
	Metrics *Metrics
	// Now is the clock. Required.
	Now func() time.Time
	// Version is of the software, for the CapabilityStatement.
	Version string

	Lenient       bool          // ignore unknown search parameters where the request does not say
	MaxBody       int64         // of a request in bytes; default 32 MiB
	Timeout       time.Duration // of one request; default 30 s
	BundleTimeout time.Duration // of a batch or transaction; default 2 min
	MaxRequests   int           // served at a time; more are answered 503. Default 512
	MaxLarge      int           // of these with a body over 1 MiB; more wait. Default 16
}

// Server serves the FHIR API. It is an http.Handler for any number of
// goroutines.
type Server struct {
	Config
	engine     *gin.Engine
	mounted    gin.RoutesInfo // on engine
	underWay   atomic.Int64   // requests
	large      chan struct{}  // one for each of them that has a large body
	capability []byte         // the CapabilityStatement
	origins    *http.CrossOriginProtection
}

// New checks the configuration, mounts the routes and states the capabilities.
func New(c Config) (*Server, error) {
	if c.Resources == nil || c.Authorize == nil || c.Logger == nil || c.Metrics == nil || c.Now == nil {
		return nil, errors.New("server: Resources, Authorize, Logger, Metrics and Now are required")
	}
	setDefault(&c.MaxBody, 32<<20)
	setDefault(&c.Timeout, 30*time.Second)
	setDefault(&c.BundleTimeout, 2*time.Minute)
	setDefault(&c.MaxRequests, 512)
	setDefault(&c.MaxLarge, 16)
	s := &Server{
		Config:  c,
		large:   make(chan struct{}, c.MaxLarge),
		origins: http.NewCrossOriginProtection(),
	}
	if err := s.mount(); err != nil {
		return nil, fmt.Errorf("mount the routes: %w", err)
	}
	return s, nil
}

func setDefault[T int | int64 | time.Duration](v *T, value T) {
	if *v == 0 {
		*v = value
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// ready is nil when the store answers.
func (s *Server) ready(ctx context.Context) error {
	_, err := s.Resources.Store.Secret(ctx, "cursor")
	return err
}
