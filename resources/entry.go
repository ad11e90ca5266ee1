package resources

import (
	"fmt"
	"strings"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// target is what Bundle.entry.request.url names, relative to the base URL.
type target struct {
	typ, id     string // both empty: a search over several types, or the history of all
	history     bool   // _history, Type/_history, Type/id/_history
	version     string // Type/id/_history/version
	query       string
	compartment Compartment // of a search within it
}

// searches reports whether a search is all that the url can be for.
func (t *target) searches() bool { return t.typ == "" || t.compartment != Compartment{} }

// readEntry takes entry i of a batch or transaction apart.
//
// https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request
func (s *Service) readEntry(v codec.Value, i int) (*entry, error) {
	e := &entry{path: fmt.Sprintf("Bundle.entry[%d]", i)}
	request := v.Get("request")
	if !request.Exists() {
		return nil, fhir.NewInvalid(nil, fhir.CodeRequired, e.path+".request", "every entry of a batch or transaction needs a request (bdl-3)")
	}
	e.method = request.Get("method").Text()
	t, err := s.readURL(e.path, request.Get("url").Text())
	if err != nil {
		return nil, err
	}
	resource := v.Get("resource")
	c := &change{path: e.path + ".", typ: t.typ, id: t.id, resource: resource, fullURL: v.Get("fullUrl").Text(), validated: true}
	withBody := false
	switch e.method {
	case "GET", "HEAD":
		e.get = t
		e.known, err = readKnown(e.path, request)
		return e, err
	case "POST":
		c.method, withBody = POST, true
	case "PUT":
		c.method, withBody = PUT, true
	case "PATCH":
		c.method, withBody = PATCH, true
	case "DELETE":
		c.method = DELETE
	default:
		return nil, fhir.NewInvalid(ErrNotSupported, fhir.CodeNotSupported, e.path+".request.method", e.method+" is not supported in a Bundle")
	}
	e.change = c
	switch {
	case withBody && !resource.Exists():
		return nil, fhir.NewInvalid(nil, fhir.CodeRequired, e.path+".resource", "the entry needs a resource")
	case !withBody && resource.Exists():
		return nil, fhir.NewInvalid(nil, fhir.CodeInvalid, e.path+".resource", "a DELETE has no resource")
	case t.searches() || t.history || c.method == POST && (t.id != "" || t.query != ""),
		c.method != POST && t.id == "" && t.query == "", t.id != "" && t.query != "":
		return nil, fhir.NewInvalid(nil, fhir.CodeInvalid, e.path+".request.url", "the url does not fit a "+e.method)
	}
	if err := s.readConditions(c, request, t.query); err != nil {
		return nil, err
	}
	if c.method == PATCH {
		if c.patch, err = entryPatch(resource); err != nil {
			return nil, &EntryError{e.path + ".resource", err}
		}
	}
	return e, nil
}

// readKnown reads what makes a read conditional. Searches and histories have no
// ETag that a client could know.
func readKnown(path string, request codec.Value) (Known, error) {
	for _, name := range [...]string{"ifMatch", "ifNoneExist"} {
		if request.Get(name).Exists() {
			return Known{}, fhir.NewInvalid(nil, fhir.CodeInvalid, path+".request."+name, name+" does not belong to a read")
		}
	}
	k := Known{Tags: request.Get("ifNoneMatch").Text()}
	if since := request.Get("ifModifiedSince").Text(); since != "" {
		// An instant is as exact as it is written: what was changed later within
		// its second, or millisecond, cannot be told from it.
		period, ok := fhir.ParseDateTime(since, time.UTC, false)
		if !ok {
			return k, fhir.NewInvalid(nil, fhir.CodeValue, path+".request.ifModifiedSince", "an instant was expected")
		}
		k.Before = period.High
	}
	return k, nil
}

// readConditions reads what makes a change conditional.
func (s *Service) readConditions(c *change, request codec.Value, query string) error {
	criteria, at := query, "request.url"
	if text := request.Get("ifNoneExist").Text(); text != "" {
		if c.method != POST {
			return fhir.NewInvalid(nil, fhir.CodeInvalid, c.path+"request.ifNoneExist", "ifNoneExist belongs to a POST")
		}
		// The element is documented without, and often sent with, the question mark.
		criteria, at = strings.TrimPrefix(strings.TrimPrefix(text, c.typ), "?"), "request.ifNoneExist"
	}
	if criteria != "" {
		q, err := s.parseCriteria(c.typ, criteria)
		if err != nil {
			return &EntryError{c.path + at, err}
		}
		c.criteria = q
	}
	var ok bool
	if text := request.Get("ifMatch").Text(); text != "" {
		if c.match.Version, ok = ParseETag(text); !ok {
			return fhir.NewInvalid(nil, fhir.CodeValue, c.path+"request.ifMatch", `an ETag such as W/"3" was expected`)
		}
	}
	switch text := request.Get("ifNoneMatch").Text(); {
	case text == "*" && c.method == PUT:
		c.match.NotExists = true
	case text != "":
		return fhir.NewInvalid(nil, fhir.CodeNotSupported, c.path+"request.ifNoneMatch", "of a change, only * with a PUT is supported")
	}
	if request.Get("ifModifiedSince").Exists() {
		return fhir.NewInvalid(nil, fhir.CodeNotSupported, c.path+"request.ifModifiedSince", "ifModifiedSince belongs to a read; use ifMatch")
	}
	return nil
}

// readURL takes Bundle.entry.request.url apart.
func (s *Service) readURL(path, text string) (*target, error) {
	rest, query, _ := strings.Cut(text, "?")
	if below, ok := strings.CutPrefix(rest+"/", s.BaseURL+"/"); ok {
		rest = strings.TrimSuffix(below, "/")
	}
	rest = strings.TrimPrefix(rest, "/")
	if rest == "metadata" || strings.HasPrefix(rest, "$") || strings.Contains(rest, "/$") {
		return nil, fhir.NewInvalid(nil, fhir.CodeNotSupported, path+".request.url",
			"operations and metadata cannot stand in a Bundle; send them as requests of their own")
	}
	t := &target{query: query}
	if of, cut := strings.CutSuffix("/"+rest, "/_history"); cut && strings.Count(of, "/") < 2 {
		rest, t.history = strings.TrimPrefix(of, "/"), true // of the system, or of a type
	}
	parts := strings.Split(rest, "/")
	t.typ = parts[0]
	ok := t.history || t.typ != "" || query != "" && len(parts) == 1
	if len(parts) > 1 {
		t.id = parts[1]
		ok = ok && fhir.ValidID(t.id)
	}
	if len(parts) > 2 && parts[2] == "_history" {
		t.history = true
	} else if len(parts) > 2 {
		t.compartment = Compartment{t.typ, t.id}
		t.typ, t.id = strings.TrimPrefix(parts[2], "*"), ""
		ok = ok && len(parts) == 3 && (parts[2] == "*" || s.Definitions.IsResource(t.typ))
	}
	if len(parts) > 3 {
		t.version = parts[3]
		ok = ok && t.version != ""
	}
	if !ok || len(parts) > 4 {
		return nil, fhir.NewInvalid(nil, fhir.CodeNotSupported, path+".request.url", "the url is not one of an interaction that can stand in a Bundle")
	}
	if t.typ == "" {
		return t, nil
	}
	if err := s.checkType(t.typ); err != nil {
		return nil, fhir.NewInvalid(ErrNotSupported, fhir.CodeNotSupported, path+".request.url", "the url names no resource type of FHIR R4")
	}
	return t, nil
}
