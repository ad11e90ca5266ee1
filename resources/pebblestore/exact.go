package pebblestore

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// exactly is a comparison that the beginnings of keys decide: the value is under
// few of them, and each is followed by what does not concern it.
type exactly struct {
	// heads calls visit with each beginning of keys that, after base, have the
	// value. A head belongs to who gets it.
	heads func(base []byte, visit func(head []byte))
	loose bool // these keys may hold other values as well
}

// opener opens what has exactly one value under a parameter, in the order of rids.
func (x *execution) opener(p parameterID, e exactly) func() stream {
	return func() stream {
		var u union
		e.heads(parameterSpace(p), func(head []byte) { u = append(u, x.stream(head)) })
		if len(u) == 1 {
			return u[0]
		}
		return u
	}
}

// exact is how a value of a parameter is compared exactly; false when it is a
// range, the beginning of a text, or any code.
func (x *execution) exact(parameter *search.Parameter, v *search.Value) (exactly, bool) {
	switch parameter.Type {
	case search.Token:
		return x.exactToken(kindToken, v)
	case search.Reference:
		return x.exactReference(v), true
	case search.URI:
		return exactTexts(kindURI, v.Text), true
	case search.Composite:
		return x.exactComposite(parameter, v)
	}
	return exactly{}, false
}

// exactTexts compares all texts of a kind of value.
func exactTexts(k kind, texts ...string) exactly {
	value, cut := appendTexts(nil, k, texts...)
	return exactly{func(base []byte, visit func([]byte)) { visit(slices.Concat(base, value)) }, cut}
}

func (x *execution) exactToken(k kind, v *search.Value) (exactly, bool) {
	switch {
	case v.AnyCode:
		return exactly{}, false
	case !v.AnySystem:
		return exactTexts(k, v.Code, v.System), true
	}
	code, cut := appendTexts(nil, k, v.Code)
	return exactly{func(base []byte, visit func([]byte)) {
		x.eachGroup(slices.Concat(base, code), textEnd, func(group []byte) bool { visit(group); return true })
	}, cut}, true
}

// exactSystem is how any code of a system is compared exactly. A system of
// identifiers has keys of its own; codes of any other are few, and each is looked
// for. It is false when they are not so few.
func (x *execution) exactSystem(p parameterID, c *search.Compare, v *search.Value) (exactly, bool) {
	if c.Parameter.HasIdentifiers() {
		return exactTexts(kindSystem, v.System), true
	}
	of, prefix := newSystem(v), indexPrefix(p, kindToken)
	var heads [][]byte
	codes := 0
	x.eachGroup(prefix, tokenEnd, func(group []byte) bool {
		if of.has(group[len(prefix):]) {
			heads = append(heads, group)
		}
		codes++
		return codes <= x.limits.Codes
	})
	return exactly{func(_ []byte, visit func([]byte)) {
		for _, head := range heads {
			visit(head)
		}
	}, of.cut}, codes <= x.limits.Codes
}

// system is a system as keys of tokens have it, behind the code.
type system struct {
	text []byte
	cut  bool
}

func newSystem(v *search.Value) system {
	text, cut := appendText(nil, v.System)
	return system{text, cut}
}

// has reports whether a token at the beginning of b is of the system.
func (s system) has(b []byte) bool {
	code := textEnd(b)
	return code != nil && bytes.HasPrefix(b[len(code):], s.text)
}

// compileTokens compiles comparisons of tokens. Any code of a system that has many
// is not had in order.
func (x *execution) compileTokens(n *node, p parameterID, c *search.Compare) {
	x.compileEach(n, p, c, func(v *search.Value) (exactly, bool) {
		if v.AnyCode && !v.AnySystem {
			return x.exactSystem(p, c, v)
		}
		return x.exactToken(kindToken, v)
	})
	if n.open != nil || n.collect != nil {
		return
	}
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		for i := range c.Values {
			if !x.collectToken(n, p, &c.Values[i], into, most) {
				return false
			}
		}
		return true
	}
}

// collectToken adds to a set what has one value.
func (x *execution) collectToken(n *node, p parameterID, v *search.Value, into *roaring64.Bitmap, most *int) bool {
	if e, ok := x.exactToken(kindToken, v); ok {
		n.loose = n.loose || e.loose
		return gather(x.opener(p, e)(), into, most)
	}
	of, prefix := newSystem(v), indexPrefix(p, kindToken)
	n.loose = n.loose || of.cut
	return x.collectSpans([]span{{prefix, after(prefix)}}, into, most, func(key []byte) bool { return of.has(key[len(prefix):]) })
}

func (x *execution) exactReference(v *search.Value) exactly {
	target := v.Target
	versioned := target.Version != "" // which keys do not hold
	switch {
	case isLocal(target):
		value := appendTarget([]byte{byte(kindTarget)}, target)
		return exactly{func(base []byte, visit func([]byte)) { visit(slices.Concat(base, value)) }, versioned}
	case target.Kind == fhir.Relative:
		// An id alone: one head for each type that references have.
		id := appendID(nil, target.ID)
		return exactly{func(base []byte, visit func([]byte)) {
			x.eachGroup(withKind(base, kindTarget), textEnd, func(group []byte) bool { visit(slices.Concat(group, id)); return true })
		}, versioned}
	}
	e := exactTexts(kindURL, target.Text)
	e.loose = e.loose || versioned
	return e
}

// textEnd is a text at the beginning of b, as it is written, with its end.
func textEnd(b []byte) []byte {
	_, _, rest, ok := readText(b)
	if !ok {
		return nil
	}
	return b[:len(b)-len(rest)]
}

// tokenEnd is a code and its system at the beginning of b, likewise.
func tokenEnd(b []byte) []byte {
	code := textEnd(b)
	if code == nil {
		return nil
	}
	system := textEnd(b[len(code):])
	if system == nil {
		return nil
	}
	return b[:len(code)+len(system)]
}

// eachGroup calls visit with what the keys of each group begin with, the prefix and
// what first takes from the rest of the key, until visit gives false. It looks at one
// key a group.
func (x *execution) eachGroup(prefix []byte, first func(rest []byte) []byte, visit func(group []byte) bool) {
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
		if !visit(group) {
			return
		}
		valid = k.it.SeekGE(after(group))
	}
}
