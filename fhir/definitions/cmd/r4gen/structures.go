package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const (
	structureBase = "http://hl7.org/fhir/StructureDefinition/"
	fhirTypeURL   = structureBase + "structuredefinition-fhir-type"
	regexURL      = structureBase + "regex"
)

const structuresFormat = `#
# O  the types that an open choice (*) allows
# T  structure: name, kind (primitive, type, backbone, resource; abstract- before), base, pattern of a primitive
# E  element of it, without those of its base: name, cardinality, flags (S in summary, M modifier, P plain), types, required value set
#    types: Reference(Patient,Group) with targets, Quantity<SimpleQuantity> with a profile, @name for the content of a backbone structure
# I  invariant of severity error: element it stands on (. for the structure), key, expression
`

// kindOrder is the order of the structures in the table.
var kindOrder = map[string]int{"primitive-type": 0, "complex-type": 1, "resource": 2}

func writeStructures(src *source, b *bytes.Buffer) error {
	structures := slices.DeleteFunc(slices.Clone(src.structures), func(s *structure) bool {
		_, known := kindOrder[s.Kind]
		return !known // MetadataResource is a logical model
	})
	slices.SortFunc(structures, func(x, y *structure) int {
		return cmp.Or(
			cmp.Compare(order(x), order(y)),
			cmp.Compare(len(ancestors(structures, x)), len(ancestors(structures, y))), // bases first
			cmp.Compare(x.Name, y.Name))
	})
	w := &structureWriter{b: b, all: structures}
	w.findOpenTypes()
	fmt.Fprintf(b, "O\t%s\n", strings.Join(w.open, "|"))
	for _, s := range structures {
		if err := w.structure(s); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// order is the place of s in the table, primitives first but for the base of
// them all.
func order(s *structure) int {
	if s.Name == "Element" {
		return -1
	}
	return kindOrder[s.Kind]
}

// ancestors are the structures s derives from, nearest first.
func ancestors(all []*structure, s *structure) []*structure {
	var chain []*structure
	for s.BaseDefinition != "" {
		i := slices.IndexFunc(all, func(x *structure) bool { return x.URL == s.BaseDefinition })
		if i < 0 {
			break
		}
		s = all[i]
		chain = append(chain, s)
	}
	return chain
}

type structureWriter struct {
	b    *bytes.Buffer
	all  []*structure
	open []string // the types of an open choice, in the order of Extension.value[x]
}

func (w *structureWriter) findOpenTypes() {
	for _, s := range w.all {
		for _, e := range s.Snapshot.Element {
			if e.Path == "Extension.value[x]" {
				for _, t := range e.Type {
					w.open = append(w.open, t.Code)
				}
			}
		}
	}
}

// structure writes a resource or type and, after it, its backbone elements as
// structures of their own, named by path.
func (w *structureWriter) structure(s *structure) error {
	base := strings.TrimPrefix(s.BaseDefinition, structureBase)
	if s.Kind == "primitive-type" {
		fmt.Fprintf(w.b, "T\t%s\tprimitive\t%s\t%s\n", s.Name, base, pattern(s))
		return nil
	}
	kind := map[string]string{"complex-type": "type", "resource": "resource"}[s.Kind]
	if s.Abstract {
		kind = "abstract-" + kind
	}
	elements := s.Snapshot.Element
	groups := []int{0}
	for i := range elements {
		if i > 0 && isGroup(elements, i) {
			groups = append(groups, i)
		}
	}
	for _, g := range groups {
		group := elements[g]
		if g == 0 {
			fmt.Fprintf(w.b, "T\t%s\t%s\t%s\t\n", s.Name, kind, base)
		} else {
			fmt.Fprintf(w.b, "T\t%s\tbackbone\t%s\t\n", group.Path, group.Type[0].Code)
		}
		w.invariants(s, ".", group)
		inherited := w.inherited(s, group, g > 0)
		for i, e := range elements {
			name, direct := strings.CutPrefix(e.Path, group.Path+".")
			if !direct || strings.Contains(name, ".") {
				continue
			}
			if old, is := inherited[e.Base.Path]; is && e.Base.Path != e.Path && old.Min == e.Min && old.Max == e.Max {
				continue // the loader takes it from the base
			}
			if s.Derivation == "constraint" && e.Max != "0" {
				continue
			}
			if err := w.element(name, e, isGroup(elements, i)); err != nil {
				return fmt.Errorf("%s: %w", e.Path, err)
			}
			if !isGroup(elements, i) {
				w.invariants(s, name, e)
			}
		}
	}
	return nil
}

// inherited are the elements, by path, that the loader takes from the base of a
// structure or of the backbone element group in it.
func (w *structureWriter) inherited(s *structure, group element, backbone bool) map[string]element {
	bases := ancestors(w.all, s)
	if backbone {
		i := slices.IndexFunc(w.all, func(x *structure) bool { return x.Name == group.Type[0].Code })
		bases = append(ancestors(w.all, w.all[i]), w.all[i])
	}
	elements := map[string]element{}
	for _, base := range bases {
		for _, e := range base.Snapshot.Element {
			elements[e.Path] = e
		}
	}
	return elements
}

// isGroup reports whether element i has elements of its own.
func isGroup(elements []element, i int) bool {
	return i+1 < len(elements) && strings.HasPrefix(elements[i+1].Path, elements[i].Path+".")
}

func (w *structureWriter) element(name string, e element, group bool) error {
	if e.Max != "0" && e.Max != "1" && e.Max != "*" || e.Min < 0 || e.Min > 1 {
		return fmt.Errorf("cardinality %d..%s is not provided for", e.Min, e.Max)
	}
	flags := ""
	if e.IsSummary {
		flags += "S"
	}
	if e.IsModifier {
		flags += "M"
	}
	if isPlain(e) {
		flags += "P"
	}
	types, err := w.types(e, group)
	if err != nil {
		return err
	}
	binding := ""
	if e.Binding != nil && e.Binding.Strength == "required" {
		binding = valueSetName(e.Binding.ValueSet)
	}
	fmt.Fprintf(w.b, "E\t%s\t%d..%s\t%s\t%s\t%s\n", name, e.Min, e.Max, flags, types, binding)
	return nil
}

// isPlain reports whether e is a bare value, without id and extensions: its
// type is one of FHIRPath's own, or xhtml, whose extension has the maximum 0.
func isPlain(e element) bool {
	return len(e.Type) == 1 && (strings.HasPrefix(e.Type[0].Code, "http://hl7.org/fhirpath/") || e.Type[0].Code == "xhtml")
}

func (w *structureWriter) types(e element, group bool) (string, error) {
	if group {
		return "@" + e.Path, nil
	}
	if e.ContentReference != "" {
		return "@" + strings.TrimPrefix(e.ContentReference, "#"), nil
	}
	names := make([]string, len(e.Type))
	for i, t := range e.Type {
		names[i] = t.Code
	}
	if slices.Equal(names, w.open) {
		return "*", nil
	}
	if len(e.Type) > len(w.open)/2 {
		return "", fmt.Errorf("an open choice unlike that of Extension.value[x]")
	}
	for i, t := range e.Type {
		names[i] = typeText(e, t)
	}
	return strings.Join(names, "|"), nil
}

func typeText(e element, t elementType) string {
	name := t.Code
	for _, x := range t.Extension {
		if x.URL == fhirTypeURL {
			name = x.ValueURL
		}
	}
	if e.Base.Path == "Resource.id" {
		name = "id" // 4.0.1 says string in the extension, id in the text of the specification
	}
	if len(t.Profile) > 0 {
		name += "<" + strings.TrimPrefix(t.Profile[0], structureBase) + ">"
	}
	if len(t.TargetProfile) > 0 {
		targets := make([]string, len(t.TargetProfile))
		for i, p := range t.TargetProfile {
			targets[i] = strings.TrimPrefix(p, structureBase)
		}
		name += "(" + strings.Join(targets, ",") + ")"
	}
	return name
}

// invariants writes the error-level constraints that are stated on e itself.
// One that is repeated from a base or a data type names its source.
func (w *structureWriter) invariants(s *structure, on string, e element) {
	for _, c := range e.Constraint {
		if c.Severity == "error" && (c.Source == "" || c.Source == s.URL) {
			fmt.Fprintf(w.b, "I\t%s\t%s\t%s\n", on, c.Key, c.Expression)
		}
	}
}

// pattern is the regular expression that R4 gives for a primitive's value.
func pattern(s *structure) string {
	for _, e := range s.Snapshot.Element {
		for _, t := range e.Type {
			for _, x := range t.Extension {
				if x.URL == regexURL && strings.HasSuffix(e.Path, ".value") {
					return x.ValueString
				}
			}
		}
	}
	return ""
}
