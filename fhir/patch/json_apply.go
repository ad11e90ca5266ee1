package patch

import (
	"errors"
	"fmt"
	"sort"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// maxCopied is by how many bytes copy operations may make a resource grow, each
// of which could double it.
const maxCopied = 1 << 20

// Apply applies the operations one after the other, all or none: RFC 6902,
// section 5.
func (p *jsonPatch) Apply(resource []byte) ([]byte, error) {
	before, err := parseResource(resource)
	if err != nil {
		return nil, err
	}
	if p.work(before) > maxWork {
		return nil, fhir.NewInvalid(ErrTooCostly, fhir.CodeTooCostly, "",
			"the patch has too many operations for so large a resource; send an update")
	}
	text, now := before.AppendCompact(nil), before
	for _, s := range p.stages {
		if s.test == nil {
			if text, err = s.apply(text); err != nil {
				return nil, err
			}
			now = codec.Value{} // read again when it is asked for
			continue
		}
		if !now.Exists() {
			if now, err = parseResult(text); err != nil {
				return nil, err
			}
		}
		if !equal(follow(now, s.test.tokens), s.test.value) {
			return nil, fhir.NewInvalid(ErrTestFailed, fhir.CodeProcessing, fmt.Sprintf("[%d]", s.first), "the test failed; nothing was changed")
		}
	}
	if now, err = parseResult(text); err != nil {
		return nil, err
	}
	if now.ResourceType() != before.ResourceType() {
		return nil, errIdentity(before.ResourceType(), "resourceType")
	}
	if !codec.Equal(now.Get("id"), before.Get("id")) {
		return nil, errIdentity(before.ResourceType(), "id")
	}
	result, left := appendTidy(make([]byte, 0, len(text)), now)
	if !left {
		return []byte("{}"), nil
	}
	return result, nil
}

// parseResult reads what operations have led to.
func parseResult(text []byte) (codec.Value, error) {
	doc, err := codec.Parse(text, codec.Limits{Loose: true})
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) { // too deep, or too many values
		return codec.Value{}, &fhir.Invalid{Cause: fhir.ErrUnprocessable, Issues: invalid.Issues}
	}
	if err != nil {
		return codec.Value{}, fmt.Errorf("read the patched resource: %w", err)
	}
	return doc.Root(), nil
}

// apply makes the changes of a stage.
func (s stage) apply(text []byte) ([]byte, error) {
	options := &jsonpatch.ApplyOptions{AccumulatedCopySizeLimit: maxCopied}
	result, err := s.edits.ApplyWithOptions(text, options)
	if err == nil {
		return result, nil
	}
	// The library does not say which operation failed, only that one did: it is
	// the last of the shortest row of operations that fails.
	failed := sort.Search(len(s.edits)-1, func(i int) bool {
		_, err := s.edits[:i+1].ApplyWithOptions(text, options)
		return err != nil
	})
	at := fmt.Sprintf("[%d]", s.first+failed)
	var tooLarge *jsonpatch.AccumulatedCopySizeError
	if errors.As(err, &tooLarge) {
		return nil, fhir.NewInvalid(ErrTooCostly, fhir.CodeTooCostly, at, fmt.Sprintf("copies may add at most %d bytes", maxCopied))
	}
	return nil, fhir.NewInvalid(ErrPath, fhir.CodeNotFound, at, missing(s.edits[failed].Kind()))
}

// missing explains to the client's developer why an operation does not apply.
func missing(op string) string {
	switch op {
	case "add":
		return "path leads to no place in the resource: what it is in must exist, and a place in a list must not be beyond its end; " +
			"a list that does not exist yet is added whole, as an array"
	case "move", "copy":
		return "from leads to no element of the resource, or path to no place in it"
	default:
		return "path leads to no element of the resource"
	}
}
