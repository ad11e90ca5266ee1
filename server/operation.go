package server

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/resources"
)

// mountOperations mounts what is invoked on the system at [base]/$code, and what
// is invoked on instances at [base]/[type]/[id]/$code.
func (s *Server) mountOperations() {
	instance := map[string][]operations.Operation{} // by code
	for _, o := range s.Operations {
		if o.Resource != "" {
			instance[o.Code] = append(instance[o.Code], o)
			continue
		}
		s.mountOperation("/$"+o.Code, []operations.Operation{o})
	}
	for code, all := range instance {
		s.mountOperation("/:type/:id/$"+code, all)
	}
}

// mountOperation mounts operations that differ in the type alone.
func (s *Server) mountOperation(path string, all []operations.Operation) {
	s.handle(route{method: http.MethodPost, path: path, serve: s.operate(all)})
	if slices.ContainsFunc(all, func(o operations.Operation) bool { return o.GET }) {
		s.handle(route{method: http.MethodGet, path: path, serve: s.operate(all)})
	}
}

// operate serves operations of one code:
// https://hl7.org/fhir/R4/operations.html#executing
func (s *Server) operate(all []operations.Operation) handler {
	return func(c *gin.Context, a resources.Access) error {
		i := slices.IndexFunc(all, func(o operations.Operation) bool { return o.Resource == c.Param("type") })
		if i < 0 {
			return noRoute(c, a)
		}
		o, post := &all[i], c.Request.Method == http.MethodPost
		if !post && !o.GET {
			return notAllowed(c, http.MethodPost)
		}
		query, err := url.ParseQuery(c.Request.URL.RawQuery)
		if err != nil { // what could not be read would be left out in silence
			return errQuery
		}
		r := operations.Request{Access: a, ID: c.Param("id"), Query: query}
		r.Query.Del("_format")
		r.Query.Del("_pretty")
		// An operation on a stored record may be told all by the URL.
		if post && (c.Request.ContentLength != 0 || o.Resource == "") {
			if r.Parameters, err = s.resource(c); err != nil {
				return err
			}
		}
		b := newBuffer()
		defer b.free()
		text, err := o.Run(c.Request.Context(), b.text, r)
		if err != nil {
			return err
		}
		b.text = text
		s.send(c, http.StatusOK, text)
		return nil
	}
}
