package server

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// reserved reports whether a segment is a name of the API or an operation, which
// no type and no id can be. The router does not know: where a path of such a name has
// not the method, it takes the name for the type or id of a path that has.
func reserved(parameter, segment string) bool {
	return segment != "" && (segment[0] == '_' || segment[0] == '$') || parameter == "type" && segment == "metadata"
}

// checkPath refuses a request that the router took for another.
func (s *Server) checkPath(c *gin.Context) error {
	for _, p := range c.Params {
		if p.Key != "version" && reserved(p.Key, p.Value) {
			return s.refusePath(c)
		}
	}
	return nil
}

// refusePath says what can be done at a path that is not served for the method.
func (s *Server) refusePath(c *gin.Context) error {
	path := c.Request.URL.Path
	if methods := s.methodsAt(path); len(methods) > 0 {
		return notAllowed(c, strings.Join(methods, ", "))
	}
	c.Writer.Header().Del("Allow")
	if strings.Contains(path, "/$") {
		return fhir.NewInvalid(resources.ErrNotSupported, fhir.CodeNotSupported, "",
			"there is no such operation here; "+Mount+"/metadata lists those there are")
	}
	return noRoute(c, resources.Access{})
}

// methodsAt are the methods of what is mounted at a path.
func (s *Server) methodsAt(path string) []string {
	var methods []string
	segments := strings.Split(path, "/")
	for _, r := range s.mounted {
		if slices.EqualFunc(strings.Split(r.Path, "/"), segments, fits) && !slices.Contains(methods, r.Method) {
			methods = append(methods, r.Method)
		}
	}
	return methods
}

// fits reports whether a segment of a route can be one of a path.
func fits(route, segment string) bool {
	if parameter, ok := strings.CutPrefix(route, ":"); ok {
		return !reserved(parameter, segment)
	}
	return route == segment
}

func noRoute(*gin.Context, resources.Access) error {
	return fhir.NewInvalid(resources.ErrNotSupported, fhir.CodeNotSupported, "",
		"nothing is served at this path; the FHIR API is at "+Mount+", and "+Mount+"/metadata lists what it has")
}

func (s *Server) noMethod(c *gin.Context, _ resources.Access) error { return s.refusePath(c) }

// notAllowed refuses a method: https://www.rfc-editor.org/rfc/rfc9110.html#name-405-method-not-allowed
func notAllowed(c *gin.Context, methods string) error {
	c.Writer.Header().Set("Allow", methods)
	return fhir.NewInvalid(resources.ErrNotAllowed, fhir.CodeNotSupported, "",
		"this path does not have the method; those it has are "+methods)
}
