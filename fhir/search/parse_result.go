package search

import (
	"slices"
	"strconv"
	"strings"
)

// result reads a result parameter: one that says what is to be returned, not
// what matches. It gives the value as understood.
func (p *parser) result(name, modifier, value string) (string, *refusal) {
	if name == "_include" || name == "_revinclude" {
		return value, p.include(name == "_revinclude", modifier, value)
	}
	if modifier != "" {
		return "", invalid("%s does not take a modifier", name)
	}
	if slices.Contains(p.once, name) {
		return "", invalid("%s stands there twice", name)
	}
	p.once = append(p.once, name)
	switch name {
	case "_count":
		return p.count(value)
	case "_sort":
		return value, p.sort(value)
	case "_total":
		return value, choose(&p.query.Total, value, "", "none", "estimate", "accurate")
	case "_summary":
		return value, choose(&p.query.Summary, value, "false", "true", "text", "data", "count")
	case "_type":
		return value, nil // narrow has read it
	}
	return value, p.elements(value)
}

// choose sets a number to the place of value among names.
func choose[T ~uint8](to *T, value string, names ...string) *refusal {
	i := slices.Index(names, value)
	if i < 0 {
		return invalid("the value must be one of %s", strings.Trim(strings.Join(names, ", "), ", "))
	}
	*to = T(i)
	return nil
}

func (p *parser) count(value string) (string, *refusal) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil && !allDigits(value) {
		return "", invalid("_count must be a whole number, not negative")
	}
	if err != nil || n > uint64(p.options.MaxCount) {
		n = uint64(p.options.MaxCount)
	}
	p.query.Count = int(n)
	return strconv.Itoa(p.query.Count), nil
}

func (p *parser) sort(value string) *refusal {
	keys := strings.Split(value, ",")
	if len(keys) > p.options.Limits.Clauses {
		return tooCostly("_sort has more than %d keys", p.options.Limits.Clauses)
	}
	for _, key := range keys {
		code, descending := strings.CutPrefix(key, "-")
		if code == "_score" {
			return notSupported("matches have no scores to sort by")
		}
		for i := range p.branches {
			b := &p.branches[i]
			parameter, why := p.registry.parameter(b.Resource, code)
			switch {
			case why != nil:
				why = p.notCommon(why)
				why.optional = false
				return why
			case !parameter.Sortable():
				return invalid("composite parameters have no order to sort by")
			}
			b.Sort = append(b.Sort, Sort{Parameter: parameter, Descending: descending})
			if first := p.branches[0].Sort[len(b.Sort)-1].Parameter; first.Type != parameter.Type {
				return invalid("%s is of type %s for %s and of type %s for %s; these have no common order",
					printable(code), first.Type, first.Resource, parameter.Type, parameter.Resource)
			}
		}
	}
	return nil
}

// elements reads _elements: names of elements at the top of the resource, with
// or without the type in front.
func (p *parser) elements(value string) *refusal {
	for name := range strings.SplitSeq(value, ",") {
		typ, element, qualified := strings.Cut(name, ".")
		known := func(b Branch) bool { return p.registry.set.Structure(b.Resource).Element(name) != nil }
		switch {
		case qualified && !p.registry.set.IsResource(typ):
			return invalid("%s is no resource type of R4", printable(typ))
		case qualified && p.registry.set.Structure(typ).Element(element) == nil:
			return invalid("%s has no element %s", typ, printable(element))
		case !qualified && !slices.ContainsFunc(p.branches, known):
			return invalid("%s has no element %s", p.searched(), printable(name))
		}
		p.query.Elements = append(p.query.Elements, name)
	}
	return nil
}

// include reads Type:parameter, Type:parameter:Target, Type:* or *.
func (p *parser) include(reverse bool, modifier, value string) *refusal {
	in := Include{Reverse: reverse, Iterate: modifier == "iterate" || modifier == "recurse"}
	if modifier != "" && !in.Iterate {
		return invalid("the only modifier of an include is :iterate")
	}
	parts := strings.Split(value, ":")
	switch {
	case value == "*":
		if !reverse && !in.Iterate && !p.several {
			in.Resource = p.branches[0].Resource
		}
	case len(parts) < 2 || len(parts) > 3:
		return invalid("an include is Type:parameter, Type:parameter:Target, Type:* or *")
	case !p.registry.set.IsResource(parts[0]):
		return invalid("%s is no resource type of R4", printable(parts[0]))
	default:
		in.Resource = parts[0]
		if parts[1] != "*" {
			var why *refusal
			if in.Parameter, why = p.registry.reference(parts[0], parts[1]); why != nil {
				why.optional = false
				return why
			}
		}
		if len(parts) == 3 {
			in.Target = parts[2]
		}
	}
	if why := p.applies(&in); why != nil {
		return why
	}
	p.query.Includes = append(p.query.Includes, in)
	return nil
}

// applies is nil unless an include can bring nothing along.
func (p *parser) applies(in *Include) *refusal {
	starts := func(b Branch) bool { return in.Resource == "" || in.Resource == b.Resource }
	leads := func(b Branch) bool {
		return (in.Parameter == nil || in.Parameter.MayTarget(b.Resource)) && (in.Target == "" || in.Target == b.Resource)
	}
	switch {
	case in.Target != "" && !p.registry.set.IsResource(in.Target):
		return invalid("%s is no resource type of R4", printable(in.Target))
	case in.Target != "" && in.Parameter != nil && !in.Parameter.MayTarget(in.Target):
		return optional("%s of %s does not refer to %s", in.Parameter.Code, in.Resource, in.Target)
	case in.Iterate:
	case !in.Reverse && !slices.ContainsFunc(p.branches, starts):
		return optional("the search is for %s, which the include does not start from; write _include:iterate to start from included resources", p.searched())
	case in.Reverse && !slices.ContainsFunc(p.branches, leads):
		return optional("the include does not lead to %s, which the search is for; write _revinclude:iterate to lead to included resources", p.searched())
	}
	return nil
}
