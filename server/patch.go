package server

import (
	"errors"
	"mime"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/patch"
	"github.com/jenner-iis/jenner/resources"
)

// patch serves PATCH [base]/[type]/[id]: https://hl7.org/fhir/R4/http.html#patch
func (s *Server) patch(c *gin.Context, a resources.Access, service *resources.Service) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	return s.change(c, func(p resources.Patch, m resources.Match) (resources.Outcome, error) {
		return service.Patch(c.Request.Context(), a, c.Param("type"), c.Param("id"), p, m)
	})
}

// conditionalPatch serves PATCH [base]/[type]?[criteria], which patches the one
// resource that matches.
func (s *Server) conditionalPatch(c *gin.Context, a resources.Access, service *resources.Service) error {
	criteria, _ := cutGeneral(c.Request.URL.RawQuery)
	return s.change(c, func(p resources.Patch, m resources.Match) (resources.Outcome, error) {
		return service.ConditionalPatch(c.Request.Context(), a, c.Param("type"), criteria, p, m)
	})
}

// change reads the patch and what its sender expects, and answers with what
// became of it.
func (s *Server) change(c *gin.Context, apply func(resources.Patch, resources.Match) (resources.Outcome, error)) error {
	match, err := matchOf(c.Request)
	if err = errors.Join(err, noIdempotencyKey(c.Request)); err != nil {
		return err
	}
	p, err := s.readPatch(c)
	if err != nil {
		return err
	}
	o, err := apply(p, match)
	if err != nil {
		return err
	}
	s.sendChange(c, o)
	return nil
}

// readPatch reads the body of a PATCH, whose media type says which of the two
// formats it is in. The general types of JSON do not say it.
func (s *Server) readPatch(c *gin.Context) (resources.Patch, error) {
	media, parameters, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	charset := parameters["charset"]
	known := media == resources.JSONPatch || media == formats[0].media && servedVersion(parameters["fhirversion"])
	if err != nil || !known || charset != "" && !strings.EqualFold(charset, "utf-8") || len(c.Request.Header["Content-Type"]) > 1 {
		c.Writer.Header()["Accept-Patch"] = acceptPatch
		return nil, fhir.NewInvalid(errMediaType, fhir.CodeNotSupported, "",
			"the body of a PATCH is a JSON Patch ("+resources.JSONPatch+") or a FHIRPath Patch, which is a Parameters resource ("+formats[0].media+")")
	}
	b := newBuffer()
	defer b.free()
	if err := s.readBody(c, b); err != nil {
		return nil, err
	}
	if media == resources.JSONPatch {
		return patch.ParseJSONPatch(b.text)
	}
	d, err := codec.Parse(b.text, codec.Limits{})
	if err != nil {
		return nil, err
	}
	return patch.ParseFHIRPatch(d.Root())
}

// acceptPatch is the header that RFC 5789 has for the formats of patches.
var acceptPatch = []string{resources.JSONPatch + ", " + formats[0].media}
