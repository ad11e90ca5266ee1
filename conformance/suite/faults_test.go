package suite_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// faultAgainst is a server that is wrong in one thing, and the family of
// requirements, or the one requirement, that must name it.
type faultAgainst struct {
	against, name string
	fault         fault
}

var faults = []faultAgainst{
	{"metadata", "no fhirVersion", answering(at("GET", "/metadata"), text(`"fhirVersion"`, `"language"`))},
	{"metadata", "a type is claimed twice", answering(at("GET", "/metadata"), text(`"type":"Basic"`, `"type":"Patient"`))},
	{"type", "one type is not stored", swallowed(at("POST", "/Schedule"), 500)},
	{"type", "one type takes all resources", answering(at("POST", "/Slot"), status(400, 201))},
	{"read", "404 for what was deleted", answering(at("GET", ""), status(410, 404))},
	{"read", "no ETag", answering(at("GET", ""), without("ETag"))},
	{"read", "500 for what is not known", answering(at("GET", "/Patient"), status(404, 500))},
	{"read", "ids without case", asking(at("GET", "/Patient/"), func(r *http.Request, body []byte) []byte {
		r.URL.Path = strings.Replace(strings.ToLower(r.URL.Path), "/patient/", "/Patient/", 1)
		return body
	})},
	{"conditional-read", "If-None-Match is passed over", deaf("GET", "If-None-Match")},
	{"conditional-read.4", "ifNoneMatch of an entry is passed over", asking(at("POST", "/fhir"), func(_ *http.Request, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte(`"ifNoneMatch":"W/\"`), []byte(`"ifNoneMatch":"W/\"9`))
	})},
	{"vread", "the current version, whatever is asked for", asking(at("GET", "/_history/"), func(r *http.Request, body []byte) []byte {
		r.URL.Path, _, _ = strings.Cut(r.URL.Path, "/_history/")
		return body
	})},
	{"create", "no Location", answering(at("POST", "/Patient"), without("Location"))},
	{"create", "200 for 201", answering(at("POST", "/Patient"), status(201, 200))},
	{"conditional-create", "If-None-Exist is passed over", deaf("POST", "If-None-Exist")},
	{"update", "reads are stale", stale()},
	{"update", "400 for an id that differs, and yet stored", asking(at("PUT", "/Patient/"), withPathID)},
	{"conditional-update", "it always creates", asking(at("PUT", "/Patient"), func(r *http.Request, body []byte) []byte {
		if r.URL.RawQuery != "" {
			r.Method, r.URL.RawQuery = http.MethodPost, ""
		}
		return body
	})},
	{"patch", "carried out, it says", swallowed(at("PATCH", "/Patient/"), 200)},
	{"patch", "a failing test is no failure", asking(at("PATCH", ""), func(_ *http.Request, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte(`,{"op":"test","path":"/birthDate","value":"2020-01-01"}`), nil)
	})},
	{"fhirpath-patch", "carried out, it says", swallowed(at("PATCH", "/Patient/"), 200)},
	{"conditional-patch", "404 for several matches", answering(at("PATCH", ""), status(412, 404))},
	{"delete", "nothing is deleted", swallowed(at("DELETE", ""), 204)},
	{"delete", "a second delete is an error", answering(at("DELETE", ""), status(204, 404))},
	{"conditional-delete", "nothing is deleted", swallowed(func(r *http.Request) bool { return r.Method == "DELETE" && r.URL.RawQuery != "" }, 204)},
	{"conditional-delete.3", "one of several matches is deleted", deletesOne},
	{"conditional-delete.5", "not atomic", nonAtomic},
	{"version", "If-Match is passed over", deaf("", "If-Match")},
	{"prefer", "Prefer is passed over", deaf("", "Prefer")},
	{"history", "the oldest first", answering(at("GET", "/_history"), entries(reversed))},
	{"history", "the deletion is left out", answering(at("GET", "/_history"), entries(func(all []any) []any {
		return slices.DeleteFunc(all, func(e any) bool { return e.(map[string]any)["resource"] == nil })
	}))},
	{"history", "entries without request", answering(at("GET", "/_history"), text(`"request":`, `"x":`))},
	{"history.8", "_at is passed over", ignoring("_at")},
	{"history-type.3", "_at is passed over", ignoring("_at")},
	{"history-type", "one entry is left out", answering(at("GET", "/_history"), entries(butLast))},
	{"history-system", "one type is left out", answering(at("GET", "/_history"), entries(func(all []any) []any {
		return slices.DeleteFunc(all, func(e any) bool { return strings.Contains(e.(map[string]any)["fullUrl"].(string), "/Basic/") })
	}))},
	{"batch", "the answers in another order", answering(at("POST", "/fhir"), entries(reversed))},
	{"batch", "all or nothing", atomicBatch},
	{"transaction", "not atomic", nonAtomic},
	{"transaction", "an entry's answer is left out", answering(at("POST", "/fhir"), entries(butLast))},
	{"transaction-reference", "the references are not rewritten", asking(at("POST", "/fhir"), func(_ *http.Request, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte(`"reference":"urn:uuid:00000000-0000-4000-8000-00000000000`), []byte(`"reference":"urn:uuid:00000000-0000-4000-9000-00000000000`))
	})},
	{"search.2", "500 for 400", answering(at("GET", "/Observation"), status(400, 500))},
	{"search.1", "one parameter is passed over", ignoring("occurrence")},
	{"search.3", "one parameter of one type is not there", answering(func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/Slot") && strings.Contains(r.URL.RawQuery, "schedule:missing")
	}, status(200, 400))},
	{"search.string", "exact is starts-with", unmodified(":exact")},
	{"search.string", "accents count", instead("family", "%C3%9A%C3%91", "%C3%9A%C3%92")},
	{"search.token", "the system does not count", query(func(name, value string) (string, string, bool) {
		if _, code, ok := strings.Cut(value, "%7C"); ok && name != "_tag" && code != "" {
			value = code
		}
		return name, value, true
	})},
	{"search.token", ":not leaves out what has no value", query(func(name, value string) (string, string, bool) {
		if name, ok := strings.CutSuffix(name, ":not"); ok && name == "gender" {
			return name + ":missing", "false", true
		}
		return name, value, true
	})},
	{"search.date", "gt is ge", instead("date", "gt", "ge")},
	{"search.date", "a day of no month is the first", instead("date", "2020-02-31", "2020-02-01")},
	{"search.number", "ge is gt", instead("probability", "ge", "gt")},
	{"search.quantity", "units do not count", query(func(name, value string) (string, string, bool) {
		if name == "value-quantity" {
			value, _, _ = strings.Cut(value, "%7C")
		}
		return name, value, true
	})},
	{"search.reference", "the parameter is passed over", ignoring("patient")},
	{"search.uri", ":below is a whole", unmodified(":below")},
	{"search.composite", "the components count one by one", instead("component-code-value-quantity", "$gt100", "$gt0")},
	{"search.missing", "the wrong way round", query(func(name, value string) (string, string, bool) {
		if strings.HasSuffix(name, ":missing") {
			value = map[string]string{"true": "false", "false": "true"}[value]
		}
		return name, value, true
	})},
	{"search.chain", "chains are passed over", ignoring(".")},
	{"search.has", "_has is passed over", ignoring("_has")},
	{"search.include.1", "what is included is left out", answering(at("GET", ""), entries(func(all []any) []any {
		return slices.DeleteFunc(all, func(e any) bool { return mode(e) == "include" })
	}))},
	{"search.include.1", "what is included is a match", answering(at("GET", ""), text(`"mode":"include"`, `"mode":"match"`))},
	{"search.sort", "in another order", answering(at("GET", ""), entries(reversed))},
	{"search.page", "the last of a page is lost", answering(at("GET", ""), bundle(func(b map[string]any) {
		if all, ok := b["entry"].([]any); ok && strings.Contains(flat(b["link"]), `"next"`) {
			b["entry"] = butLast(all)
		}
	}))},
	{"search.page", "the next link leads in circles", answering(at("GET", ""), bundle(func(b map[string]any) {
		links, _ := b["link"].([]any)
		for _, l := range links {
			if l := l.(map[string]any); l["relation"] == "next" {
				l["url"] = links[0].(map[string]any)["url"]
			}
		}
	}))},
	{"search.total", "one too many", answering(at("GET", ""), bundle(func(b map[string]any) {
		if n, ok := b["total"].(json.Number); ok {
			b["total"] = json.Number("1" + n.String())
		}
	}))},
	{"search.bundle", "matches without mode", answering(at("GET", ""), text(`"mode":"match"`, `"mode":""`))},
	{"search.bundle", "searches are stale", stale()},
	{"search.bundle", "no self link", answering(at("GET", ""), text(`"relation":"self"`, `"relation":"via"`))},
	{"search.form", "the URL is passed over", asking(at("POST", "/_search"), func(r *http.Request, body []byte) []byte {
		r.URL.RawQuery = ""
		return body
	})},
	{"search.system", "_type is passed over", instead("_type", "Patient", "Basic")},
	{"search.handling", "always lenient", asking(at("GET", ""), func(r *http.Request, body []byte) []byte {
		r.Header.Set("Prefer", "handling=lenient")
		return body
	})},
	{"search.handling", "unknown parameters in the self link", answering(at("GET", "/Patient"), text(`Patient?`, `Patient?elementOfNoResource=1&`))},
	{"compartment.1", "everyone's", asking(at("GET", "/Immunization"), func(r *http.Request, body []byte) []byte {
		r.URL.Path = "/fhir/Immunization"
		return body
	})},
	{"summary.1", "the whole", ignoring("_summary")},
	{"summary.1", "not marked", answering(at("GET", ""), text(`"SUBSETTED"`, `"WHOLE"`))},
	{"elements.1", "the whole", ignoring("_elements")},
	{"error", "plain text", answering(at("GET", "/Patient"), func(a *reply) {
		if a.status == 404 {
			a.body = []byte("not found")
			a.header.Set("Content-Type", "text/plain")
		}
	})},
	{"error", "405 without Allow", answering(at("", ""), without("Allow"))},
	{"error", "internals", answering(at("", ""), text(`"diagnostics":"`, `"diagnostics":"goroutine 1 [running]: `))},
	{"error", "outcomes without issues", answering(at("", ""), text(`"issue":[`, `"extension":[`))},
	{"format", "always the same Content-Type", answering(at("", ""), func(a *reply) { a.header.Set("Content-Type", "application/octet-stream") })},
	{"format", "Accept is passed over", deaf("", "Accept")},
	{"format", "Content-Type is passed over", asking(at("POST", ""), func(r *http.Request, body []byte) []byte {
		r.Header.Set("Content-Type", "application/fhir+json")
		return body
	})},
	{"json", "members that are there twice are merged", asking(at("POST", ""), recoded)},
	{"json", "days that do not exist are moved", asking(at("POST", ""), func(_ *http.Request, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte("2020-02-31"), []byte("2020-03-02"))
	})},
	{"kept", "decimals lose their zeros", answering(at("GET", ""), text("1.50", "1.5"))},
	{"kept", "extensions of primitive values are lost", answering(at("GET", ""), text(`"_birthDate"`, `"x"`))},
	{"limit", "500 for what is too large", answering(at("", ""), status(413, 500))},
	{"limit", "patterns are patterns", instead("family", "%5EP", "P")},
	{"immds", "what is not valid is valid", answering(at("POST", "$immds-forecast"), text(`"notvalid"`, `"valid"`))},
	{"immds", "evaluations are lost", answering(at("POST", "$immds-forecast"), text(`"name":"evaluation"`, `"name":"lost"`))},
	{"immds", "422 is 500", answering(at("POST", "$immds-forecast"), status(422, 500))},
	{"own", "they can be created", answering(at("POST", "/ImmunizationEvaluation"), status(405, 201))},
	{"unclaimed", "an operation that is not claimed", answering(at("", "$everything"), func(a *reply) { a.status = 200 })},
	{"unclaimed", "a type that is none", answering(at("GET", "/Patients"), func(a *reply) { a.status = 200 })},
}

func reversed(all []any) []any {
	slices.Reverse(all)
	return all
}

func butLast(all []any) []any { return all[:len(all)-1] }

func mode(entry any) any {
	search, _ := entry.(map[string]any)["search"].(map[string]any)
	return search["mode"]
}

func flat(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// stale is a cache: what was once asked for is answered the same for ever.
func stale() fault {
	var mu sync.Mutex
	known := map[string]*reply{}
	return func(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
		if r.Method != http.MethodGet {
			return forward(r, body)
		}
		mu.Lock()
		defer mu.Unlock()
		key := r.URL.RequestURI()
		if known[key] == nil {
			known[key] = forward(r, body)
		}
		a := *known[key]
		a.header = a.header.Clone()
		return &a
	}
}

// withPathID puts the id of the path in the place of the body's.
func withPathID(r *http.Request, body []byte) []byte {
	var resource map[string]any
	if json.Unmarshal(body, &resource) != nil {
		return body
	}
	resource["id"] = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	return []byte(flat(resource))
}

// recoded reads JSON as most libraries do, and writes it again.
func recoded(_ *http.Request, body []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return body
	}
	return []byte(flat(v))
}

// nonAtomic carries a transaction out entry by entry, as a batch, and hides it.
func nonAtomic(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
	if r.Method != http.MethodPost || !bytes.Contains(body, []byte(`"type":"transaction"`)) {
		return forward(r, body)
	}
	a := forward(r, bytes.Replace(body, []byte(`"type":"transaction"`), []byte(`"type":"batch"`), 1))
	a.body = bytes.Replace(a.body, []byte(`"type":"batch-response"`), []byte(`"type":"transaction-response"`), 1)
	if i := bytes.Index(a.body, []byte(`"status":"4`)); i > 0 {
		a.status = http.StatusBadRequest
		a.body = []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","diagnostics":"an entry is not valid"}]}`)
	}
	return a
}

// deletesOne deletes of the matches of a conditional delete the first.
func deletesOne(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
	if r.Method != http.MethodDelete || r.URL.RawQuery == "" {
		return forward(r, body)
	}
	search := r.Clone(r.Context())
	search.Method = http.MethodGet
	var found struct {
		Entry []struct{ Resource struct{ ID string } }
	}
	if json.Unmarshal(forward(search, nil).body, &found) == nil && len(found.Entry) > 0 {
		r.URL.Path, r.URL.RawQuery = r.URL.Path+"/"+found.Entry[0].Resource.ID, ""
	}
	return forward(r, body)
}

// atomicBatch carries a batch out as a transaction.
func atomicBatch(r *http.Request, body []byte, forward func(*http.Request, []byte) *reply) *reply {
	a := forward(r, bytes.Replace(body, []byte(`"type":"batch"`), []byte(`"type":"transaction"`), 1))
	a.body = bytes.Replace(a.body, []byte(`"type":"transaction-response"`), []byte(`"type":"batch-response"`), 1)
	return a
}
