package patch

import (
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// tree is a resource while a FHIRPath Patch changes it. Only the objects that a
// path has led into are taken apart; all else stays the text that it was.
type tree struct {
	set   *definitions.Set
	root  *object
	start element // the resource itself
	spent int
}

// object is a JSON object taken apart into FHIR elements.
type object struct{ slots []slot }

// slot is what stands at one place of an object: the values of a member, what
// is beside them, or both, one after the other. A member has one slot, or two
// when name and _name stood apart in the text.
type slot struct {
	*member
	values, siblings bool
}

// member is an element of an object with all its repetitions: the JSON
// property, and the property of the same name with an underscore.
type member struct {
	property string
	list     bool // an array in JSON
	items    []item
}

// item is one value and what stands beside it, the id and extensions of a
// primitive value. Either can be missing.
type item struct{ value, sibling content }

// content is JSON: text, or an object once it was taken apart.
type content struct {
	text   codec.Value
	object *object
}

// maxSpent bounds what applying a patch may cost, counted in members and
// repetitions of elements that were looked at or moved.
const maxSpent = 5_000_000

// spend counts n steps, and reports whether they can be afforded.
func (t *tree) spend(n int) error {
	if t.spent += n; t.spent > maxSpent {
		return ErrTooCostly
	}
	return nil
}

// open takes content apart; nil if it is no object.
func (t *tree) open(c *content) (*object, error) {
	if c.object != nil || c.text.Kind() != codec.Object {
		return c.object, nil
	}
	o := &object{}
	for m := c.text.First(); m.Exists(); m = m.Next() {
		// A resource has a few dozen members: looking through them is no cost.
		if err := t.spend(1 + len(o.slots)/16); err != nil {
			return nil, err
		}
		o.read(m)
	}
	c.object = o
	return o, nil
}

// read adds a member of the text.
func (o *object) read(m codec.Value) {
	name := m.Name()
	property, beside := strings.CutPrefix(name, "_")
	list := m.Kind() == codec.Array
	i := slices.IndexFunc(o.slots, func(s slot) bool { return s.property == property })
	switch {
	case i < 0:
		o.slots = append(o.slots, slot{&member{property: property, list: list}, true, true})
	case o.slots[i].list == list:
		o.slots[i].values, o.slots[i].siblings = beside, !beside
		o.slots = append(o.slots, slot{o.slots[i].member, !beside, beside})
	default: // name and _name do not fit each other: not R4, kept as it is
		o.slots = append(o.slots, slot{&member{property: name, items: []item{{value: content{text: m}}}}, true, false})
		return
	}
	into := o.slots[len(o.slots)-1].member
	n := 0
	for e := range m.Each() {
		if n == len(into.items) {
			into.items = append(into.items, item{})
		}
		if e.Kind() != codec.Null {
			if beside {
				into.items[n].sibling.text = e
			} else {
				into.items[n].value.text = e
			}
		}
		n++
	}
}

// find is the member that holds an element: of a choice, the one that is
// there. The type is the one that the member's name tells.
func (o *object) find(e *definitions.Element) (*member, *definitions.Type) {
	if o == nil {
		return nil, nil
	}
	for _, s := range o.slots {
		if len(s.items) == 0 || !strings.HasPrefix(s.property, e.Name) {
			continue
		}
		for i := range e.Types {
			if e.Types[i].Property == s.property {
				return s.member, &e.Types[i]
			}
		}
	}
	return nil, nil
}

// ensure is the member called property, made at the end if there is none.
func (o *object) ensure(property string, list bool) *member {
	for _, s := range o.slots {
		if s.property == property {
			s.list = s.list || list
			return s.member
		}
	}
	m := &member{property: property, list: list}
	o.slots = append(o.slots, slot{m, true, true})
	return m
}

func (c *content) exists() bool { return c.object != nil || c.text.Exists() }

// empty reports whether there is nothing, or nothing any more.
func (c *content) empty() bool {
	if c.object == nil {
		return !c.text.Exists()
	}
	for _, s := range c.object.slots {
		if !s.member.empty() {
			return false
		}
	}
	return true
}

func (i *item) empty() bool { return i.value.empty() && i.sibling.empty() }

func (m *member) empty() bool {
	for i := range m.items {
		if !m.items[i].empty() {
			return false
		}
	}
	return true
}

// append appends the object as compact JSON, without what has become empty.
func (o *object) append(dst []byte) []byte {
	dst = append(dst, '{')
	for _, s := range o.slots {
		if s.values {
			dst = s.appendPart(dst, "", func(i *item) *content { return &i.value })
		}
		if s.siblings {
			dst = s.appendPart(dst, "_", func(i *item) *content { return &i.sibling })
		}
	}
	return append(dst, '}')
}

// appendPart appends the values of a member, or what is beside them.
func (m *member) appendPart(dst []byte, prefix string, part func(*item) *content) []byte {
	before, found := len(dst), false
	if dst[before-1] != '{' {
		dst = append(dst, ',')
	}
	dst = codec.AppendString(dst, prefix+m.property)
	dst = append(dst, ':')
	if m.list {
		dst = append(dst, '[')
	}
	first := true
	for i := range m.items {
		if m.items[i].empty() {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if c := part(&m.items[i]); c.empty() {
			dst = append(dst, "null"...)
		} else {
			found = true
			dst = c.append(dst)
		}
	}
	if !found {
		return dst[:before]
	}
	if m.list {
		dst = append(dst, ']')
	}
	return dst
}

func (c *content) append(dst []byte) []byte {
	if c.object != nil {
		return c.object.append(dst)
	}
	return c.text.AppendCompact(dst)
}
