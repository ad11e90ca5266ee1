package resources

import (
	"context"
	"fmt"

	"github.com/jenner-iis/jenner/fhir"
)

// HistoryRequest asks for one page of versions. Type and ID are empty for the
// whole system, ID for a whole type.
type HistoryRequest struct {
	Type, ID string
	Since    fhir.Moment // _since: versions at or after it
	Count    int         // _count; 0 for the server's page size
	Cursor   string      // HistoryResult.Next of the page before
}

// HistoryResult is one page of versions, newest first.
type HistoryResult struct {
	Page
	Next string // the next page's cursor, empty when this is the last
}

// History lists versions: https://hl7.org/fhir/R4/http.html#history
func (s *Service) History(ctx context.Context, a Access, req HistoryRequest) (HistoryResult, error) {
	if req.Type != "" {
		if err := s.checkType(req.Type); err != nil {
			return HistoryResult{}, err
		}
	}
	scope := fmt.Sprintf("history %s/%s since %d", req.Type, req.ID, req.Since)
	position, err := s.openCursor(scope, req.Cursor)
	if err != nil {
		return HistoryResult{}, err
	}
	if req.Count == 0 {
		req.Count = s.PageSize
	}
	page, err := s.Store.History(ctx, a, History{
		Type: req.Type, ID: req.ID, Since: req.Since,
		Count: min(req.Count, s.MaxPageSize), Position: position,
	})
	if err != nil {
		return HistoryResult{}, fmt.Errorf("history of %s/%s: %w", req.Type, req.ID, err)
	}
	return HistoryResult{Page: page, Next: s.signCursor(scope, page.Next)}, nil
}
