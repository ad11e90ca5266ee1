package search

import (
	"slices"
	"strings"
)

// Match reports whether the comparison holds for a resource with these
// entries; those of other parameters are passed over. They must come from the
// Registry that parsed the query.
//
// Each entry is compared by itself: one that compares with one of Values is
// enough. So ne holds for a resource that has another value, even if it has
// the one given as well. Not is the opposite: it holds if no entry compares,
// also where there is none. Missing asks whether there is any entry at all,
// whatever its aspect.
//
// Above and Below on a reference to a hierarchy hold for the value itself
// alone: what stands above or below it, only the store knows.
func (c *Compare) Match(entries []Entry) bool {
	switch c.Modifier {
	case Missing:
		return !slices.ContainsFunc(entries, c.concerns) == c.Values[0].Missing
	case Not:
		return !c.matchAny(entries)
	}
	return c.matchAny(entries)
}

func (c *Compare) concerns(e Entry) bool { return e.Parameter == c.Parameter }

func (c *Compare) matchAny(entries []Entry) bool {
	aspect := c.Modifier.Aspect()
	for i := range entries {
		e := &entries[i]
		if e.Parameter != c.Parameter || e.Aspect != aspect {
			continue
		}
		for j := range c.Values {
			if c.Values[j].matches(e, c.Parameter.Type, c.Modifier) {
				return true
			}
		}
	}
	return false
}

// Aspect is the aspect of the entries that a modifier compares.
func (m Modifier) Aspect() Aspect {
	switch m {
	case Text:
		return AspectText
	case OfType:
		return AspectOfType
	case Identifier:
		return AspectIdentifier
	}
	return AspectValue
}

// Match reports whether all conditions hold for a resource with these entries.
// Chain and Has concern other resources: join answers for them, and they do not
// hold where join is nil.
func Match(where []Condition, entries []Entry, join func(Condition) bool) bool {
	for _, condition := range where {
		if !holds(condition, entries, join) {
			return false
		}
	}
	return true
}

func holds(condition Condition, entries []Entry, join func(Condition) bool) bool {
	switch c := condition.(type) {
	case *Compare:
		return c.Match(entries)
	case *AnyOf:
		return slices.ContainsFunc(c.Conditions, func(c Condition) bool { return holds(c, entries, join) })
	}
	return join != nil && join(condition)
}

// matches reports whether an entry of the aspect that goes with the modifier
// compares with the value.
func (v *Value) matches(e *Entry, t Type, m Modifier) bool {
	switch m {
	case Text:
		return strings.HasPrefix(e.Folded, v.Folded)
	case OfType:
		return e.System == v.System && e.Code == v.Code && e.Text == v.Text
	case Identifier:
		return v.matchesToken(e)
	}
	switch t {
	case Token:
		return v.matchesToken(e)
	case String:
		return v.matchesString(e, m)
	case Reference:
		return v.matchesReference(e, m)
	case URI:
		return v.matchesURI(e, m)
	case Date:
		return v.matchesDate(e)
	case Number:
		return v.matchesNumber(e)
	case Quantity:
		return v.matchesNumber(e) && v.matchesUnit(e)
	case Composite:
		return v.matchesComposite(e)
	}
	return false
}

func (v *Value) matchesToken(e *Entry) bool {
	return (v.AnySystem || v.System == e.System) && (v.AnyCode || v.Code == e.Code)
}

func (v *Value) matchesString(e *Entry, m Modifier) bool {
	switch m {
	case Exact:
		return e.Text == v.Text
	case Contains:
		return strings.Contains(e.Folded, v.Folded)
	}
	return strings.HasPrefix(e.Folded, v.Folded)
}

// matchesReference compares type and id, or the whole text. A value without a
// version finds all; with one, that version, and with Below (of a canonical)
// also what is more exact: 1 finds 1.0.
func (v *Value) matchesReference(e *Entry, m Modifier) bool {
	a, b := &v.Target, &e.Target
	if a.Kind != b.Kind {
		return false
	}
	if a.Version != "" && a.Version != b.Version && !(m == Below && strings.HasPrefix(b.Version, a.Version+".")) {
		return false
	}
	if a.ID != "" && a.Base == "" {
		return a.ID == b.ID && (a.Type == "" || a.Type == b.Type)
	}
	return a.Text == b.Text
}

func (v *Value) matchesURI(e *Entry, m Modifier) bool {
	switch m {
	case Below:
		return under(e.Text, v.Text)
	case Above:
		return under(v.Text, e.Text)
	}
	return e.Text == v.Text
}

// under reports whether a URL is base, or base followed by further path
// segments.
func under(url, base string) bool {
	rest, found := strings.CutPrefix(url, strings.TrimRight(base, "/"))
	return found && (rest == "" || rest[0] == '/')
}

// matchesUnit compares the unit of a quantity. A code without a system may
// also be the unit as printed.
func (v *Value) matchesUnit(e *Entry) bool {
	if !v.AnySystem && v.System != e.System {
		return false
	}
	return v.AnyCode || v.Code == e.Code || v.AnySystem && v.Code == e.Text
}

func (v *Value) matchesComposite(e *Entry) bool {
	for i := range e.Components {
		c := &e.Components[i]
		if i >= len(v.Components) || !v.Components[i].matches(c, c.Parameter.Type, NoModifier) {
			return false
		}
	}
	return len(e.Components) == len(v.Components)
}

// The prefixes compare two ranges: that of the value searched for and that of
// the value in the resource, the target. Above and below the searched value
// means beyond the ends of its range, but for numbers, where these prefixes
// take the number as exact.
//
//	eq  the searched range contains the target
//	ne  it does not
//	gt  the target reaches above the searched value
//	lt  the target reaches below
//	ge  gt or eq
//	le  lt or eq
//	sa  the target lies above the searched value
//	eb  the target lies below
//	ap  the ranges overlap, the searched one being widened
//
// https://hl7.org/fhir/R4/search.html#prefix

// matchesDate compares two ranges of time that include their Low and not
// their High.
func (v *Value) matchesDate(e *Entry) bool {
	s, t := &v.Period, &e.Period
	equal := s.Low <= t.Low && t.High <= s.High
	switch v.Prefix {
	case Ne:
		return !equal
	case Gt:
		return t.High > s.High
	case Lt:
		return t.Low < s.Low
	case Ge:
		return t.High > s.High || equal
	case Le:
		return t.Low < s.Low || equal
	case Sa:
		return t.Low >= s.High
	case Eb:
		return t.High <= s.Low
	case Ap:
		return t.Low < s.High && t.High > s.Low
	}
	return equal
}

// matchesNumber compares the searched range, which includes Low and not High,
// with a number or range in the resource, which includes both ends.
func (v *Value) matchesNumber(e *Entry) bool {
	equal := v.Low <= e.Low && e.High < v.High
	switch v.Prefix {
	case Ne:
		return !equal
	case Gt:
		return e.High > v.Exact
	case Lt:
		return e.Low < v.Exact
	case Ge:
		return e.High >= v.Exact
	case Le:
		return e.Low <= v.Exact
	case Sa:
		return e.Low > v.Exact
	case Eb:
		return e.High < v.Exact
	case Ap:
		return e.Low <= v.High && e.High >= v.Low
	}
	return equal
}
