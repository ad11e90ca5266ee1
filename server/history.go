package server

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// history serves GET [base]/[type]/[id]/_history, [base]/[type]/_history and
// [base]/_history:
// https://hl7.org/fhir/R4/http.html#history
func (s *Server) history(c *gin.Context, a resources.Access) error {
	query, _ := cutGeneral(c.Request.URL.RawQuery)
	req, self, err := s.historyRequest(query, s.lenient(c.Request))
	if err != nil {
		return err
	}
	req.Type, req.ID = c.Param("type"), c.Param("id")
	result, err := s.Resources.History(c.Request.Context(), a, req)
	if err != nil {
		return err
	}
	b := newBuffer()
	defer b.free()
	b.text = s.appendHistory(b.text, req.Type, req.ID, self, result)
	s.send(c, http.StatusOK, b.text)
	return nil
}

// historyRequest reads the parameters of a history. self are those that had an
// effect.
func (s *Server) historyRequest(query string, lenient bool) (req resources.HistoryRequest, self url.Values, err error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return req, nil, errQuery
	}
	self = url.Values{}
	for name, all := range values {
		value, ok := all[0], len(all) == 1
		switch name {
		case "_count":
			req.Count, err = strconv.Atoi(value)
			ok = ok && err == nil && req.Count > 0
		case "_since":
			var interval fhir.Interval
			var valid bool
			interval, valid = fhir.ParseDateTime(value, time.UTC, false)
			req.Since, ok = interval.Low, ok && valid
		case resources.PageParameter:
			req.Cursor = value
		default:
			if !lenient {
				return req, nil, fhir.NewInvalid(nil, fhir.CodeNotSupported, "", "a history takes the parameters _count and _since")
			}
			continue
		}
		if !ok {
			return req, nil, fhir.NewInvalid(nil, fhir.CodeValue, "", "the value of "+name+" is not valid")
		}
		self[name] = all
	}
	return req, self, nil
}

// appendHistory appends a Bundle of type history, of one resource, one type (id
// empty) or everything (both empty).
func (s *Server) appendHistory(b []byte, resourceType, id string, self url.Values, result resources.HistoryResult) []byte {
	b = append(b, `{"resourceType":"Bundle","type":"history"`...)
	b = appendTotal(b, result.Total)
	path := s.Resources.BaseURL
	for _, part := range [...]string{resourceType, id, "_history"} {
		if part != "" {
			path += "/" + part
		}
	}
	l := links{self: withQuery(path, self.Encode())}
	if result.Next != "" {
		if self == nil {
			self = url.Values{}
		}
		self.Set(resources.PageParameter, result.Next)
		l.next = withQuery(path, self.Encode())
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
