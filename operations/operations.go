// Package operations owns what the operations of the server have in common.
// Each operation, and each capability of the registry that is more than
// reading and writing resources, is a package below this one; what is asked of
// a resource itself (read, search, update) is in package resources.
package operations

import (
	"context"
	"net/url"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// Operation is a FHIR operation as it is mounted and claimed. Routes and
// CapabilityStatement are made from the same values, so that neither can say
// what the other does not.
//
// https://hl7.org/fhir/R4/operations.html
type Operation struct {
	// Code is the operation's name in the URL, without the dollar sign.
	Code string
	// Resource is the type on whose instances it is invoked; empty at system
	// level.
	Resource string
	// Definition is the canonical URL of its OperationDefinition.
	Definition string
	// GET says that it may be invoked by GET too: it changes nothing, and what
	// it must be told can stand in the URL.
	GET bool
	// Run invokes it, and appends the resource that answers to dst. Its errors
	// are those of package resources and *fhir.Invalid.
	Run func(ctx context.Context, dst []byte, r Request) ([]byte, error)
}

// Request is one invocation.
type Request struct {
	Access     resources.Access
	ID         string      // of the instance; empty at system level
	Parameters codec.Value // the body, that has passed the JSON gate; absent if there was none
	Query      url.Values  // of the URL
}
