package server

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// read serves GET [base]/[type]/[id]: https://hl7.org/fhir/R4/http.html#read
func (s *Server) read(c *gin.Context, a resources.Access) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	v, err := s.Resources.Read(c.Request.Context(), a, c.Param("type"), c.Param("id"))
	return s.answerRead(c, v, err)
}

// versionRead serves GET [base]/[type]/[id]/_history/[vid]:
// https://hl7.org/fhir/R4/http.html#vread
func (s *Server) versionRead(c *gin.Context, a resources.Access) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	v, err := s.Resources.VersionRead(c.Request.Context(), a, c.Param("type"), c.Param("id"), c.Param("version"))
	return s.answerRead(c, v, err)
}

func (s *Server) answerRead(c *gin.Context, v resources.Version, err error) error {
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
	s.sendVersion(c, v)
	return nil
}

// noParameters refuses, unless handling is lenient, parameters that would have
// no effect: an answer to _summary or _elements that is whole would mislead.
func (s *Server) noParameters(c *gin.Context) error {
	if c.Request.URL.RawQuery == "" {
		return nil
	}
	if rest, _ := cutGeneral(c.Request.URL.RawQuery); rest != "" && !s.lenient(c.Request) {
		return fhir.NewInvalid(nil, fhir.CodeNotSupported, "", "this interaction takes no parameters but _format and _pretty")
	}
	return nil
}
