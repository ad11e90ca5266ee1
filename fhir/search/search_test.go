package search_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
)

const ownBase = "https://iis.example.org/fhir"

var registry = newRegistry(search.Config{Bases: []string{ownBase}})

var now = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func newRegistry(c search.Config) *search.Registry {
	r, err := search.New(definitions.R4(), c)
	if err != nil {
		panic(err)
	}
	return r
}

func resource(t testing.TB, json string) codec.Value {
	t.Helper()
	d, err := codec.ParseString(json, codec.Limits{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", json, err)
	}
	return d.Root()
}

func parameter(t testing.TB, resourceType, code string) *search.Parameter {
	t.Helper()
	p := registry.Parameter(resourceType, code)
	if p == nil {
		t.Fatalf("Parameter(%q, %q) = nil", resourceType, code)
	}
	return p
}

// describe writes an entry on one line: what its parameter's type and aspect
// say it has.
func describe(e *search.Entry) string {
	switch e.Aspect {
	case search.AspectText:
		return fmt.Sprintf("text %q", e.Folded)
	case search.AspectOfType:
		return fmt.Sprintf("of-type %s|%s|%s", e.System, e.Code, e.Text)
	case search.AspectIdentifier:
		return fmt.Sprintf("identifier %s|%s", e.System, e.Code)
	}
	switch e.Parameter.Type {
	case search.Token:
		return e.System + "|" + e.Code
	case search.String:
		return fmt.Sprintf("%q %q", e.Text, e.Folded)
	case search.Date:
		return moment(e.Period.Low) + " - " + moment(e.Period.High)
	case search.Number:
		return number(e.Low) + ".." + number(e.High)
	case search.Quantity:
		return fmt.Sprintf("%s..%s %s|%s|%s", number(e.Low), number(e.High), e.System, e.Code, e.Text)
	case search.Reference:
		s := e.Target.Text
		if e.Target.Kind == fhir.Relative && s != e.Target.Type+"/"+e.Target.ID {
			s += " is not its type and id"
		}
		if e.Target.Version != "" {
			s += " version " + e.Target.Version
		}
		return s
	case search.Composite:
		var parts []string
		for i := range e.Components {
			parts = append(parts, describe(&e.Components[i]))
		}
		return strings.Join(parts, " $ ")
	}
	return e.Text
}

func number(f float64) string {
	if math.IsInf(f, 0) {
		return "*"
	}
	return fmt.Sprint(f)
}

// moment writes a moment without what is zero at its end.
func moment(m fhir.Moment) string {
	switch m {
	case fhir.EarliestMoment, fhir.LatestMoment:
		return "*"
	}
	s := strings.TrimSuffix(strings.TrimSuffix(m.String(), "Z"), ".000000")
	return strings.TrimSuffix(s, "T00:00:00")
}

func describeAll(entries []search.Entry) []string {
	var all []string
	for i := range entries {
		all = append(all, describe(&entries[i]))
	}
	return all
}
