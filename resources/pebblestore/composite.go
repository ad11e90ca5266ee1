package pebblestore

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// The key of a composite holds all its components, each written as in a key of
// its own. Of a value searched for, the leading components that are compared
// exactly are what the keys begin with; the next one is a range of them; all
// that follows is read back from each key of that range.

// compileComposite compiles comparisons of a composite. They are had in order
// when each component of each value is compared exactly.
func (x *execution) compileComposite(n *node, p parameterID, c *search.Compare) {
	x.compileEach(n, p, c, func(v *search.Value) (exactly, bool) { return x.exact(c.Parameter, v) })
	if n.open != nil {
		return
	}
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		for i := range c.Values {
			if !x.collectComposite(n, p, c.Parameter, &c.Values[i], into, most) {
				return false
			}
		}
		return true
	}
}

func (x *execution) exactComposite(parameter *search.Parameter, v *search.Value) (exactly, bool) {
	e := x.leading(parameter, v)
	if len(e) < len(parameter.Components) {
		return exactly{}, false
	}
	return exactly{
		func(base []byte, visit func([]byte)) {
			for _, head := range compositeHeads(base, e) {
				visit(head)
			}
		},
		slices.ContainsFunc(e, func(e exactly) bool { return e.loose }),
	}, true
}

// leading are the components of a value, from the first, that are compared exactly.
func (x *execution) leading(parameter *search.Parameter, v *search.Value) []exactly {
	var all []exactly
	for i, component := range parameter.Components {
		e, ok := x.exact(component, &v.Components[i])
		if !ok {
			break
		}
		all = append(all, e)
	}
	return all
}

// compositeHeads are the beginnings of keys that have the leading components.
func compositeHeads(base []byte, leading []exactly) [][]byte {
	heads := [][]byte{withKind(base, kindComposite)}
	for _, e := range leading {
		var longer [][]byte
		for _, head := range heads {
			e.heads(head, func(head []byte) { longer = append(longer, head) })
		}
		heads = longer
	}
	return heads
}

// collectComposite adds to a set what has one value.
func (x *execution) collectComposite(n *node, p parameterID, parameter *search.Parameter, v *search.Value, into *roaring64.Bitmap, most *int) bool {
	leading := x.leading(parameter, v)
	for _, e := range leading {
		n.loose = n.loose || e.loose
	}
	var rest []componentTest
	for i := len(leading); i < len(parameter.Components); i++ {
		rest = append(rest, newComponentTest(parameter.Components[i], v.Components[i]))
	}
	for _, head := range compositeHeads(parameterSpace(p), leading) {
		spans := []span{{head, after(head)}}
		if len(rest) > 0 {
			spans = rest[0].spans(head)
		}
		accept := func(key []byte) bool {
			b := key[len(head) : len(key)-ridLength]
			for i := range rest {
				var matches bool
				if b, matches = rest[i].test(x, n, b); !matches {
					return false
				}
			}
			return true
		}
		if !x.collectSpans(spans, into, most, accept) {
			return false
		}
	}
	return true
}

// componentTest decides about one component of keys.
type componentTest struct {
	compare search.Compare
	entries []search.Entry // the one read back
	loose   bool           // what is asked is not in keys
}

func newComponentTest(component *search.Parameter, v search.Value) componentTest {
	t := componentTest{entries: []search.Entry{{Parameter: component}}}
	v, t.loose = inKeys(component, v)
	t.compare = search.Compare{Parameter: component, Values: []search.Value{v}}
	return t
}

// inKeys is what keys can tell of a value, and reports whether that is less than
// what it says.
func inKeys(parameter *search.Parameter, v search.Value) (search.Value, bool) {
	loose := false
	switch {
	case parameter.Type == search.Quantity && !(v.AnySystem && v.AnyCode):
		v.System, v.Code, v.AnySystem, v.AnyCode, loose = "", "", true, true, true
	case parameter.Type == search.Reference && v.Target.Version != "":
		v.Target.Version, loose = "", true
	}
	return v, loose
}

// spans are where, after a head, the component may compare.
func (t *componentTest) spans(head []byte) []span {
	v := &t.compare.Values[0]
	switch t.compare.Parameter.Type {
	case search.Date, search.Number, search.Quantity:
		return spansOf(head, t.compare.Parameter.Type, v)
	case search.String:
		low := appendTextStart(withKind(head, kindString), v.Folded[:min(len(v.Folded), keyText)])
		return []span{{low, after(low)}}
	}
	return []span{{head, after(head)}}
}

// test compares the component at the beginning of b and gives what follows it.
// What the key does not tell for sure is taken, and makes the node loose.
func (t *componentTest) test(x *execution, n *node, b []byte) (rest []byte, matches bool) {
	e := &t.entries[0]
	rest, cut, ok := readValue(e, b)
	if !ok {
		x.fail(errCorrupt)
		return nil, false
	}
	if cut {
		n.loose = true
		return rest, true
	}
	if form := t.compare.Values[0].Target.Kind; e.Target.Kind == fhir.Unusable && form != fhir.Relative {
		e.Target.Kind = form // of what is no type and id here, keys hold the text alone, and it decides
	}
	if !t.compare.Match(t.entries) {
		return rest, false
	}
	n.loose = n.loose || t.loose
	return rest, true
}
