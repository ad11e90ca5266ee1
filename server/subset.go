package server

import (
	"fmt"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/fhir/subset"
	"github.com/jenner-iis/jenner/resources"
)

// cut gives the part of a resource that a view wants, found by a search for
// these types. Where that is all, it is the stored bytes, as they are.
//
// https://hl7.org/fhir/R4/search.html#summary
func (s *Server) cut(v resources.Version, view *search.View, searched ...string) ([]byte, error) {
	if v.JSON == nil || !view.Covers(v.Type, searched...) {
		return v.JSON, nil
	}
	// What is stored came through the gate, whatever its limits were then.
	d, err := codec.Parse(v.JSON, codec.Limits{Depth: 1 << 20, Values: 1 << 30})
	if err != nil {
		return nil, fmt.Errorf("read stored %s/%s to cut it down: %w", v.Type, v.ID, err)
	}
	return s.subset(view).Append(nil, d.Root()), nil
}

func (s *Server) subset(view *search.View) subset.Subset {
	set := s.Resources.Definitions
	switch view.Summary {
	case search.SummaryTrue:
		return subset.Summary(set)
	case search.SummaryText:
		return subset.Text(set)
	case search.SummaryData:
		return subset.Data(set)
	}
	return subset.Elements(set, view.Elements)
}
