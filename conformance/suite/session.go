package suite

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Session is one requirement's run, as a testing.T is one test's: it lives as
// long as its context, which is why it may hold it. What fails is noted, and
// the check goes on; fatalf alone ends it.
type Session struct {
	*run
	ctx context.Context
	tag string // of everything that the requirement makes

	mu       sync.Mutex
	problems []string
	refused  []string          // what was refused in the way R4 has for what is not supported
	worked   bool              // something that may be refused was not
	names    map[string]string // what fixtures are called in texts: name to Type/id
}

// tagSystem is the system of the tags and identifiers of all runs.
const tagSystem = "http://example.org/conformance-suite"

// maxProblems is how many problems of one requirement are told.
const maxProblems = 20

func newSession(ctx context.Context, r *run, q *Requirement) *Session {
	return &Session{run: r, ctx: ctx, tag: r.id + "-" + q.ID, names: map[string]string{}}
}

// errorf notes a problem.
func (s *Session) errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch n := len(s.problems); {
	case n < maxProblems:
		s.problems = append(s.problems, fmt.Sprintf(format, args...))
	case n == maxProblems:
		s.problems = append(s.problems, "and more")
	}
}

// fatalf notes a problem and ends the check. It must be called on the goroutine
// of the check.
func (s *Session) fatalf(format string, args ...any) {
	s.errorf(format, args...)
	runtime.Goexit()
}

// expand fills in names: <a> is the id of fixture a, <tag> the requirement's own
// text, <sys> its own identifier system, <base> the base URL.
func (s *Session) expand(text string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	pairs := []string{"<tag>", s.tag, "<sys>", tagSystem + "/" + s.tag, "<base>", s.Base, "<run>", s.run.id}
	for _, name := range slices.Sorted(maps.Keys(s.names)) {
		_, id, _ := strings.Cut(s.names[name], "/")
		pairs = append(pairs, "<"+name+">", id)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// resource is the JSON of a resource written in short, as its type and then its
// elements: Patient {"active":true}. It gets the requirement's tag.
func (s *Session) resource(short string) string {
	resourceType, elements, _ := strings.Cut(short, " ")
	text := fmt.Sprintf(`{"resourceType":%q,"meta":{"tag":[{"system":%q,"code":%q}]}`, resourceType, tagSystem, s.tag)
	if elements = strings.TrimPrefix(strings.TrimSpace(elements), "{"); elements != "}" {
		text += ","
	}
	return text + s.expand(elements)
}

// create makes a resource, written in short, and gives the answer to its POST.
func (s *Session) create(short string, headers ...string) *answer {
	resourceType, _, _ := strings.Cut(short, " ")
	a := s.do("POST /"+resourceType, s.resource(short), headers...)
	if a.status != 201 {
		s.fatalf("%s: status %d, want 201: %s\n%s", a.call, a.status, a.excerpt(), s.resource(short))
	}
	return a
}

// have makes fixtures: pairs of a name, by which texts refer to the resource,
// and the resource in short.
func (s *Session) have(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		a := s.create(pairs[i+1])
		resourceType, _, _ := strings.Cut(pairs[i+1], " ")
		id := a.id()
		if id == "" {
			s.fatalf("%s: neither Location nor body tell the id", a.call)
		}
		s.names[pairs[i]] = resourceType + "/" + id
	}
}

// at is the Type/id of a fixture.
func (s *Session) at(name string) string { return s.names[name] }

// own is the body of an update of a fixture: the elements, in short, and its id.
func (s *Session) own(name, short string) string {
	_, id, _ := strings.Cut(s.names[name], "/")
	resourceType, elements, _ := strings.Cut(short, " ")
	elements = strings.TrimPrefix(strings.TrimSpace(elements), "{")
	if elements != "}" {
		elements = "," + elements
	}
	return s.resource(resourceType + fmt.Sprintf(` {"id":%q`, id) + elements)
}

// nameOf is what a fixture is called, or what was given when it is none.
func (s *Session) nameOf(path string) string {
	for name, at := range s.names {
		if at == path {
			return name
		}
	}
	return path
}
