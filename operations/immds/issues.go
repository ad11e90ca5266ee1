package immds

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// maxIssues bounds the issues that are kept: a request of a hundred thousand
// faulty parameters must not be answered with as many issues.
const maxIssues = 100

// issues collects what is wrong with a request, or worth knowing about it.
type issues struct {
	list    []fhir.Issue
	more    int  // issues not kept
	refused bool // there is an error among all issues
	syntax  bool // an error is that it is not R4 JSON
}

func (s *issues) reset() {
	clear(s.list)
	*s = issues{list: s.list[:0]}
}

func (s *issues) add(severity fhir.Severity, code fhir.IssueCode, expression, text string) {
	if severity == fhir.Error && !s.refused {
		// The notes made so far do not matter any more.
		s.refused, s.more, s.list = true, 0, s.list[:0]
	}
	if s.refused && severity != fhir.Error {
		return
	}
	if len(s.list) >= maxIssues {
		s.more++
		return
	}
	s.list = append(s.list, fhir.Issue{Severity: severity, Code: code, Expression: expression, Text: text})
}

// malformed reports what structure validation would refuse.
func (s *issues) malformed(expression, text string) {
	s.syntax = true
	s.add(fhir.Error, fhir.CodeStructure, expression, text)
}

// err is the error that the issues amount to, if there is one among them.
func (s *issues) err() error {
	if !s.refused {
		return nil
	}
	cause := fhir.ErrUnprocessable
	if s.syntax {
		cause = fhir.ErrSyntax
	}
	return &fhir.Invalid{Cause: cause, Issues: append([]fhir.Issue(nil), s.list...)}
}

// expression is the FHIRPath of v within resource, or of v's member if one is
// named. A stored resource is told apart by its id.
func expression(resource, v codec.Value, member string) string {
	path := v.Path()
	name := resource.ResourceType()
	if name != "Parameters" && resource.Path() == name {
		if id := resource.Get("id").Text(); fhir.ValidID(id) {
			path = name + ".where(id='" + id + "')" + strings.TrimPrefix(path, name)
		}
	}
	if member != "" {
		path += "." + member
	}
	return path
}
