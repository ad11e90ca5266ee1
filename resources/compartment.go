package resources

import (
	"fmt"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// Compartment names a compartment by the resource whose it is: all that is
// known of Patient/x.
//
// https://hl7.org/fhir/R4/compartmentdefinition.html
type Compartment struct{ Type, ID string }

// path is the path of a search within the compartment, if it is not zero.
func (c Compartment) path(resourceType string) string {
	if c == (Compartment{}) {
		return resourceType
	}
	if resourceType == "" {
		resourceType = "*"
	}
	return c.Type + "/" + c.ID + "/" + resourceType
}

// parseWithin reads a search in a compartment. Whether the resource whose it is
// exists makes no difference: what refers to it is found.
func (s *Service) parseWithin(within Compartment, resourceType, text string, o search.Options) (*search.Query, error) {
	definition := s.Definitions.Compartment(within.Type)
	if definition == nil {
		return nil, fhir.NewInvalid(ErrNotSupported, fhir.CodeNotSupported, "",
			"compartments are those of a Device, Encounter, Patient, Practitioner or RelatedPerson")
	}
	if !fhir.ValidID(within.ID) {
		return nil, fmt.Errorf("search %s: %w", within.path(resourceType), ErrNotFound)
	}
	var q *search.Query
	var err error
	if resourceType == "" {
		q, err = s.Search.ParseTypes(search.CompartmentTypes(definition), text, o)
	} else {
		q, err = s.Search.Parse(resourceType, text, o)
	}
	if err != nil {
		return nil, err
	}
	confine := func(b *search.Branch) bool {
		in := s.Search.InCompartment(definition, within.ID, b.Resource)
		b.Where = append([]search.Condition{in}, b.Where...)
		return in != nil
	}
	ok := confine(&q.Branch)
	for i := range q.Further {
		ok = confine(&q.Further[i]) && ok
	}
	if !ok {
		return nil, fhir.NewInvalid(ErrNotSupported, fhir.CodeNotSupported, "",
			"resources of type "+resourceType+" are in no compartment of a "+within.Type)
	}
	return q, nil
}
