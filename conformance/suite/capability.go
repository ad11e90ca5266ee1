package suite

import (
	"slices"
)

// Capability is what a server claims: https://hl7.org/fhir/R4/capabilitystatement.html
type Capability struct {
	statement value
	rest      value
	names     []string         // the types, in their order
	types     map[string]value // rest.resource by type
	system    map[string]bool  // system interactions by code
	codes     map[string]map[string]bool
	search    map[string]map[string]string // by resource type and name, the parameter's type
}

// readCapability reads a CapabilityStatement; nil when it is none of a server.
func readCapability(statement value) *Capability {
	c := &Capability{
		statement: statement,
		types:     map[string]value{},
		system:    map[string]bool{},
		codes:     map[string]map[string]bool{},
		search:    map[string]map[string]string{},
	}
	for _, rest := range statement.get("rest").list() {
		if rest.get("mode").text() == "server" {
			c.rest = rest
		}
	}
	if statement.get("resourceType").text() != "CapabilityStatement" || !c.rest.present() {
		return nil
	}
	for _, i := range c.rest.get("interaction").list() {
		c.system[i.get("code").text()] = true
	}
	for _, r := range c.rest.get("resource").list() {
		name := r.get("type").text()
		c.names = append(c.names, name)
		c.types[name] = r
		codes, parameters := map[string]bool{}, map[string]string{}
		for _, i := range r.get("interaction").list() {
			codes[i.get("code").text()] = true
		}
		for _, p := range slices.Concat(c.rest.get("searchParam").list(), r.get("searchParam").list()) {
			parameters[p.get("name").text()] = p.get("type").text()
		}
		c.codes[name], c.search[name] = codes, parameters
	}
	return c
}

// has reports whether a type has an interaction.
func (c *Capability) has(resourceType, interaction string) bool {
	return c.codes[resourceType][interaction]
}

// parameter is the type of a search parameter, empty when it is not claimed.
func (c *Capability) parameter(resourceType, name string) string {
	return c.search[resourceType][name]
}

// operation reports whether an operation is claimed, of a type or, with "", of
// the system.
func (c *Capability) operation(resourceType, name string) bool {
	at := c.rest
	if resourceType != "" {
		at = c.types[resourceType]
	}
	return slices.ContainsFunc(at.get("operation").list(), func(o value) bool {
		return o.get("name").text() == name
	})
}

// withInteraction are the types that have an interaction.
func (c *Capability) withInteraction(code string) []string {
	var all []string
	for _, name := range c.names {
		if c.has(name, code) {
			all = append(all, name)
		}
	}
	return all
}

// includes reports whether a type claims an _include or, by the element's name,
// a _revinclude.
func (c *Capability) includes(resourceType, name, include string) bool {
	return slices.ContainsFunc(c.types[resourceType].get(name).list(), func(v value) bool {
		return v.text() == include || v.text() == "*"
	})
}

// format reports whether one of the names of a format is claimed.
func (c *Capability) format(names ...string) bool {
	return slices.ContainsFunc(c.statement.get("format").list(), func(v value) bool {
		return slices.Contains(names, v.text())
	})
}
