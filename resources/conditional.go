package resources

import (
	"math"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
)

// NoVersion is what no version is: that of an entity tag which is well-formed and
// not of this server's making, so that it matches nothing.
const NoVersion = math.MaxUint64

// ParseETag reads the version from an entity tag as FHIR forms it, W/"3"; the
// strong form "3" is taken alike. Tags are opaque: W/"03" is another one than
// W/"3", and what is not a number is NoVersion.
//
// https://hl7.org/fhir/R4/http.html#versioning
func ParseETag(text string) (uint64, bool) {
	text = strings.TrimPrefix(text, "W/")
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return 0, false
	}
	text = text[1 : len(text)-1]
	if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == '"' || c == 0x7f }) {
		return 0, false
	}
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil || text[0] == '0' {
		return NoVersion, true
	}
	return v, true
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
