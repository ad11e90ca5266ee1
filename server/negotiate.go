package server

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// Refusals of formats.
var (
	errQuery         = errors.New("the parameters are not in the form of a URL's query")
	errNotAcceptable = errors.New("answers are JSON (application/fhir+json, FHIR 4.0); no format that the request accepts is served")
	errMediaType     = errors.New("the body must be JSON (application/fhir+json; charset=utf-8; fhirVersion=4.0)")
)

// The media types of answers, as header values that requests share. A client
// that names a general type gets its answer under that name.
//
// https://hl7.org/fhir/R4/http.html#mime-type
var (
	fhirJSON    = []string{"application/fhir+json; charset=utf-8"}
	generalJSON = []string{"application/json; charset=utf-8"}
	textJSON    = []string{"text/json; charset=utf-8"}
)

// formats are the forms of JSON, the preferred one first.
var formats = []struct {
	media string
	value []string
}{
	{"application/fhir+json", fhirJSON},
	{"application/json", generalJSON},
	{"text/json", textJSON},
}

// negotiate chooses the answer's media type by _format or else by Accept.
func negotiate(c *gin.Context) error {
	chosen := acceptable(c.Request.Header["Accept"])
	if query := c.Request.URL.RawQuery; query != "" {
		_, g := cutGeneral(query)
		if g.pretty {
			c.Set(prettyKey, true)
		}
		if g.format != "" {
			chosen = formatNamed(g.format)
		}
	}
	if chosen == nil {
		return errNotAcceptable
	}
	c.Writer.Header()["Content-Type"] = chosen
	return nil
}

// acceptable is the form of JSON that an Accept header likes best, nil when it
// wants none.
func acceptable(accept []string) []string {
	if len(accept) == 0 || len(accept) == 1 && (accept[0] == "*/*" || accept[0] == formats[0].media || accept[0] == "") {
		return fhirJSON
	}
	ranges := strings.Split(strings.Join(accept, ","), ",")
	var best []string
	bestQuality := 0.0
	for _, f := range formats {
		if q := quality(ranges, f.media); q > bestQuality {
			best, bestQuality = f.value, q
		}
	}
	return best
}

// quality is how much media ranges want a media type: the q of the most
// specific range that covers it.
//
// https://www.rfc-editor.org/rfc/rfc9110.html#name-accept
func quality(ranges []string, media string) float64 {
	kind, _, _ := strings.Cut(media, "/")
	q, specific := 0.0, 0
	for _, text := range ranges {
		name, parameters, err := mime.ParseMediaType(text)
		if err != nil {
			continue
		}
		level := 0
		switch name {
		case media:
			level = 3
		case kind + "/*":
			level = 2
		case "*/*":
			level = 1
		}
		if level <= specific || !servedVersion(parameters["fhirversion"]) {
			continue
		}
		specific, q = level, 1
		if v, err := strconv.ParseFloat(parameters["q"], 64); err == nil {
			q = v
		}
	}
	return q
}

// servedVersion reports whether the fhirVersion parameter of a media type names
// R4: https://hl7.org/fhir/R4/http.html#version-parameter
func servedVersion(v string) bool { return v == "" || v == "4.0" || v == "4.0.1" }

// formatNamed is the media type that _format names, nil for what is not served.
func formatNamed(format string) []string {
	if format == "json" {
		return fhirJSON
	}
	// A plus sign that was not escaped arrives as a space from some clients.
	return acceptable([]string{strings.ReplaceAll(format, " ", "+")})
}

// checkBody refuses a body that is not JSON in UTF-8, and with it, because
// browsers send no such type to other origins unasked, forms of foreign pages.
func checkBody(r *http.Request) error {
	values := r.Header["Content-Type"]
	if len(values) != 1 {
		return errMediaType
	}
	if values[0] != formats[0].media {
		name, parameters, err := mime.ParseMediaType(values[0])
		known := name == formats[0].media || name == formats[1].media || name == formats[2].media
		if err != nil || !known || !servedVersion(parameters["fhirversion"]) {
			return errMediaType
		}
		if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			return errMediaType
		}
	}
	return nil
}

// general are the parameters that every interaction takes:
// https://hl7.org/fhir/R4/http.html#parameters
type general struct {
	format string
	pretty bool
}

// prettyKey marks a gin.Context whose answer is to be indented.
const prettyKey = "pretty"

// cutGeneral takes the general parameters out of a query.
func cutGeneral(query string) (string, general) {
	var g general
	if !strings.Contains(query, "_format=") && !strings.Contains(query, "_pretty=") {
		return query, g
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "_format":
			if text, err := url.PathUnescape(value); err == nil {
				g.format = text
			}
		case "_pretty":
			g.pretty = value == "true"
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&"), g
}

// preference is what Prefer asks for: https://hl7.org/fhir/R4/http.html#ops
type preference struct {
	result   string // of return: minimal, representation, OperationOutcome; empty when not said
	handling string // strict, lenient; empty when not said
}

// prefer reads the Prefer header. What it does not know it passes over, as
// RFC 7240 wants it.
func prefer(r *http.Request) preference {
	var p preference
	for _, header := range r.Header["Prefer"] {
		for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ',' || r == ';' }) {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "return":
				p.result = value
			case "handling":
				p.handling = value
			}
		}
	}
	return p
}

// lenient reports how a request wants unknown search parameters handled.
func (s *Server) lenient(r *http.Request) bool {
	switch prefer(r).handling {
	case "lenient":
		return true
	case "strict":
		return false
	}
	return s.Lenient
}
