// Package conformance says what the server claims: its CapabilityStatement,
// built from what is mounted, and in DIVERGENCES.md what differs from the
// standards and why. The proof from outside, against any base URL, is in
// conformance/suite.
package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/operations"
)

// Interaction is a restful interaction by the code that a CapabilityStatement
// has for it: https://hl7.org/fhir/R4/valueset-type-restful-interaction.html
type Interaction string

// The interactions with resources of a type.
const (
	Read            Interaction = "read"
	VersionRead     Interaction = "vread"
	Update          Interaction = "update"
	Patch           Interaction = "patch"
	Delete          Interaction = "delete"
	HistoryInstance Interaction = "history-instance"
	HistoryType     Interaction = "history-type"
	Create          Interaction = "create"
	SearchType      Interaction = "search-type"
)

// What a CapabilityStatement has flags for, beside the codes.
const (
	ConditionalCreate Interaction = "conditional-create"
	ConditionalUpdate Interaction = "conditional-update"
	ConditionalDelete Interaction = "conditional-delete"
	SearchCompartment Interaction = "search-compartment"
)

// The interactions with the whole system.
const (
	Transaction   Interaction = "transaction"
	Batch         Interaction = "batch"
	SearchSystem  Interaction = "search-system"
	HistorySystem Interaction = "history-system"
)

// system reports whether the interaction is with the whole system.
func (i Interaction) system() bool {
	return i == Transaction || i == Batch || i == SearchSystem || i == HistorySystem
}

// writes reports whether the interaction changes resources of a type.
func (i Interaction) writes() bool {
	switch i {
	case Create, Update, Patch, Delete, ConditionalCreate, ConditionalUpdate, ConditionalDelete:
		return true
	}
	return false
}

// Claims is what a CapabilityStatement is built from: the lists that the routes
// are made of.
type Claims struct {
	Definitions  *definitions.Set
	Search       *search.Registry
	Computed     []string      // types that clients cannot write
	Interactions []Interaction // those with a type hold for every type
	MaxDeletes   int           // matches that one conditional delete may delete
	Operations   []operations.Operation
	BaseURL      string
	Version      string    // of the software
	Date         time.Time // of the statement
}

// CapabilityStatement is the JSON of what a server with these claims says of
// itself: https://hl7.org/fhir/R4/capabilitystatement.html
func CapabilityStatement(c Claims) ([]byte, error) {
	text, err := json.Marshal(c.statement())
	if err != nil {
		return nil, fmt.Errorf("write the CapabilityStatement: %w", err)
	}
	return text, nil
}

// guides are the implementation guides that the server follows.
var guides = []string{"http://hl7.org/fhir/us/immds/ImplementationGuide/hl7.fhir.us.immds"}

func (c *Claims) statement() statement {
	s := statement{
		ResourceType: "CapabilityStatement",
		Name:         "Jenner",
		Title:        "Jenner, an immunization information system",
		Status:       "active",
		Date:         c.Date.UTC().Format(time.RFC3339),
		Kind:         "instance",
		Software:     software{Name: "Jenner", Version: c.Version},
		Implementation: implementation{
			Description: "Immunization information system: records, evaluation and forecast by CDSi",
			URL:         c.BaseURL,
		},
		FHIRVersion: fhir.Version,
		Format:      []string{"application/fhir+json", "json"},
		Guides:      guides,
	}
	r := rest{Mode: "server"}
	for _, i := range c.Interactions {
		switch {
		case i == SearchCompartment:
			for _, of := range c.Definitions.Compartments() {
				r.Compartment = append(r.Compartment, "http://hl7.org/fhir/CompartmentDefinition/"+strings.ToLower(of.Type))
			}
			continue
		case i == SearchSystem:
			r.SearchParam = c.commonParameters()
		}
		if i.system() {
			r.Interaction = append(r.Interaction, coded{i})
		}
	}
	for _, t := range c.Definitions.ResourceTypes() {
		r.Resource = append(r.Resource, c.resource(t))
	}
	if slices.Contains(c.Interactions, Patch) {
		s.PatchFormat = []string{"application/json-patch+json", "application/fhir+json"}
	}
	r.Operation = c.operations("")
	s.Rest = []rest{r}
	return s
}

// resource is what is claimed for one type.
func (c *Claims) resource(resourceType string) resource {
	computed := slices.Contains(c.Computed, resourceType)
	r := resource{
		Type:              resourceType,
		Profile:           "http://hl7.org/fhir/StructureDefinition/" + resourceType,
		Versioning:        "versioned",
		ConditionalRead:   "full-support",
		ConditionalDelete: "not-supported",
		ReferencePolicy:   []string{"literal", "local"},
		Operation:         c.operations(resourceType),
	}
	for _, i := range c.Interactions {
		if i.system() || computed && i.writes() {
			continue
		}
		switch i {
		case SearchCompartment:
			continue
		case ConditionalCreate:
			r.ConditionalCreate = true
			continue
		case ConditionalUpdate:
			r.ConditionalUpdate = true
			continue
		case ConditionalDelete:
			r.ConditionalDelete = "single"
			if c.MaxDeletes > 1 {
				r.ConditionalDelete = "multiple"
			}
			continue
		case VersionRead:
			r.ReadHistory = true
		case Update:
			r.UpdateCreate = true
		case SearchType:
			r.SearchParam = c.searchParameters(resourceType)
			r.SearchInclude, r.SearchRevInclude = c.includes(resourceType)
		}
		r.Interaction = append(r.Interaction, coded{i})
	}
	return r
}

func (c *Claims) searchParameters(resourceType string) []searchParam {
	parameters := c.Search.Parameters(resourceType)
	all := make([]searchParam, 0, len(parameters))
	for _, p := range parameters {
		all = append(all, searchParam{p.Code, p.URL, p.Type.String()})
	}
	return all
}

// commonParameters are those that every type has, for searches over all types.
func (c *Claims) commonParameters() []searchParam {
	types := c.Definitions.ResourceTypes()
	return slices.DeleteFunc(c.searchParameters(types[0]), func(p searchParam) bool {
		return slices.ContainsFunc(types, func(t string) bool {
			other := c.Search.Parameter(t, p.Name)
			return other == nil || other.URL != p.Definition
		})
	})
}

// includes are the values of _include and _revinclude that bring something along
// with matches of the type.
func (c *Claims) includes(resourceType string) (forward, reverse []string) {
	forward, reverse = []string{"*"}, []string{"*"}
	for _, p := range c.Search.References(resourceType) {
		forward = append(forward, resourceType+":"+p.Code)
	}
	for _, from := range c.Definitions.ResourceTypes() {
		for _, p := range c.Search.References(from) {
			if p.MayTarget(resourceType) {
				reverse = append(reverse, from+":"+p.Code)
			}
		}
	}
	return forward, reverse
}

// operations are those on a type, or with "" those on the system.
func (c *Claims) operations(resourceType string) []operation {
	var all []operation
	for _, o := range c.Operations {
		if o.Resource == resourceType {
			all = append(all, operation{o.Code, o.Definition})
		}
	}
	return all
}
