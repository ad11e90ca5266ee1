package server

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// read serves GET [base]/[type]/[id]: https://hl7.org/fhir/R4/http.html#read
func (s *Server) read(c *gin.Context, a resources.Access) error {
	view, err := s.view(c)
	if err != nil {
		return err
	}
	v, err := s.Resources.Read(c.Request.Context(), a, c.Param("type"), c.Param("id"))
	return s.answerRead(c, v, &view, err)
}

// versionRead serves GET [base]/[type]/[id]/_history/[vid]:
// https://hl7.org/fhir/R4/http.html#vread
func (s *Server) versionRead(c *gin.Context, a resources.Access) error {
	view, err := s.view(c)
	if err != nil {
		return err
	}
	v, err := s.Resources.VersionRead(c.Request.Context(), a, c.Param("type"), c.Param("id"), c.Param("version"))
	return s.answerRead(c, v, &view, err)
}

// view is the part of the resource that the parameters of a read ask for.
func (s *Server) view(c *gin.Context) (search.View, error) {
	if c.Request.URL.RawQuery == "" {
		return search.View{}, nil
	}
	query, _ := cutGeneral(c.Request.URL.RawQuery)
	return s.Resources.View(c.Param("type"), query, s.lenient(c.Request))
}

func (s *Server) answerRead(c *gin.Context, v resources.Version, view *search.View, err error) error {
	switch {
	case errors.Is(err, resources.ErrGone):
		describe(c, v)
		return err
	case err != nil:
		return err
	case notModified(c.Request, v):
		describe(c, v)
		s.sendEmpty(c, http.StatusNotModified)
		return nil
	}
	describe(c, v)
	text, err := s.cut(v, view, v.Type)
	if err != nil {
		return err
	}
	s.send(c, http.StatusOK, text)
	return nil
}

// noParameters refuses, unless handling is lenient, parameters that would have
// no effect.
func (s *Server) noParameters(c *gin.Context) error {
	if c.Request.URL.RawQuery == "" {
		return nil
	}
	if rest, _ := cutGeneral(c.Request.URL.RawQuery); rest != "" && !s.lenient(c.Request) {
		return fhir.NewInvalid(nil, fhir.CodeNotSupported, "", "this interaction takes no parameters but _format and _pretty")
	}
	return nil
}
