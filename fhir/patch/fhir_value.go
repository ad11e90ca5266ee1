package patch

import (
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// value is the content that a part holds: a value[x], a resource, or parts
// that are the elements of a type which value[x] cannot have.
type value struct {
	at    codec.Value       // the part
	typ   *definitions.Type // of a value[x]: its type in Parameters
	item  item
	parts []value
	name  string
}

// readValue reads a part that holds content, with the parts in it.
func readValue(part codec.Value) (value, error) {
	v := value{at: part, name: part.Get("name").Text()}
	allowed := definitions.R4().Structure("Parameters.parameter")
	for m := part.First(); m.Exists(); m = m.Next() {
		property, beside := strings.CutPrefix(m.Name(), "_")
		element, typ := allowed.Property(property)
		switch {
		case property == "name" || property == "id" || property == "extension":
			continue
		case element == nil || property == "modifierExtension":
			return v, invalid(m, "this cannot stand here in a FHIRPath Patch")
		case v.typ != nil && v.typ.Property != property:
			return v, invalid(part, "a part has one value, a resource, or parts")
		}
		v.typ = typ
		switch {
		case property == "part":
			for p := range m.Each() {
				inner, err := readValue(p)
				if err != nil {
					return v, err
				}
				v.parts = append(v.parts, inner)
			}
		case beside:
			v.item.sibling.text = m
		default:
			v.item.value.text = m
		}
	}
	if v.typ == nil {
		return v, invalid(part, "the part needs a value[x], a resource, or parts")
	}
	return v, nil
}

// fit finds the type that an element has when it holds the value. Only the
// JSON of primitive values can serve for several types (a code is a string).
func (v *value) fit(e *definitions.Element, types []definitions.Type) (*definitions.Type, error) {
	var found *definitions.Type
	several := false
	for i := range types {
		t := &types[i]
		switch {
		case v.parts != nil:
			if t.Structure.Kind == definitions.Primitive || t.Structure.Is("Resource") {
				continue
			}
		case v.typ.Property == "resource":
			if !t.Structure.Is("Resource") {
				continue
			}
		case v.typ.Code == t.Code:
			return t, nil
		case !interchangeable(v.typ.Structure, t.Structure):
			continue
		}
		several = found != nil
		found = t
	}
	if found == nil || several {
		return nil, v.errType(e, types)
	}
	return found, nil
}

// interchangeable reports whether values of two primitive types are written
// alike, so that one can be given for the other: a code for a string, a string
// for a code, a date for a dateTime. The formats that the types prescribe are
// checked with the rest of the resource.
func interchangeable(given, wanted *definitions.Structure) bool {
	if given.Kind != definitions.Primitive || wanted.Kind != definitions.Primitive {
		return false
	}
	return given.Is(wanted.Name) || wanted.Is(given.Name) ||
		given.Name == "date" && wanted.Name == "dateTime" ||
		given.Name == "string" && wanted.Name == "xhtml"
}

func (v *value) errType(e *definitions.Element, types []definitions.Type) error {
	const most = 6
	names := make([]string, 0, most)
	for i := range types[:min(len(types), most)] {
		names = append(names, types[i].Code)
	}
	if len(types) > most {
		names = append(names, "...")
	}
	given := v.typ.Property
	if v.parts != nil {
		given = "parts"
	}
	return invalid(v.at, fmt.Sprintf("the element %s takes %s; found %s", e.Name, strings.Join(names, " or "), given))
}

// put adds the value to an object of structure s, as the element called name:
// at the end of a list, else where there is no such element yet; if there is,
// cause is that of the error. A choice may also be named as JSON has it,
// valueQuantity.
func (t *tree) put(o *object, s *definitions.Structure, name string, v *value, cause error) error {
	e := s.Element(name)
	types := []definitions.Type(nil)
	if e != nil {
		types = e.Types
	} else if property, typ := s.Property(name); property != nil {
		e, types = property, []definitions.Type{*typ}
	} else {
		return invalid(v.at, fmt.Sprintf("%s has no element %q", s.Name, printable(name)))
	}
	list := e.Max == definitions.Unbounded
	if m, _ := o.find(e); m != nil && !list {
		if !m.empty() {
			return fhir.NewInvalid(cause, fhir.CodeDuplicate, v.at.Path(), "there is an element "+e.Name+" already, and it does not repeat")
		}
		m.items = nil // emptied by an operation before
	}
	typ, err := v.fit(e, types)
	if err != nil {
		return err
	}
	i, err := t.build(v, typ)
	if err != nil {
		return err
	}
	m := o.ensure(typ.Property, list)
	m.items = append(m.items, i)
	return t.spend(1)
}

// build makes of a value what an element of the type holds.
func (t *tree) build(v *value, typ *definitions.Type) (item, error) {
	if v.parts == nil {
		return v.item, nil
	}
	o := &object{}
	for i := range v.parts {
		p := &v.parts[i]
		if err := t.put(o, typ.Structure, p.name, p, nil); err != nil {
			return item{}, err
		}
	}
	return item{value: content{object: o}}, nil
}
