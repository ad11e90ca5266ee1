// Package patch changes parts of a resource by the two patch formats that R4
// has for JSON: JSON Patch (RFC 6902) and FHIRPath Patch, a Parameters resource
// whose paths are FHIRPath.
//
// A patch is text from outside: it is read once, refused if it is not what its
// format allows, and bounded in what it may cost. What comes out of it is JSON
// and no more than that: the caller parses it by fhir/codec and has its
// structure checked by fhir/schema, as if it had been sent in an update.
//
// https://hl7.org/fhir/R4/http.html#patch
package patch

import (
	"errors"
	"fmt"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// Patch is a patch that has been read. It does not change and may be applied
// by several goroutines, to any number of resources.
type Patch interface {
	// Apply gives the patched resource as compact JSON and leaves the given one
	// alone. What the patch does not touch keeps its order, the text of its
	// numbers and the content of its strings; of meta, versionId and
	// lastUpdated may come out changed, as the server sets them anyway. A list
	// or object that the patch emptied is gone: FHIR has none.
	//
	// A patch that does not fit the resource gives a *fhir.Invalid (HTTP 422)
	// that wraps ErrTestFailed, ErrPath, ErrTooCostly or, when it would change
	// the resource's type or id, fhir.ErrUnprocessable; one that cannot fit any
	// resource of the type, such as a path with an unknown element, a
	// *fhir.Invalid without a cause (HTTP 400). Every other error means that
	// resource is not what the gate lets through (HTTP 500).
	Apply(resource []byte) ([]byte, error)
}

// What Apply says of a patch that is right in itself and does not fit the
// resource, each the cause of a *fhir.Invalid that names the operation. All
// wrap fhir.ErrUnprocessable and are meant for HTTP 422.
var (
	// ErrTestFailed says that a test operation of a JSON Patch did not hold.
	ErrTestFailed = fmt.Errorf("a test of the patch failed: %w", fhir.ErrUnprocessable)
	// ErrPath says that a path finds nothing where it must find something, or
	// several elements where it must find one, that an index is out of bounds,
	// or that what is to be added is there already.
	ErrPath = fmt.Errorf("the patch does not fit the resource: %w", fhir.ErrUnprocessable)
	// ErrTooCostly says that applying the patch was given up, or not begun,
	// because it takes too much time or memory.
	ErrTooCostly = fmt.Errorf("the patch costs too much: %w", fhir.ErrUnprocessable)
)

// MaxOperations is how many operations a patch may have.
const MaxOperations = 1000

// tooMany refuses a document with n operations, where that is too many.
func tooMany(n int, expression string) error {
	if n <= MaxOperations {
		return nil
	}
	return fhir.NewInvalid(nil, fhir.CodeTooCostly, expression,
		fmt.Sprintf("a patch may have at most %d operations, this has %d; send several, or an update", MaxOperations, n))
}

// parseResource reads the resource to be patched. It has been through the gate
// before, so that a failure is ours: the error is no *fhir.Invalid.
func parseResource(resource []byte) (codec.Value, error) {
	doc, err := codec.Parse(resource, codec.Limits{})
	if err != nil {
		return codec.Value{}, errors.New("read the resource to be patched: it is not FHIR JSON")
	}
	return doc.Root(), nil
}

// errIdentity refuses a patch that made the resource another one.
func errIdentity(resourceType, element string) error {
	return fhir.NewInvalid(fhir.ErrUnprocessable, fhir.CodeBusinessRule, resourceType+"."+element,
		"a patch cannot change the resource's "+element)
}
