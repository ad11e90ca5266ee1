package patch

import (
	"fmt"
	"slices"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// jsonPatch is a JSON Patch as stages that take turns: tests, which only read,
// and changes, which the library makes in one go.
type jsonPatch struct {
	stages []stage
	deep   int    // tokens of the longest pointer
	adds   extent // by how much the operations can make a resource grow, copies apart
}

// stage is one test, or operations without a test between them.
type stage struct {
	first int // number of the first operation in the document
	edits jsonpatch.Patch
	test  *test
}

type test struct {
	tokens []string
	value  codec.Value
}

// ParseJSONPatch reads a document of type application/json-patch+json. The
// error is a *fhir.Invalid, meant for HTTP 400, which names the operation at
// fault: [3].path.
//
// Some of what RFC 6902 allows can only be a mistake where FHIR is concerned
// and is refused: a test for null, which no element is, and removing, copying
// or moving the resource as a whole.
//
// https://www.rfc-editor.org/rfc/rfc6902
func ParseJSONPatch(document []byte) (Patch, error) {
	doc, err := codec.Parse(document, codec.Limits{Loose: true})
	if err != nil {
		return nil, err
	}
	root := doc.Root()
	if root.Kind() != codec.Array {
		return nil, fhir.NewInvalid(nil, fhir.CodeStructure, "", "a JSON Patch is an array of operations; found "+root.Kind().String())
	}
	if err := tooMany(root.Len(), ""); err != nil {
		return nil, err
	}
	p := &jsonPatch{}
	var run []codec.Value
	i := 0
	for v := root.First(); v.Exists(); v = v.Next() {
		o, err := readOperation(v, i)
		if err != nil {
			return nil, err
		}
		p.deep = max(p.deep, len(o.path), len(o.from))
		p.adds = p.adds.plus(measure(o.value))
		if o.op == "test" {
			if err := p.addEdits(run, i); err != nil {
				return nil, err
			}
			run = nil
			p.stages = append(p.stages, stage{first: i, test: &test{o.path, o.value}})
		} else {
			run = append(run, v)
		}
		i++
	}
	if err := p.addEdits(run, i); err != nil {
		return nil, err
	}
	return p, nil
}

// addEdits adds a stage with the operations before number end.
func (p *jsonPatch) addEdits(run []codec.Value, end int) error {
	if len(run) == 0 {
		return nil
	}
	first := end - len(run)
	text := []byte{'['}
	for i, v := range run {
		if i > 0 {
			text = append(text, ',')
		}
		text = v.AppendCompact(text) // the library takes a carriage return before an array for an object
	}
	edits, err := jsonpatch.DecodePatch(append(text, ']'))
	if err != nil { // readOperation has refused all that it could refuse
		return fhir.NewInvalid(nil, fhir.CodeInvalid, fmt.Sprintf("[%d]", first), "the operations from here on cannot be understood")
	}
	p.stages = append(p.stages, stage{first: first, edits: edits})
	return nil
}

// operation is one operation of the document.
type operation struct {
	op         string
	path, from []string
	value      codec.Value
}

// needs says which members beside op and path each operation takes.
var needs = map[string]struct{ value, from bool }{
	"add": {value: true}, "replace": {value: true}, "test": {value: true},
	"remove": {},
	"move":   {from: true}, "copy": {from: true},
}

// readOperation checks operation number i. Members that the operation does not
// have are ignored: RFC 6902, section 4.
func readOperation(v codec.Value, i int) (operation, error) {
	refuse := func(member, text string) (operation, error) {
		return operation{}, fhir.NewInvalid(nil, fhir.CodeInvalid, fmt.Sprintf("[%d]%s", i, member), text)
	}
	if v.Kind() != codec.Object {
		return refuse("", "an operation is an object; found "+v.Kind().String())
	}
	o := operation{op: v.Get("op").Text(), value: v.Get("value")}
	takes, known := needs[o.op]
	if !known || v.Get("op").Kind() != codec.String {
		return refuse(".op", "an operation is add, remove, replace, move, copy or test")
	}
	var err error
	if o.path, err = readPointer(v.Get("path")); err != nil {
		return refuse(".path", err.Error())
	}
	if takes.from {
		if o.from, err = readPointer(v.Get("from")); err != nil {
			return refuse(".from", err.Error())
		}
	}
	whole := len(o.path) == 0
	switch {
	case takes.value && !o.value.Exists():
		return refuse(".value", "the operation needs a value")
	case o.op == "test" && o.value.Kind() == codec.Null:
		return refuse(".value", "no element is null; a test cannot ask whether an element is missing")
	case takes.from && (whole || len(o.from) == 0), o.op == "remove" && whole:
		return refuse(".path", "the resource as a whole cannot be removed, moved or copied")
	case whole && o.value.Kind() != codec.Object:
		return refuse(".value", "a resource is an object; found "+o.value.Kind().String())
	case o.op == "move" && inside(o.path, o.from):
		return refuse(".path", "an element cannot be moved into itself")
	case o.op != "add" && o.op != "move" && o.op != "copy" && slices.Contains(o.path, "-"), slices.Contains(o.from, "-"):
		return refuse(".path", "the place - is after the end of a list; nothing is there")
	}
	return o, nil
}

func readPointer(v codec.Value) ([]string, error) {
	if v.Kind() != codec.String {
		return nil, fmt.Errorf("the operation needs a JSON Pointer here, a string; found %s", v.Kind())
	}
	return parsePointer(v.Text())
}
