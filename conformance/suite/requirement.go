package suite

import (
	"slices"
	"strings"
)

// r4 is where the specification is.
const r4 = "https://hl7.org/fhir/R4/"

// Requirement is one demand on a server.
type Requirement struct {
	ID     string // stable: topic and number
	Clause string // the section that demands it
	Text   string // the demand, in one sentence
	Family string // the id without its number
	Needs  []Need // what the server must claim for the demand to hold
	Check  func(*Session)
}

// Need is a claim that a requirement builds on.
type Need struct {
	Text string // what is missing where it is not met
	Met  func(*Capability) bool
}

// Requirements are all demands, in the order in which they are checked.
func Requirements() []Requirement {
	return slices.Concat(
		metadataRequirements(), typeRequirements(),
		readRequirements(), versionReadRequirements(), conditionalReadRequirements(),
		createRequirements(), conditionalCreateRequirements(),
		updateRequirements(), conditionalUpdateRequirements(),
		patchRequirements(), fhirPathPatchRequirements(), conditionalPatchRequirements(),
		deleteRequirements(), conditionalDeleteRequirements(),
		versionRequirements(), preferRequirements(), historyRequirements(),
		batchRequirements(), transactionRequirements(), transactionReferenceRequirements(),
		everyParameterRequirements(),
		stringRequirements(), tokenRequirements(), dateRequirements(), numberRequirements(),
		referenceRequirements(), uriRequirements(), compositeRequirements(), missingRequirements(),
		chainRequirements(), includeRequirements(), sortRequirements(), pageRequirements(), totalRequirements(),
		bundleRequirements(), formRequirements(), systemSearchRequirements(), handlingRequirements(),
		compartmentRequirements(), summaryRequirements(),
		errorRequirements(), formatRequirements(), jsonRequirements(), keptRequirements(), limitRequirements(),
		immdsRequirements(), ownTypeRequirements(), unclaimedRequirements(),
	)
}

// family gives requirements their family: the id without its number.
func family(all ...Requirement) []Requirement {
	for i := range all {
		all[i].Family = all[i].ID[:strings.LastIndexByte(all[i].ID, '.')]
	}
	return all
}

// interactions needs that a type has interactions.
func interactions(resourceType string, codes ...string) Need {
	return Need{
		Text: resourceType + ": " + strings.Join(codes, ", "),
		Met: func(c *Capability) bool {
			return !slices.ContainsFunc(codes, func(code string) bool { return !c.has(resourceType, code) })
		},
	}
}

// systemwide needs an interaction with the whole system.
func systemwide(code string) Need {
	return Need{"system: " + code, func(c *Capability) bool { return c.system[code] }}
}

// searching needs that resources of a type can be made, and found by parameters.
func searching(resourceType string, parameters ...string) Need {
	parameters = append(parameters, "_tag")
	return Need{
		Text: resourceType + ": create, and search by " + strings.Join(parameters, ", "),
		Met: func(c *Capability) bool {
			return c.has(resourceType, "create") && c.has(resourceType, "search-type") &&
				!slices.ContainsFunc(parameters, func(p string) bool { return c.parameter(resourceType, p) == "" })
		},
	}
}

// element needs an element of what a type's claims say, with one of the values.
func element(resourceType, name string, values ...string) Need {
	return Need{
		Text: resourceType + "." + name + " " + strings.Join(values, " or "),
		Met: func(c *Capability) bool {
			return slices.Contains(values, c.types[resourceType].get(name).text())
		},
	}
}

// without is the opposite of a need.
func without(n Need) Need {
	return Need{"what is not claimed: everything of it is (" + n.Text + ")", func(c *Capability) bool { return !n.Met(c) }}
}
