package sample

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/resources/storetest/naive"
)

// Source is where the values of searches come from: resources of one type by
// their place among those of the Evaluator.
type Source struct {
	Evaluator *naive.Evaluator
	Places    map[string][]int
}

// Query is a random search on a type: text as it stands after the question
// mark. Hostile ones have faults.
func (s *Sampler) Query(from Source, resourceType string) string {
	var pairs []string
	for range pick(s, 0, 1, 1, 1, 1, 2, 2, 3) {
		name, value := s.condition(from, resourceType, 0)
		if s.chance(60) {
			name, value = s.spoil(name, value)
		}
		pairs = append(pairs, name+"="+s.encode(value))
	}
	return s.finish(resourceType, pairs)
}

// finish adds what concerns the answer as a whole.
func (s *Sampler) finish(resourceType string, pairs []string) string {
	if s.chance(2) {
		pairs = append(pairs, "_sort="+s.sort(resourceType))
	}
	pairs = append(pairs, "_count="+pick(s, "1", "2", "3", "7", "1000", "1000"))
	if s.chance(3) {
		pairs = append(pairs, "_total="+pick(s, "accurate", "accurate", "none", "estimate"))
	}
	s.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	return strings.Join(pairs, "&")
}

// Between is a random search with two or three conditions on one parameter, most of
// them ends of a range, and perhaps another. Empty where the type has no parameter of
// the search type drawn.
func (s *Sampler) Between(from Source, resourceType string) string {
	p := s.parameter(resourceType, pick(s, definitions.Date, definitions.Date, definitions.Number, definitions.Quantity))
	if p == nil {
		return ""
	}
	var pairs []string
	for range pick(s, 2, 2, 2, 3) {
		value := s.valueText(p.Type, "", s.draw(from, resourceType, p), p)
		if !s.chance(4) {
			value = pick(s, "ge", "gt", "le", "lt", "sa", "eb") + strings.TrimLeft(value, "abeglnpqst")
		}
		pairs = append(pairs, p.Code+"="+s.encode(value))
	}
	if s.chance(3) {
		name, value := s.condition(from, resourceType, 0)
		pairs = append(pairs, name+"="+s.encode(value))
	}
	return s.finish(resourceType, pairs)
}

// encode writes a value as clients do, some of them sparingly.
func (s *Sampler) encode(value string) string {
	if s.chance(2) {
		return url.QueryEscape(value)
	}
	return strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23", " ", pick(s, "+", "%20")).Replace(value)
}

// condition is a random parameter with its value, not encoded.
func (s *Sampler) condition(from Source, resourceType string, depth int) (name, value string) {
	if depth < 3 {
		switch s.IntN(8) {
		case 0:
			if p := s.parameter(resourceType, definitions.Reference); p != nil {
				return s.chain(from, resourceType, p, depth)
			}
		case 1:
			if name, value = s.has(from, resourceType, depth); name != "" {
				return name, value
			}
		}
	}
	p := s.parameter(resourceType, "")
	if s.chance(12) {
		return p.Code + ":missing", pick(s, "true", "false")
	}
	return s.compare(from, resourceType, p)
}

// parameter picks one of a type's parameters, of a search type if one is
// named. Nil if there is none.
func (s *Sampler) parameter(resourceType string, t definitions.SearchType) *definitions.SearchParameter {
	var all []*definitions.SearchParameter
	for _, p := range s.set.SearchParameters(resourceType) {
		if t == p.Type || t == "" && (p.Expression(resourceType) != "" && p.Usage == "normal" || s.chance(100)) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return nil
	}
	// Every type has those that begin with _, and most are tokens: the others are
	// of more interest.
	chosen := pick(s, all...)
	for range 3 {
		if p := pick(s, all...); chosen.Code[0] == '_' || chosen.Type == definitions.Token && p.Type != definitions.Token {
			chosen = p
		}
	}
	return chosen
}

func (s *Sampler) chain(from Source, resourceType string, p *definitions.SearchParameter, depth int) (name, value string) {
	var targets []string
	for _, t := range s.types {
		if p.AnyTarget() || slices.Contains(p.Targets, t) {
			targets = append(targets, t)
		}
	}
	if len(targets) == 0 {
		return s.compare(from, resourceType, p)
	}
	target := pick(s, targets...)
	name, value = s.condition(from, target, depth+1)
	if s.chance(2) {
		return p.Code + "." + name, value
	}
	return p.Code + ":" + target + "." + name, value
}

func (s *Sampler) has(from Source, resourceType string, depth int) (name, value string) {
	var links []string
	var types []string
	for _, t := range s.types {
		for _, p := range s.set.SearchParameters(t) {
			if p.Type == definitions.Reference && (p.AnyTarget() || slices.Contains(p.Targets, resourceType)) {
				links, types = append(links, t+":"+p.Code), append(types, t)
			}
		}
	}
	if len(links) == 0 {
		return "", ""
	}
	i := s.IntN(len(links))
	name, value = s.condition(from, types[i], depth+1)
	return "_has:" + links[i] + ":" + name, value
}

func (s *Sampler) sort(resourceType string) string {
	var keys []string
	for range pick(s, 1, 1, 2, 3) {
		if p := s.parameter(resourceType, ""); p.Type != definitions.Composite {
			keys = append(keys, pick(s, "", "-")+p.Code)
		}
	}
	if len(keys) == 0 {
		return pick(s, "", "-") + "_lastUpdated"
	}
	return strings.Join(keys, ",")
}

// compare is a comparison with one to three values.
func (s *Sampler) compare(from Source, resourceType string, p *definitions.SearchParameter) (name, value string) {
	drawn := s.draw(from, resourceType, p)
	modifier := s.modifier(p, drawn)
	values := []string{s.valueText(p.Type, modifier, drawn, p)}
	for range pick(s, 0, 0, 0, 1, 2) {
		values = append(values, s.valueText(p.Type, modifier, s.draw(from, resourceType, p), p))
	}
	name = p.Code
	if modifier != "" {
		name += ":" + modifier
	}
	return name, strings.Join(values, ",")
}

// modifier is one that a parameter with such a value may have, mostly.
func (s *Sampler) modifier(p *definitions.SearchParameter, drawn naive.Value) string {
	if s.chance(2) {
		return ""
	}
	switch p.Type {
	case definitions.String:
		return pick(s, "exact", "contains")
	case definitions.Token:
		switch {
		case drawn.Type == "Identifier" && s.chance(2):
			return "of-type"
		case drawn.Type == "Identifier" || drawn.Type == "CodeableConcept" || drawn.Type == "Coding" || s.chance(10):
			return pick(s, "not", "text")
		}
		return "not"
	case definitions.Reference:
		switch {
		case drawn.Type != "Reference":
			return "below"
		case s.chance(3) && (slices.Contains(p.Targets, "Location") || slices.Contains(p.Targets, "Organization")):
			return pick(s, "above", "below")
		case s.chance(2):
			return "identifier"
		case p.AnyTarget():
			return pick(s, s.types...)
		}
		return pick(s, p.Targets...)
	case definitions.URI:
		return pick(s, "above", "below")
	}
	return ""
}

// draw takes a value of the parameter from a random resource that has one.
func (s *Sampler) draw(from Source, resourceType string, p *definitions.SearchParameter) naive.Value {
	places := from.Places[resourceType]
	for range min(8, len(places)) {
		if values := from.Evaluator.Values(pick(s, places...), p.Code); len(values) > 0 {
			return pick(s, values...)
		}
	}
	return naive.Value{}
}

// spoil makes a fault, or something near one.
func (s *Sampler) spoil(name, value string) (string, string) {
	switch s.IntN(8) {
	case 0:
		return name + pick(s, ":", ":foo", ":exact", ":in", ":not-in", ":above", ".x", "|"), value
	case 1:
		return pick(s, "foo", "_filter", "_list", "_text", "near", "phonetic", "_has", "_has:Patient", "x.y", ".", ":"), value
	case 2:
		return name, pick(s, "", ",", "\\", "|", "||", "$", "a,,b", "gt", "2015-13", "2015-02-30", "1|2", "a$b$c$d", "\x00", "\xff")
	case 3:
		return name, value + pick(s, ",", "\\", "|", "$", "|x|y|z")
	case 4:
		return "_has:Observation:" + name, value
	case 5:
		return "subject." + name, value
	}
	return name, fmt.Sprintf("%s%s", pick(s, "gt", "xx", " ", "-"), value)
}
