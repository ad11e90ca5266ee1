package server

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// create serves POST [base]/[type], with If-None-Exist as conditional create:
// https://hl7.org/fhir/R4/http.html#create
func (s *Server) create(c *gin.Context, a resources.Access, service *resources.Service) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	resourceType := c.Param("type")
	criteria, err := ifNoneExist(c.Request.Header["If-None-Exist"], resourceType)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c.Request)
	if err != nil {
		return err
	}
	resource, err := s.resource(c)
	if err != nil {
		return err
	}
	o, err := service.CreateOnce(c.Request.Context(), a, key, resourceType, resource, criteria)
	if err != nil {
		return err
	}
	markReplayed(c, &o)
	s.sendChange(c, o)
	return nil
}

// ifNoneExist reads the criteria of a conditional create. They are documented
// without, and often sent with, the type and question mark of a search.
func ifNoneExist(values []string, resourceType string) (string, error) {
	if len(values) == 0 {
		return "", nil
	}
	criteria := strings.TrimPrefix(strings.TrimPrefix(values[0], resourceType), "?")
	if len(values) > 1 || criteria == "" {
		return "", fhir.NewInvalid(nil, fhir.CodeValue, "", "If-None-Exist must be one search, such as identifier=http://example.org|123")
	}
	return criteria, nil
}
