package server

import (
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// Bundles are appended as text, for the resources in them are sent as they are
// stored: https://hl7.org/fhir/R4/bundle.html

// links are Bundle.link of a page.
type links struct{ self, first, next string }

func (l links) append(b []byte) []byte {
	b = append(b, `,"link":[`...)
	b = appendLink(b, "self", l.self)
	if l.first != "" {
		b = appendLink(append(b, ','), "first", l.first)
	}
	if l.next != "" {
		b = appendLink(append(b, ','), "next", l.next)
	}
	return append(b, ']')
}

func appendLink(b []byte, relation, url string) []byte {
	b = append(append(append(b, `{"relation":"`...), relation...), `","url":`...)
	return append(codec.AppendString(b, url), '}')
}

// appendTotal appends Bundle.total; a negative one is not known.
func appendTotal(b []byte, total int) []byte {
	if total < 0 {
		return b
	}
	return strconv.AppendInt(append(b, `,"total":`...), int64(total), 10)
}

// pageURL is the URL of a page of a search or history: its path, the parameters
// that had an effect, and the cursor, which the first page does not have.
func (s *Server) pageURL(path, used, cursor string) string {
	url := strings.TrimSuffix(s.Resources.BaseURL+"/"+path, "/")
	if cursor != "" {
		used = strings.TrimPrefix(used+"&"+resources.PageParameter+"="+cursor, "&")
	}
	if used == "" {
		return url
	}
	return url + "?" + used
}

// fullURL is Bundle.entry.fullUrl of a version.
func (s *Server) fullURL(v resources.Version) string {
	return s.Resources.BaseURL + "/" + v.Type + "/" + v.ID
}

// bundleEntry is one Bundle.entry; what is zero is left out.
type bundleEntry struct {
	fullURL  string
	resource []byte             // JSON
	mode     string             // search.mode
	request  *resources.Version // history: the interaction that made this version
	response int                // status of response
	location string
	version  *resources.Version // whose ETag and time stand in response
	outcome  []fhir.Issue
}

// entryWriter appends the entries of a Bundle.
type entryWriter struct {
	text []byte
	any  bool
}

// end closes the list, which is absent when it has no entries.
func (w *entryWriter) end() []byte {
	if w.any {
		return append(w.text, ']')
	}
	return w.text
}

func (w *entryWriter) add(e bundleEntry) {
	b := w.text
	if w.any {
		b = append(b, ",{"...)
	} else {
		b = append(b, `,"entry":[{`...)
		w.any = true
	}
	start := len(b)
	if e.fullURL != "" {
		b = codec.AppendString(append(b, `,"fullUrl":`...), e.fullURL)
	}
	if e.resource != nil {
		b = append(append(b, `,"resource":`...), e.resource...)
	}
	if e.mode != "" {
		b = append(append(append(b, `,"search":{"mode":"`...), e.mode...), `"}`...)
	}
	if e.request != nil {
		b = appendRequest(b, e.request)
	}
	if e.response != 0 {
		b = e.appendResponse(b)
	}
	// Each part begins with a comma; the first needs none.
	copy(b[start:], b[start+1:])
	w.text = append(b[:len(b)-1], '}')
}

func appendRequest(b []byte, v *resources.Version) []byte {
	b = append(append(append(b, `,"request":{"method":"`...), v.Method.String()...), `","url":"`...)
	b = append(b, v.Type...)
	if v.Method != resources.POST {
		b = append(append(b, '/'), v.ID...)
	}
	return append(b, `"}`...)
}

func (e *bundleEntry) appendResponse(b []byte) []byte {
	b = append(append(append(b, `,"response":{"status":"`...), statusLine(e.response)...), '"')
	if e.location != "" {
		b = codec.AppendString(append(b, `,"location":`...), e.location)
	}
	if e.version != nil {
		b = append(b, `,"etag":"W/\"`...)
		b = strconv.AppendUint(b, e.version.Version, 10)
		b = append(b, `\"","lastModified":"`...)
		b = append(e.version.LastUpdated.AppendInstant(b), '"')
	}
	if e.outcome != nil {
		b = appendOutcome(append(b, `,"outcome":`...), e.outcome)
	}
	return append(b, '}')
}
