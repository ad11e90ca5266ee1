package resources

import (
	"context"
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/fhir/search"
)

// PageParameter is the parameter of page links that carries the cursor. Its
// value is the server's own: a client follows links and never makes one.
const PageParameter = "_page"

// SearchRequest asks for one page of a search.
type SearchRequest struct {
	Query   string // what follows the question mark, percent-encoded; PageParameter included
	Lenient bool   // unknown parameters are ignored and reported, not refused
}

// SearchResult is one page of a search.
type SearchResult struct {
	Page
	Query *search.Query // as it was understood
	Next  string        // the next page's cursor, empty when this is the last
}

// Find searches the resources of one type:
// https://hl7.org/fhir/R4/http.html#search
func (s *Service) Find(ctx context.Context, a Access, resourceType string, req SearchRequest) (SearchResult, error) {
	if err := s.checkType(resourceType); err != nil {
		return SearchResult{}, err
	}
	text, cursor := cutCursor(req.Query)
	q, err := s.Search.Parse(resourceType, text, s.searchOptions(req.Lenient))
	if err != nil {
		return SearchResult{}, err
	}
	scope := "search " + resourceType + "?" + q.Used
	if q.Position, err = s.openCursor(scope, cursor); err != nil {
		return SearchResult{}, err
	}
	page, err := s.Store.Search(ctx, a, q)
	if err != nil {
		return SearchResult{}, fmt.Errorf("search %s: %w", resourceType, err)
	}
	return SearchResult{Page: page, Query: q, Next: s.signCursor(scope, page.Next)}, nil
}

// searchOptions is how searches by clients are read.
func (s *Service) searchOptions(lenient bool) search.Options {
	return search.Options{Lenient: lenient, Now: s.Now(), DefaultCount: s.PageSize, MaxCount: s.MaxPageSize}
}

// criteriaOptions is how the criteria of conditional interactions are read:
// always strictly, since one left out would match more than was meant.
func (s *Service) criteriaOptions() search.Options {
	return search.Options{Now: s.Now()}
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
