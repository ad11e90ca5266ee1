package resources

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/patch"
)

// Patch changes the JSON of a resource. It may be applied several times, to
// different versions, when clients race.
type Patch interface {
	// Apply gives the patched JSON, in any white space, and leaves resource alone.
	Apply(resource []byte) ([]byte, error)
}

// Patch changes parts of a resource. What comes out must be as acceptable as
// an update; a patch that changes nothing makes no new version. ErrNotFound and
// ErrGone are as for Read.
//
// https://hl7.org/fhir/R4/http.html#patch
func (s *Service) Patch(ctx context.Context, a Access, resourceType, id string, p Patch, m Match) (Outcome, error) {
	return s.performOne(ctx, a, &change{method: PATCH, typ: resourceType, id: id, patch: p, match: m}, nil)
}

// ConditionalPatch is Patch of the one resource that the criteria match:
// ErrNotFound when there is none, ErrMultipleMatches when there are several.
func (s *Service) ConditionalPatch(ctx context.Context, a Access, resourceType, criteria string, p Patch, m Match) (Outcome, error) {
	q, err := s.parseCriteria(resourceType, criteria)
	if err != nil {
		return Outcome{}, err
	}
	return s.performOne(ctx, a, &change{method: PATCH, typ: resourceType, criteria: q, patch: p, match: m}, nil)
}

// JSONPatch is the media type of RFC 6902.
const JSONPatch = "application/json-patch+json"

// entryPatch reads the patch of an entry of a Bundle: Parameters are a FHIRPath
// Patch; a Binary holds a JSON Patch, which is no resource itself.
//
// https://hl7.org/fhir/R4/http.html#jsonpatch
func entryPatch(resource codec.Value) (Patch, error) {
	switch resource.ResourceType() {
	case "Parameters":
		return patch.ParseFHIRPatch(resource)
	case "Binary":
		if media, _, err := mime.ParseMediaType(resource.Get("contentType").Text()); err != nil || media != JSONPatch {
			return nil, fhir.NewInvalid(nil, fhir.CodeNotSupported, "contentType", "a Binary in a PATCH has the contentType "+JSONPatch)
		}
		document, err := base64.StdEncoding.DecodeString(withoutSpace.Replace(resource.Get("data").Text()))
		if err != nil {
			return nil, fhir.NewInvalid(nil, fhir.CodeValue, "data", "the data is not base64")
		}
		return patch.ParseJSONPatch(document)
	}
	return nil, fhir.NewInvalid(nil, fhir.CodeInvalid, "",
		"the resource of a PATCH is a FHIRPath Patch (Parameters) or holds a JSON Patch (Binary)")
}

// withoutSpace takes the white space out that base64Binary may have.
var withoutSpace = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "")

// applyPatch makes the resource that a patch leads to.
func (r *resolution) applyPatch(st *step) error {
	switch {
	case !st.exists && st.current.Deleted():
		return fmt.Errorf("patch %s/%s: %w", st.typ, st.id, ErrGone)
	case !st.exists:
		return fmt.Errorf("patch %s/%s: %w", st.typ, st.id, ErrNotFound)
	}
	patched, err := r.patched(st)
	switch {
	case err != nil && st.path != "":
		return &EntryError{st.path + "resource", err}
	case err != nil:
		return err
	}
	st.source, st.effect = patched, Updated
	return nil
}

// patched is the resource that the step's patch makes. A patch is at fault, and
// the text of the request is not, where that is no valid resource: 422.
//
// https://www.rfc-editor.org/rfc/rfc5789.html#section-2.2
func (r *resolution) patched(st *step) (codec.Value, error) {
	text, err := st.patch.Apply(st.current.JSON)
	if err != nil {
		return codec.Value{}, err
	}
	doc, err := codec.Parse(text, codec.Limits{})
	if err == nil {
		// What was validated with a Bundle is the patch.
		err = r.s.checkResource(&change{method: PATCH, typ: st.typ, id: st.id}, doc.Root())
	}
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		return codec.Value{}, &fhir.Invalid{Cause: fhir.ErrUnprocessable, Issues: invalid.Issues}
	}
	return doc.Root(), err
}
