package search

import (
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// maxValues bounds the values in a whole search: a chain that may lead to many
// types has its list of values once per type, and system| becomes all codes of
// the system.
const maxValues = 20_000

// modifiers are the modifiers of R4 with the types they go with.
var modifiers = map[string]struct {
	modifier Modifier
	types    []Type
}{
	"missing":    {Missing, []Type{Number, Date, String, Token, Reference, Composite, Quantity, URI}},
	"exact":      {Exact, []Type{String}},
	"contains":   {Contains, []Type{String}},
	"not":        {Not, []Type{Token}},
	"text":       {Text, []Type{Token}},
	"of-type":    {OfType, []Type{Token}},
	"identifier": {Identifier, []Type{Reference}},
	"above":      {Above, []Type{URI, Reference, Token}},
	"below":      {Below, []Type{URI, Reference, Token}},
	"in":         {0, []Type{Token}},
	"not-in":     {0, []Type{Token}},
}

// compare reads code:modifier and its values.
func (p *parser) compare(resource, name, value string) (Condition, *refusal) {
	code, suffix, modified := strings.Cut(name, ":")
	parameter, why := p.registry.parameter(resource, code)
	if why != nil {
		return nil, why
	}
	if p.conditions++; p.conditions > p.options.Limits.Conditions {
		return nil, p.tooManyConditions()
	}
	c := &Compare{Parameter: parameter}
	typ := ""
	if modified {
		if c.Modifier, typ, why = p.modifier(parameter, suffix); why != nil {
			return nil, why
		}
	}
	values := split(value, ',')
	if len(values) > p.options.Limits.Values {
		return nil, tooCostly("the list has more than %d values", p.options.Limits.Values)
	}
	for _, text := range values {
		if text == "" {
			return nil, invalid("a value in the list is empty; write a comma that belongs to a value \\,")
		}
		before := len(c.Values)
		if c.Values, why = p.value(c.Values, parameter, c.Modifier, typ, text); why != nil {
			return nil, why
		}
		if why = p.spend(len(c.Values) - before); why != nil {
			return nil, why
		}
	}
	if c.Modifier == Missing && len(c.Values) != 1 {
		return nil, invalid(":missing takes one value, true or false")
	}
	return c, nil
}

// spend counts values; it is nil until there are too many.
func (p *parser) spend(values int) *refusal {
	if p.values += values; p.values > maxValues {
		return tooCostly("the search has more than %d values in all", maxValues)
	}
	return nil
}

// modifier reads a modifier; for a reference also the name of a type.
func (p *parser) modifier(parameter *Parameter, suffix string) (Modifier, string, *refusal) {
	if parameter.Type == Reference && suffix != "" && suffix[0] >= 'A' && suffix[0] <= 'Z' {
		return NoModifier, suffix, p.registry.refersTo(parameter, suffix)
	}
	m, known := modifiers[suffix]
	switch {
	case !known || !slices.Contains(m.types, parameter.Type):
		return 0, "", invalid("%s, of type %s, does not take the modifier :%s", parameter.Code, parameter.Type, printable(suffix))
	case suffix == "in" || suffix == "not-in":
		return 0, "", notSupported(":%s needs value sets, which are not served; list the codes", suffix)
	case m.modifier == OfType && parameter.extract.kinds&hasIdentifiers == 0:
		return 0, "", invalid(":of-type is for identifiers, and %s has none", parameter.Code)
	case m.modifier == Identifier && parameter.extract.kinds&hasReferences == 0:
		return 0, "", invalid(":identifier is for references, and %s holds canonical URLs", parameter.Code)
	case m.modifier == Above || m.modifier == Below:
		why := p.hierarchical(parameter, m.modifier)
		return m.modifier, "", why
	}
	return m.modifier, "", nil
}

// hierarchical is nil if :above or :below can be answered for a parameter.
func (p *parser) hierarchical(parameter *Parameter, m Modifier) *refusal {
	switch parameter.Type {
	case URI:
		return nil
	case Token:
		return notSupported("codes are not compared by their code system's hierarchy; list the codes")
	}
	if parameter.extract.kinds&hasCanonicals != 0 {
		if m == Above {
			return invalid(":above does not apply to canonical URLs")
		}
		return nil
	}
	if p.registry.hierarchyOf(parameter) == nil {
		return invalid("%s does not refer to a type that forms a hierarchy (Location, Organization)", parameter.Code)
	}
	if !p.options.Hierarchies {
		return notSupported("hierarchies of locations and organizations are not searched; list the references")
	}
	return nil
}

// Hierarchy is the parameter by which a resource of the type points to the one
// above it, for types that form a hierarchy: Location and Organization. It is
// nil for others.
func (r *Registry) Hierarchy(resourceType string) *Parameter {
	switch resourceType {
	case "Location", "Organization":
		return r.Parameter(resourceType, "partof")
	}
	return nil
}

// hierarchyOf are the types that form a hierarchy among those a parameter
// may point to.
func (r *Registry) hierarchyOf(p *Parameter) []string {
	var types []string
	for _, t := range []string{"Location", "Organization"} {
		if p.MayTarget(t) {
			types = append(types, t)
		}
	}
	return types
}

// value reads one value and appends it to dst. Codes of a system that R4 binds
// may become several values.
func (p *parser) value(dst []Value, parameter *Parameter, m Modifier, typ, text string) ([]Value, *refusal) {
	var v Value
	var why *refusal
	switch m {
	case Missing:
		if text != "true" && text != "false" {
			return nil, invalid(":missing takes true or false")
		}
		v.Missing = text == "true"
		return append(dst, v), nil
	case Text:
		v, why = stringValue(text, m)
	case OfType:
		v, why = ofTypeValue(text)
	case Identifier:
		v, why = tokenValue(text)
	default:
		switch parameter.Type {
		case Token:
			return appendTokens(dst, parameter, text)
		case String:
			v, why = stringValue(text, m)
		case Reference:
			v, why = p.referenceValue(parameter, m, typ, text)
		case URI:
			v, why = uriValue(text, m)
		case Number:
			v, why = numberValue(text)
		case Quantity:
			v, why = quantityValue(text)
		case Date:
			v, why = p.dateValue(text)
		case Composite:
			return p.compositeValue(dst, parameter, text)
		}
	}
	if why != nil {
		return nil, why
	}
	return append(dst, v), nil
}

func stringValue(text string, m Modifier) (Value, *refusal) {
	s, why := unescape(text)
	v := Value{Text: s, Folded: Fold(s)}
	if why == nil && v.Folded == "" && m != Exact {
		why = invalid("the value holds nothing but accents")
	}
	return v, why
}

func uriValue(text string, m Modifier) (Value, *refusal) {
	s, why := unescape(text)
	if why == nil && m != NoModifier && strings.HasPrefix(s, "urn:") {
		why = invalid(":above and :below apply to URLs, not to URNs")
	}
	return Value{Text: s}, why
}

// compositeValue reads one value per component, divided by $. A component
// whose text stands for several values makes several combinations.
func (p *parser) compositeValue(dst []Value, parameter *Parameter, text string) ([]Value, *refusal) {
	parts := split(text, '$')
	if len(parts) != len(parameter.Components) {
		return nil, invalid("%s takes %d values divided by $; write a dollar sign that belongs to a value \\$", parameter.Code, len(parameter.Components))
	}
	combinations := []Value{{}}
	for i, part := range parts {
		component := parameter.Components[i]
		if part == "" {
			return nil, invalid("part %d of the value, the %s, is empty", i+1, component.Code)
		}
		values, why := p.value(nil, component, NoModifier, "", part)
		if why != nil {
			return nil, &refusal{code: why.code, text: "part " + component.Code + ": " + why.text}
		}
		var longer []Value
		for _, c := range combinations {
			for _, v := range values {
				longer = append(longer, Value{Components: append(slices.Clone(c.Components), v)})
			}
		}
		if why := p.spend(len(longer)); why != nil {
			return nil, why
		}
		combinations = longer
	}
	return append(dst, combinations...), nil
}

// referenceValue reads an id, Type/id or URL; typ is the type that the
// modifier names.
func (p *parser) referenceValue(parameter *Parameter, m Modifier, typ, text string) (Value, *refusal) {
	s, why := unescape(text)
	if why != nil {
		return Value{}, why
	}
	if parameter.extract.kinds&hasCanonicals != 0 {
		if t, ok := p.registry.target(s); ok && t.Kind == fhir.Relative && p.registry.set.IsResource(t.Type) {
			return Value{Target: t}, nil
		}
		t, ok := p.registry.canonicalTarget(s)
		if !ok {
			return Value{}, invalid("the value must be a canonical URL")
		}
		return Value{Target: t}, nil
	}
	implied := typ
	if m == Above || m == Below {
		if types := p.registry.hierarchyOf(parameter); len(types) == 1 {
			implied = types[0]
		}
	} else if typ == "" && len(parameter.Targets) == 1 {
		implied = parameter.Targets[0]
	}
	var t fhir.Reference
	if fhir.ValidID(s) {
		t = fhir.Reference{Kind: fhir.Relative, Type: implied, ID: s, Text: s}
		if implied != "" {
			t.Text = implied + "/" + s
		}
	} else {
		var ok bool
		if t, ok = p.registry.target(s); !ok || t.Kind == fhir.Relative && !p.registry.set.IsResource(t.Type) {
			return Value{}, invalid("the value must be an id, Type/id, or a URL")
		}
		if typ != "" && t.Type != typ {
			return Value{}, invalid("the value is not a reference to %s, which the modifier asks for", typ)
		}
	}
	if m == Above || m == Below {
		switch {
		case t.Kind != fhir.Relative || p.registry.Hierarchy(t.Type) == nil:
			return Value{}, invalid("the value must name the type, as Location/id or Organization/id")
		case t.Version != "":
			return Value{}, invalid("a version has no place in a hierarchy; leave it out")
		}
	}
	return Value{Target: t}, nil
}
