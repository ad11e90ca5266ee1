package pebblestore

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir"
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
	default:
		x.compileEach(n, c, func(v *search.Value) (func() stream, bool) { return x.equal(p.id, c.Parameter, v) })
	}
}

// compileEach compiles a list of values of which each is had in order. The
// function gives nil when one is not, and whether its matches are loose.
func (x *execution) compileEach(n *node, c *search.Compare, equal func(v *search.Value) (open func() stream, loose bool)) {
	opens := make([]func() stream, len(c.Values))
	for i := range c.Values {
		open, loose := equal(&c.Values[i])
		if open == nil {
			n.loose = false
			return
		}
		opens[i] = open
		n.loose = n.loose || loose
	}
	n.open = anyOf(opens)
}

// equal gives the resources with a value of a token, reference, URI or
// composite parameter.
func (x *execution) equal(p parameterID, parameter *search.Parameter, v *search.Value) (func() stream, bool) {
	switch parameter.Type {
	case search.Token:
		return x.equalToken(p, kindToken, v)
	case search.Reference:
		return x.equalReference(p, v)
	case search.URI:
		return x.equalTexts(p, kindURI, v.Text)
	case search.String: // within a composite
		return nil, false
	case search.Composite:
		if len(v.Components) == 0 || len(parameter.Components) == 0 {
			return nil, false
		}
		open, _ := x.equal(p, parameter.Components[0], &v.Components[0])
		return open, true
	}
	return nil, false
}

// equalTexts gives the resources under a key of one or more texts.
func (x *execution) equalTexts(p parameterID, k kind, texts ...string) (func() stream, bool) {
	prefix := indexPrefix(p, k)
	loose := false
	for _, text := range texts {
		var cut bool
		prefix, cut = appendText(prefix, text)
		loose = loose || cut
	}
	return func() stream { return x.stream(prefix) }, loose
}

func (x *execution) equalToken(p parameterID, k kind, v *search.Value) (func() stream, bool) {
	switch {
	case v.AnyCode && v.AnySystem:
		return nil, false
	case v.AnyCode && k != kindToken:
		return nil, false
	case v.AnyCode:
		return x.equalTexts(p, kindSystem, v.System)
	case !v.AnySystem:
		return x.equalTexts(p, k, v.Code, v.System)
	}
	prefix, cut := appendText(indexPrefix(p, k), v.Code)
	return func() stream { return x.groups(prefix, func(rest []byte) []byte { return textEnd(rest) }) }, cut
}

func (x *execution) equalReference(p parameterID, v *search.Value) (func() stream, bool) {
	target := v.Target
	loose := target.Version != ""
	switch {
	case isLocal(target):
		prefix := appendTarget(indexPrefix(p, kindTarget), target)
		return func() stream { return x.stream(prefix) }, loose
	case target.Kind == fhir.Relative:
		// An id alone: one stream for each type that references have.
		prefix := indexPrefix(p, kindTarget)
		id := appendID(nil, target.ID)
		return func() stream {
			var u union
			x.eachGroup(prefix, textEnd, func(group []byte) {
				u = append(u, x.stream(slices.Concat(group, id)))
			})
			return u
		}, loose
	}
	open, cut := x.equalTexts(p, kindURL, target.Text)
	return open, loose || cut
}

// textEnd is a text at the beginning of b, as it is written, with its end.
func textEnd(b []byte) []byte {
	_, _, rest, ok := readText(b)
	if !ok {
		return nil
	}
	return b[:len(b)-len(rest)]
}

// groups unites the streams of the groups of keys after a prefix.
func (x *execution) groups(prefix []byte, first func(rest []byte) []byte) stream {
	var u union
	x.eachGroup(prefix, first, func(group []byte) { u = append(u, x.stream(group)) })
	if len(u) == 1 {
		return u[0]
	}
	return u
}

// eachGroup calls visit with what the keys of each group begin with: the
// prefix, and what first takes from the rest of the key. It looks at one key a
// group.
func (x *execution) eachGroup(prefix []byte, first func(rest []byte) []byte, visit func(group []byte)) {
	k := x.keyStream(prefix)
	if k == nil {
		return
	}
	defer k.close()
	for valid := k.it.First(); valid && x.step(); {
		head := first(k.it.Key()[len(prefix):])
		if head == nil {
			x.fail(errCorrupt)
			return
		}
		group := slices.Concat(prefix, head)
		visit(group)
		valid = k.it.SeekGE(after(group))
	}
}

// compileMissing decides by the live keys, which say what has values.
func (x *execution) compileMissing(n *node, name string, p indexed, c *search.Compare) {
	t := x.s.names.typeID(name)
	missing := len(c.Values) == 1 && c.Values[0].Missing
	n.test = func(r *candidate) bool {
		value, err := get(x.r, liveKey(r.t, r.rid))
		if err != nil {
			x.fail(err)
			return false
		}
		_, bits, err := readLive(value)
		if err != nil {
			x.fail(err)
		}
		return has(bits, p.ordinal) != missing
	}
	n.collect = func(into *roaring64.Bitmap) bool {
		k := x.keyStream(typeSpace(spaceLive, t))
		if k == nil {
			return true
		}
		return x.gather(&present{k, p.ordinal, !missing}, into)
	}
}

// gather adds what a stream yields to a set, and reports false when that is
// too much.
func (x *execution) gather(s stream, into *roaring64.Bitmap) bool {
	defer s.close()
	left := x.limits.Collect
	for rid := s.seek(0); rid != noRid; rid = s.seek(rid + 1) {
		if left--; left < 0 {
			return false
		}
		into.Add(rid)
	}
	return true
}

// compileModified compiles comparisons with other modifiers.
func (x *execution) compileModified(n *node, p indexed, c *search.Compare) {
	switch c.Modifier {
	case search.Exact:
		x.compileEach(n, c, func(v *search.Value) (func() stream, bool) {
			open, _ := x.equalTexts(p.id, kindString, search.Fold(v.Text))
			return open, true
		})
	case search.Contains:
		x.compileContains(n, p.id, c)
	case search.Text:
		x.compileStarts(n, p.id, kindText, c)
	case search.OfType:
		x.compileEach(n, c, func(v *search.Value) (func() stream, bool) {
			return x.equalTexts(p.id, kindOfType, v.Code, v.System, v.Text)
		})
	case search.Identifier:
		x.compileEach(n, c, func(v *search.Value) (func() stream, bool) { return x.equalToken(p.id, kindIdentifier, v) })
	case search.Below:
		x.compileBelow(n, p.id, c)
	}
}
