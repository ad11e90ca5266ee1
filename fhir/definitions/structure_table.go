package definitions

import (
	"slices"
	"strings"
)

// structureReader reads r4/structures.txt, whose head explains the format.
type structureReader struct {
	set      *Set
	open     string // the types of an open choice
	current  *Structure
	elements []Element
	profiles []profiled
}

// profiled is a type that is restricted to a profile defined further down.
type profiled struct {
	typ     *Type
	profile string
}

func (s *Set) readStructures(table string) {
	s.byName = make(map[string]*Structure, 1024)
	r := &structureReader{set: s}
	rows(table, r.row)
	r.finish()
	r.resolve()
	slices.Sort(s.resources)
}

func (r *structureReader) row(f []string) {
	switch f[0] {
	case "O":
		r.open = f[1]
	case "T":
		r.finish()
		r.structure(f[1], f[2], f[3], f[4])
	case "E":
		r.element(f[1], f[2], f[3], f[4], f[5])
	case "I":
		on := f[1]
		if on == "." {
			on = ""
		}
		r.current.Invariants = append(r.current.Invariants, Invariant{Key: f[2], Element: on, Expression: f[3]})
	default:
		broken("row %q among the structures", f[0])
	}
}

func (r *structureReader) structure(name, kind, base, pattern string) {
	s := &Structure{Name: name, Pattern: pattern, Base: r.set.byName[base]}
	kind, s.Abstract = strings.CutPrefix(kind, "abstract-")
	switch kind {
	case "primitive":
		s.Kind = Primitive
	case "type":
		s.Kind = DataType
	case "backbone":
		s.Kind = Backbone
	case "resource":
		s.Kind = Resource
		if !s.Abstract {
			r.set.resources = append(r.set.resources, name)
		}
	default:
		broken("kind %q of %s", kind, name)
	}
	r.set.structures = append(r.set.structures, s)
	r.set.byName[name] = s
	r.current, r.elements = s, r.elements[:0]
	if s.Base != nil {
		r.elements = append(r.elements, s.Base.Elements...)
	}
}

func (r *structureReader) element(name, cardinality, flags, types, valueSet string) {
	e := Element{
		Summary:  strings.Contains(flags, "S"),
		Modifier: strings.Contains(flags, "M"),
		Plain:    strings.Contains(flags, "P"),
	}
	e.Name, e.Choice = strings.CutSuffix(name, "[x]")
	e.Min = cardinality[0] - '0'
	if e.Max = Unbounded; cardinality[3] != '*' {
		e.Max = cardinality[3] - '0'
	}
	if valueSet != "" {
		if e.Required = r.set.ValueSet(valueSet); e.Required == nil {
			broken("value set %q of %s.%s", valueSet, r.current.Name, name)
		}
	}
	e.Types = r.parseTypes(e, types)
	for i := range r.elements {
		if r.elements[i].Name == e.Name { // a profile restricts the element of its base
			r.elements[i] = e
			return
		}
	}
	r.elements = append(r.elements, e)
}

func (r *structureReader) parseTypes(e Element, text string) []Type {
	if backbone, is := strings.CutPrefix(text, "@"); is {
		return []Type{{Code: backbone, Property: e.Name}}
	}
	if text == "*" {
		text = r.open
	}
	types := make([]Type, 1+strings.Count(text, "|"))
	for i := range types {
		t := &types[i]
		var name string
		name, text, _ = strings.Cut(text, "|")
		if open := strings.IndexByte(name, '('); open >= 0 {
			t.Targets = strings.Split(name[open+1:len(name)-1], ",")
			name = name[:open]
		}
		t.Code, t.Property = name, e.Name
		if open := strings.IndexByte(name, '<'); open >= 0 {
			t.Code = name[:open]
			r.profiles = append(r.profiles, profiled{t, name[open+1 : len(name)-1]})
		}
		if e.Choice {
			t.Property = e.Name + strings.ToUpper(t.Code[:1]) + t.Code[1:]
		}
	}
	return types
}

// finish gives the structure that was read its elements.
func (r *structureReader) finish() {
	if r.current != nil && r.current.Kind != Primitive {
		r.current.Elements = slices.Clone(r.elements)
	}
}

// resolve points every type at its structure, now that all are known.
func (r *structureReader) resolve() {
	for _, p := range r.profiles {
		p.typ.Structure = r.set.byName[p.profile]
	}
	for _, s := range r.set.structures {
		for i := range s.Elements {
			types := s.Elements[i].Types
			for j := range types {
				t := &types[j]
				if t.Structure == nil {
					t.Structure = r.set.byName[t.Code]
				}
				if t.Structure == nil {
					broken("type %q of %s.%s", t.Code, s.Name, s.Elements[i].Name)
				}
			}
		}
	}
}
