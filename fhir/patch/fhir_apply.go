package patch

import (
	"errors"
	"fmt"
	"slices"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// Apply applies the operations one after the other, all or none.
func (p fhirPatch) Apply(resource []byte) ([]byte, error) {
	before, err := parseResource(resource)
	if err != nil {
		return nil, err
	}
	t := &tree{set: definitions.R4()}
	structure := t.set.Structure(before.ResourceType())
	if structure == nil || structure.Kind != definitions.Resource {
		return nil, errors.New("patch a resource: its type is not one of R4")
	}
	if t.root, err = t.open(&content{text: before}); err != nil {
		return nil, fmt.Errorf("patch a resource: %w", err)
	}
	t.start = element{structure: structure}
	id := t.root.text("id")
	for i := range p {
		o := &p[i]
		err := t.apply(o)
		if errors.Is(err, ErrTooCostly) {
			return nil, fhir.NewInvalid(ErrTooCostly, fhir.CodeTooCostly, o.at.Path(), "the patch takes too many steps for so large a resource; send an update")
		}
		if err != nil {
			return nil, err
		}
	}
	if t.root.text("id") != id {
		return nil, errIdentity(structure.Name, "id")
	}
	return t.root.append(make([]byte, 0, len(resource)+128)), nil
}

// apply makes one operation.
func (t *tree) apply(o *fhirOperation) error {
	if o.path.root != "" && !t.start.structure.Is(o.path.root) {
		return o.refuse("the path begins with another type than that of the resource, " + t.start.structure.Name)
	}
	if err := checkSteps(t.set, []*definitions.Structure{t.start.structure}, o.path.steps); err != nil {
		return invalid(o.pathAt, err.Error())
	}
	switch o.kind {
	case "add":
		return t.add(o)
	case "insert", "move":
		return t.rearrange(o)
	default:
		return t.change(o)
	}
}

// refuse says that the operation does not fit the resource.
func (o *fhirOperation) refuse(text string) error {
	return fhir.NewInvalid(ErrPath, fhir.CodeNotFound, o.pathAt.Path(), text)
}

// several is the error of a path that must find one element and found more.
type several int

func errSeveral(n int) error { return several(n) }

func (n several) Error() string {
	return fmt.Sprintf("finds %d elements where it must find one", int(n))
}

// find goes to the elements that the steps lead to, of which there may be one
// at most.
func (t *tree) find(o *fhirOperation, steps []step) (*element, error) {
	found, err := t.walk([]element{t.start}, steps)
	if err == nil && len(found) > 1 {
		err = errSeveral(len(found))
	}
	var n several
	switch {
	case errors.As(err, &n):
		return nil, o.refuse("the path " + n.Error())
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, nil
	}
	return &found[0], nil
}

// container goes to the one element that the steps lead to, and opens what is
// in it, be it nothing yet.
func (t *tree) container(o *fhirOperation, steps []step) (*element, *object, error) {
	e, err := t.find(o, steps)
	if err != nil {
		return nil, nil, err
	}
	if e == nil {
		return nil, nil, o.refuse("the path finds no element to put the value into")
	}
	in, err := t.inside(e)
	if err != nil {
		return nil, nil, err
	}
	if in == nil && e.primitive() {
		in = &object{}
		e.item().sibling.object = in
	}
	if in == nil || e.structure == nil {
		return nil, nil, o.refuse("the path leads to what is no element of R4")
	}
	return e, in, nil
}

// add appends to a list, or sets an element that is not there.
func (t *tree) add(o *fhirOperation) error {
	e, in, err := t.container(o, o.path.steps)
	if err != nil {
		return err
	}
	return t.put(in, e.structure, o.name, &o.value, ErrPath)
}

// rearrange carries out insert and move, which go by the places of a list. The
// list that insert finds may be missing: it has a place 0 then.
func (t *tree) rearrange(o *fhirOperation) error {
	steps := o.path.steps[:len(o.path.steps)-1]
	name := o.path.steps[len(steps)].name
	e, in, err := t.container(o, steps)
	if err != nil {
		return err
	}
	def := e.structure.Element(name)
	if def == nil {
		return invalid(o.pathAt, errUnknown([]*definitions.Structure{e.structure}, name).Error())
	}
	if def.Max != definitions.Unbounded {
		return invalid(o.pathAt, fmt.Sprintf("the element %s of %s is no list", printable(name), e.structure.Name))
	}
	length := 0
	m, _ := in.find(def)
	if m != nil {
		length = len(m.items)
	}
	if err := t.spend(length); err != nil {
		return err
	}
	if o.kind == "move" {
		if !within(o.source, length) || !within(o.destination, length) {
			return o.refuse(fmt.Sprintf("the list has %d entries; source and destination must be places of it, counted from 0", length))
		}
		moved := m.items[o.source]
		m.items = slices.Insert(slices.Delete(m.items, o.source, o.source+1), o.destination, moved)
		return nil
	}
	if !within(o.index, length+1) {
		return o.refuse(fmt.Sprintf("the list has %d entries; index must be from 0 to that", length))
	}
	typ, err := o.value.fit(def, def.Types)
	if err != nil {
		return err
	}
	i, err := t.build(&o.value, typ)
	if err != nil {
		return err
	}
	m = in.ensure(typ.Property, true)
	m.items = slices.Insert(m.items, o.index, i)
	return nil
}

func within(place, length int) bool { return place >= 0 && place < length }

// change carries out delete and replace, which are about one element. What is
// beside a primitive value, its id and extensions, is part of it and goes with
// it.
func (t *tree) change(o *fhirOperation) error {
	e, err := t.find(o, o.path.steps)
	if err != nil {
		return err
	}
	if e != nil && e.owner == nil {
		return o.refuse("the path leads to the resource itself; a whole resource is replaced by an update and deleted by a delete")
	}
	if o.kind == "delete" {
		if e == nil {
			return nil
		}
		e.items = slices.Delete(e.items, e.index, e.index+1)
		return t.spend(len(e.items))
	}
	if e == nil {
		return o.refuse("the path finds no element to replace")
	}
	typ, err := o.value.fit(e.def, e.def.Types)
	if err != nil {
		return err
	}
	i, err := t.build(&o.value, typ)
	if err != nil {
		return err
	}
	e.property = typ.Property
	*e.item() = i
	return nil
}
