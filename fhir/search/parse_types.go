package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// narrow reads _type, which must be known before the other parameters can be
// read. What is wrong with the parameter as such, clauses will find.
func (p *parser) narrow(rawQuery string) *refusal {
	for clause := range strings.SplitSeq(rawQuery, "&") {
		rawName, rawValue, _ := strings.Cut(clause, "=")
		name, ok := decode(rawName)
		value, ok2 := decode(rawValue)
		if !ok || !ok2 || name != "_type" || value == "" || len(value) > p.options.Limits.Length {
			continue
		}
		var chosen []Branch
		for t := range strings.SplitSeq(value, ",") {
			is := func(b Branch) bool { return b.Resource == t }
			switch i := slices.IndexFunc(p.branches, is); {
			case !p.registry.set.IsResource(t):
				return invalid("%s is no resource type of R4", printable(t))
			case i < 0:
				return invalid("resources of type %s cannot be found here", t)
			case !slices.ContainsFunc(chosen, is):
				chosen = append(chosen, p.branches[i])
			}
		}
		p.branches = chosen
		return nil // were it there twice, clauses would refuse it
	}
	return nil
}

// searched names the types searched, for messages.
func (p *parser) searched() string {
	const most = 4
	var names []string
	for _, b := range p.branches[:min(most, len(p.branches))] {
		names = append(names, b.Resource)
	}
	if len(p.branches) > most {
		names = append(names, "another type")
	}
	return strings.Join(names, " or ")
}

// notCommon says of a parameter that one type lacks why this matters.
func (p *parser) notCommon(why *refusal) *refusal {
	if why.unknown == "" || len(p.branches) == 1 {
		return why
	}
	hint := ""
	if !slices.Contains(p.once, "_type") {
		hint = "; name the types by _type"
	}
	return &refusal{code: fhir.CodeNotSupported, optional: why.optional, text: fmt.Sprintf(
		"%s has no search parameter %s, and a search over several types takes only parameters that each has%s", why.resource, printable(why.unknown), hint)}
}
