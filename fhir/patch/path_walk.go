package patch

import (
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// element is an element that a path has found: one value, and where it stands.
type element struct {
	owner *object // what it is in; nil for the resource itself
	*member
	index     int
	def       *definitions.Element
	typ       *definitions.Type
	structure *definitions.Structure // what is in it; Element for a primitive value
}

func (e *element) item() *item { return &e.items[e.index] }

// inside is the object that holds the elements of e: of a primitive value, what
// stands beside it. It is nil where there is none.
func (t *tree) inside(e *element) (*object, error) {
	switch {
	case e.owner == nil:
		return t.root, nil
	case e.primitive():
		return t.open(&e.item().sibling)
	default:
		return t.open(&e.item().value)
	}
}

func (e *element) primitive() bool {
	return e.typ != nil && e.typ.Structure.Kind == definitions.Primitive
}

// children are the elements called name in e.
func (t *tree) children(found []element, e *element, name string) ([]element, error) {
	if e.structure == nil {
		return found, nil
	}
	def := e.structure.Element(name)
	if def == nil { // other elements of the path's last step have it
		return found, nil
	}
	o, err := t.inside(e)
	if err != nil {
		return nil, err
	}
	m, typ := o.find(def)
	if m == nil {
		return found, nil
	}
	for i := range m.items {
		if err := t.spend(1); err != nil {
			return nil, err
		}
		c := element{owner: o, member: m, index: i, def: def, typ: typ, structure: typ.Structure}
		if !m.items[i].value.exists() && !m.items[i].sibling.exists() {
			continue // null, in a resource that is not valid
		}
		if err := t.resolve(&c); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// resolve finds the structure where the type of the element does not tell it.
func (t *tree) resolve(e *element) error {
	switch {
	case e.primitive():
		e.structure = t.set.Structure("Element")
	case e.structure.Is("Resource"):
		o, err := t.open(&e.item().value)
		if err != nil {
			return err
		}
		e.structure = t.set.Structure(o.resourceType())
	}
	return nil
}

func (o *object) resourceType() string { return o.text("resourceType") }

// text is the value of a member that is a string.
func (o *object) text(property string) string {
	if o == nil {
		return ""
	}
	for _, s := range o.slots {
		if s.property == property && len(s.items) == 1 {
			return s.items[0].value.text.Text()
		}
	}
	return ""
}

// walk goes the steps from some elements and gives those it arrives at, in the
// order of FHIRPath: that of the resource.
func (t *tree) walk(from []element, steps []step) ([]element, error) {
	for _, s := range steps {
		if err := t.spend(1 + len(from)); err != nil {
			return nil, err
		}
		var found []element
		var err error
		switch s.kind {
		case stepChild:
			for i := range from {
				if found, err = t.children(found, &from[i], s.name); err != nil {
					return nil, err
				}
			}
			if s.criteria != nil {
				found, err = t.filter(found, s.criteria)
			}
		case stepItem:
			if s.index < len(from) {
				found = from[s.index : s.index+1]
			}
		case stepLast:
			found = from[max(0, len(from)-1):]
		case stepSingle:
			if len(from) > 1 {
				return nil, errSeveral(len(from))
			}
			found = from
		case stepWhere:
			found, err = t.filter(from, s.criteria)
		case stepOfType:
			for _, e := range from {
				if e.is(s.name) {
					found = append(found, e)
				}
			}
		}
		if err != nil {
			return nil, err
		}
		from = found
	}
	return from, nil
}

func (e *element) is(typ string) bool {
	if e.typ != nil && (e.typ.Code == typ || e.typ.Structure.Is(typ)) {
		return true
	}
	return e.structure.Is(typ) && !e.primitive()
}

func (t *tree) filter(from []element, c *criteria) ([]element, error) {
	var kept []element
	for _, e := range from {
		ok, err := t.meets(&e, c)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// meets decides criteria as FHIRPath does: a comparison is of one element with
// one literal, so that = is false where there are several. Where there is none
// neither = nor != holds.
func (t *tree) meets(e *element, c *criteria) (bool, error) {
	if err := t.spend(1 + len(c.literal.text)/16); err != nil {
		return false, err
	}
	switch c.kind {
	case testEither, testBoth:
		ok, err := t.meets(e, c.left)
		if err != nil || ok == (c.kind == testEither) {
			return ok, err
		}
		return t.meets(e, c.right)
	}
	if len(c.inner) == 0 && (c.kind == testEquals || c.kind == testDiffers) { // $this, of which there may be many
		return e.compares(c), nil
	}
	inner, err := t.walk([]element{*e}, c.inner)
	if err != nil {
		return false, err
	}
	switch {
	case c.kind == testExists:
		return len(inner) > 0, nil
	case c.kind == testEmpty:
		return len(inner) == 0, nil
	case len(inner) == 1:
		return inner[0].compares(c), nil
	}
	return len(inner) > 1 && c.kind == testDiffers, nil
}

// compares decides a comparison of one element, which fails either way if that
// has extensions and no value.
func (e *element) compares(c *criteria) bool {
	if e.primitive() && !e.item().value.exists() {
		return false
	}
	return e.equals(c.literal) == (c.kind == testEquals)
}

func (e *element) equals(l literal) bool {
	if !e.primitive() {
		return false
	}
	v := e.item().value.text
	switch v.Kind() {
	case codec.String:
		raw := len(v.Raw()) - len(`""`) // of which one byte in six counts, at least
		return l.kind == stringLiteral && len(l.text) <= raw && raw <= 6*len(l.text) && v.Text() == l.text
	case codec.Number:
		return l.kind == numberLiteral && equalNumbers(v.Text(), l.text)
	case codec.True, codec.False:
		return l.kind == booleanLiteral && v.Text() == l.text
	}
	return false
}
