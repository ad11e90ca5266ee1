package server

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// bundle serves POST [base], a batch or transaction:
// https://hl7.org/fhir/R4/http.html#transaction
//
// Without a preference the entries of the answer carry no resources but those
// asked for by GET: the client has what it sent.
func (s *Server) bundle(c *gin.Context, a resources.Access, service *resources.Service) error {
	if err := s.noParameters(c); err != nil {
		return err
	}
	key, err := idempotencyKey(c.Request)
	if err != nil {
		return err
	}
	bundle, err := s.resource(c)
	if err != nil {
		return err
	}
	results, err := service.BundleOnce(c.Request.Context(), a, key, bundle, s.lenient(c.Request))
	if err != nil {
		return &failedBundle{err}
	}
	b := newBuffer()
	defer b.free()
	b.text = append(b.text, `{"resourceType":"Bundle","type":"`...)
	b.text = append(append(b.text, bundle.Get("type").Text()...), `-response"`...)
	w := entryWriter{text: b.text}
	result := prefer(c.Request).result
	changes := make([]*resources.Outcome, len(results))
	for i := range results {
		changes[i] = results[i].Change
		w.add(s.resultEntry(&results[i], result))
		s.logEntry(c, i, results[i].Err)
	}
	b.text = append(w.end(), '}')
	markReplayed(c, changes...)
	s.send(c, http.StatusOK, b.text)
	return nil
}

// failedBundle is the reason why nothing of a transaction was done. An entry
// that asks for what does not exist, or may not be done, makes the whole
// unprocessable: the path and method of the request itself are not at fault.
type failedBundle struct{ error }

func (f *failedBundle) Unwrap() error { return f.error }

// logEntry notes what a client is not told about entry i.
func (s *Server) logEntry(c *gin.Context, i int, err error) {
	if err != nil && explain(err).status >= http.StatusInternalServerError {
		s.Logger.Error("entry", "request", id(c), "entry", i, "error", err.Error())
	}
}

// resultEntry is the answer to one entry. Where it cannot be made, it sets Err.
func (s *Server) resultEntry(r *resources.EntryResult, preferred string) bundleEntry {
	switch {
	case r.Err != nil:
		o := explain(r.Err)
		return bundleEntry{response: o.status, outcome: o.issues}
	case r.Change != nil:
		return s.changeEntry(r.Change, preferred)
	}
	e := bundleEntry{response: http.StatusOK}
	var err error
	switch {
	case r.Known:
		return bundleEntry{response: http.StatusNotModified, version: r.Read}
	case r.Read != nil:
		e.version, e.fullURL = r.Read, s.fullURL(*r.Read)
		e.resource, err = s.cut(*r.Read, &r.View, r.Read.Type)
	case r.Search != nil:
		e.resource, err = s.appendSearchset(nil, "", *r.Search)
	case r.History != nil:
		e.resource = s.appendHistory(nil, "", *r.History)
	}
	if err != nil {
		r.Err = err
		return s.resultEntry(r, preferred)
	}
	if r.Method == http.MethodHead {
		e.fullURL, e.resource = "", nil
	}
	return e
}

func (s *Server) changeEntry(o *resources.Outcome, preferred string) bundleEntry {
	e := bundleEntry{response: effects[o.Effect]}
	if o.Effect != resources.Absent && o.Several == 0 {
		e.version = &o.Version
	}
	kept := e.response != http.StatusNoContent
	if kept {
		e.location = s.location(o.Version)
	}
	switch {
	case preferred == "representation" && kept:
		e.fullURL, e.resource = s.fullURL(o.Version), o.Version.JSON
	case preferred == "OperationOutcome":
		e.outcome = []fhir.Issue{effectIssue(*o)}
	}
	return e
}
