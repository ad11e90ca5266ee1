package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// JSONSchema is a JSON Schema (draft 2019-09) for resources of a type, or for
// resources of any type if it is "Resource". It refuses what Validate refuses,
// except for what JSON Schema cannot say, or not at a bearable size:
//
//   - that the calendar has a day
//   - that = stands only at the end of base64
//   - that an integer is written without fraction and exponent: 1.0 is an
//     integer to JSON Schema
//   - that the arrays of a primitive element and its _property match, entry by
//     entry, and that one of the two says something (ele-1)
//   - what XHTML is
//   - which type of resource a reference points to
//
// The text is the same for the same definitions. It errs for a type that they
// do not have.
func JSONSchema(set *definitions.Set, resourceType string) ([]byte, error) {
	s := set.Structure(resourceType)
	if s == nil || s.Kind != definitions.Resource {
		return nil, fmt.Errorf("JSON Schema of %q: not an R4 resource type", resourceType)
	}
	b := jsonSchema{set: set, defs: object{}}
	document := object{
		"$schema": "https://json-schema.org/draft/2019-09/schema",
		"$ref":    b.ref(s),
		"$defs":   b.defs,
	}
	return json.Marshal(document)
}

type (
	object = map[string]any
	array  = []any
)

// jsonSchema collects the schemas of all structures that one needs.
type jsonSchema struct {
	set  *definitions.Set
	defs object
}

// ref is a reference to the schema of a structure, which it makes sure of.
func (b *jsonSchema) ref(s *definitions.Structure) string {
	if _, done := b.defs[s.Name]; !done {
		b.defs[s.Name] = nil // structures contain themselves
		switch {
		case s.Kind == definitions.Primitive:
			b.defs[s.Name] = primitiveSchema(s)
		case s.Name == "Resource":
			b.defs[s.Name] = b.anyResource()
		default:
			b.defs[s.Name] = b.structure(s)
		}
	}
	return "#/$defs/" + s.Name
}

// anyResource chooses the schema by resourceType.
func (b *jsonSchema) anyResource() object {
	var choices array
	for _, name := range b.set.ResourceTypes() {
		choices = append(choices, object{
			"if":   object{"properties": object{"resourceType": object{"const": name}}},
			"then": object{"$ref": b.ref(b.set.Structure(name))},
		})
	}
	return object{
		"type":       "object",
		"required":   array{"resourceType"},
		"properties": object{"resourceType": object{"enum": b.set.ResourceTypes()}},
		"allOf":      choices,
	}
}

func (b *jsonSchema) structure(s *definitions.Structure) object {
	properties := object{}
	var rules array
	for i := range s.Elements {
		e := &s.Elements[i]
		b.properties(e, properties)
		if rule := presence(e); rule != nil {
			rules = append(rules, rule)
		}
	}
	switch {
	case s.Kind == definitions.Resource:
		properties["resourceType"] = object{"const": s.Name}
		rules = append(rules, has("resourceType"))
	case s.Name == "Element": // the id and extensions beside a primitive value
	default: // ele-1
		rules = append(rules, object{"minProperties": 1}, anyOf(not(has("id")), object{"minProperties": 2}))
	}
	if s.Name == "Extension" { // ext-1
		rules = append(rules, object{"oneOf": array{has("extension"), anyProperty(s.Element("value"))}})
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if rules != nil {
		schema["allOf"] = rules
	}
	return schema
}

// properties adds the JSON properties of an element.
func (b *jsonSchema) properties(e *definitions.Element, to object) {
	for i := range e.Types {
		t := &e.Types[i]
		value, sibling := b.value(e, t), object{"$ref": b.ref(b.set.Structure("Element"))}
		hasSibling := t.Structure.Kind == definitions.Primitive && !e.Plain
		switch {
		case e.Max == 0:
			to[t.Property] = false
			continue
		case e.Max == definitions.Unbounded && hasSibling:
			null := object{"type": "null"}
			value, sibling = repeated(anyOf(value, null)), repeated(anyOf(sibling, null))
		case e.Max == definitions.Unbounded:
			value = repeated(value)
		}
		to[t.Property] = value
		if hasSibling {
			to["_"+t.Property] = sibling
		}
	}
}

func (b *jsonSchema) value(e *definitions.Element, t *definitions.Type) object {
	schema := object{"$ref": b.ref(t.Structure)}
	switch {
	case t.Structure.Kind == definitions.Resource && e.Name == "contained": // dom-2
		return allOf(schema, not(has("contained")))
	case e.Required == nil:
		return schema
	case t.Structure.Kind == definitions.Primitive:
		return allOf(schema, codeSchema(e.Required))
	}
	return allOf(schema, conceptSchema(e.Required))
}

// presence says how many of an element's properties must be there and may.
func presence(e *definitions.Element) object {
	if !e.Choice {
		if e.Min == 0 {
			return nil
		}
		return anyProperty(e)
	}
	one := make(array, len(e.Types))
	for i := range e.Types {
		one[i] = hasType(e, &e.Types[i])
	}
	exactlyOne := object{"oneOf": one}
	if e.Min > 0 {
		return exactlyOne
	}
	return anyOf(not(anyProperty(e)), exactlyOne)
}

// anyProperty holds when the element is there in any of its properties.
func anyProperty(e *definitions.Element) object {
	var alternatives array
	for i := range e.Types {
		alternatives = append(alternatives, hasType(e, &e.Types[i]))
	}
	return object{"anyOf": alternatives}
}

// hasType holds when an element is there with one of its types.
func hasType(e *definitions.Element, t *definitions.Type) object {
	if t.Structure.Kind != definitions.Primitive || e.Plain {
		return has(t.Property)
	}
	return anyOf(has(t.Property), has("_"+t.Property))
}

func primitiveSchema(s *definitions.Structure) object {
	const most = 1<<31 - 1
	switch {
	case s.Name == "boolean":
		return object{"type": "boolean"}
	case s.Name == "decimal":
		return object{"type": "number"}
	case s.Is("integer"):
		least := map[string]int{"integer": -1 << 31, "unsignedInt": 0, "positiveInt": 1}[s.Name]
		return object{"type": "integer", "minimum": least, "maximum": most}
	}
	schema := object{"type": "string", "minLength": 1}
	if s.Pattern != "" {
		schema["pattern"] = "^(?:" + s.Pattern + ")$"
	}
	if s.Name == "string" || s.Name == "markdown" {
		schema["maxLength"] = 1 << 20
	}
	return schema
}

// codeSchema is what a required binding demands of a code.
func codeSchema(v *definitions.ValueSet) object {
	switch {
	case !v.Unlisted:
		var names array
		seen := map[string]bool{}
		for _, c := range v.Codings {
			if !seen[c.Code] {
				seen[c.Code] = true
				names = append(names, c.Code)
			}
		}
		return object{"enum": names}
	case strings.HasSuffix(v.URL, "/currencies"):
		return object{"pattern": "^[A-Z]{3}$"}
	case strings.HasSuffix(v.URL, "/mimetypes"):
		const token = `[-0-9A-Za-z!#$&^_.+*]{1,127}`
		return object{"pattern": "^(json|xml|ttl|" + token + "/" + token + " *(;.*)?)$"}
	}
	return object{}
}

// conceptSchema is what a required binding demands of a CodeableConcept.
func conceptSchema(v *definitions.ValueSet) object {
	if v.Unlisted {
		return object{}
	}
	var systems array
	byCode := map[string]array{}
	for _, c := range v.Codings {
		if byCode[c.System] == nil {
			systems = append(systems, c.System)
		}
		byCode[c.System] = append(byCode[c.System], c.Code)
	}
	var codings array
	for _, system := range systems {
		codings = append(codings, object{
			"properties": object{"system": object{"const": system}, "code": object{"enum": byCode[system.(string)]}},
			"required":   array{"system", "code"},
		})
	}
	coded := object{
		"properties": object{"coding": object{"contains": object{"anyOf": codings}}},
		"required":   array{"coding"},
	}
	return anyOf(coded, not(anyOf(has("coding"), has("text"))))
}

func repeated(items object) object {
	return object{"type": "array", "minItems": 1, "items": items}
}

func has(property string) object { return object{"required": array{property}} }

func not(schema object) object { return object{"not": schema} }

func anyOf(schemas ...object) object { return object{"anyOf": schemas} }

func allOf(schemas ...object) object { return object{"allOf": schemas} }
