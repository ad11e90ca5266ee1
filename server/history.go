package server

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/resources"
)

// history serves GET [base]/[type]/[id]/_history, [base]/[type]/_history and
// [base]/_history:
// https://hl7.org/fhir/R4/http.html#history
func (s *Server) history(c *gin.Context, a resources.Access) error {
	query, _ := cutGeneral(c.Request.URL.RawQuery)
	req := resources.HistoryRequest{Type: c.Param("type"), ID: c.Param("id"), Query: query, Lenient: s.lenient(c.Request)}
	result, err := s.Resources.History(c.Request.Context(), a, req)
	if err != nil {
		return err
	}
	b := newBuffer()
	defer b.free()
	b.text = s.appendHistory(b.text, cursorIn(query), result)
	s.send(c, http.StatusOK, b.text)
	return nil
}

// appendHistory appends a Bundle of type history; cursor is that of the page.
func (s *Server) appendHistory(b []byte, cursor string, result resources.HistoryResult) []byte {
	b = append(b, `{"resourceType":"Bundle","type":"history"`...)
	b = appendTotal(b, result.Total)
	l := links{self: s.pageURL(result.Path, result.Used, cursor)}
	if result.Next != "" {
		l.next = s.pageURL(result.Path, result.Used, result.Next)
	}
	b = l.append(b)
	w := entryWriter{text: b}
	for i := range result.Versions {
		v := &result.Versions[i]
		e := bundleEntry{fullURL: s.fullURL(*v), resource: v.JSON, request: v, version: v, response: http.StatusOK}
		// Whether a version made the resource anew is seen from the one before
		// it; where others stand between the two, the status is that of an update.
		before := i + 1
		switch {
		case v.Deleted():
			e.resource, e.response = nil, http.StatusNoContent
		case v.Version == 1, before < len(result.Versions) && result.Versions[before].ID == v.ID && result.Versions[before].Deleted():
			e.response = http.StatusCreated
		}
		w.add(e)
	}
	return append(w.end(), '}')
}
