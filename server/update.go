package server

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// update serves PUT [base]/[type]/[id], which creates what does not exist:
// https://hl7.org/fhir/R4/http.html#update
func (s *Server) update(c *gin.Context, a resources.Access, service *resources.Service) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	return s.put(c, func(resource codec.Value, m resources.Match) (resources.Outcome, error) {
		return service.Update(c.Request.Context(), a, c.Param("type"), c.Param("id"), resource, m)
	})
}

// conditionalUpdate serves PUT [base]/[type]?[criteria]:
// https://hl7.org/fhir/R4/http.html#cond-update
func (s *Server) conditionalUpdate(c *gin.Context, a resources.Access, service *resources.Service) error {
	criteria, _ := cutGeneral(c.Request.URL.RawQuery)
	return s.put(c, func(resource codec.Value, m resources.Match) (resources.Outcome, error) {
		return service.ConditionalUpdate(c.Request.Context(), a, c.Param("type"), criteria, resource, m)
	})
}

// put reads the resource and what its sender expects, and answers with what
// became of it.
func (s *Server) put(c *gin.Context, update func(codec.Value, resources.Match) (resources.Outcome, error)) error {
	match, err := matchOf(c.Request)
	if err != nil {
		return err
	}
	resource, err := s.resource(c)
	if err != nil {
		return err
	}
	o, err := update(resource, match)
	if err != nil {
		return err
	}
	s.sendChange(c, o)
	return nil
}

// matchOf reads what a client expects of the current version. A condition that
// is not understood is refused: to pass it over would overwrite what the client
// wanted to keep.
func matchOf(r *http.Request) (resources.Match, error) {
	var m resources.Match
	if values := r.Header["If-Match"]; len(values) > 0 {
		var ok bool
		if m.Version, ok = resources.ParseETag(values[0]); !ok || len(values) > 1 {
			return m, fhir.NewInvalid(nil, fhir.CodeValue, "", `If-Match must be one ETag, such as W/"3"`)
		}
	}
	if values := r.Header["If-None-Match"]; len(values) > 0 {
		if len(values) > 1 || values[0] != "*" || r.Method != http.MethodPut {
			return m, fhir.NewInvalid(nil, fhir.CodeNotSupported, "", "of If-None-Match, only * with a PUT is supported on writes")
		}
		m.NotExists = true
	}
	for _, name := range [...]string{"If-Unmodified-Since", "If-Modified-Since"} {
		if r.Header.Get(name) != "" {
			return m, fhir.NewInvalid(nil, fhir.CodeNotSupported, "", name+" is not supported on writes; use If-Match")
		}
	}
	return m, nil
}
