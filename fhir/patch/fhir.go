package patch

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// fhirPatch is a FHIRPath Patch.
type fhirPatch []fhirOperation

// fhirOperation is one parameter of a FHIRPath Patch.
type fhirOperation struct {
	at          codec.Value // the parameter
	kind        string
	pathAt      codec.Value // the part that holds path
	path        path
	name        string
	value       value
	index       int // of insert
	source      int // of move
	destination int
}

// takes says which parts beside type and path each type of operation has, all
// of them required: https://hl7.org/fhir/R4/fhirpatch.html
var takes = map[string][]string{
	"add":     {"name", "value"},
	"insert":  {"value", "index"},
	"delete":  {},
	"replace": {"value"},
	"move":    {"source", "destination"},
}

// ParseFHIRPatch reads a Parameters resource that is a FHIRPath Patch. The
// error is a *fhir.Invalid, meant for HTTP 400, which names the part at fault:
// Parameters.parameter[3].part[1].
//
// Nothing of the resource's structure needs to have been checked before. Parts
// and modifier extensions that the format does not have are refused: one that
// was passed over could have changed what the operation means.
//
// Of FHIRPath, paths may use what leads to elements: names, indexes, first(),
// last(), single(), where() with comparisons to literals and exists(),
// extension(url) and ofType(type). A path may begin with the resource's type or
// with an element of it. A choice is one element, Observation.value, with or
// without ofType().
//
// https://hl7.org/fhir/R4/fhirpatch.html
func ParseFHIRPatch(parameters codec.Value) (Patch, error) {
	if parameters.ResourceType() != "Parameters" {
		return nil, fhir.NewInvalid(nil, fhir.CodeStructure, "", "a FHIRPath Patch is a resource of the type Parameters")
	}
	if rules := parameters.Get("implicitRules"); rules.Exists() {
		return nil, invalid(rules, "the patch follows rules that are not known here")
	}
	operations := parameters.Get("parameter")
	if err := tooMany(operations.Len(), "Parameters.parameter"); err != nil {
		return nil, err
	}
	p := fhirPatch{}
	for parameter := range operations.Each() {
		o, err := readFHIROperation(parameter)
		if err != nil {
			return nil, err
		}
		p = append(p, o)
	}
	return p, nil
}

// invalid refuses the document for what stands at v.
func invalid(v codec.Value, text string) error {
	return fhir.NewInvalid(nil, fhir.CodeInvalid, v.Path(), text)
}

func readFHIROperation(parameter codec.Value) (fhirOperation, error) {
	o := fhirOperation{at: parameter}
	if parameter.Get("name").Text() != "operation" {
		return o, invalid(parameter, `every parameter of a FHIRPath Patch has the name "operation"`)
	}
	parts, err := readParts(parameter)
	if err != nil {
		return o, err
	}
	if o.kind, err = partText(parameter, parts, "type", "valueCode", "valueString"); err != nil {
		return o, err
	}
	needed, known := takes[o.kind]
	if !known {
		return o, invalid(parts["type"], "the type of an operation is add, insert, delete, replace or move")
	}
	expression, err := partText(parameter, parts, "path", "valueString")
	if err != nil {
		return o, err
	}
	o.pathAt = parts["path"]
	if o.path, err = parsePath(expression); err != nil {
		return o, invalid(o.pathAt, err.Error())
	}
	for part := range parameter.Get("part").Each() {
		if name := part.Get("name").Text(); name != "type" && name != "path" && !slices.Contains(needed, name) {
			return o, invalid(part, "an operation of the type "+o.kind+" has no part of this name")
		}
	}
	for _, name := range needed {
		if err := o.readPart(parts, name); err != nil {
			return o, err
		}
	}
	return o, o.checkPath()
}

// readParts are the parts of an operation by name.
func readParts(parameter codec.Value) (map[string]codec.Value, error) {
	if err := plain(parameter, "name", "part"); err != nil {
		return nil, err
	}
	parts := map[string]codec.Value{}
	for part := range parameter.Get("part").Each() {
		name := part.Get("name").Text()
		if parts[name].Exists() {
			return nil, invalid(part, "the operation has two parts of this name")
		}
		parts[name] = part
	}
	return parts, nil
}

// plain refuses what a parameter or part must not hold: members other than
// these, its id and extensions. An extension that modifies would have to be
// understood, and none is.
func plain(v codec.Value, members ...string) error {
	if v.Kind() != codec.Object {
		return invalid(v, "must be an object; found "+v.Kind().String())
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		if name := m.Name(); name == "id" || name == "extension" || slices.Contains(members, name) {
			continue
		}
		return invalid(m, "this cannot stand here in a FHIRPath Patch")
	}
	return nil
}

// partText is a part that is a string of one of the given properties.
func partText(parameter codec.Value, parts map[string]codec.Value, name string, properties ...string) (string, error) {
	part := parts[name]
	if !part.Exists() {
		return "", invalid(parameter, "the operation needs a part named "+name)
	}
	if err := plain(part, append(properties, "name")...); err != nil {
		return "", err
	}
	for _, property := range properties {
		if v := part.Get(property); v.Kind() == codec.String {
			return v.Text(), nil
		}
	}
	return "", invalid(part, "the part needs a "+properties[0])
}

// readPart reads one of the parts that takes names.
func (o *fhirOperation) readPart(parts map[string]codec.Value, name string) (err error) {
	switch name {
	case "name":
		o.name, err = partText(o.at, parts, name, "valueString")
	case "value":
		if part := parts[name]; part.Exists() {
			o.value, err = readValue(part)
		} else {
			err = invalid(o.at, "the operation needs a part named value")
		}
	case "index":
		o.index, err = partNumber(o.at, parts, name)
	case "source":
		o.source, err = partNumber(o.at, parts, name)
	case "destination":
		o.destination, err = partNumber(o.at, parts, name)
	}
	return err
}

// partNumber is a part that is an integer. One below zero or beyond all lists is
// a place that no list has.
func partNumber(parameter codec.Value, parts map[string]codec.Value, name string) (int, error) {
	part := parts[name]
	if !part.Exists() {
		return 0, invalid(parameter, "the operation needs a part named "+name)
	}
	properties := []string{"valueInteger", "valueUnsignedInt", "valuePositiveInt"}
	if err := plain(part, append(properties, "name")...); err != nil {
		return 0, err
	}
	for _, property := range properties {
		v := part.Get(property)
		if v.Kind() != codec.Number {
			continue
		}
		if n, err := strconv.Atoi(v.Text()); err == nil {
			return n, nil
		}
		return 0, invalid(part, "the number must be an integer")
	}
	return 0, invalid(part, "the part needs a valueInteger")
}

// checkPath refuses paths that do not lead to what the operation needs.
func (o *fhirOperation) checkPath() error {
	steps := o.path.steps
	switch o.kind {
	case "insert", "move":
		if len(steps) == 0 || steps[len(steps)-1].kind != stepChild || steps[len(steps)-1].criteria != nil {
			return invalid(o.pathAt, "the path must end in the name of a list, without an index or a function: the place in it is said apart")
		}
	case "delete", "replace":
		if len(steps) == 0 {
			return invalid(o.pathAt, "the path must lead to an element; a whole resource is replaced by an update and deleted by a delete")
		}
	case "add":
		if strings.HasSuffix(o.name, "[x]") {
			return invalid(o.at, "the name of a choice is written without [x]")
		}
	}
	return nil
}
