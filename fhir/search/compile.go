package search

import (
	"errors"
	"fmt"
	"slices"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// planned is a leaf and the way to it.
type planned struct {
	steps []step
	leaf  leaf
}

// plant puts the leaf into a tree.
func (p *planned) plant(root *node) {
	n := root.at(p.steps)
	n.leaves = append(n.leaves, p.leaf)
}

// searchTypes maps the definitions' names of the types.
var searchTypes = map[definitions.SearchType]Type{
	definitions.Number: Number, definitions.Date: Date, definitions.String: String, definitions.Token: Token,
	definitions.Reference: Reference, definitions.Composite: Composite, definitions.Quantity: Quantity,
	definitions.URI: URI, definitions.Special: Special,
}

// compile makes a Parameter of a definition, for one resource type. The error
// says why it cannot be served.
func (r *Registry) compile(s *definitions.Structure, d *definitions.SearchParameter) (*Parameter, []planned, error) {
	p := newParameter(s.Name, d)
	if err := servable(d); err != nil {
		return nil, nil, err
	}
	expression := expressionFor(s, d)
	if expression == "" {
		return nil, nil, errors.New("no expression says what it searches")
	}
	p.Expression = expression
	p.extract.root = &node{}
	if d.Code == "_lastUpdated" {
		return p, nil, nil
	}
	paths, err := compilePaths(r.set, s, s, expression)
	if err != nil {
		return nil, nil, fmt.Errorf("expression %s: %w", expression, err)
	}
	var leaves []planned
	if p.Type == Composite {
		leaves, err = r.compileComposite(s, p, d, paths)
	} else {
		leaves, err = p.leaves(paths)
	}
	if err != nil {
		return nil, nil, err
	}
	if p.Type == Reference {
		p.Targets = targets(d, paths)
	}
	for i := range leaves {
		leaves[i].plant(p.extract.root)
	}
	p.extract.root.finish()
	return p, leaves, nil
}

func newParameter(resource string, d *definitions.SearchParameter) *Parameter {
	return &Parameter{Resource: resource, Code: d.Code, URL: d.URL, Type: searchTypes[d.Type]}
}

// servable is nil unless a parameter cannot be served whatever its expression.
func servable(d *definitions.SearchParameter) error {
	switch {
	case d.Code == "_text" || d.Code == "_content":
		return errors.New("there is no full-text index")
	case d.Code == "_query":
		return errors.New("there are no named queries")
	case d.Usage == "phonetic":
		return errors.New("there is no phonetic index; search by name")
	case d.Type == definitions.Special:
		return errors.New("there is no index of positions")
	}
	return nil
}

// expressionFor is the definition's expression for a type: that of the nearest base.
func expressionFor(s *definitions.Structure, d *definitions.SearchParameter) string {
	for ; s != nil; s = s.Base {
		for i := range d.Bases {
			if d.Bases[i].Type == s.Name {
				return d.Bases[i].Expression
			}
		}
	}
	return ""
}

// leaves plans how the values at the ends of paths are indexed. Types of a
// choice that the parameter cannot index, such as the string in
// Immunization.occurrence for a date, have no entries.
func (p *Parameter) leaves(paths []path) ([]planned, error) {
	var leaves []planned
	var misfit string
	for i := range paths {
		at := &paths[i]
		l := leaf{parameter: p, only: at.only}
		if at.notFalse {
			leaves = existsNotFalse(leaves, l, at.steps[0].name)
			p.extract.kinds |= hasBooleans
			continue
		}
		emit, kind := emitter(p.Type, at.structure)
		if emit == nil {
			misfit = at.structure.Name
			continue
		}
		l.emit = emit
		p.extract.kinds |= kind
		if kind == hasCodes {
			p.extract.codes = append(p.extract.codes, at.required)
		}
		leaves = append(leaves, planned{at.steps, l})
	}
	if len(leaves) == 0 {
		return nil, fmt.Errorf("a %s parameter does not index values of type %s", typeNames[p.Type], misfit)
	}
	return leaves, nil
}

// existsNotFalse adds a member to the one leaf that tests for existence.
func existsNotFalse(leaves []planned, l leaf, name string) []planned {
	if len(leaves) == 0 {
		l.emit = (*walker).existsNotFalse
		leaves = append(leaves, planned{nil, l})
	}
	leaves[0].leaf.properties = append(leaves[0].leaf.properties, name)
	return leaves
}

// targets are the types that a reference may point to: those that the
// definition names, as far as the elements on the paths allow them. A
// definition shared by many types names the targets of all.
func targets(d *definitions.SearchParameter, paths []path) []string {
	var all []string
	for i := range paths {
		p := &paths[i]
		switch {
		case p.only != "":
			all = append(all, p.only)
		case p.typ == nil || p.typ.AnyTarget():
			return named(d)
		default:
			all = append(all, p.typ.Targets...)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if d.AnyTarget() {
		return all
	}
	both := slices.DeleteFunc(slices.Clone(all), func(t string) bool { return !slices.Contains(d.Targets, t) })
	if len(both) == 0 {
		return all
	}
	return both
}

func named(d *definitions.SearchParameter) []string {
	if d.AnyTarget() {
		return nil
	}
	return d.Targets
}

// compileComposite plans a composite: each of its paths leads to a focus from
// which the components' expressions start.
func (r *Registry) compileComposite(s *definitions.Structure, p *Parameter, d *definitions.SearchParameter, paths []path) ([]planned, error) {
	if len(d.Components) == 0 {
		return nil, errors.New("a composite needs components")
	}
	for i := range d.Components {
		p.Components = append(p.Components, newParameter(s.Name, d.Components[i].Parameter))
	}
	var leaves []planned
	for i := range paths {
		l := leaf{parameter: p, emit: (*walker).composite}
		for j := range d.Components {
			if err := r.compileComponent(s, paths[i].structure, p, d, j, &l); err != nil {
				return nil, err
			}
		}
		leaves = append(leaves, planned{paths[i].steps, l})
	}
	return leaves, nil
}

// compileComponent adds component i to a composite's leaf. R4 names the
// definitions of DocumentReference relationship's two parts the wrong way
// round: where a part's values do not fit its definition but another part's,
// it is compared by that.
func (r *Registry) compileComponent(s, focus *definitions.Structure, p *Parameter, d *definitions.SearchParameter, i int, l *leaf) error {
	expression := d.Components[i].Expression
	paths, err := compilePaths(r.set, s, focus, expression)
	if err != nil {
		return fmt.Errorf("component %s: %w", expression, err)
	}
	component := p.Components[i]
	leaves, err := component.leaves(paths)
	for j := 0; err != nil && j < len(d.Components); j++ {
		other := newParameter(s.Name, d.Components[j].Parameter)
		if fit, misfit := other.leaves(paths); misfit == nil {
			p.Components[i], component = other, other
			leaves, err = fit, nil
		}
	}
	if err != nil {
		return fmt.Errorf("component %s: %w", expression, err)
	}
	component.Expression = expression
	if component.Type == Reference {
		component.Targets = targets(d.Components[i].Parameter, paths)
	}
	root := &node{}
	for j := range leaves {
		leaves[j].plant(root)
	}
	root.finish()
	component.extract.root = root
	l.components = append(l.components, root)
	l.fromRoot = append(l.fromRoot, paths[0].fromRoot)
	return nil
}
