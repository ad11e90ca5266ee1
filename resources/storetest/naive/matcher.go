package naive

import (
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// matcher reads one value of a search.
//
// https://hl7.org/fhir/R4/search.html#modifiers
func (e *Evaluator) matcher(p *definitions.SearchParameter, resourceType, modifier, text string) (matcher, error) {
	kinds := types(p.Expression(resourceType), resourceType)
	if p.Code == "_lastUpdated" {
		kinds = []string{"instant"}
	}
	switch p.Type {
	case definitions.Token:
		switch modifier {
		case "text":
			return tokenTextTest(text)
		case "of-type":
			if !slices.Contains(kinds, "Identifier") {
				return nil, invalid("no identifier")
			}
			return ofTypeTest(text)
		case "", "not":
			return e.token(kinds, text)
		}
	case definitions.Reference:
		switch {
		case modifier == "identifier":
			if !slices.Contains(kinds, "Reference") {
				return nil, invalid("no Reference")
			}
			return identifierTest(text)
		case (modifier == "above" || modifier == "below") && slices.Contains(kinds, "Reference"):
			return e.hierarchyTest(p, resourceType, modifier, text)
		case modifier == "", modifier == "below" && e.isCanonical(p, resourceType):
			return e.referenceTest(p, resourceType, modifier, "", text)
		case e.set.IsResource(modifier) && mayTarget(p, resourceType, modifier):
			return e.referenceTest(p, resourceType, "", modifier, text)
		}
	case definitions.String:
		if modifier == "" || modifier == "exact" || modifier == "contains" {
			return stringTest(modifier, text)
		}
	case definitions.URI:
		if modifier == "" || modifier == "above" || modifier == "below" {
			return uriTest(modifier, text)
		}
	}
	if modifier != "" {
		return nil, invalid("the modifier :%s", modifier)
	}
	switch p.Type {
	case definitions.Number:
		return numberTest(text)
	case definitions.Quantity:
		return quantityTest(text)
	case definitions.Date:
		return e.dateTest(text)
	case definitions.Composite:
		return e.compositeTest(p, resourceType, text)
	}
	return nil, invalid("a parameter of type %s", p.Type)
}

// token refuses a system where no value can have one.
func (e *Evaluator) token(kinds []string, text string) (matcher, error) {
	bare := func(kind string) bool {
		return kind == "ContactPoint" || kind == "boolean" || slices.Contains([]string{"uri", "url", "canonical", "oid", "uuid"}, kind)
	}
	onlyBare := !slices.ContainsFunc(kinds, func(kind string) bool { return !bare(kind) })
	if onlyBare && len(divide(text, '|')) > 1 {
		return nil, invalid("nothing here has a system")
	}
	if len(kinds) == 1 && kinds[0] == "boolean" && text != "true" && text != "false" {
		return nil, invalid("neither true nor false")
	}
	return tokenTest(text)
}

// compositeTest reads values divided by $, all of which must match in one and
// the same element.
//
// https://hl7.org/fhir/R4/search.html#combining
func (e *Evaluator) compositeTest(p *definitions.SearchParameter, resourceType, text string) (matcher, error) {
	parts := divide(text, '$')
	if len(parts) != len(p.Components) {
		return nil, invalid("%d parts", len(parts))
	}
	var matchers []matcher
	for i := range p.Components {
		if parts[i] == "" {
			return nil, invalid("an empty part")
		}
		m, err := e.matcher(component(p, i), resourceType, "", parts[i])
		if err != nil {
			return nil, err
		}
		matchers = append(matchers, m)
	}
	return func(v value) bool {
		for i, c := range p.Components {
			if !slices.ContainsFunc(evaluate(c.Expression, v), matchers[i]) {
				return false
			}
		}
		return true
	}, nil
}

// component is the definition of a composite's part. Those of the relationship
// of a DocumentReference stand in R4 the wrong way round.
func component(p *definitions.SearchParameter, i int) *definitions.SearchParameter {
	if p.Code == "relationship" {
		i = len(p.Components) - 1 - i
	}
	return p.Components[i].Parameter
}

// missing reports whether a resource has no value under a parameter, that is,
// none that any search for the parameter could find: neither a reference to a
// contained resource nor an Identifier with nothing but its use is one.
//
// https://hl7.org/fhir/R4/search.html#modifiers
func (e *Evaluator) missing(r *Resource, p *definitions.SearchParameter) bool {
	return !slices.ContainsFunc(e.extract(r, p), func(v value) bool {
		if p.Type == definitions.Composite {
			for i, c := range p.Components {
				found := func(v value) bool { return len(e.keys(v, component(p, i).Type)) > 0 }
				if !slices.ContainsFunc(evaluate(c.Expression, v), found) {
					return false
				}
			}
			return true
		}
		identifiers := children([]value{v}, "identifier")
		return len(e.keys(v, p.Type)) > 0 || p.Type == definitions.Token && len(displays(v)) > 0 ||
			p.Type == definitions.Reference && len(identifiers) > 0 && len(e.keys(identifiers[0], definitions.Token)) > 0
	})
}

// sortBy reads _sort: codes of parameters, with - for descending.
//
// https://hl7.org/fhir/R4/search.html#sort
func (e *Evaluator) sortBy(resourceType, text string) ([]func(a, b *Resource) int, error) {
	var keys []func(a, b *Resource) int
	for _, key := range strings.Split(text, ",") {
		code, descending := strings.CutPrefix(key, "-")
		p, err := e.parameter(resourceType, code)
		if err != nil {
			return nil, err
		}
		if p.Type == definitions.Composite {
			return nil, invalid("no order for %s", code)
		}
		keys = append(keys, func(a, b *Resource) int {
			x, hasX := e.sortKey(a, p, descending)
			y, hasY := e.sortKey(b, p, descending)
			switch {
			case !hasX || !hasY:
				return flag(hasY) - flag(hasX) // last in both directions
			case descending:
				return compareKeys(y, x)
			}
			return compareKeys(x, y)
		})
	}
	return keys, nil
}
