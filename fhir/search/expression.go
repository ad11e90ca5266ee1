package search

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// The expressions of search parameters use a small part of FHIRPath:
//
//	union    = typed { "|" typed }
//	typed    = path [ "as" type ]
//	path     = ( "(" union ")" | "%resource" | name ) { "." call | "[" number "]" }
//	call     = name | "as(" type ")" | "ofType(" type ")" | "where(" tests ")" |
//	           "extension(" string ")" | "first()" | "exists()"
//	tests    = test { "and" test }
//	test     = "resolve()" "is" type | name "=" string |
//	           name { "." name } "." "exists" "(" name "=" string ")"
//
// and once, for Patient.deceased, x.exists() and x != false. The compiler
// below turns them into paths over JSON property names. A type selects values
// of exactly that type, also where FHIRPath would let a specialization pass:
// otherwise (ConceptMap.source as uri) would find canonicals too.

// stepKind is what a step does.
type stepKind uint8

const (
	property stepKind = iota // go to the member called name
	equals                   // keep a value whose member called name is text
	hasSome                  // keep a value that has, by way of name, one whose member called member is text
	item                     // keep element number index of the array just entered
)

// step is one step of a path. It is comparable: equal steps are merged.
type step struct {
	kind   stepKind
	name   string // of a member; for hasSome, of several with dots between
	member string
	text   string
	index  int
}

// path is one way from a resource, or from a component's focus, to values of
// one type.
type path struct {
	steps     []step
	structure *definitions.Structure
	typ       *definitions.Type // as the last element has it; nil at the start
	required  *definitions.ValueSet
	fromRoot  bool   // starts at the resource even in a component
	repeats   bool   // an element before the last one may repeat
	last      bool   // the last element may repeat
	only      string // of references: the type they must point to
	exists    bool   // asks whether there is a value
	notFalse  bool   // asks whether there is a value other than false
}

// compiler turns one expression into paths. The first error ends it.
type compiler struct {
	set    *definitions.Set
	tokens []string
	root   *definitions.Structure // the resource
	focus  *definitions.Structure // what names are relative to: the resource or a component's focus
	err    error
}

// compilePaths compiles an expression that starts from values of type focus
// within resources of type root.
func compilePaths(set *definitions.Set, root, focus *definitions.Structure, expression string) ([]path, error) {
	tokens, err := tokenize(expression)
	if err != nil {
		return nil, err
	}
	c := &compiler{set: set, tokens: tokens, root: root, focus: focus}
	paths := c.union()
	if c.accept("and") {
		paths = c.existsAndNotFalse(paths)
	}
	if c.err == nil && len(c.tokens) > 0 {
		c.fail("%q was not expected", c.tokens[0])
	}
	for _, p := range paths {
		if p.exists {
			c.fail("exists() alone is no value to search by")
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return paths, nil
}

func (c *compiler) fail(format string, args ...any) []path {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
	c.tokens = nil
	return nil
}

func (c *compiler) peek() string {
	if len(c.tokens) == 0 {
		return ""
	}
	return c.tokens[0]
}

func (c *compiler) next() string {
	t := c.peek()
	if len(c.tokens) > 0 {
		c.tokens = c.tokens[1:]
	}
	return t
}

func (c *compiler) accept(token string) bool {
	if c.peek() != token {
		return false
	}
	c.next()
	return true
}

func (c *compiler) expect(tokens ...string) {
	for _, t := range tokens {
		if !c.accept(t) {
			c.fail("%q was expected, not %q", t, c.peek())
		}
	}
}

func (c *compiler) union() []path {
	paths := c.typed()
	for c.accept("|") {
		paths = append(paths, c.typed()...)
	}
	return paths
}

func (c *compiler) typed() []path {
	paths := c.path()
	if c.accept("as") {
		paths = c.ofType(paths, c.next())
	}
	return paths
}

func (c *compiler) path() []path {
	var paths []path
	switch t := c.next(); {
	case t == "(":
		paths = c.union()
		c.expect(")")
	case t == "%resource":
		paths = []path{{structure: c.root, fromRoot: true}}
	case t == "":
		return c.fail("the expression ends too early")
	case c.focus.Is(t):
		paths = []path{{structure: c.focus}}
	default:
		paths = c.element([]path{{structure: c.focus}}, t)
	}
	for c.err == nil {
		switch {
		case c.accept("."):
			paths = c.call(paths)
		case c.accept("["):
			n, err := strconv.Atoi(c.next())
			if err != nil {
				return c.fail("an index must be a number")
			}
			c.expect("]")
			paths = c.item(paths, n)
		default:
			return paths
		}
	}
	return nil
}

func (c *compiler) call(paths []path) []path {
	name := c.next()
	if !c.accept("(") {
		return c.element(paths, name)
	}
	switch name {
	case "as", "ofType":
		paths = c.ofType(paths, c.next())
	case "where":
		paths = c.where(paths)
	case "extension":
		paths = c.equal(c.element(paths, "extension"), "url", c.next())
	case "first":
		paths = c.item(paths, 0)
	case "exists":
		for i := range paths {
			paths[i].exists = true
		}
	default:
		return c.fail("the function %s() is not known here", name)
	}
	c.expect(")")
	return paths
}

// element goes on to the element called name, of all the types it may have.
func (c *compiler) element(paths []path, name string) []path {
	var result []path
	for _, p := range paths {
		e := p.structure.Element(name)
		if e == nil {
			continue
		}
		for i := range e.Types {
			to := p
			to.steps = append(p.steps[:len(p.steps):len(p.steps)], step{kind: property, name: e.Types[i].Property})
			to.structure, to.typ, to.required = e.Types[i].Structure, &e.Types[i], e.Required
			to.repeats, to.last = p.repeats || p.last, e.Max > 1
			result = append(result, to)
		}
	}
	if len(result) == 0 && c.err == nil {
		return c.fail("there is no element %q", name)
	}
	return result
}

// ofType keeps the paths to values of a type. R4 writes DateTime for dateTime once.
func (c *compiler) ofType(paths []path, name string) []path {
	var result []path
	for _, p := range paths {
		if p.typ != nil && strings.EqualFold(p.typ.Code, name) {
			result = append(result, p)
		}
	}
	if len(result) == 0 && c.err == nil {
		return c.fail("there is no value of type %q", name)
	}
	return result
}

func (c *compiler) where(paths []path) []path {
	for {
		name := c.next()
		switch {
		case name == "resolve":
			c.expect("(", ")", "is")
			paths = c.pointsTo(paths, c.next())
		case c.peek() == ".":
			paths = c.hasSome(paths, name)
		default:
			c.expect("=")
			paths = c.equal(paths, name, c.next())
		}
		if !c.accept("and") {
			return paths
		}
	}
}

// pointsTo keeps references to resources of a type. Where the element allows
// no other type, nothing needs to be asked of the reference.
func (c *compiler) pointsTo(paths []path, target string) []path {
	if !c.set.IsResource(target) {
		return c.fail("%q is no resource type", target)
	}
	for i := range paths {
		p := &paths[i]
		if p.typ == nil || p.typ.Code != "Reference" {
			return c.fail("resolve() needs a Reference")
		}
		if len(p.typ.Targets) != 1 || p.typ.Targets[0] != target {
			p.only = target
		}
	}
	return paths
}

// equal keeps values of which the member called name is the quoted text.
func (c *compiler) equal(paths []path, name, quoted string) []path {
	if c.err != nil {
		return nil
	}
	if len(quoted) < 2 || quoted[0] != '\'' {
		return c.fail("a string was expected, not %q", quoted)
	}
	for i := range paths {
		p := &paths[i]
		e := p.structure.Element(name)
		if e == nil || e.Choice || e.Types[0].Structure.Kind != definitions.Primitive {
			return c.fail("where() needs a plain element, not %q", name)
		}
		p.steps = append(p.steps[:len(p.steps):len(p.steps)], step{kind: equals, name: name, text: quoted[1 : len(quoted)-1]})
	}
	return paths
}

// hasSome keeps values that have, by the way that begins with the member called
// name, one of which a member is a text: code.coding.exists(code = 'x').
func (c *compiler) hasSome(paths []path, name string) []path {
	way := name
	inner := c.element(paths, name)
	for c.accept(".") {
		name = c.next()
		if c.accept("(") {
			break
		}
		way += "." + name
		inner = c.element(inner, name)
	}
	if name != "exists" {
		return c.fail("where() needs exists() at the end of %s", way)
	}
	member := c.next()
	c.expect("=")
	inner = c.equal(inner, member, c.next())
	c.expect(")")
	if c.err != nil {
		return nil
	}
	test := inner[0].steps[len(inner[0].steps)-1]
	for i := range paths {
		p := &paths[i]
		p.steps = append(p.steps[:len(p.steps):len(p.steps)], step{kind: hasSome, name: way, member: member, text: test.text})
	}
	return paths
}

// item keeps one element of a list. FHIRPath counts over all lists that were
// walked into; only where there is a single one does this mean a place in it.
func (c *compiler) item(paths []path, n int) []path {
	for i := range paths {
		p := &paths[i]
		if p.repeats || len(p.steps) == 0 || p.steps[len(p.steps)-1].kind != property {
			return c.fail("an index needs a single list")
		}
		p.steps = append(p.steps[:len(p.steps):len(p.steps)], step{kind: item, index: n})
		p.last = false
	}
	return paths
}

// existsAndNotFalse compiles what follows x.exists() and.
func (c *compiler) existsAndNotFalse(exists []path) []path {
	paths := c.union()
	c.expect("!=", "false")
	if c.err != nil {
		return nil
	}
	if len(paths) != len(exists) {
		return c.fail("exists() and != false must ask for the same element")
	}
	for i := range paths {
		p := &paths[i]
		if !exists[i].exists || len(p.steps) != 1 || len(exists[i].steps) != 1 || p.steps[0] != exists[i].steps[0] {
			return c.fail("exists() and != false must ask for the same element of the resource")
		}
		p.notFalse = true
	}
	return paths
}

// tokenize divides an expression into names, numbers, strings (with a quote in
// front) and operators.
func tokenize(s string) ([]string, error) {
	var tokens []string
	for s = strings.TrimLeft(s, " \t\r\n"); s != ""; s = strings.TrimLeft(s, " \t\r\n") {
		n := 1
		switch c := s[0]; {
		case isNameByte(c):
			for n < len(s) && isNameByte(s[n]) {
				n++
			}
		case c == '%':
			for n < len(s) && isNameByte(s[n]) {
				n++
			}
		case c == '\'':
			end := strings.IndexByte(s[1:], '\'')
			if end < 0 || strings.IndexByte(s[1:1+end], '\\') >= 0 {
				return nil, errors.New("a string is not closed, or has escapes")
			}
			n = end + 2
		case strings.HasPrefix(s, "!="):
			n = 2
		case !strings.ContainsRune(".()[]|=", rune(c)):
			return nil, fmt.Errorf("the character %q is not known here", c)
		}
		tokens = append(tokens, s[:n])
		s = s[n:]
	}
	return tokens, nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
