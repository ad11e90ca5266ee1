package resources

import (
	"context"
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// PageParameter is the parameter of page links that carries the cursor. Its
// value is the server's own: a client follows links and never makes one.
const PageParameter = "_page"

// SearchRequest asks for one page of a search.
type SearchRequest struct {
	Query       string      // what follows the question mark, percent-encoded; PageParameter included
	Lenient     bool        // unknown parameters are ignored and reported, not refused
	Compartment Compartment // the search finds only what is in it; the zero value means everywhere
}

// SearchResult is one page of a search.
type SearchResult struct {
	Page
	Path  string        // of the search's URL, relative to the base: Patient, Patient/x/Immunization, or nothing
	Query *search.Query // as it was understood
	Next  string        // the next page's cursor, empty when this is the last
	Notes []fhir.Issue  // why there is nothing, where that needs saying
}

// Find searches the resources of one type, or if resourceType is empty of
// several: of those that _type names, or of all.
//
// https://hl7.org/fhir/R4/http.html#search
func (s *Service) Find(ctx context.Context, a Access, resourceType string, req SearchRequest) (SearchResult, error) {
	text, cursor := cutCursor(req.Query)
	q, err := s.parseSearch(resourceType, text, req)
	if err != nil {
		return SearchResult{}, err
	}
	path := req.Compartment.path(resourceType)
	scope := "search " + path + "?" + q.Used
	if q.Position, err = s.openCursor(scope, cursor); err != nil {
		return SearchResult{}, err
	}
	if q.Position == nil {
		if err := s.refreshFor(ctx, a, q); err != nil {
			return SearchResult{}, fmt.Errorf("search %s: %w", path, err)
		}
	}
	page, err := s.Store.Search(ctx, a, q)
	if err != nil {
		return SearchResult{}, fmt.Errorf("search %s: %w", path, err)
	}
	result := SearchResult{Page: page, Path: path, Query: q, Next: s.signCursor(scope, page.Next)}
	if len(page.Versions) == 0 && q.Position == nil {
		result.Notes = s.missingFor(ctx, a, q)
	}
	return result, nil
}

func (s *Service) parseSearch(resourceType, text string, req SearchRequest) (*search.Query, error) {
	if resourceType != "" {
		if err := s.checkType(resourceType); err != nil {
			return nil, err
		}
	}
	o := s.searchOptions(req.Lenient)
	switch {
	case req.Compartment != Compartment{}:
		return s.parseWithin(req.Compartment, resourceType, text, o)
	case resourceType == "":
		return s.Search.ParseTypes(s.Search.Types(), text, o)
	}
	return s.Search.Parse(resourceType, text, o)
}

// resultParameters are those that Find and its callers serve, beside those that
// every search has.
var resultParameters = []string{"_include", "_revinclude", "_summary", "_elements"}

// searchOptions is how searches by clients are read.
func (s *Service) searchOptions(lenient bool) search.Options {
	return search.Options{
		Lenient: lenient, Now: s.Now(), DefaultCount: s.PageSize, MaxCount: s.MaxPageSize, Limits: s.SearchLimits,
		Hierarchies: true, Results: resultParameters,
	}
}

// criteriaOptions is how the criteria of conditional interactions are read:
// always strictly, since one left out would match more than was meant.
func (s *Service) criteriaOptions() search.Options {
	return search.Options{Now: s.Now(), Hierarchies: true, Limits: s.SearchLimits}
}

// cutCursor takes the cursor out of a query.
func cutCursor(query string) (rest, cursor string) {
	if !strings.Contains(query, PageParameter+"=") {
		return query, ""
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(part, PageParameter+"="); ok {
			cursor = value
			continue
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, "&"), cursor
}
