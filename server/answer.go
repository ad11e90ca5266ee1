package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// send writes an answer of JSON in the media type and coding that were
// negotiated.
func (s *Server) send(c *gin.Context, status int, text []byte) {
	if c.GetBool(prettyKey) {
		var indented bytes.Buffer
		if err := json.Indent(&indented, text, "", "  "); err == nil {
			text = indented.Bytes()
		}
	}
	h := c.Writer.Header()
	if b := compress(c.Request, text); b != nil {
		defer b.free()
		text = b.text
		h["Content-Encoding"] = gzipCoding
	}
	h["Content-Length"] = []string{strconv.Itoa(len(text))}
	c.Status(status)
	c.Writer.Write(text) // the client may have gone; nobody is left to tell
}

// sendEmpty answers without a body.
func (s *Server) sendEmpty(c *gin.Context, status int) {
	h := c.Writer.Header()
	delete(h, "Content-Type")
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h["Content-Length"] = []string{"0"}
	}
	c.Status(status)
	c.Writer.WriteHeaderNow()
}

// describe sets the headers that tell which version an answer is about:
// https://hl7.org/fhir/R4/http.html#versioning
func describe(c *gin.Context, v resources.Version) {
	var room [64]byte
	text := append(strconv.AppendUint(append(room[:0], `W/"`...), v.Version, 10), '"')
	tag := len(text)
	both := string(v.LastUpdated.Time().AppendFormat(text, http.TimeFormat))
	h, values := c.Writer.Header(), []string{both[:tag], both[tag:]}
	h["Etag"], h["Last-Modified"] = values[0:1:1], values[1:2:2]
}

// location is the URL of a version, as clients see it.
func (s *Server) location(v resources.Version) string {
	return s.Resources.BaseURL + "/" + v.Type + "/" + v.ID + "/_history/" + strconv.FormatUint(v.Version, 10)
}

// effects are the HTTP status of each effect of a change.
var effects = [...]int{
	resources.Created:   http.StatusCreated,
	resources.Updated:   http.StatusOK,
	resources.Unchanged: http.StatusOK,
	resources.Matched:   http.StatusOK,
	resources.Deleted:   http.StatusNoContent,
	resources.Absent:    http.StatusNoContent,
}

// sendChange answers a create, update or delete with what Prefer asks for.
//
// https://hl7.org/fhir/R4/http.html#ops
func (s *Server) sendChange(c *gin.Context, o resources.Outcome) {
	status := effects[o.Effect]
	if o.Effect != resources.Absent && o.Several == 0 {
		describe(c, o.Version)
	}
	if o.Effect == resources.Created || o.Effect == resources.Matched {
		c.Writer.Header().Set("Location", s.location(o.Version))
	}
	switch result := prefer(c.Request).result; {
	case result == "OperationOutcome":
		if status == http.StatusNoContent {
			status = http.StatusOK
		}
		b := newBuffer()
		defer b.free()
		b.text = appendOutcome(b.text, []fhir.Issue{effectIssue(o)})
		s.send(c, status, b.text)
	case result == "minimal", status == http.StatusNoContent:
		s.sendEmpty(c, status)
	default:
		s.send(c, status, o.Version.JSON)
	}
}

// effectIssue tells what became of a change.
func effectIssue(o resources.Outcome) fhir.Issue {
	texts := [...]string{
		resources.Created:   "created",
		resources.Updated:   "updated",
		resources.Unchanged: "stored already as it is; no new version was made",
		resources.Matched:   "the condition matches a stored resource; nothing was stored",
		resources.Deleted:   "deleted",
		resources.Absent:    "there was nothing to delete",
	}
	text := texts[o.Effect]
	if o.Several > 0 {
		text = strconv.Itoa(o.Several) + " resources deleted"
	}
	return fhir.Issue{Severity: fhir.Information, Code: fhir.CodeInformational, Text: text}
}

// notModified reports whether the client has this version already.
//
// https://hl7.org/fhir/R4/http.html#cread
func notModified(r *http.Request, v resources.Version) bool {
	k := resources.Known{Tags: strings.Join(r.Header["If-None-Match"], ",")}
	if header := r.Header.Get("If-Modified-Since"); header != "" {
		// HTTP knows whole seconds: what was changed later within one cannot be told.
		if since, err := http.ParseTime(header); err == nil {
			k.Before = fhir.MomentOf(since.Add(time.Second))
		}
	}
	return k.Has(v)
}
