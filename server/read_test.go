package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	a := serve(t)
	created := a.do("PUT /Patient/p", patient("p", "First")).want(201)
	got := a.do("GET /Patient/p", "").want(200)
	if got.text != created.text {
		t.Errorf("read %s, want what the update answered: %s", got.text, created.text)
	}
	for name, want := range map[string]string{
		"Etag":                   `W/"1"`,
		"Content-Type":           "application/fhir+json; charset=utf-8",
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	if modified, err := http.ParseTime(got.header.Get("Last-Modified")); err != nil || time.Since(modified) > time.Hour {
		t.Errorf("Last-Modified is %q", got.header.Get("Last-Modified"))
	}

	head := a.do("HEAD /Patient/p", "").want(200)
	if head.text != "" || head.header.Get("Content-Length") != got.header.Get("Content-Length") || head.header.Get("Etag") != `W/"1"` {
		t.Errorf("HEAD: body %q, header %v", head.text, head.header)
	}

	a.do("GET /Patient/none", "").want(404).issue("not-found")
	a.do("GET /Patient/not%20an%20id", "").want(404).issue("not-found")
	a.do("GET /Parrot/p", "").want(404).issue("not-supported")
	a.do("GET /Patient/p?_since=2020", "").want(400).issue("not-supported")
	a.do("GET /Patient/p?_since=2020", "", "Prefer: handling=lenient").want(200)
}

func TestConditionalRead(t *testing.T) {
	a := serve(t)
	modified := a.do("PUT /Patient/p", patient("p", "First")).want(201).header.Get("Last-Modified")
	for _, test := range []struct {
		header string
		want   int
	}{
		{`If-None-Match: W/"1"`, 304},
		{`If-None-Match: "1"`, 304},
		{`If-None-Match: W/"7", W/"1"`, 304},
		{`If-None-Match: *`, 304},
		{`If-None-Match: W/"2"`, 200},
		{`If-None-Match: W/"01"`, 200},
		{`If-None-Match: nonsense`, 200},
		{"If-Modified-Since: " + modified, 304},
		{"If-Modified-Since: Mon, 02 Jan 2006 15:04:05 GMT", 200},
		{"If-Modified-Since: nonsense", 200},
	} {
		got := a.do("GET /Patient/p", "", test.header)
		if got.status != test.want || test.want == 304 && (got.text != "" || got.header.Get("Etag") != `W/"1"`) {
			t.Errorf("%s: status %d, body %q, want %d", test.header, got.status, got.text, test.want)
		}
	}
	// RFC 9110: with If-None-Match, If-Modified-Since does not count.
	a.do("GET /Patient/p", "", `If-None-Match: W/"2"`, "If-Modified-Since: "+modified).want(200)
}

func TestVersions(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	a.do("PUT /Patient/p", patient("p", "Second")).want(200)
	a.do("DELETE /Patient/p", "").want(204)
	a.do("PUT /Patient/p", patient("p", "Third")).want(201)

	if got := a.do("GET /Patient/p/_history/1", "").want(200); got.get("name.0.family") != "First" || got.header.Get("Etag") != `W/"1"` {
		t.Errorf("version 1 is %s", got.text)
	}
	if got := a.do("GET /Patient/p/_history/3", "").want(410).issue("deleted"); got.header.Get("Etag") != `W/"3"` {
		t.Errorf("the deletion's Etag is %q", got.header.Get("Etag"))
	}
	for _, version := range []string{"5", "0", "-1", "x", "99999999999999999999"} {
		a.do("GET /Patient/p/_history/"+version, "").want(404).issue("not-found")
	}

	got := a.do("GET /Patient/p/_history", "").want(200)
	for i, want := range []struct{ version, method, status string }{
		{"4", "PUT", "201 Created"}, {"3", "DELETE", "204 No Content"}, {"2", "PUT", "200 OK"}, {"1", "PUT", "201 Created"},
	} {
		at := "entry." + string(rune('0'+i)) + "."
		if got.get(at+"request.method") != want.method || got.get(at+"response.status") != want.status ||
			got.get(at+"response.etag") != `W/"`+want.version+`"` || got.get(at+"fullUrl") != a.base+"/Patient/p" ||
			got.get(at+"request.url") != "Patient/p" || (got.get(at+"resource.id") == "") != (want.method == "DELETE") {
			t.Errorf("entry %d of the history is not version %s by %s, %s:\n%s", i, want.version, want.method, want.status, got.text)
		}
	}
	if got.get("type") != "history" || got.get("total") != "4" || got.link("self") != a.base+"/Patient/p/_history" {
		t.Errorf("history: type %s, total %s, self %s", got.get("type"), got.get("total"), got.link("self"))
	}
	a.do("GET /Patient/none/_history", "").want(404).issue("not-found")
	a.do("GET /Patient/p/_history?_count=0", "").want(400).issue("value")
	a.do("GET /Patient/p/_history?_count=x", "").want(400).issue("value")
	a.do("GET /Patient/p/_history?_since=yesterday", "").want(400).issue("value")
	a.do("GET /Patient/p/_history?_list=x", "").want(400).issue("not-supported")
	a.do("GET /Patient/p/_history?_page=x", "").want(400).issue("value")

	// Page after page gives the same entries.
	var versions string
	for url, pages := a.base+"/Patient/p/_history?_count=1", 0; url != "" && pages < 10; pages++ {
		page := a.do("GET "+url, "").want(200)
		versions += page.get("entry.0.response.etag")
		url = page.link("next")
	}
	if want := `W/"4"W/"3"W/"2"W/"1"`; versions != want {
		t.Errorf("pages of the history gave %s, want %s", versions, want)
	}

	since := got.get("entry.1.response.lastModified")
	if page := a.do("GET /Patient/p/_history?_since="+since, "").want(200); page.get("entry.1.response.etag") != `W/"3"` || page.get("entry.2.response.etag") != "" {
		t.Errorf("history since version 3: %s", page.text)
	}
}

// The history of a type and of everything.
func TestHistories(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "First")).want(201)
	a.do("PUT /Patient/q", patient("q", "First")).want(201)
	a.do("PUT /Organization/o", `{"resourceType":"Organization","id":"o","name":"Clinic"}`).want(201)
	a.do("PUT /Patient/p", patient("p", "Second")).want(200)
	for path, want := range map[string]string{
		"/_history":         "Patient/p Organization/o Patient/q Patient/p",
		"/Patient/_history": "Patient/p Patient/q Patient/p",
	} {
		var all []string
		for url := a.base + path + "?_count=2"; url != ""; {
			page := a.do("GET "+url, "").want(200)
			if page.link("self") != url {
				t.Errorf("%s: self %s, want %s", path, page.link("self"), url)
			}
			for i := range 2 {
				if name := page.get(fmt.Sprintf("entry.%d.request.url", i)); name != "" {
					all = append(all, name)
				}
			}
			url = page.link("next")
		}
		if got := strings.Join(all, " "); got != want {
			t.Errorf("%s gave %s, want %s", path, got, want)
		}
	}
	a.do("GET /Parrot/_history", "").want(404).issue("not-supported")
}
