package server

import (
	"mime"
	"net/http"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// checkForm refuses what is not a form, but for an empty body.
func checkForm(r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	name, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := parameters["charset"]
	if err != nil || name != "application/x-www-form-urlencoded" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return fhir.NewInvalid(errMediaType, fhir.CodeNotSupported, "", "the body of _search must be application/x-www-form-urlencoded in UTF-8")
	}
	return nil
}
