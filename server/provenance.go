package server

import (
	"errors"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

const provenanceHeader = "X-Provenance"

// stated serves a change. The header X-Provenance holds a Provenance of it, as JSON and
// without target: https://hl7.org/fhir/R4/provenance.html#header
func (s *Server) stated(change changer) handler {
	return func(c *gin.Context, a resources.Access) error {
		values := c.Request.Header[provenanceHeader]
		if len(values) == 0 {
			return change(c, a, s.Resources)
		}
		p, err := readProvenance(values)
		if err != nil {
			return err
		}
		return change(c, a, s.Resources.WithProvenance(p))
	}
}

func readProvenance(values []string) (codec.Value, error) {
	if len(values) > 1 {
		return codec.Value{}, fhir.NewInvalid(nil, fhir.CodeValue, "", provenanceHeader+" must be one Provenance")
	}
	d, err := codec.ParseString(values[0], codec.Limits{})
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		issues := slices.Clone(invalid.Issues)
		for i := range issues {
			issues[i].Text = provenanceHeader + ": " + issues[i].Text
		}
		err = &fhir.Invalid{Cause: invalid.Cause, Issues: issues}
	}
	if err != nil {
		return codec.Value{}, err
	}
	return d.Root(), nil
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
