package search

import (
	"slices"
	"strings"
)

// ParseView reads the query part of the URL of a read: _summary and _elements.
// Errors are those of Parse.
//
// https://hl7.org/fhir/R4/http.html#summary
func (r *Registry) ParseView(resourceType, rawQuery string, o Options) (View, error) {
	p, err := r.newParser([]string{resourceType}, o)
	if err != nil {
		return View{}, err
	}
	p.reads = true
	q, err := p.parse(rawQuery)
	if err != nil {
		return View{}, err
	}
	return q.View, nil
}

// ofRead reads a parameter of a read.
func (p *parser) ofRead(name, value string) (string, *refusal) {
	head, modifier, _ := strings.Cut(name, ":")
	switch {
	case head != "_summary" && head != "_elements" || !p.options.serves(head):
		why := notSupported("a read takes no parameters but _summary, _elements, _format and _pretty")
		why.optional = true
		return "", why
	case head == "_summary" && value == "count":
		return "", invalid("_summary=count is for searches")
	}
	return p.result(head, modifier, value)
}

// Covers reports whether the view cuts resources of a type, found by a search
// for these types: _elements without the name of a type are those of the types
// searched for, and what comes along is whole.
func (v *View) Covers(resourceType string, searched ...string) bool {
	if v.Summary != SummaryFalse {
		return true
	}
	return slices.ContainsFunc(v.Elements, func(name string) bool {
		typ, _, qualified := strings.Cut(name, ".")
		return qualified && typ == resourceType || !qualified && slices.Contains(searched, resourceType)
	})
}
