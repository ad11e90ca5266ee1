package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// versionsIn are the versions in a history, as the newest first: p/2 p/1.
func (got answer) versionsIn() string {
	var all []string
	for i := 0; got.get(fmt.Sprintf("entry.%d.fullUrl", i)) != ""; i++ {
		at := fmt.Sprintf("entry.%d.", i)
		id := got.get(at + "fullUrl")
		all = append(all, id[strings.LastIndexByte(id, '/')+1:]+"/"+strings.Trim(got.get(at+"response.etag"), `W/"`))
	}
	return strings.Join(all, " ")
}

// _at gives what was current at a time, or at some point in a stretch of it.
func TestHistoryAt(t *testing.T) {
	a := serve(t)
	var at []string // when each change was made
	change := func(call, body string, status int) {
		a.do(call, body).want(status)
		at = append(at, a.do("GET /_history?_count=1", "").want(200).get("entry.0.response.lastModified"))
	}
	change("PUT /Patient/p", patient("p", "First"), 201)
	change("PUT /Patient/q", patient("q", "First"), 201)
	change("PUT /Patient/p", patient("p", "Second"), 200)
	change("PUT /Organization/o", `{"resourceType":"Organization","id":"o","name":"Clinic"}`, 201)
	change("DELETE /Patient/p", "", 204)
	change("PUT /Patient/q", patient("q", "Second"), 200)
	change("PUT /Patient/p", patient("p", "Third"), 201)
	for _, test := range []struct{ path, at, p, patients, all string }{
		{"before everything", "2001", "", "", ""},
		{"the first version", at[0], "p/1", "p/1", "p/1"},
		{"the time between", at[1], "p/1", "q/1 p/1", "q/1 p/1"},
		{"an update", at[2], "p/2", "p/2 q/1", "p/2 q/1"},
		{"the other type", at[3], "p/2", "p/2 q/1", "o/1 p/2 q/1"},
		{"the deletion", at[4], "p/3", "p/3 q/1", "p/3 o/1 q/1"},
		{"what is deleted", at[5], "", "q/2", "q/2 o/1"},
		{"now", at[6], "p/4", "p/4 q/2", "p/4 q/2 o/1"},
		{"a year in which all was done", at[0][:4], "p/4 p/3 p/2 p/1", "p/4 q/2 p/3 p/2 q/1 p/1", "p/4 q/2 p/3 o/1 p/2 q/1 p/1"},
		{"the time to come", "2999", "p/4", "p/4 q/2", "p/4 q/2 o/1"},
		{"an offset", strings.Replace(at[2], "Z", "+00:00", 1), "p/2", "p/2 q/1", "p/2 q/1"},
		{"an offset, escaped", strings.Replace(at[2], "Z", "%2B00:00", 1), "p/2", "p/2 q/1", "p/2 q/1"},
	} {
		for path, want := range map[string]string{"/Patient/p/_history": test.p, "/Patient/_history": test.patients, "/_history": test.all} {
			got := a.do("GET "+path+"?_at="+test.at, "").want(200)
			if got.versionsIn() != want {
				t.Errorf("%s: GET %s?_at=%s gave %q, want %q", test.path, path, test.at, got.versionsIn(), want)
			}
			if u, err := url.Parse(got.link("self")); err != nil || u.Query().Get("_at") == "" {
				t.Errorf("%s?_at=%s: the self link is %s", path, test.at, got.link("self"))
			}
		}
	}

	// Pages, and what was changed since.
	var pages []string
	for next := a.base + "/_history?_count=2&_at=" + at[0][:4]; next != ""; {
		page := a.do("GET "+next, "").want(200)
		pages = append(pages, page.versionsIn())
		next = page.link("next")
	}
	if got, want := strings.Join(pages, ", "), "p/4 q/2, p/3 o/1, p/2 q/1, p/1"; got != want {
		t.Errorf("the pages of _at=%s are %q, want %q", at[0][:4], got, want)
	}
	if got := a.do("GET /Patient/_history?_at="+at[2]+"&_since="+at[1], "").want(200).versionsIn(); got != "p/2 q/1" {
		t.Errorf("_at with _since of the version before gave %q, want p/2 q/1", got)
	}
	if got := a.do("GET /Patient/_history?_at="+at[2]+"&_since="+at[2], "").want(200).versionsIn(); got != "p/2" {
		t.Errorf("_at with _since of the version itself gave %q, want p/2", got)
	}
	for _, query := range []string{"_at=never", "_at=2020-02-31", "_at=", "_at=2020&_at=2021", "_at=gt2020"} {
		a.do("GET /Patient/p/_history?"+query, "").want(400).issue("value")
	}
	// What is wrong is named, all at once.
	a.do("GET /Patient/_history?_count=0", "").want(400).issue("value", "_count")
	a.do("GET /Patient/_history?_since=x", "").want(400).issue("value", "_since")
	a.do("GET /Patient/_history?_at=2020&_at=2021", "").want(400).issue("value", "_at")
	a.do("GET /Patient/_history?_type=Patient", "").want(400).issue("not-supported", "_type")
	if got := a.do("GET /Patient/_history?_since=x&_sort=date&_count=-1", "").want(400); got.get("issue.2.expression.0") != "_sort" {
		t.Errorf("three wrong parameters: %s", got.text)
	}
	// A cursor serves the history that it was made for.
	next := a.do("GET /Patient/_history?_count=1", "").want(200).link("next")
	a.do("GET "+next+"&_at=2020", "").want(400).issue("value")
	a.do("GET "+strings.Replace(next, "/Patient/", "/Organization/", 1), "").want(400).issue("value")
}

// A history in a Bundle is that of a request of its own.
func TestHistoryEntries(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	a.do("PUT /Patient/q", patient("q", "First")).want(201)
	a.do("PUT /Patient/p", patient("p", "Second")).want(200)
	for _, kind := range []string{"batch", "transaction"} {
		for path, want := range map[string]string{
			"_history":                     "p/2 q/1 p/1",
			"Patient/_history":             "p/2 q/1 p/1",
			"Organization/_history":        "",
			"Patient/p/_history":           "p/2 p/1",
			"Patient/p/_history?_at=now":   "400",
			"Patient/p/_history?_count=1":  "p/2",
			"Patient/_history?_since=2999": "",
			"/_history?_at=2001":           "",
			"Patient/none/_history":        "404",
			"Patient/p/_history?_lost=1":   "400",
			"Patient/p/q/_history":         "400",
		} {
			got := a.do("POST ", bundleOf(kind, `{"request":{"method":"GET","url":"`+path+`"}}`))
			if len(want) == 3 && want[0] == '4' {
				if status := got.get("entry.0.response.status"); kind == "batch" && !strings.HasPrefix(status, want) || kind == "transaction" && got.status/100 != 4 {
					t.Errorf("GET %s in a %s: %d, entry %s, want %s", path, kind, got.status, status, want)
				}
				continue
			}
			alone := a.do("GET /"+strings.TrimPrefix(path, "/"), "").want(200)
			if alone.versionsIn() != want || !strings.Contains(got.want(200).text, `"resource":`+alone.text+`,"response":{"status":"200 OK"}`) {
				t.Errorf("GET %s gave %q, want %q; in a %s: %s", path, alone.versionsIn(), want, kind, got.text)
			}
		}
	}
}

// Conditions on the reads of a Bundle: what the client has is not sent again.
func TestConditionalReadEntries(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	updated := a.do("PUT /Patient/p", patient("p", "Second")).want(200).get("meta.lastUpdated")
	second := updated[:19] + "Z" // as Last-Modified says it
	for _, test := range []struct {
		url, condition, want string
	}{
		{"Patient/p", `"ifNoneMatch":"W/\"2\""`, "304"},
		{"Patient/p", `"ifNoneMatch":"W/\"1\", W/\"2\""`, "304"},
		{"Patient/p", `"ifNoneMatch":"*"`, "304"},
		{"Patient/p", `"ifNoneMatch":"W/\"1\""`, "200"},
		{"Patient/p/_history/1", `"ifNoneMatch":"W/\"1\""`, "304"},
		{"Patient/p/_history/1", `"ifNoneMatch":"W/\"2\""`, "200"},
		{"Patient/p", `"ifModifiedSince":"` + updated + `"`, "304"},
		{"Patient/p", `"ifModifiedSince":"` + second + `"`, "304"},
		{"Patient/p", `"ifModifiedSince":"2020-01-01T00:00:00.5+02:00"`, "200"},
		{"Patient/p", `"ifNoneMatch":"W/\"1\"","ifModifiedSince":"` + updated + `"`, "200"}, // the ETag decides
		{"Patient?_id=p", `"ifNoneMatch":"*"`, "200"},                                       // a search has no ETag
		{"Patient/none", `"ifNoneMatch":"*"`, "404"},
		{"Patient/p", `"ifMatch":"W/\"2\""`, "400"},
		{"Patient/p", `"ifNoneExist":"_id=p"`, "400"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			entry := fmt.Sprintf(`{"request":{"method":%q,"url":%q,%s}}`, method, test.url, test.condition)
			got := a.do("POST ", bundleOf("batch", entry)).want(200)
			if !strings.HasPrefix(got.get("entry.0.response.status"), test.want) {
				t.Errorf("%s %s with %s: %s, want %s", method, test.url, test.condition, got.get("entry.0.response.status"), test.want)
			}
			if test.want == "304" && (strings.Contains(got.text, `"resource":`) || got.get("entry.0.response.etag") == "") {
				t.Errorf("%s %s with %s: want an ETag and no resource: %s", method, test.url, test.condition, got.text)
			}
			if whole := a.do("POST ", transaction(entry)); (whole.status == 200) != (test.want < "400") {
				t.Errorf("%s %s with %s in a transaction: %d", method, test.url, test.condition, whole.status)
			}
		}
	}
	// What the transaction itself changes is another version than the client has.
	got := a.do("POST ", transaction(
		`{"request":{"method":"GET","url":"Patient/p","ifNoneMatch":"W/\"2\""}}`,
		put("Patient/p", patient("p", "Third")),
	)).want(200)
	if got.get("entry.0.resource.name.0.family") != "Third" {
		t.Errorf("the read does not see the update beside it: %s", got.text)
	}
	// On changes, a condition without effect is refused.
	a.do("POST ", transaction(`{"resource":`+patient("p", "Fourth")+`,"request":{"method":"PUT","url":"Patient/p","ifModifiedSince":"`+updated+`"}}`)).
		want(400).issue("not-supported", "Bundle.entry[0].request.ifModifiedSince")
}
