package suite

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// wellFormed are values that a parameter of a type takes and no resource has.
// Where there are several, one of them must be taken: whether a token is a
// boolean, and of what types the parts of a composite are, the claim does not
// tell.
var wellFormed = map[string][]string{
	"number":    {"-987654.321"},
	"date":      {"2961-02-28"},
	"string":    {"conformance-suite-finds-nothing"},
	"token":     {"http://example.org/conformance-suite|finds-nothing", "conformance-suite-finds-nothing", "true&_id=" + absent},
	"reference": {"Patient/" + absent, absent, "http://example.org/conformance-suite/finds-nothing"},
	"uri":       {"http://example.org/conformance-suite/finds-nothing"},
	"quantity":  {"-987654.321|http://unitsofmeasure.org|mg"},
	"composite": {"x$x", "x$2961-02-28", "x$-987654.321", absent + "$x", "Patient/" + absent + "$x", "x$-987654.321$x", "x$-987654.321$-987654.321", "x$x$2961-02-28", "x$x$x", "http://example.org$x"},
	"special":   {"-77.5|166.6|1|km"},
}

// illFormed are searches, after the parameter's name, that say nothing to a
// parameter of a type.
var illFormed = map[string][]string{
	"number":    {"=abc", "=ge", "=1x", ":nonsense=1"},
	"date":      {"=abc", "=2961-02-31", "=2961-13", "=zz2961", ":nonsense=2961"},
	"string":    {":nonsense=x"},
	"token":     {":nonsense=x"},
	"reference": {":nonsense=x"},
	"uri":       {":nonsense=x"},
	"quantity":  {"=abc", "=|http://unitsofmeasure.org|mg", ":nonsense=1"},
	"composite": {"=x", ":nonsense=x$x"},
	"special":   {"=abc"},
}

func everyParameterRequirements() []Requirement {
	const clause = r4 + "search.html"
	return family(
		Requirement{ID: "search.1", Clause: clause, Text: "Every parameter of every type takes a value of its type: 200, a searchset that finds nothing, and a self link that has the parameter", Check: func(s *Session) {
			s.everyParameter(func(at parameter) {
				var a *answer
				for _, v := range wellFormed[at.kind] {
					var err error
					if a, err = s.try(s.ctx, "GET /"+at.of+"?"+at.name+"="+v, "", strict); err != nil {
						s.errorf("GET /%s?%s: %v", at.of, at.name, err)
						return
					}
					if a.status == 200 {
						break
					}
				}
				switch {
				case a == nil: // metadata.5 tells
				case a.status != 200 || a.get("resourceType") != "Bundle" || a.get("type") != "searchset":
					s.errorf("%s: status %d, want a searchset: %s", a.call, a.status, a.excerpt())
				case len(a.matches()) > 0:
					s.errorf("%s: found %s, want nothing", a.call, pathOf(a.matches()[0]))
				case !hasParameter(a.link("self"), at.name):
					s.errorf("%s: the self link, %q, does not have the parameter", a.call, a.link("self"))
				}
			})
		}},
		Requirement{ID: "search.2", Clause: r4 + "search.html#errors", Text: "Every parameter of every type refuses what is no value of its type, and a modifier that is none: 400", Check: func(s *Session) {
			s.everyParameter(func(at parameter) {
				for _, bad := range illFormed[at.kind] {
					s.mustRefuse(at, bad)
				}
			})
		}},
		Requirement{ID: "search.3", Clause: r4 + "search.html#modifiers", Text: "Every parameter of every type takes :missing with true and false alone", Check: func(s *Session) {
			s.everyParameter(func(at parameter) {
				if at.kind == "special" || at.kind == "composite" || at.name == "_id" || at.name == "_lastUpdated" {
					return
				}
				a, err := s.try(s.ctx, "GET /"+at.of+"?_count=1&_id="+absent+"&"+at.name+":missing=true", "", strict)
				if err != nil {
					s.errorf("GET /%s?%s:missing=true: %v", at.of, at.name, err)
				} else if a.want(200); len(a.matches()) > 0 {
					s.errorf("%s: found %s, want nothing", a.call, pathOf(a.matches()[0]))
				}
				s.mustRefuse(at, ":missing=maybe")
			})
		}},
	)
}

// parameter is a search parameter of a resource type.
type parameter struct{ of, name, kind string }

// mustRefuse sends a search that must be 400.
func (s *Session) mustRefuse(at parameter, rest string) {
	a, err := s.try(s.ctx, "GET /"+at.of+"?"+at.name+rest, "", strict)
	if err != nil {
		s.errorf("GET /%s?%s%s: %v", at.of, at.name, rest, err)
		return
	}
	a.refused(400)
}

// everyParameter calls f with every search parameter that is claimed, a few at
// a time.
func (s *Session) everyParameter(f func(parameter)) {
	const atOnce = 4
	work := make(chan parameter)
	var wait sync.WaitGroup
	for range atOnce {
		wait.Go(func() {
			for at := range work {
				f(at)
			}
		})
	}
	for _, t := range s.claims.withInteraction("search-type") {
		for _, name := range slices.Sorted(maps.Keys(s.claims.search[t])) {
			if !resultParameter(name) {
				work <- parameter{t, name, s.claims.search[t][name]}
			}
		}
	}
	close(work)
	wait.Wait()
}

// resultParameter reports whether a parameter, though some servers claim it
// beside the others, says how to search or answer, and has a value of its own
// kind.
func resultParameter(name string) bool {
	return slices.Contains(strings.Fields("_sort _count _include _revinclude _summary _total _elements _contained _containedType _has _type _filter _query _list _text _content _format _pretty"), name)
}

// hasParameter reports whether a link's query has a parameter, with or without a
// modifier.
func hasParameter(link, name string) bool {
	for key := range queryOf(link) {
		if base, _, _ := strings.Cut(key, ":"); base == name {
			return true
		}
	}
	return false
}
