package main

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const parametersFormat = `#
# P  search parameter: code, type, canonical URL, flags, targets (* for any)
#    flags: o multipleOr is false, c the nine comparators are allowed, phonetic or nearby for another use than normal
# B  base type and the part of the expression that belongs to it
# C  component of a composite: definition, expression
`

const compartmentsFormat = `#
# A type of resource, and under it the member types with the search parameters that link them ({def}: the resource itself)
`

func writeParameters(src *source, b *bytes.Buffer) error {
	concrete := 0
	for _, s := range src.structures {
		if s.Kind == "resource" && !s.Abstract {
			concrete++
		}
	}
	parameters := slices.SortedFunc(slices.Values(src.parameters), func(x, y *searchParameter) int {
		return cmp.Or(cmp.Compare(x.Code, y.Code), cmp.Compare(x.URL, y.URL))
	})
	for _, p := range parameters {
		targets := strings.Join(slices.Sorted(slices.Values(p.Target)), ",")
		// R4 lists every type but Parameters where any resource may be referenced.
		if len(p.Target) == concrete-1 && !slices.Contains(p.Target, "Parameters") {
			targets = "*"
		}
		fmt.Fprintf(b, "P\t%s\t%s\t%s\t%s\t%s\n", p.Code, p.Type, p.URL, parameterFlags(p), targets)
		for _, base := range slices.Sorted(slices.Values(p.Base)) {
			expression, err := branch(p, base)
			if err != nil {
				return fmt.Errorf("%s: %w", p.URL, err)
			}
			fmt.Fprintf(b, "B\t%s\t%s\n", base, expression)
		}
		for _, c := range p.Component {
			fmt.Fprintf(b, "C\t%s\t%s\n", c.Definition, c.Expression)
		}
	}
	return nil
}

func parameterFlags(p *searchParameter) string {
	var flags []string
	if p.MultipleOr != nil && !*p.MultipleOr {
		flags = append(flags, "o")
	}
	if len(p.Comparator) > 0 {
		flags = append(flags, "c")
	}
	if p.XpathUsage != "normal" {
		flags = append(flags, p.XpathUsage)
	}
	return strings.Join(flags, ",")
}

// root finds the type that a branch of an expression starts from.
var root = regexp.MustCompile(`^\(*([A-Z][A-Za-z]+)`)

// branch cuts an expression that unites several base types to what concerns
// one of them: FHIRPath gives nothing for the others there.
func branch(p *searchParameter, base string) (string, error) {
	if p.Expression == "" || len(p.Base) == 1 {
		return p.Expression, nil
	}
	var parts []string
	for _, part := range splitUnion(p.Expression) {
		m := root.FindStringSubmatch(part)
		if m == nil || !slices.Contains(p.Base, m[1]) {
			return "", fmt.Errorf("branch %q starts from none of the base types", part)
		}
		if m[1] == base {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("no branch of %q starts from %s", p.Expression, base)
	}
	return strings.Join(parts, " | "), nil
}

// splitUnion divides a FHIRPath expression at the | outside parentheses.
func splitUnion(expression string) []string {
	var parts []string
	depth, start := 0, 0
	for i, c := range expression {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(expression[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(expression[start:]))
}

func writeCompartments(src *source, b *bytes.Buffer) error {
	compartments := slices.SortedFunc(slices.Values(src.compartments), func(x, y *compartment) int {
		return cmp.Compare(x.Code, y.Code)
	})
	for _, c := range compartments {
		fmt.Fprintf(b, "%s\n", c.Code)
		for _, member := range c.Resource {
			if len(member.Param) > 0 {
				fmt.Fprintf(b, "\t%s\t%s\n", member.Code, strings.Join(member.Param, ","))
			}
		}
	}
	return nil
}
