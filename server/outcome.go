package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// outcomes is the only place where an error becomes HTTP. First match wins. What
// is not in it is a 500.
//
// https://hl7.org/fhir/R4/http.html#Status-Codes
var outcomes = []struct {
	err    error
	status int
	code   fhir.IssueCode
}{
	{fhir.ErrSyntax, http.StatusBadRequest, fhir.CodeStructure},
	{fhir.ErrUnprocessable, http.StatusUnprocessableEntity, fhir.CodeProcessing},
	{resources.ErrNotFound, http.StatusNotFound, fhir.CodeNotFound},
	{resources.ErrGone, http.StatusGone, fhir.CodeDeleted},
	{resources.ErrStale, http.StatusPreconditionFailed, fhir.CodeConflict},
	{resources.ErrMultipleMatches, http.StatusPreconditionFailed, fhir.CodeMultipleMatches},
	{resources.ErrUnresolved, http.StatusPreconditionFailed, fhir.CodeNotFound},
	{resources.ErrForbidden, http.StatusForbidden, fhir.CodeForbidden},
	{resources.ErrNotSupported, http.StatusNotFound, fhir.CodeNotSupported},
	{resources.ErrNotAllowed, http.StatusMethodNotAllowed, fhir.CodeNotSupported},
	{resources.ErrKeyReused, http.StatusUnprocessableEntity, fhir.CodeBusinessRule},
	{resources.ErrBadCursor, http.StatusBadRequest, fhir.CodeValue},
	{resources.ErrTooCostly, http.StatusRequestEntityTooLarge, fhir.CodeTooCostly},
	{errTooLong, http.StatusRequestEntityTooLarge, fhir.CodeTooLong},
	{errLongTarget, http.StatusRequestURITooLong, fhir.CodeTooLong},
	{errNotAcceptable, http.StatusNotAcceptable, fhir.CodeNotSupported},
	{errMediaType, http.StatusUnsupportedMediaType, fhir.CodeNotSupported},
	{errEncoding, http.StatusUnsupportedMediaType, fhir.CodeNotSupported},
	{errGzip, http.StatusBadRequest, fhir.CodeInvalid},
	{errMisdirected, http.StatusMisdirectedRequest, fhir.CodeSecurity},
	{errCrossOrigin, http.StatusForbidden, fhir.CodeSecurity},
	{errQuery, http.StatusBadRequest, fhir.CodeInvalid},
	{errIncomplete, http.StatusBadRequest, fhir.CodeInvalid},
	{errThrottled, http.StatusServiceUnavailable, fhir.CodeThrottled},
	{resources.ErrBusy, http.StatusServiceUnavailable, fhir.CodeConflict},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, fhir.CodeTimeout},
	{context.Canceled, http.StatusServiceUnavailable, fhir.CodeTimeout},
}

// outcome is an error as a client sees it: nothing of the error's own text, but
// the issues of a *fhir.Invalid or the text of a sentinel.
type outcome struct {
	status int
	issues []fhir.Issue
}

// explain finds the outcome of an error. Issues about one entry of a Bundle
// name the entry.
func explain(err error) outcome {
	var failed *failedBundle
	if errors.As(err, &failed) {
		o := explain(failed.error)
		switch o.status {
		case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
			o.status = http.StatusUnprocessableEntity
		}
		return o
	}
	var invalid *fhir.Invalid
	var entry *resources.EntryError
	if errors.As(err, &entry) {
		o := explain(entry.Err)
		issues := make([]fhir.Issue, len(o.issues))
		for i, issue := range o.issues {
			switch {
			case issue.Expression == "":
				issue.Expression = entry.Path
			case !strings.HasPrefix(issue.Expression, "Bundle."):
				issue.Text = issue.Expression + ": " + issue.Text
				issue.Expression = entry.Path
			}
			issues[i] = issue
		}
		o.issues = issues
		return o
	}
	if errors.As(err, &invalid) && len(invalid.Issues) > 0 {
		o := outcome{status: http.StatusBadRequest, issues: invalid.Issues}
		for _, row := range outcomes {
			if errors.Is(invalid.Cause, row.err) {
				o.status = row.status
				break
			}
		}
		return o
	}
	for _, row := range outcomes {
		if errors.Is(err, row.err) {
			return outcome{row.status, []fhir.Issue{{Severity: fhir.Error, Code: row.code, Text: row.err.Error()}}}
		}
	}
	return outcome{http.StatusInternalServerError, []fhir.Issue{{
		Severity: fhir.Fatal, Code: fhir.CodeException,
		Text: "the server failed; its operator finds the reason under the answer's X-Request-Id",
	}}}
}

// sendOutcome answers with an OperationOutcome.
func (s *Server) sendOutcome(c *gin.Context, o outcome) {
	h := c.Writer.Header()
	switch o.status {
	case http.StatusMethodNotAllowed:
		if h.Get("Allow") == "" {
			h.Set("Allow", "GET, HEAD") // of a type that clients cannot write
		}
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	b := newBuffer()
	defer b.free()
	b.text = appendOutcome(b.text, o.issues)
	s.send(c, o.status, b.text)
}

// appendOutcome appends an OperationOutcome:
// https://hl7.org/fhir/R4/operationoutcome.html
func appendOutcome(b []byte, issues []fhir.Issue) []byte {
	b = append(b, `{"resourceType":"OperationOutcome","issue":[`...)
	for i, issue := range issues {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"severity":`...)
		b = codec.AppendString(b, string(issue.Severity))
		b = append(b, `,"code":`...)
		b = codec.AppendString(b, string(issue.Code))
		if issue.Text != "" {
			b = append(b, `,"diagnostics":`...)
			b = codec.AppendString(b, issue.Text)
		}
		if issue.Expression != "" {
			b = append(b, `,"expression":[`...)
			b = codec.AppendString(b, issue.Expression)
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// statusLine is a status as Bundle.entry.response.status has it.
func statusLine(status int) string { return strconv.Itoa(status) + " " + http.StatusText(status) }
