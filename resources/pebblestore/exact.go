package pebblestore

import (
	"slices"

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
	return exactly{func(base []byte, visit func([]byte)) { x.eachGroup(slices.Concat(base, code), textEnd, visit) }, cut}, true
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
			x.eachGroup(withKind(base, kindTarget), textEnd, func(group []byte) { visit(slices.Concat(group, id)) })
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
