package fhir

import (
	"errors"
	"strings"
)

// ErrSyntax marks input that is not R4 JSON: the text does not parse, or what
// it says has no single meaning. Every *Invalid of the JSON gate wraps it.
var ErrSyntax = errors.New("not valid FHIR JSON")

// Severity is OperationOutcome.issue.severity:
// https://hl7.org/fhir/R4/valueset-issue-severity.html
type Severity string

// The severities. Only Fatal and Error refuse a request.
const (
	Fatal       Severity = "fatal"
	Error       Severity = "error"
	Warning     Severity = "warning"
	Information Severity = "information"
)

// IssueCode is OperationOutcome.issue.code:
// https://hl7.org/fhir/R4/valueset-issue-type.html
type IssueCode string

// The issue codes in use.
const (
	CodeInvalid         IssueCode = "invalid"
	CodeStructure       IssueCode = "structure"
	CodeRequired        IssueCode = "required"
	CodeValue           IssueCode = "value"
	CodeInvariant       IssueCode = "invariant"
	CodeSecurity        IssueCode = "security"
	CodeForbidden       IssueCode = "forbidden"
	CodeProcessing      IssueCode = "processing"
	CodeNotSupported    IssueCode = "not-supported"
	CodeDuplicate       IssueCode = "duplicate"
	CodeMultipleMatches IssueCode = "multiple-matches"
	CodeNotFound        IssueCode = "not-found"
	CodeDeleted         IssueCode = "deleted"
	CodeTooLong         IssueCode = "too-long"
	CodeCodeInvalid     IssueCode = "code-invalid"
	CodeTooCostly       IssueCode = "too-costly"
	CodeBusinessRule    IssueCode = "business-rule"
	CodeConflict        IssueCode = "conflict"
	CodeException       IssueCode = "exception"
	CodeTimeout         IssueCode = "timeout"
	CodeThrottled       IssueCode = "throttled"
	CodeInformational   IssueCode = "informational"
)

// Issue is one OperationOutcome.issue. Text tells the client's developer what
// to change; it must never repeat a value that may be personal.
type Issue struct {
	Severity   Severity
	Code       IssueCode
	Expression string // FHIRPath of the element, such as Patient.name[0].family; empty if none
	Text       string // OperationOutcome.issue.diagnostics
}

// String gives the issue on one line, for logs and tests.
func (i Issue) String() string {
	s := string(i.Severity) + " " + string(i.Code)
	if i.Expression != "" {
		s += " at " + i.Expression
	}
	return s + ": " + i.Text
}

// Invalid is the error for input that was understood as far as it went and
// refused: it lists every issue found. Cause, when set, is the sentinel by
// which callers tell kinds of refusal apart (ErrSyntax, ErrUnprocessable).
type Invalid struct {
	Cause  error
	Issues []Issue
}

// ErrUnprocessable marks input that is legal FHIR and still cannot be
// accepted: a business rule refuses it (HTTP 422).
var ErrUnprocessable = errors.New("refused by a rule")

// NewInvalid is an *Invalid with one issue of severity error.
func NewInvalid(cause error, code IssueCode, expression, text string) *Invalid {
	return &Invalid{Cause: cause, Issues: []Issue{{Error, code, expression, text}}}
}

// Error joins the issues.
func (e *Invalid) Error() string {
	texts := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		texts[i] = issue.String()
	}
	return strings.Join(texts, "; ")
}

// Unwrap gives the cause.
func (e *Invalid) Unwrap() error { return e.Cause }
