package resources

import (
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// ParseETag reads the version from an entity tag as FHIR forms it, W/"3"; the
// strong form "3" is taken alike.
//
// https://hl7.org/fhir/R4/http.html#versioning
func ParseETag(text string) (uint64, bool) {
	text = strings.TrimPrefix(text, "W/")
	if len(text) < 3 || text[0] != '"' || text[len(text)-1] != '"' {
		return 0, false
	}
	v, err := strconv.ParseUint(text[1:len(text)-1], 10, 64)
	return v, err == nil && v > 0
}

// Known is what a client says it has of a resource already: the conditions of a
// conditional read. The zero value is that of a client that has nothing.
//
// https://hl7.org/fhir/R4/http.html#cread
type Known struct {
	Tags   string      // If-None-Match: ETags divided by commas, or a star
	Before fhir.Moment // If-Modified-Since: all that was changed before this
}

// Has reports whether the client has the version. Tags that are not understood
// are of none. Where there are tags, the time does not count.
//
// https://www.rfc-editor.org/rfc/rfc9110.html#name-if-modified-since
func (k Known) Has(v Version) bool {
	if k.Tags == "" {
		return v.LastUpdated < k.Before
	}
	for tag := range strings.SplitSeq(k.Tags, ",") {
		tag = strings.TrimSpace(tag)
		if version, ok := ParseETag(tag); tag == "*" || ok && version == v.Version {
			return true
		}
	}
	return false
}
