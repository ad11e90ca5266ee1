package suite

import (
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// issueCodes is https://hl7.org/fhir/R4/valueset-issue-type.html
var issueCodes = strings.Fields(`invalid structure required value invariant security login unknown expired forbidden
	suppressed processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension
	too-costly business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational`)

// internals are what no answer may show of the server's inside.
var internals = regexp.MustCompile(`goroutine \d|\.go:\d+|\.java:\d+|\.cs:line|\bat (com|org|java)\.[a-z]|Traceback \(|Exception in |panic:|SQLSTATE`)

// isFHIRJSON reports whether an answer says that it is JSON.
func (a *answer) isFHIRJSON() bool {
	name, parameters, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	charset := parameters["charset"]
	return err == nil && slices.Contains([]string{"application/fhir+json", "application/json", "text/json"}, name) &&
		(charset == "" || strings.EqualFold(charset, "utf-8"))
}

// outcomeFault says what is wrong with an answer as the OperationOutcome of an
// error, or nothing: https://hl7.org/fhir/R4/operationoutcome.html
func (a *answer) outcomeFault() string {
	if !a.isFHIRJSON() {
		return fmt.Sprintf("Content-Type %q is not that of FHIR JSON", a.header.Get("Content-Type"))
	}
	if internals.Match(a.raw) {
		return "the answer shows internals"
	}
	return outcomeFault(a.body)
}

func outcomeFault(outcome value) string {
	if outcome.get("resourceType").text() != "OperationOutcome" {
		return "the answer is no OperationOutcome"
	}
	issues := outcome.get("issue").list()
	if len(issues) == 0 {
		return "the OperationOutcome has no issue"
	}
	errs := false
	for _, issue := range issues {
		severity := issue.get("severity").text()
		errs = errs || severity == "error" || severity == "fatal"
		switch {
		case !slices.Contains([]string{"fatal", "error", "warning", "information"}, severity):
			return fmt.Sprintf("issue.severity is %q", severity)
		case !slices.Contains(issueCodes, issue.get("code").text()):
			return fmt.Sprintf("issue.code is %q", issue.get("code").text())
		case !issue.get("diagnostics").isString() && !issue.get("details.text").isString() && !issue.get("details.coding").present():
			return "an issue has no text"
		}
		for _, e := range issue.get("expression").list() {
			if !e.isString() {
				return "issue.expression holds what is no string"
			}
		}
	}
	if !errs {
		return "no issue is an error"
	}
	return ""
}

// watch sees every answer of a run.
type watch struct {
	mu       sync.Mutex
	faults   []string // failures that are no OperationOutcome
	crashes  []string // answers that say the server failed
	unnamed  []string // answers with a body without Content-Type
	answered int
}

func (w *watch) see(a *answer, method string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered++
	note := func(to *[]string, why string) {
		if len(*to) < maxProblems {
			*to = append(*to, fmt.Sprintf("%s: status %d: %s", a.call, a.status, why))
		}
	}
	if a.status >= 500 && a.status != 501 {
		note(&w.crashes, a.excerpt())
	}
	// Of a request line or header that is too long FHIR knows nothing: HTTP's own
	// layer, or a proxy, answers before it is one of FHIR's.
	http := a.status == 414 || a.status == 431
	if a.status >= 400 && method != "HEAD" && !http {
		if why := a.outcomeFault(); why != "" {
			note(&w.faults, why+": "+a.excerpt())
		}
	}
	if len(a.raw) > 0 && a.header.Get("Content-Type") == "" {
		note(&w.unnamed, "a body without Content-Type")
	}
}
