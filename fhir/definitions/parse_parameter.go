package definitions

import (
	"encoding/json"
	"fmt"
)

// ParseSearchParameters reads SearchParameter resources, of which R4 has none:
// those that a server adds. A component names its definition by canonical URL,
// of one of R4's own or of one that is read along with it. The error names the
// parameter and what is missing; whether an expression can be compiled is for
// package search to say.
//
// https://hl7.org/fhir/R4/searchparameter.html
func (s *Set) ParseSearchParameters(texts ...[]byte) ([]*SearchParameter, error) {
	byURL := make(map[string]*SearchParameter, len(s.parameters)+len(texts))
	for _, p := range s.parameters {
		byURL[p.URL] = p
	}
	read := make([]publishedParameter, len(texts))
	parsed := make([]*SearchParameter, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal(text, &read[i]); err != nil {
			return nil, fmt.Errorf("read a SearchParameter: %w", err)
		}
		p, err := read[i].parameter()
		if err != nil {
			return nil, fmt.Errorf("SearchParameter %s: %w", read[i].URL, err)
		}
		if byURL[p.URL] != nil {
			return nil, fmt.Errorf("SearchParameter %s: there is another of this URL", p.URL)
		}
		parsed[i], byURL[p.URL] = p, p
	}
	for i, p := range parsed {
		for _, c := range read[i].Component {
			definition := byURL[c.Definition]
			if definition == nil {
				return nil, fmt.Errorf("SearchParameter %s: component %q is not defined", p.URL, c.Definition)
			}
			p.Components = append(p.Components, Component{Parameter: definition, Expression: c.Expression})
		}
	}
	return parsed, nil
}

// publishedParameter is a SearchParameter as far as it bears on searching.
type publishedParameter struct {
	ResourceType string     `json:"resourceType"`
	URL          string     `json:"url"`
	Code         string     `json:"code"`
	Type         SearchType `json:"type"`
	Base         []string   `json:"base"`
	Expression   string     `json:"expression"`
	Target       []string   `json:"target"`
	Comparator   []string   `json:"comparator"`
	MultipleOr   *bool      `json:"multipleOr"`
	Component    []struct {
		Definition string `json:"definition"`
		Expression string `json:"expression"`
	} `json:"component"`
}

func (r *publishedParameter) parameter() (*SearchParameter, error) {
	for _, required := range []struct {
		element string
		present bool
	}{
		{"url", r.URL != ""}, {"code", r.Code != ""}, {"type", r.Type != ""}, {"base", len(r.Base) > 0}, {"expression", r.Expression != ""},
	} {
		if !required.present {
			return nil, fmt.Errorf("%s is missing", required.element)
		}
	}
	if r.ResourceType != "SearchParameter" {
		return nil, fmt.Errorf("resourceType is %q", r.ResourceType)
	}
	p := &SearchParameter{
		Code: r.Code, URL: r.URL, Type: r.Type, Targets: r.Target, Comparators: r.Comparator, Usage: "normal",
		MultipleOr: r.MultipleOr == nil || *r.MultipleOr,
	}
	for _, base := range r.Base {
		p.Bases = append(p.Bases, SearchBase{Type: base, Expression: r.Expression})
	}
	return p, nil
}
