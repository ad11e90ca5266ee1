package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/resources"
)

// search serves GET [base]/[type]?[parameters], [base]?[parameters] over several
// types, and [base]/[type]/[id]/[type]?[parameters] in a compartment, where the
// last may be a star:
// https://hl7.org/fhir/R4/http.html#search
func (s *Server) search(c *gin.Context, a resources.Access) error {
	query, _ := cutGeneral(c.Request.URL.RawQuery)
	return s.find(c, a, query)
}

// searchForm serves searches by POST to a path that ends in _search. Parameters of the URL count
// together with those of the form.
func (s *Server) searchForm(c *gin.Context, a resources.Access) error {
	if err := checkForm(c.Request); err != nil {
		return err
	}
	b := newBuffer()
	defer b.free()
	if err := s.readBody(c, b); err != nil {
		return err
	}
	form, g := cutGeneral(string(b.text))
	if g.format != "" {
		value := formatNamed(g.format)
		if value == nil {
			return errNotAcceptable
		}
		c.Writer.Header()["Content-Type"] = value
	}
	if g.pretty {
		c.Set(prettyKey, true)
	}
	query, _ := cutGeneral(c.Request.URL.RawQuery)
	return s.find(c, a, strings.Trim(query+"&"+form, "&"))
}

func (s *Server) find(c *gin.Context, a resources.Access, query string) error {
	resourceType := c.Param("type")
	req := resources.SearchRequest{Query: query, Lenient: s.lenient(c.Request)}
	if member := c.Param("member"); member != "" {
		req.Compartment = resources.Compartment{Type: resourceType, ID: c.Param("id")}
		resourceType = strings.TrimPrefix(member, "*")
	}
	result, err := s.Resources.Find(c.Request.Context(), a, resourceType, req)
	if err != nil {
		return err
	}
	b := newBuffer()
	defer b.free()
	if b.text, err = s.appendSearchset(b.text, cursorIn(query), result); err != nil {
		return err
	}
	s.send(c, http.StatusOK, b.text)
	return nil
}

// cursorIn is the cursor of a query whose page was found, so that it is known
// to be one of ours.
func cursorIn(query string) string {
	for part := range strings.SplitSeq(query, "&") {
		if cursor, ok := strings.CutPrefix(part, resources.PageParameter+"="); ok {
			return cursor
		}
	}
	return ""
}

// appendSearchset appends a Bundle of type searchset; cursor is that of the page.
func (s *Server) appendSearchset(b []byte, cursor string, result resources.SearchResult) ([]byte, error) {
	b = append(b, `{"resourceType":"Bundle","type":"searchset"`...)
	b = appendTotal(b, result.Total)
	used := result.Query.Used
	l := links{self: s.pageURL(result.Path, used, cursor), first: s.pageURL(result.Path, used, "")}
	if result.Next != "" {
		l.next = s.pageURL(result.Path, used, result.Next)
	}
	w := entryWriter{text: l.append(b)}
	var searched []string
	for _, b := range result.Query.Branches() {
		searched = append(searched, b.Resource)
	}
	for _, part := range [...]struct {
		mode     string
		versions []resources.Version
	}{{"match", result.Versions}, {"include", result.Included}} {
		for _, v := range part.versions {
			text, err := s.cut(v, &result.Query.View, searched...)
			if err != nil {
				return w.text, err
			}
			w.add(bundleEntry{fullURL: s.fullURL(v), resource: text, mode: part.mode})
		}
	}
	if notes := slices.Concat(result.Query.Ignored, result.Notes); len(notes) > 0 {
		w.add(bundleEntry{resource: appendOutcome(nil, notes), mode: "outcome"})
	}
	return append(w.end(), '}'), nil
}
