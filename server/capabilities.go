package server

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// capabilities serves GET [base]/metadata:
// https://hl7.org/fhir/R4/http.html#capabilities
func (s *Server) capabilities(c *gin.Context, _ resources.Access) error {
	if mode := c.Query("mode"); mode != "" && mode != "full" {
		return fhir.NewInvalid(nil, fhir.CodeNotSupported, "", "of the modes, only full is served")
	}
	s.send(c, http.StatusOK, s.capability)
	return nil
}
