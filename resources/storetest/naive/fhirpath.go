package naive

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// value is a FHIRPath value: decoded JSON with its FHIR type.
type value struct {
	of        any
	typ       string // dateTime, HumanName, Patient, Patient.contact; "boolean" for what FHIRPath computes
	structure *definitions.Structure
	required  *definitions.ValueSet // of the element's required binding
	targets   []string              // of a schematic Reference
	resolved  bool                  // stands for what the Reference points to
	in        *Resource             // where it was found
}

// schematic is the content of a value that stands for every value of its type,
// so that an expression tells which types its values have.
type schematic struct{}

// evaluate interprets the part of FHIRPath that R4's search parameters use.
// An expression outside it is a fault of the definitions, and a panic.
func evaluate(expression string, focus value) []value {
	p := &interpreter{tokens: tokens(expression), focus: focus}
	result := p.and()
	if len(p.tokens) > 0 {
		panic(fmt.Sprintf("naive: %q is left of the expression %q", p.tokens, expression))
	}
	return result
}

// interpreter evaluates while it reads. By precedence, the weakest first:
// and; = and !=; |; as and is; the dot.
type interpreter struct {
	tokens []string
	focus  value
}

func (p *interpreter) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *interpreter) next() string {
	t := p.peek()
	p.tokens = p.tokens[1:]
	return t
}

func (p *interpreter) accept(token string) bool {
	if p.peek() != token {
		return false
	}
	p.next()
	return true
}

// rootValue is the resource itself as a FHIRPath value.
func (r *Resource) rootValue() value {
	return value{of: r.content, typ: r.Type, structure: definitions.R4().Structure(r.Type), in: r}
}

// schema gives a schematic value for each kind that an expression may have.
func schema(expression, resourceType string) []value {
	r := &Resource{Type: resourceType, content: schematic{}}
	return evaluate(expression, r.rootValue())
}

// types are the data types that the values of an expression may have, starting
// from a resource type.
func types(expression, resourceType string) []string {
	var names []string
	for _, v := range schema(expression, resourceType) {
		if !slices.Contains(names, v.typ) {
			names = append(names, v.typ)
		}
	}
	return names
}

func boolean(b bool) []value { return []value{{of: b, typ: "boolean"}} }

func isTrue(values []value) bool { return len(values) == 1 && values[0].of == true }

func (p *interpreter) and() []value {
	left := p.equality()
	for p.accept("and") {
		right := p.equality()
		left = boolean(isTrue(left) && isTrue(right))
	}
	return left
}

func (p *interpreter) equality() []value {
	left := p.union()
	for p.peek() == "=" || p.peek() == "!=" {
		not := p.next() == "!="
		right := p.union()
		if len(left) == 0 || len(right) == 0 {
			left = nil
			continue
		}
		equal := len(left) == 1 && len(right) == 1 && left[0].of == right[0].of
		left = boolean(equal != not)
	}
	return left
}

func (p *interpreter) union() []value {
	left := p.typed()
	for p.accept("|") {
		left = append(slices.Clone(left), p.typed()...)
	}
	return left
}

func (p *interpreter) typed() []value {
	left := p.path()
	for {
		switch {
		case p.accept("as"):
			left = ofType(left, p.next())
		case p.accept("is"):
			name := p.next()
			left = boolean(len(left) == 1 && left[0].typ == name)
		default:
			return left
		}
	}
}

func (p *interpreter) path() []value {
	var current []value
	switch t := p.next(); {
	case t == "(":
		current = p.and()
		p.next()
	case t == "%resource":
		current = []value{p.focus.in.rootValue()}
	case t[0] == '\'':
		return []value{{of: strings.Trim(t, "'"), typ: "string"}}
	case t == "true" || t == "false":
		return boolean(t == "true")
	case p.focus.structure.Is(t):
		current = []value{p.focus}
	default:
		p.tokens = append([]string{t}, p.tokens...)
		current = p.step([]value{p.focus})
	}
	for {
		switch {
		case p.accept("."):
			current = p.step(current)
		case p.accept("["):
			n, _ := strconv.Atoi(p.next())
			p.next()
			if len(current) > 0 && current[0].of == (schematic{}) {
				continue
			}
			if n >= len(current) {
				current = nil
			} else {
				current = current[n : n+1]
			}
		default:
			return current
		}
	}
}

// step is what follows a dot: a function, or the name of an element.
func (p *interpreter) step(from []value) []value {
	name := p.next()
	if !p.accept("(") {
		return children(from, name)
	}
	var result []value
	switch name {
	case "as", "ofType":
		result = ofType(from, p.next())
	case "exists":
		result = boolean(len(from) > 0)
	case "first":
		result = from[:min(1, len(from))]
	case "extension":
		url := strings.Trim(p.next(), "'")
		for _, x := range children(from, "extension") {
			if m, ok := x.of.(map[string]any); !ok || m["url"] == url {
				result = append(result, x)
			}
		}
	case "resolve":
		for _, v := range from {
			result = append(result, value{of: v.of, typ: referenceOf(v.of).typ, resolved: true, in: v.in})
		}
	case "where":
		inside, rest := p.inside()
		for _, v := range from {
			if v.of == (schematic{}) && len(inside) == 5 && inside[0] == "resolve" {
				v.targets = inside[4:]
			}
			criterion := &interpreter{tokens: inside, focus: v}
			if v.of == (schematic{}) || isTrue(criterion.and()) {
				result = append(result, v)
			}
		}
		p.tokens = rest
	default:
		panic("naive: the function " + name + "() is not known")
	}
	p.next() // the closing parenthesis
	return result
}

// inside divides the tokens at the closing parenthesis of the function.
func (p *interpreter) inside() (inside, rest []string) {
	depth := 0
	for i, t := range p.tokens {
		switch {
		case t == "(":
			depth++
		case t == ")" && depth == 0:
			return slices.Clone(p.tokens[:i]), p.tokens[i:]
		case t == ")":
			depth--
		}
	}
	panic("naive: a function's parenthesis is not closed")
}

// ofType keeps values of exactly the type. R4 writes DateTime for dateTime once.
func ofType(from []value, name string) []value {
	var result []value
	for _, v := range from {
		if strings.EqualFold(v.typ, name) {
			result = append(result, v)
		}
	}
	return result
}

// children are the values of the element called name. resolve() and literals
// have none.
func children(from []value, name string) []value {
	var result []value
	for _, v := range from {
		members, ok := v.of.(map[string]any)
		if !ok && v.of != (schematic{}) || v.structure == nil || v.resolved {
			continue
		}
		element := v.structure.Element(name)
		if element == nil {
			continue
		}
		for _, t := range element.Types {
			list, isList := members[t.Property].([]any)
			if !isList {
				list = []any{members[t.Property]}
			}
			if !ok {
				list = []any{schematic{}}
			}
			for _, item := range list {
				if item == nil { // absent, or a place that only extensions fill
					continue
				}
				child := value{of: item, typ: t.Code, structure: t.Structure, required: element.Required, targets: t.Targets, in: v.in}
				result = append(result, child)
			}
		}
	}
	return result
}

func tokens(expression string) []string {
	var result []string
	for rest := strings.TrimSpace(expression); rest != ""; rest = strings.TrimSpace(rest) {
		n := 1
		switch {
		case strings.HasPrefix(rest, "!="):
			n = 2
		case rest[0] == '\'':
			n = 2 + strings.IndexByte(rest[1:], '\'')
		case word(rest[0]) || rest[0] == '%':
			for n < len(rest) && word(rest[n]) {
				n++
			}
		}
		result = append(result, rest[:n])
		rest = rest[n:]
	}
	return result
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
