package server

import (
	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/resources"
)

// delete serves DELETE [base]/[type]/[id]: https://hl7.org/fhir/R4/http.html#delete
func (s *Server) delete(c *gin.Context, a resources.Access, service *resources.Service) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	match, err := matchOf(c.Request)
	if err != nil {
		return err
	}
	o, err := service.Delete(c.Request.Context(), a, c.Param("type"), c.Param("id"), match)
	if err != nil {
		return err
	}
	s.sendChange(c, o)
	return nil
}

// conditionalDelete serves DELETE [base]/[type]?[criteria], which deletes all that
// match, or, if these are more than is allowed, none:
// https://hl7.org/fhir/R4/http.html#3.1.0.7.1
func (s *Server) conditionalDelete(c *gin.Context, a resources.Access, service *resources.Service) error {
	match, err := matchOf(c.Request)
	if err != nil {
		return err
	}
	criteria, _ := cutGeneral(c.Request.URL.RawQuery)
	o, err := service.ConditionalDelete(c.Request.Context(), a, c.Param("type"), criteria, match)
	if err != nil {
		return err
	}
	s.sendChange(c, o)
	return nil
}
