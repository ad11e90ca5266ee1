package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// refusal is why a parameter is not understood. Its text never repeats a
// value, which may be personal.
type refusal struct {
	code     fhir.IssueCode
	text     string
	optional bool   // may be passed over under lenient handling
	unknown  string // the code that is no parameter of resource
	resource string
}

func invalid(format string, args ...any) *refusal {
	return &refusal{code: fhir.CodeInvalid, text: fmt.Sprintf(format, args...)}
}

// optional is a refusal of what may be passed over without harm.
func optional(format string, args ...any) *refusal {
	return &refusal{code: fhir.CodeInvalid, text: fmt.Sprintf(format, args...), optional: true}
}

func notSupported(format string, args ...any) *refusal {
	return &refusal{code: fhir.CodeNotSupported, text: fmt.Sprintf(format, args...)}
}

func tooCostly(format string, args ...any) *refusal {
	return &refusal{code: fhir.CodeTooCostly, text: fmt.Sprintf(format, args...)}
}

// withoutIndex are search parameters of R4 that are defined apart from
// resources and cannot be served.
var withoutIndex = map[string]string{
	"_filter":        "filter expressions are not served; use parameters, chains and _has",
	"_list":          "lists are not served as a criterion; search by _id",
	"_contained":     "resources inside others are not searched",
	"_containedType": "resources inside others are not searched",
	"_has":           "_has is written _has:Type:parameter:parameter-of-Type",
	"_type":          "_type belongs to a search over several types",
}

// parameter finds a search parameter by code, or says why there is none.
func (r *Registry) parameter(resource, code string) (*Parameter, *refusal) {
	t := r.typ(resource)
	if t == nil {
		return nil, invalid("%s is no resource type of R4", printable(resource))
	}
	if p := t.byCode[code]; p != nil {
		return p, nil
	}
	if code == "" {
		return nil, &refusal{code: fhir.CodeInvalid, text: "a search parameter has a name", optional: true}
	}
	reason := withoutIndex[code]
	for i := range t.refused {
		if t.refused[i].Code == code {
			reason = t.refused[i].Reason
		}
	}
	if reason != "" {
		return nil, &refusal{code: fhir.CodeNotSupported, text: code + " is not supported: " + reason, optional: true}
	}
	return nil, &refusal{code: fhir.CodeNotSupported, optional: true, unknown: code, resource: resource}
}

// issue makes the issue that a client is shown, about the parameter as it
// wrote it.
func (r *Registry) issue(severity fhir.Severity, name string, why *refusal) fhir.Issue {
	text := why.text
	if why.unknown != "" {
		text = fmt.Sprintf("%s has no search parameter %s", why.resource, printable(why.unknown))
		if near := r.near(why.resource, why.unknown); len(near) > 0 {
			text += "; it has " + strings.Join(near, ", ")
		}
	}
	return fhir.Issue{Severity: severity, Code: why.code, Expression: printable(name), Text: text}
}

// near lists the parameters of a type whose codes are like an unknown one, the
// likest first.
func (r *Registry) near(resource, unknown string) []string {
	const most = 5
	unknown, _, _ = strings.Cut(unknown, "[")
	if len(unknown) == 0 || len(unknown) > 40 {
		return nil
	}
	type candidate struct {
		code string
		far  int
	}
	var found []candidate
	for _, p := range r.Parameters(resource) {
		far := distance(strings.ToLower(unknown), strings.ToLower(p.Code))
		if strings.Contains(p.Code, unknown) || strings.Contains(unknown, strings.TrimPrefix(p.Code, "_")) {
			far = min(far, 2)
		}
		if far <= 1+len(unknown)/4 {
			found = append(found, candidate{p.Code, far})
		}
	}
	slices.SortStableFunc(found, func(x, y candidate) int { return cmp.Compare(x.far, y.far) })
	var codes []string
	for _, c := range found[:min(most, len(found))] {
		codes = append(codes, c.code)
	}
	return codes
}

// distance is the number of bytes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// printable keeps a name that came from outside short and harmless in messages.
func printable(name string) string {
	const longest = 80
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, name)
}
