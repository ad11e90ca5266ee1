package resources

import (
	"sync"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// linkKind tells what kind of text can point to another resource.
type linkKind uint8

const (
	noLink        linkKind = iota
	referenceLink          // Reference.reference
	uriLink                // an element of type uri, url, canonical, oid or uuid
	narrativeLink          // xhtml, whose a/@href and img/@src can point
)

// linkTable knows, for each structure of R4, which JSON properties can point to
// other resources and which lead on to such. A property's name alone does not
// tell: Immunization.education.reference is a uri, Identifier.value a string.
type linkTable struct {
	set   *definitions.Set
	mu    sync.RWMutex
	types map[*definitions.Structure]map[string]linkStep
}

type linkStep struct {
	kind linkKind
	into *definitions.Structure // nil: any resource, named by its resourceType
}

func newLinkTable(set *definitions.Set) *linkTable {
	return &linkTable{set: set, types: map[*definitions.Structure]map[string]linkStep{}}
}

// walk visits every text of a resource that can point to another resource,
// those of contained resources included.
func (t *linkTable) walk(resource codec.Value, visit func(linkKind, codec.Value)) {
	if s := t.set.Structure(resource.ResourceType()); s != nil {
		t.walkObject(resource, s, visit)
	}
}

func (t *linkTable) walkObject(object codec.Value, s *definitions.Structure, visit func(linkKind, codec.Value)) {
	steps := t.steps(s)
	for m := object.First(); m.Exists(); m = m.Next() {
		step, ok := steps[m.Name()]
		if !ok {
			continue
		}
		if m.Kind() != codec.Array {
			t.take(m, step, visit)
			continue
		}
		for e := m.First(); e.Exists(); e = e.Next() {
			t.take(e, step, visit)
		}
	}
}

func (t *linkTable) take(v codec.Value, step linkStep, visit func(linkKind, codec.Value)) {
	switch {
	case v.Kind() == codec.String && step.kind != noLink:
		visit(step.kind, v)
	case v.Kind() == codec.Object && step.into != nil:
		t.walkObject(v, step.into, visit)
	case v.Kind() == codec.Object && step.kind == noLink:
		t.walk(v, visit)
	}
}

// steps is the table of one structure, made when first asked for.
func (t *linkTable) steps(s *definitions.Structure) map[string]linkStep {
	t.mu.RLock()
	steps, ok := t.types[s]
	t.mu.RUnlock()
	if ok {
		return steps
	}
	steps = map[string]linkStep{}
	element := t.set.Structure("Element")
	for _, e := range s.Elements {
		for _, ty := range e.Types {
			switch kind := kindOf(s, &e, &ty); {
			case kind != noLink:
				steps[ty.Property] = linkStep{kind: kind}
			case ty.Code == "Resource":
				steps[ty.Property] = linkStep{}
			case ty.Structure != nil && ty.Structure.Kind != definitions.Primitive:
				steps[ty.Property] = linkStep{into: ty.Structure}
			}
			if ty.Structure != nil && ty.Structure.Kind == definitions.Primitive {
				// Extensions of a primitive stand in a member of their own.
				steps["_"+ty.Property] = linkStep{into: element}
			}
		}
	}
	t.mu.Lock()
	t.types[s] = steps
	t.mu.Unlock()
	return steps
}

// kindOf is the kind of link that an element's type makes it.
func kindOf(s *definitions.Structure, e *definitions.Element, ty *definitions.Type) linkKind {
	if s.Name == "Reference" && e.Name == "reference" {
		return referenceLink
	}
	switch ty.Code {
	case "uri", "url", "canonical", "oid", "uuid":
		return uriLink
	case "xhtml":
		return narrativeLink
	}
	return noLink
}
