package server

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/conformance"
	"github.com/jenner-iis/jenner/resources"
)

// handler serves one interaction. The error that it returns becomes an
// OperationOutcome (outcome.go).
type handler func(*gin.Context, resources.Access) error

// changer serves an interaction that changes resources, by a Service that may have been
// told who does so and why.
type changer func(*gin.Context, resources.Access, *resources.Service) error

// route is a method and path, what serves it, and what is claimed for it.
type route struct {
	method, path string
	serve        handler
	change       changer // in place of serve
	claims       []conformance.Interaction
	bundle       bool // may take as long as a batch or transaction
	lookUp       bool // a few look-ups by key, whose time needs no bound
}

// routes are all interactions: https://hl7.org/fhir/R4/http.html
//
// Operations are mounted from their own list. HEAD is served wherever GET is.
func (s *Server) routes() []route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	type claims = []conformance.Interaction
	return []route{
		{method: get, path: "/metadata", serve: s.capabilities},
		{method: get, path: "/_history", serve: s.history, claims: claims{conformance.HistorySystem}},

		{method: get, path: "", serve: s.search, claims: claims{conformance.SearchSystem}},
		{method: get, path: "/", serve: s.search},
		{method: post, path: "/_search", serve: s.searchForm},
		{method: post, path: "", change: s.bundle, claims: claims{conformance.Batch, conformance.Transaction}, bundle: true},
		{method: post, path: "/", change: s.bundle, bundle: true},

		{method: get, path: "/:type", serve: s.search, claims: claims{conformance.SearchType}},
		{method: post, path: "/:type/_search", serve: s.searchForm},
		{method: post, path: "/:type", change: s.create, claims: claims{conformance.Create, conformance.ConditionalCreate}},
		{method: put, path: "/:type", change: s.conditionalUpdate, claims: claims{conformance.ConditionalUpdate}},
		{method: patch, path: "/:type", change: s.conditionalPatch},
		{method: del, path: "/:type", change: s.conditionalDelete, claims: claims{conformance.ConditionalDelete}},
		{method: get, path: "/:type/_history", serve: s.history, claims: claims{conformance.HistoryType}},

		{method: get, path: "/:type/:id", serve: s.read, claims: claims{conformance.Read}, lookUp: true},
		{method: put, path: "/:type/:id", change: s.update, claims: claims{conformance.Update}},
		{method: patch, path: "/:type/:id", change: s.patch, claims: claims{conformance.Patch}},
		{method: del, path: "/:type/:id", change: s.delete, claims: claims{conformance.Delete}},
		{method: get, path: "/:type/:id/:member", serve: s.search, claims: claims{conformance.SearchCompartment}},
		{method: post, path: "/:type/:id/:member/_search", serve: s.searchForm},
		{method: get, path: "/:type/:id/_history", serve: s.history, claims: claims{conformance.HistoryInstance}},
		{method: get, path: "/:type/:id/_history/:version", serve: s.versionRead, claims: claims{conformance.VersionRead}, lookUp: true},
	}
}

// mount builds the engine, and the CapabilityStatement from what was mounted.
func (s *Server) mount() error {
	gin.SetMode(gin.ReleaseMode)
	s.engine = gin.New()
	s.engine.RedirectTrailingSlash = false
	s.engine.HandleMethodNotAllowed = true
	s.engine.NoRoute(s.wrap(route{path: "/unmatched", serve: noRoute}))
	s.engine.NoMethod(s.wrap(route{path: "/unmatched", serve: s.noMethod}))
	for _, path := range [...]string{"/healthz", "/readyz"} {
		s.engine.GET(path, s.health)
		s.engine.HEAD(path, s.health)
	}
	var claimed []conformance.Interaction
	for _, r := range s.routes() {
		s.handle(r)
		claimed = append(claimed, r.claims...)
	}
	s.mountOperations()
	s.mounted = s.engine.Routes()
	var err error
	s.capability, err = conformance.CapabilityStatement(conformance.Claims{
		Definitions:  s.Resources.Definitions,
		Search:       s.Resources.Search,
		Computed:     s.Resources.ComputedTypes,
		Interactions: claimed,
		MaxDeletes:   s.Resources.MaxDeletes,
		Operations:   s.Operations,
		BaseURL:      s.Resources.BaseURL,
		Version:      s.Version,
		Date:         s.Now(),
	})
	return err
}

func (s *Server) handle(r route) {
	if r.change != nil {
		r.serve = s.stated(r.change)
	} else {
		r.serve = noProvenance(r.serve)
	}
	f := s.wrap(r)
	s.engine.Handle(r.method, Mount+r.path, f)
	if r.method == http.MethodGet {
		s.engine.Handle(http.MethodHead, Mount+r.path, f)
	}
}
