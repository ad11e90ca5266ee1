package naive

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// ErrInvalid is the cause of every error of Search: R4 gives the query no
// meaning, or leaves it to servers whether to give it one.
var ErrInvalid = errors.New("not a valid search")

// ErrUnclear is the cause as well where a server may as well find nothing: a
// reference of a form that no resource can have.
var ErrUnclear = errors.New("finds nothing or is refused")

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// test is a condition on a resource, matcher one on a value.
type (
	test    func(*Resource) bool
	matcher func(value) bool
)

// query is a search, read.
type query struct {
	where []test
	sort  []func(a, b *Resource) int
}

func (e *Evaluator) parse(resourceType, raw string) (query, error) {
	var q query
	for _, pair := range strings.Split(raw, "&") {
		if pair == "" {
			continue
		}
		name, text, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return q, invalid("%v", err)
		}
		if text, err = url.QueryUnescape(text); err != nil {
			return q, invalid("%v", err)
		}
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }) {
			return q, invalid("no string of FHIR")
		}
		switch name {
		case "_count", "_total", "_format", "_pretty":
		case "_sort":
			if q.sort, err = e.sortBy(resourceType, text); err != nil {
				return q, err
			}
		default:
			t, err := e.condition(resourceType, name, text)
			if err != nil {
				return q, err
			}
			q.where = append(q.where, t)
		}
	}
	return q, nil
}

// condition reads a parameter: _has, a chain, or a comparison.
func (e *Evaluator) condition(resourceType, name, text string) (test, error) {
	if text == "" {
		return nil, invalid("%s without a value", name)
	}
	if rest, ok := strings.CutPrefix(name, "_has:"); ok {
		return e.has(resourceType, rest, text)
	}
	if link, rest, ok := strings.Cut(name, "."); ok {
		return e.chain(resourceType, link, rest, text)
	}
	return e.comparison(resourceType, name, text)
}

// parameter finds the definition of a parameter that has an expression.
func (e *Evaluator) parameter(resourceType, code string) (*definitions.SearchParameter, error) {
	p := e.set.SearchParameter(resourceType, code)
	if p == nil || p.Expression(resourceType) == "" || p.Usage == "phonetic" || p.Type == definitions.Special {
		return nil, fmt.Errorf("%w: %w: %s of %s", ErrInvalid, errUnknown, code, resourceType)
	}
	return p, nil
}

var errUnknown = errors.New("no such parameter")

// has reads Type:parameter:condition: a resource of the type points here, and
// the condition holds for it.
func (e *Evaluator) has(resourceType, rest, text string) (test, error) {
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) != 3 {
		return nil, invalid("_has:Type:parameter:condition")
	}
	from := parts[0]
	p, err := e.parameter(from, parts[1])
	if err != nil {
		return nil, err
	}
	if p.Type != definitions.Reference || !mayTarget(p, from, resourceType) || e.isCanonical(p, from) {
		return nil, invalid("%s of %s does not refer to %s", parts[1], from, resourceType)
	}
	holds, err := e.condition(from, parts[2], text)
	if err != nil {
		return nil, err
	}
	return func(target *Resource) bool {
		return slices.ContainsFunc(e.resources, func(r *Resource) bool {
			return r.Type == from && holds(r) && slices.ContainsFunc(e.extract(r, p), func(v value) bool {
				return slices.ContainsFunc(e.references(v), func(to reference) bool {
					return to.local() && to.typ == target.Type && to.id == target.ID
				})
			})
		})
	}, nil
}

// chain reads parameter[:Type].condition: the parameter points to a resource
// that is here, and the condition holds for it. Without a type, every type the
// parameter may point to counts that has what the condition asks for.
func (e *Evaluator) chain(resourceType, link, rest, text string) (test, error) {
	code, typ, typed := strings.Cut(link, ":")
	p, err := e.parameter(resourceType, code)
	if err != nil {
		return nil, err
	}
	if p.Type != definitions.Reference || e.isCanonical(p, resourceType) {
		return nil, invalid("%s is not a reference", code)
	}
	targets := []string{typ}
	if !typed {
		targets = slices.DeleteFunc(slices.Clone(e.set.ResourceTypes()), func(t string) bool { return !mayTarget(p, resourceType, t) })
	} else if !e.set.IsResource(typ) || !mayTarget(p, resourceType, typ) {
		return nil, invalid("%s does not refer to %s", code, typ)
	}
	holds := make(map[string]test)
	var failure error
	for _, t := range targets {
		h, err := e.condition(t, rest, text)
		switch {
		case err == nil:
			holds[t] = h
		case errors.Is(err, errUnknown) && failure == nil:
			failure = err
		case !errors.Is(err, errUnknown):
			failure = err
		}
	}
	if len(holds) == 0 {
		return nil, failure
	}
	return func(r *Resource) bool {
		return slices.ContainsFunc(e.extract(r, p), func(v value) bool {
			return slices.ContainsFunc(e.references(v), func(to reference) bool {
				condition := holds[to.typ]
				if !to.local() || condition == nil {
					return false
				}
				target := e.find(to.typ, to.id)
				return target != nil && condition(target)
			})
		})
	}, nil
}

// mayTarget reports whether a reference parameter may point to a type: the
// definition must name it, and an element on the parameter's path allow it.
func mayTarget(p *definitions.SearchParameter, resourceType, target string) bool {
	if !p.AnyTarget() && !slices.Contains(p.Targets, target) {
		return false
	}
	return slices.ContainsFunc(schema(p.Expression(resourceType), resourceType), func(v value) bool {
		return len(v.targets) == 0 || v.targets[0] == "Resource" || slices.Contains(v.targets, target)
	})
}

// comparison reads code[:modifier] with its values, of which one must match.
func (e *Evaluator) comparison(resourceType, name, text string) (test, error) {
	code, modifier, modified := strings.Cut(name, ":")
	p, err := e.parameter(resourceType, code)
	if err != nil {
		return nil, err
	}
	if modified && modifier == "" {
		return nil, invalid("no modifier after the colon")
	}
	if modifier == "missing" {
		if text != "true" && text != "false" {
			return nil, invalid(":missing=%s", text)
		}
		return func(r *Resource) bool { return e.missing(r, p) == (text == "true") }, nil
	}
	var matchers []matcher
	for _, part := range divide(text, ',') {
		if part == "" {
			return nil, invalid("an empty value")
		}
		m, err := e.matcher(p, resourceType, modifier, part)
		if err != nil {
			return nil, err
		}
		matchers = append(matchers, m)
	}
	matches := func(r *Resource) bool {
		return slices.ContainsFunc(e.extract(r, p), func(v value) bool {
			return slices.ContainsFunc(matchers, func(m matcher) bool { return m(v) })
		})
	}
	if modifier == "not" { // also what has no value
		return func(r *Resource) bool { return !matches(r) }, nil
	}
	return matches, nil
}

// divide splits a text at a separator that no backslash precedes.
func divide(text string, separator rune) []string {
	var parts []string
	var part strings.Builder
	escaped := false
	for _, r := range text {
		if r == separator && !escaped {
			parts = append(parts, part.String())
			part.Reset()
			continue
		}
		escaped = r == '\\' && !escaped
		part.WriteRune(r)
	}
	return append(parts, part.String())
}

// unescape takes the backslashes away that escape , | $ and \ itself.
func unescape(text string) (string, error) {
	var b strings.Builder
	escaped := false
	for _, r := range text {
		switch {
		case escaped && !strings.ContainsRune(`,|$\`, r):
			return "", invalid("a backslash before %q", r)
		case r == '\\' && !escaped:
			escaped = true
			continue
		}
		escaped = false
		b.WriteRune(r)
	}
	if escaped {
		return "", invalid("a backslash at the end")
	}
	return b.String(), nil
}

// plusForSpace undoes what decoding does to an unescaped plus sign.
func plusForSpace(text string) string { return strings.Replace(text, " ", "+", 1) }
