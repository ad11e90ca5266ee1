package schema

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// targets checks that a Reference points to a type of resource that its element
// allows, as far as the reference itself says what it points to. What reads like none of
// the forms of a reference points to nothing: a dose whose patient is "/Patient/1" would be in
// nobody's record.
//
// https://hl7.org/fhir/R4/references.html#literal
func (w *walk) targets(reference codec.Value, allowed *targets) {
	if r := reference.Get("reference"); r.Kind() == codec.String {
		to := fhir.ParseReference(r.Text())
		if to.Kind == fhir.Unusable && !hasScheme(to.Text) {
			w.add(r, badReference, "a reference is Type/id, Type/id/_history/version, a URL with its scheme, a urn: or #id")
		}
		// A URL on another server need not be one of FHIR.
		here := to.Kind == fhir.Relative || to.Kind == fhir.Conditional
		w.target(r, to.Type, here, allowed)
	}
	// Reference.type may also be the URL of a logical model.
	if t := reference.Get("type"); t.Kind() == codec.String {
		w.target(t, t.Text(), false, allowed)
	}
}

// target checks the name of a type, which must be one of R4's if mustKnow.
func (w *walk) target(at codec.Value, resourceType string, mustKnow bool, allowed *targets) {
	switch id := w.v.names.find(w.v.typeIDs, resourceType); {
	case id < 0 && mustKnow:
		w.add(at, wrongTarget, "must refer to a resource by its R4 type and id; there is no such type")
	case id >= 0 && !allowed.has(id):
		w.add(at, wrongTarget, "must refer to %s; found %s", list(allowed.names), resourceType)
	}
}

// hasScheme reports whether a URI is absolute: https://www.rfc-editor.org/rfc/rfc3986#section-3.1
func hasScheme(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	return ok && scheme != "" && !strings.ContainsFunc(scheme, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.'
	})
}
