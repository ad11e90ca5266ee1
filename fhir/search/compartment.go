package search

import (
	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// InCompartment is the condition for resources of a type to be in the
// compartment of the resource with this id: one of the parameters that the
// compartment's definition names refers to it. A resource is in its own
// compartment. Nil means that no resource of the type can be.
//
// https://hl7.org/fhir/R4/compartmentdefinition.html
func (r *Registry) InCompartment(c *definitions.Compartment, id, resourceType string) Condition {
	var any []Condition
	if resourceType == c.Type {
		any = append(any, &Compare{Parameter: r.Parameter(resourceType, "_id"), Values: []Value{{AnySystem: true, Code: id}}})
	}
	if member := c.Member(resourceType); member != nil {
		owner := fhir.Reference{Kind: fhir.Relative, Type: c.Type, ID: id, Text: c.Type + "/" + id}
		for _, code := range member.Parameters {
			if p := r.Parameter(resourceType, code); p != nil {
				any = append(any, &Compare{Parameter: p, Values: []Value{{Target: owner}}})
			}
		}
	}
	switch len(any) {
	case 0:
		return nil
	case 1:
		return any[0]
	}
	return &AnyOf{any}
}

// CompartmentTypes are the types of which resources can be in a compartment.
func CompartmentTypes(c *definitions.Compartment) []string {
	var types []string
	for _, m := range c.Members {
		types = append(types, m.Type)
	}
	if c.Member(c.Type) == nil {
		types = append(types, c.Type)
	}
	return types
}
