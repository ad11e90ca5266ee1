package schema

import (
	"fmt"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// table is a structure as the walk needs it. Its elements have the bits of a
// mask, in the order of the definition.
type table struct {
	name     string   // Patient.contact
	elements []string // the FHIRPath names
	required uint64   // elements that must be there
	id       uint64   // the bit of Element.id: alone it does not make an element (ele-1)
	value    uint64   // the bits of Extension.value and Extension.extension, for ext-1
	nested   uint64
	rule     rule
	scope    scope // of its member names
	first    int32 // its members are Validator.members[first:end]
	end      int32
}

// rule is a rule of a structure that its elements alone do not show.
type rule uint8

const (
	ruleNone      rule = iota
	ruleExtension      // ext-1
	ruleReference      // the member that holds it says to what it may point
)

// content is what a member holds.
type content uint8

const (
	primitiveContent content = iota
	complexContent           // an object with the structure table
	resourceContent          // a resource of any type
	typeContent              // the resourceType of a resource
)

// member is a JSON property that a structure may have.
type member struct {
	name    string
	element uint8 // its index in the table's elements
	content content
	many    bool // max *: an array
	choice  bool // one of several properties of a choice element
	plain   bool // no _property beside it
	never   bool // max 0
	prim    primitive
	table   uint16   // of complexContent
	codes   uint16   // index in codeSets of the required binding, 0 for none
	targets *targets // of a Reference
}

// targets are the resource types a reference may point to.
type targets struct {
	any   bool
	names []string
	bits  [3]uint64 // by index of the type in ResourceTypes
}

func (t *targets) has(i int32) bool { return t.any || t.bits[i/64]&(1<<(i%64)) != 0 }

// compiler turns definitions into the tables of a Validator.
type compiler struct {
	*Validator
	set     *definitions.Set
	tableOf map[*definitions.Structure]uint16
	codesOf map[*definitions.ValueSet]uint16
	typeID  map[string]int
	scopes  scope
}

func compile(set *definitions.Set) *Validator {
	c := &compiler{
		Validator: &Validator{codeSets: make([]codeSet, 1), names: newIndex()},
		set:       set,
		tableOf:   map[*definitions.Structure]uint16{},
		codesOf:   map[*definitions.ValueSet]uint16{},
		typeID:    map[string]int{},
	}
	c.resources, c.typeIDs = c.newScope(), c.newScope()
	for i, name := range set.ResourceTypes() {
		c.typeID[name] = i
		c.names.add(c.typeIDs, name, int32(i))
	}
	for _, s := range set.Structures() {
		if s.Kind != definitions.Primitive {
			c.tableOf[s] = uint16(len(c.tables))
			c.tables = append(c.tables, table{name: s.Name, scope: c.newScope()})
		}
	}
	for _, s := range set.Structures() {
		if s.Kind != definitions.Primitive {
			c.structure(s, &c.tables[c.tableOf[s]])
		}
	}
	c.element = c.tableOf[set.Structure("Element")]
	c.names.build()
	return c.Validator
}

func (c *compiler) newScope() scope {
	c.scopes++
	return c.scopes
}

func (c *compiler) structure(s *definitions.Structure, t *table) {
	if len(s.Elements) > 64 {
		panic(fmt.Sprintf("schema: %s has %d elements, and a mask 64 bits", s.Name, len(s.Elements)))
	}
	t.first = int32(len(c.members))
	switch {
	case s.Kind == definitions.Resource:
		c.member(t, member{name: "resourceType", content: typeContent})
		if !s.Abstract {
			c.names.add(c.resources, s.Name, int32(c.tableOf[s]))
		}
	case s.Is("Extension"):
		t.rule = ruleExtension
	case s.Is("Reference"):
		t.rule = ruleReference
	}
	for i := range s.Elements {
		e := &s.Elements[i]
		t.elements = append(t.elements, e.Name)
		if e.Min > 0 {
			t.required |= 1 << i
		}
		switch {
		case e.Name == "id":
			t.id = 1 << i
		case t.rule == ruleExtension && e.Name == "value":
			t.value = 1 << i
		case t.rule == ruleExtension && e.Name == "extension":
			t.nested = 1 << i
		}
		for j := range e.Types {
			c.member(t, c.memberOf(e, &e.Types[j], i))
		}
	}
	t.end = int32(len(c.members))
}

func (c *compiler) member(t *table, m member) {
	c.names.add(t.scope, m.name, int32(len(c.members)))
	c.members = append(c.members, m)
}

func (c *compiler) memberOf(e *definitions.Element, typ *definitions.Type, i int) member {
	m := member{
		name:    typ.Property,
		element: uint8(i),
		many:    e.Max == definitions.Unbounded,
		never:   e.Max == 0,
		choice:  e.Choice,
		plain:   e.Plain,
		codes:   c.codes(e.Required),
	}
	switch {
	case typ.Structure.Kind == definitions.Primitive:
		m.content, m.prim = primitiveContent, primitiveNamed(typ.Code)
	case typ.Structure.Kind == definitions.Resource:
		m.content = resourceContent
	default:
		m.content, m.table = complexContent, c.tableOf[typ.Structure]
	}
	if typ.Code == "Reference" {
		m.targets = c.targets(typ)
	}
	return m
}

func (c *compiler) targets(typ *definitions.Type) *targets {
	if typ.AnyTarget() {
		return &targets{any: true}
	}
	t := &targets{names: typ.Targets}
	for _, name := range typ.Targets {
		id := c.typeID[name]
		t.bits[id/64] |= 1 << (id % 64)
	}
	return t
}

func (c *compiler) codes(v *definitions.ValueSet) uint16 {
	if v == nil {
		return 0
	}
	if id, done := c.codesOf[v]; done {
		return id
	}
	id := uint16(len(c.codeSets))
	c.codesOf[v] = id
	set := codeSet{valueSet: v, scope: c.newScope(), format: formatOf(v)}
	seen := map[string]bool{}
	for _, coding := range v.Codings {
		if !seen[coding.Code] {
			seen[coding.Code] = true
			c.names.add(set.scope, coding.Code, 1)
		}
	}
	c.codeSets = append(c.codeSets, set)
	return id
}

// lookup finds a table's member by JSON property name.
func (v *Validator) lookup(t *table, name string) *member {
	if i := v.names.find(t.scope, name); i >= 0 {
		return &v.members[i]
	}
	return nil
}

// tableNamed is the table of a resource type, or nil.
func (v *Validator) tableNamed(resourceType string) *table {
	if i := v.names.find(v.resources, resourceType); i >= 0 {
		return &v.tables[i]
	}
	return nil
}
