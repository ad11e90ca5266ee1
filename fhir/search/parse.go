package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir"
)

// Parse reads the query part of a search URL, or a search form, for resources
// of a type. Every fault is listed in the error, a *fhir.Invalid that wraps
// ErrInvalid and whose expressions are the names of the parameters.
//
// A parameter that is unknown, not supported, or has no value (name=) is
// refused unless Options.Lenient; what is wrong about a parameter that is
// known (its modifier, its value, the types it names) is always refused, and
// so is a comma with nothing on one side. A parameter that may stand once and
// stands twice (_count) is refused.
//
// Query.Used holds the parameters that were understood, in the order given and
// percent-encoded in one way; parsing it gives the same Query.
//
// https://hl7.org/fhir/R4/search.html
func (r *Registry) Parse(resourceType, rawQuery string, o Options) (*Query, error) {
	p, err := r.newParser([]string{resourceType}, o)
	if err != nil {
		return nil, err
	}
	return p.parse(rawQuery)
}

// ParseTypes is Parse for a search over several types: those that _type names
// among the given ones, or all of these. A parameter must be one of every type.
//
// https://hl7.org/fhir/R4/http.html#vsearch
func (r *Registry) ParseTypes(types []string, rawQuery string, o Options) (*Query, error) {
	p, err := r.newParser(types, o)
	if err != nil {
		return nil, err
	}
	p.several = true
	if why := p.narrow(rawQuery); why != nil {
		p.refuse("_type", why)
		return nil, p.invalid()
	}
	return p.parse(rawQuery)
}

// parser holds a reading in progress.
type parser struct {
	registry   *Registry
	options    *Options
	query      *Query
	branches   []Branch
	several    bool // the search is one over several types
	reads      bool // no search, but a read
	used       strings.Builder
	once       []string // parameters that may stand once and were there
	issues     []fhir.Issue
	conditions int   // of the branch that is read
	spent      []int // conditions of each branch
	values     int
	visits     int // calls of condition
}

func (r *Registry) newParser(types []string, o Options) (*parser, error) {
	o = o.withDefaults()
	p := &parser{registry: r, options: &o, query: &Query{Count: o.DefaultCount}}
	for _, t := range types {
		if r.types[t] == nil {
			return nil, fhir.NewInvalid(ErrInvalid, fhir.CodeNotSupported, "", printable(t)+" is no resource type of R4")
		}
		p.branches = append(p.branches, Branch{Resource: t})
	}
	p.spent = make([]int, len(types))
	return p, nil
}

func (p *parser) parse(rawQuery string) (*Query, error) {
	p.clauses(rawQuery)
	if p.query.Summary == SummaryText && len(p.query.Includes) > 0 {
		p.refuse("_summary", invalid("_summary=text cannot go with _include or _revinclude"))
	}
	if p.query.Elements != nil && p.query.Summary != SummaryFalse && p.query.Summary != SummaryCount {
		p.refuse("_elements", invalid("_elements and _summary each say what to leave out; send one of them"))
	}
	if len(p.issues) > 0 {
		return nil, p.invalid()
	}
	if p.query.Summary == SummaryCount {
		p.query.Count = 0
	}
	p.query.Branch, p.query.Used = p.branches[0], p.used.String()
	if len(p.branches) > 1 {
		p.query.Further = p.branches[1:]
	}
	return p.query, nil
}

func (p *parser) invalid() error { return &fhir.Invalid{Cause: ErrInvalid, Issues: p.issues} }

func (p *parser) clauses(rawQuery string) {
	clauses := 0
	for rawQuery != "" {
		var clause string
		clause, rawQuery, _ = strings.Cut(rawQuery, "&")
		if clause == "" {
			continue
		}
		if clauses++; clauses > p.options.Limits.Clauses {
			p.refuse("", tooCostly("the search has more than %d parameters", p.options.Limits.Clauses))
			return
		}
		p.clause(clause)
	}
}

func (p *parser) refuse(name string, why *refusal) {
	p.issues = append(p.issues, p.registry.issue(fhir.Error, name, why))
}

// clause reads one parameter, name=value.
func (p *parser) clause(clause string) {
	rawName, rawValue, _ := strings.Cut(clause, "=")
	name, ok := decode(rawName)
	if !ok {
		name = rawName
	}
	value, ok2 := decode(rawValue)
	if slices.Contains(p.options.Ignore, name) {
		return
	}
	why := p.check(name, value, ok && ok2)
	if why == nil {
		value, why = p.understand(name, value)
	}
	switch {
	case why == nil:
		p.use(name, value)
	case why.optional && p.options.Lenient:
		p.query.Ignored = append(p.query.Ignored, p.registry.issue(fhir.Warning, name, why))
	default:
		p.refuse(name, why)
	}
}

// check looks at what holds for every parameter alike.
func (p *parser) check(name, value string, encoded bool) *refusal {
	switch {
	case !encoded:
		return invalid("the percent-encoding is wrong; write %% as %%25")
	case !utf8.ValidString(name) || !utf8.ValidString(value):
		return invalid("the text is not valid UTF-8")
	case strings.ContainsFunc(value, isControl):
		return invalid("the value holds a control character")
	case len(value) > p.options.Limits.Length:
		return tooCostly("the value is longer than %d bytes", p.options.Limits.Length)
	case value == "":
		return &refusal{code: fhir.CodeInvalid, text: "the parameter has no value", optional: true}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }

// understand adds a parameter to the query. It gives the value as understood.
func (p *parser) understand(name, value string) (string, *refusal) {
	if p.reads {
		return p.ofRead(name, value)
	}
	head, modifier, _ := strings.Cut(name, ":")
	if p.options.serves(head) || p.several && head == "_type" {
		return p.result(head, modifier, value)
	}
	conditions := make([]Condition, len(p.branches))
	for i := range p.branches {
		var why *refusal
		p.conditions = p.spent[i]
		conditions[i], why = p.condition(p.branches[i].Resource, name, value, 0)
		p.spent[i] = p.conditions
		if why != nil {
			return "", p.notCommon(why)
		}
	}
	for i, c := range conditions {
		p.branches[i].Where = append(p.branches[i].Where, c)
	}
	return value, nil
}

// use adds a parameter to the text of what was understood.
func (p *parser) use(name, value string) {
	if p.used.Len() > 0 {
		p.used.WriteByte('&')
	}
	encode(&p.used, name)
	p.used.WriteByte('=')
	encode(&p.used, value)
}

// condition reads a criterion on resources of a type.
func (p *parser) condition(resource, name, value string, depth int) (Condition, *refusal) {
	if depth > p.options.Limits.Depth {
		return nil, tooCostly("the chain has more than %d links", p.options.Limits.Depth)
	}
	// A chain over references to any type is tried with all of them, at each link.
	const visitsPerCondition = 16
	if p.visits++; p.visits > visitsPerCondition*p.options.Limits.Conditions {
		return nil, p.tooManyConditions()
	}
	if rest, has := strings.CutPrefix(name, "_has:"); has {
		return p.has(resource, rest, value, depth)
	}
	if head, rest, chained := strings.Cut(name, "."); chained {
		return p.chain(resource, head, rest, value, depth)
	}
	return p.compare(resource, name, value)
}

func (p *parser) tooManyConditions() *refusal {
	return tooCostly("the search has more than %d conditions; name the types in chains, as in subject:Patient.name", p.options.Limits.Conditions)
}

// chain reads reference.rest, reference:Type.rest.
func (p *parser) chain(resource, head, rest, value string, depth int) (Condition, *refusal) {
	code, typ, typed := strings.Cut(head, ":")
	parameter, why := p.registry.reference(resource, code)
	if why != nil {
		return nil, why
	}
	targets := parameter.Targets
	switch {
	case typed:
		if why := p.registry.refersTo(parameter, typ); why != nil {
			return nil, why
		}
		targets = []string{typ}
	case targets == nil:
		targets = p.registry.Types()
	}
	chain := &Chain{Parameter: parameter}
	unknown := 0
	for _, t := range targets {
		where, failed := p.condition(t, rest, value, depth+1)
		switch {
		case failed == nil:
			chain.Targets = append(chain.Targets, ChainTarget{Resource: t, Where: where})
		case failed.code == fhir.CodeTooCostly:
			return nil, failed
		case failed.unknown != "":
			unknown++
			if why == nil {
				why = failed
			}
		case why == nil || why.unknown != "":
			why = failed
		}
	}
	if len(chain.Targets) > 0 {
		return chain, nil
	}
	if unknown == len(targets) && unknown > 1 {
		why = &refusal{code: fhir.CodeNotSupported, optional: true,
			text: "none of the types that " + code + " may refer to has this search parameter"}
	}
	return nil, why
}

// has reads what follows _has: Type:reference:rest.
func (p *parser) has(resource, rest, value string, depth int) (Condition, *refusal) {
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) < 3 || parts[2] == "" {
		return nil, invalid("%s", withoutIndex["_has"])
	}
	parameter, why := p.registry.reference(parts[0], parts[1])
	if why != nil {
		return nil, why
	}
	if !parameter.MayTarget(resource) {
		return nil, invalid("%s of %s does not refer to %s", parameter.Code, parameter.Resource, resource)
	}
	where, why := p.condition(parts[0], parts[2], value, depth+1)
	if why != nil {
		return nil, why
	}
	return &Has{Resource: parts[0], Parameter: parameter, Where: where}, nil
}

// reference finds a reference parameter that can be followed to the resources
// it points to.
func (r *Registry) reference(resource, code string) (*Parameter, *refusal) {
	p, why := r.parameter(resource, code)
	switch {
	case why != nil:
		return nil, why
	case p.Type != Reference:
		return nil, invalid("%s of %s is of type %s; only a reference can be followed", p.Code, p.Resource, p.Type)
	case p.extract.kinds&hasReferences == 0:
		return nil, notSupported("%s of %s does not point to resources by type and id and cannot be followed", p.Code, p.Resource)
	}
	return p, nil
}

// refersTo is nil if a reference parameter may point to the type.
func (r *Registry) refersTo(p *Parameter, typ string) *refusal {
	switch {
	case !r.set.IsResource(typ):
		return invalid("%s is no resource type of R4", printable(typ))
	case !p.MayTarget(typ):
		return invalid("%s of %s does not refer to %s", p.Code, p.Resource, typ)
	}
	return nil
}

// MayTarget reports whether a reference parameter may point to the type.
func (p *Parameter) MayTarget(typ string) bool {
	return len(p.Targets) == 0 || slices.Contains(p.Targets, typ)
}
