// Package subset cuts resources down to what a client asks for by _summary and
// _elements, and marks them as cut.
//
// https://hl7.org/fhir/R4/search.html#summary
package subset

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// tag is what meta.tag of every subset holds, so that nobody takes it for the
// whole and stores it back.
const tag = `{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}`

// Subset says which elements stay. id, meta and resourceType always do.
type Subset struct {
	set  *definitions.Set
	keep func(s *definitions.Structure, e *definitions.Element) bool
	// deep is whether keep is asked about the elements inside backbone elements too.
	deep bool
}

// Summary is _summary=true: the elements that R4 marks as summary, also within
// elements that have elements of their own. Data types stay whole.
func Summary(set *definitions.Set) Subset {
	keep := func(_ *definitions.Structure, e *definitions.Element) bool { return e.Summary || e.Min > 0 }
	return Subset{set, keep, true}
}

// Text is _summary=text: the narrative, and what must be there.
func Text(set *definitions.Set) Subset {
	keep := func(_ *definitions.Structure, e *definitions.Element) bool { return e.Name == "text" || e.Min > 0 }
	return Subset{set, keep, false}
}

// Data is _summary=data: all but the narrative.
func Data(set *definitions.Set) Subset {
	keep := func(_ *definitions.Structure, e *definitions.Element) bool { return e.Name != "text" }
	return Subset{set, keep, false}
}

// Elements is _elements: the elements of the given names, such as birthDate, or
// Patient.birthDate for resources of that type alone, and what must be there. An
// element of several types goes by its FHIRPath name: occurrence.
func Elements(set *definitions.Set, names []string) Subset {
	keep := func(s *definitions.Structure, e *definitions.Element) bool {
		if e.Min > 0 || e.Modifier {
			return true
		}
		for _, name := range names {
			resource, element, qualified := strings.Cut(name, ".")
			if !qualified {
				resource, element = s.Name, name
			}
			if resource == s.Name && element == e.Name {
				return true
			}
		}
		return false
	}
	return Subset{set, keep, false}
}

// Append appends what stays of a resource. resource is the root of a stored
// resource: it has a meta.
func (u Subset) Append(dst []byte, resource codec.Value) []byte {
	structure := u.set.Structure(resource.ResourceType())
	if structure == nil {
		return append(dst, resource.Raw()...)
	}
	var edits []codec.Edit
	u.cut(&edits, resource, structure, true)
	if meta := resource.Get("meta"); meta.Kind() == codec.Object {
		edits = append(edits, codec.Edit{At: meta, With: tagged(meta)})
	}
	return resource.AppendCompact(dst, edits...)
}

// cut notes the members of an object that go.
func (u Subset) cut(edits *[]codec.Edit, object codec.Value, s *definitions.Structure, top bool) {
	for m := object.First(); m.Exists(); m = m.Next() {
		name := strings.TrimPrefix(m.Name(), "_")
		if name == "id" || top && (name == "resourceType" || name == "meta") {
			continue
		}
		element, typ := s.Property(name)
		switch {
		case element == nil || !u.keep(s, element):
			*edits = append(*edits, codec.Edit{At: m})
		case u.deep && typ.Structure != nil && typ.Structure.Kind == definitions.Backbone:
			for part := range m.Each() {
				u.cut(edits, part, typ.Structure, false)
			}
		}
	}
}

// tagged is meta with the tag.
func tagged(meta codec.Value) []byte {
	tags := meta.Get("tag")
	if tags.Kind() == codec.Array {
		with := tags.AppendCompact(nil)
		with = append(with[:len(with)-1], ","+tag+"]"...)
		return meta.AppendCompact(nil, codec.Edit{At: tags, With: with})
	}
	// A stored meta has at least a versionId.
	text := meta.AppendCompact(nil)
	return append(text[:len(text)-1], `,"tag":[`+tag+`]}`...)
}
