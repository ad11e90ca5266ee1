package pebblestore

import (
	"github.com/jenner-iis/jenner/fhir/search"
)

// compileCompare compiles a comparison of a parameter with values.
func (x *execution) compileCompare(name string, c *search.Compare) *node {
	n := &node{test: func(r *candidate) bool { return c.Match(r.entriesOf(c.Parameter)) }}
	switch c.Parameter.Code {
	case "_id":
		x.compileID(n, name, c)
		return n
	case "_lastUpdated":
		x.compileLastUpdated(n, name, c)
		return n
	}
	if isHierarchical(c) {
		x.compileHierarchy(n, c)
		return n
	}
	p, ok := x.s.index.find(c.Parameter)
	if !ok {
		return n
	}
	switch c.Modifier {
	case search.Missing:
		x.compileMissing(n, name, p, c)
	case search.NoModifier, search.Not:
		x.compileValues(n, p, c)
		n.not = c.Modifier == search.Not
		if n.not && (n.loose || n.open == nil) {
			// What cannot be told from the index for sure cannot be taken away.
			n.open, n.collect, n.not, n.loose = nil, nil, false, false
		}
	default:
		x.compileModified(n, p, c)
	}
	return n
}

// compileValues compiles comparisons without a modifier. A list of values is
// had in order when each value is.
func (x *execution) compileValues(n *node, p indexed, c *search.Compare) {
	switch c.Parameter.Type {
	case search.Date, search.Number, search.Quantity:
		x.compileRanges(n, p, c)
	case search.String:
		x.compileStarts(n, p.id, kindString, c)
	case search.Composite:
		x.compileComposite(n, p.id, c)
	case search.Token:
		x.compileTokens(n, p.id, c)
	default:
		x.compileEach(n, p.id, c, func(v *search.Value) (exactly, bool) { return x.exact(c.Parameter, v) })
	}
}

// compileEach compiles a list of values of which each is compared exactly.
func (x *execution) compileEach(n *node, p parameterID, c *search.Compare, exact func(v *search.Value) (exactly, bool)) {
	values := make([]exactly, len(c.Values))
	opens := make([]func() stream, len(c.Values))
	for i := range c.Values {
		e, ok := exact(&c.Values[i])
		if !ok {
			n.loose = false
			return
		}
		values[i], opens[i] = e, x.opener(p, e)
		n.loose = n.loose || e.loose
	}
	if len(values) > x.limits.Streams && c.Modifier != search.Not {
		x.compileMany(n, p, values)
		return
	}
	n.open = anyOf(opens)
}

// compileModified compiles comparisons with other modifiers.
func (x *execution) compileModified(n *node, p indexed, c *search.Compare) {
	switch c.Modifier {
	case search.Exact:
		x.compileEach(n, p.id, c, func(v *search.Value) (exactly, bool) {
			e := exactTexts(kindString, search.Fold(v.Text))
			e.loose = true
			return e, true
		})
	case search.Contains:
		x.compileContains(n, p.id, c)
	case search.Text:
		x.compileStarts(n, p.id, kindText, c)
	case search.OfType:
		x.compileEach(n, p.id, c, func(v *search.Value) (exactly, bool) {
			return exactTexts(kindOfType, v.Code, v.System, v.Text), true
		})
	case search.Identifier:
		x.compileEach(n, p.id, c, func(v *search.Value) (exactly, bool) { return x.exactToken(kindIdentifier, v) })
	case search.Below:
		x.compileBelow(n, p.id, c)
	}
}
