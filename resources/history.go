package resources

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// HistoryRequest asks for one page of versions. Type and ID are empty for the
// whole system, ID for a whole type.
type HistoryRequest struct {
	Type, ID string
	Query    string // what follows the question mark, percent-encoded; PageParameter included
	Lenient  bool   // unknown parameters are ignored, not refused
}

// HistoryResult is one page of versions, newest first.
type HistoryResult struct {
	Page
	Path string // of the history's URL, relative to the base: Patient/x/_history
	Used string // the parameters that had an effect, percent-encoded, without the cursor
	Next string // the next page's cursor, empty when this is the last
}

// History lists versions: https://hl7.org/fhir/R4/http.html#history
func (s *Service) History(ctx context.Context, a Access, req HistoryRequest) (HistoryResult, error) {
	result := HistoryResult{Path: "_history"}
	if req.Type != "" {
		if err := s.checkType(req.Type); err != nil {
			return result, err
		}
		result.Path = strings.Trim(req.Type+"/"+req.ID, "/") + "/_history"
	}
	text, cursor := cutCursor(req.Query)
	h, used, err := s.parseHistory(text, req.Lenient)
	if err != nil {
		return result, err
	}
	h.Type, h.ID, result.Used = req.Type, req.ID, used
	scope := "history " + result.Path + "?" + used
	if h.Position, err = s.openCursor(scope, cursor); err != nil {
		return result, err
	}
	if req.ID != "" && h.Position == nil {
		if err := s.refreshOne(ctx, a, req.Type, req.ID); err != nil {
			return result, fmt.Errorf("read %s: %w", result.Path, err)
		}
	}
	if result.Page, err = s.Store.History(ctx, a, h); err != nil {
		return result, fmt.Errorf("read %s: %w", result.Path, err)
	}
	result.Next = s.signCursor(scope, result.Page.Next)
	return result, nil
}

// parseHistory reads the parameters of a history; used are those that have an
// effect.
func (s *Service) parseHistory(text string, lenient bool) (h History, used string, err error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return h, "", fhir.NewInvalid(nil, fhir.CodeInvalid, "", "the parameters are not in the form of a URL's query")
	}
	h.Count = s.PageSize
	var wrong fhir.Invalid
	for _, name := range slices.Sorted(maps.Keys(values)) {
		code, problem := fhir.CodeValue, ""
		switch value := values[name][0]; name {
		case "_count":
			if h.Count, err = strconv.Atoi(value); err != nil || h.Count < 1 {
				problem = "_count must be a whole number, at least 1"
			}
			h.Count = min(h.Count, s.MaxPageSize)
		case "_since", "_at":
			// A plus sign that was not escaped arrives as a space.
			period, ok := fhir.ParseDateTime(strings.Replace(value, " ", "+", 1), s.Search.Zone(), true)
			if !ok {
				problem = fhir.NoDateTime
			}
			if name == "_since" {
				h.Since = period.Low
			} else {
				h.Current, h.Until = period.Low, period.High
			}
		default:
			if lenient {
				delete(values, name)
				continue
			}
			code, problem = fhir.CodeNotSupported, "a history takes the parameters _count, _since and _at, and none of this name"
		}
		if problem == "" && len(values[name]) > 1 {
			problem = name + " stands there twice"
		}
		if problem != "" {
			wrong.Issues = append(wrong.Issues, fhir.Issue{Severity: fhir.Error, Code: code, Expression: name, Text: problem})
		}
	}
	if len(wrong.Issues) > 0 {
		return h, "", &wrong
	}
	return h, values.Encode(), nil
}
