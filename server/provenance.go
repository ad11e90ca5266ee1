package server

import (
	"errors"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

const provenanceHeader = "X-Provenance"

// service is the Service for a change. The header X-Provenance holds a Provenance of it, as
// JSON and without target: https://hl7.org/fhir/R4/provenance.html#header
func (s *Server) service(c *gin.Context) (*resources.Service, error) {
	values := c.Request.Header[provenanceHeader]
	if len(values) == 0 {
		return s.Resources, nil
	}
	if len(values) > 1 {
		return nil, fhir.NewInvalid(nil, fhir.CodeValue, "", provenanceHeader+" must be one Provenance")
	}
	d, err := codec.ParseString(values[0], codec.Limits{})
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		issues := make([]fhir.Issue, len(invalid.Issues))
		for i, issue := range invalid.Issues {
			issue.Text = provenanceHeader + ": " + issue.Text
			issues[i] = issue
		}
		return nil, &fhir.Invalid{Cause: invalid.Cause, Issues: issues}
	}
	if err != nil {
		return nil, err
	}
	return s.Resources.WithProvenance(d.Root()), nil
}

// noProvenance refuses the header where there is nothing for it to be about.
func noProvenance(serve handler) handler {
	return func(c *gin.Context, a resources.Access) error {
		if len(c.Request.Header[provenanceHeader]) > 0 {
			return fhir.NewInvalid(nil, fhir.CodeNotSupported, "",
				provenanceHeader+" belongs to a request that changes resources; this one does not")
		}
		return serve(c, a)
	}
}
