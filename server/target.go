package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// maxTarget is how long path and query of a URL may be, in bytes.
const maxTarget = 32 << 10

var errLongTarget = errors.New("the URL is longer than this server takes; send a long search as POST [base]/[type]/_search")

// checkTarget refuses URLs that could not be meant so. An encoded slash would
// divide the path for us and not for a proxy that guards parts of it.
func checkTarget(r *http.Request) error {
	if len(r.URL.Path)+len(r.URL.RawQuery) > maxTarget {
		return errLongTarget
	}
	if raw := r.URL.RawPath; raw != "" && strings.Contains(strings.ToLower(raw), "%2f") {
		return fhir.NewInvalid(nil, fhir.CodeInvalid, "", "the path holds an encoded slash; no type and no id has one")
	}
	return nil
}
