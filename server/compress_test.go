package server_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/server"
)

// zip is a text in gzip.
func zip(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func unzip(t *testing.T, text string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestCompressedAnswers(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/long", patient("long", strings.Repeat("Kowalczyk", 200))).want(201)
	a.do("PUT /Patient/short", patient("short", "A")).want(201)
	plain := a.do("GET /Patient/long", "", "Accept-Encoding: identity").want(200)
	for accept, want := range map[string]bool{
		"gzip":                         true,
		"x-gzip":                       true,
		"GZIP;Q=0.5":                   true,
		"deflate, gzip;q=1.0, *;q=0.5": true,
		"br, *":                        true,
		"gzip;q=0.001":                 true,
		"gzip;q=0.5, identity;q=0.5":   true,
		"gzip;q=0":                     false,
		"gzip;q=0, *":                  false,
		"*;q=0":                        false,
		"gzip;q=0.5, identity":         false,
		"gzip;q=nonsense":              false,
		"br":                           false,
		"":                             false,
		"gzippy":                       false,
	} {
		if accept == "" {
			accept = "identity" // the client of the tests asks for gzip unless it is told what to ask for
		}
		got := a.do("GET /Patient/long", "", "Accept-Encoding: "+accept).want(200)
		if got.header.Get("Content-Length") != strconv.Itoa(len(got.text)) || !strings.Contains(got.header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("Accept-Encoding %q: Content-Length %q of %d, Vary %q", accept, got.header.Get("Content-Length"), len(got.text), got.header.Get("Vary"))
		}
		if (got.header.Get("Content-Encoding") == "gzip") != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q, want gzip: %t", accept, got.header.Get("Content-Encoding"), want)
			continue
		}
		if want {
			got.text = unzip(t, got.text)
		}
		if got.text != plain.text || got.header.Get("Etag") != plain.header.Get("Etag") {
			t.Errorf("Accept-Encoding %q: %s", accept, got.text)
		}
	}
	get, head := a.do("GET /Patient/long", "", "Accept-Encoding: gzip"), a.do("HEAD /Patient/long", "", "Accept-Encoding: gzip").want(200)
	if head.text != "" || head.header.Get("Content-Encoding") != "gzip" || head.header.Get("Content-Length") != get.header.Get("Content-Length") {
		t.Errorf("HEAD: %v, GET: %v", head.header, get.header)
	}
	for _, call := range []string{"GET /Patient/short", "GET /Patient/none", "DELETE /Patient/short"} {
		if got := a.do(call, "", "Accept-Encoding: gzip"); got.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: a short answer has Content-Encoding %q", call, got.header.Get("Content-Encoding"))
		}
	}
	if got := a.do("GET /Patient/long", "", "Accept-Encoding: gzip", "If-None-Match: "+plain.header.Get("Etag")).want(304); got.text != "" || got.header.Get("Content-Encoding") != "" {
		t.Errorf("304 with gzip: %v %q", got.header, got.text)
	}
}

func TestCompressedBodies(t *testing.T) {
	a := serve(t, func(c *server.Config) { c.MaxBody = 100_000 })
	const gz = "Content-Encoding: gzip"
	a.do("PUT /Patient/p", zip(t, patient("p", "First")), gz).want(201)
	a.do("PUT /Patient/p", zip(t, patient("p", "Second")), "Content-Encoding: X-Gzip").want(200)
	a.do("POST ", zip(t, transaction(put("Patient/q", patient("q", "First")))), gz).want(200)
	a.do("PATCH /Patient/p", zip(t, `[{"op":"add","path":"/active","value":true}]`), gz, jsonPatch).want(200)
	const form = "Content-Type: application/x-www-form-urlencoded"
	if got := a.do("POST /Patient/_search", zip(t, "family=second&_total=accurate"), gz, form).want(200); got.get("total") != "1" {
		t.Errorf("a compressed form: %s", got.text)
	}
	// Members one after the other are one text.
	two := zip(t, patient("r", "First")[:20]) + zip(t, patient("r", "First")[20:])
	a.do("PUT /Patient/r", two, gz).want(201)

	limit := patient("s", strings.Repeat("x", 100_000-len(patient("s", ""))))
	a.do("PUT /Patient/s", zip(t, limit), gz).want(201)
	bomb := zip(t, strings.Repeat(" ", 50_000_000))
	for _, test := range []struct {
		name, body, coding string
		status             int
		code               string
	}{
		{"one byte over the limit", zip(t, limit+" "), "gzip", 413, "too-long"},
		{"a bomb", bomb, "gzip", 413, "too-long"},
		{"a bomb in members", strings.Repeat(zip(t, strings.Repeat(" ", 1000)), 1000), "gzip", 413, "too-long"},
		{"empty members without end", strings.Repeat(zip(t, ""), 10_000), "gzip", 413, "too-long"},
		{"not compressed", patient("t", "A"), "gzip", 400, "invalid"},
		{"cut", zip(t, patient("t", "A"))[:40], "gzip", 400, "invalid"},
		{"nothing", "", "gzip", 400, "invalid"},
		{"broken", zip(t, patient("t", "A")) + "x", "gzip", 400, "invalid"},
		{"twice", zip(t, zip(t, patient("t", "A"))), "gzip, gzip", 415, "not-supported"},
		{"brotli", patient("t", "A"), "br", 415, "not-supported"},
		{"deflate", patient("t", "A"), "deflate", 415, "not-supported"},
	} {
		got := a.do("PUT /Patient/t", test.body, "Content-Encoding: "+test.coding, "Content-Type: application/fhir+json")
		if got.status != test.status {
			t.Errorf("%s: status %d, want %d\n%s", test.name, got.status, test.status, got.text)
			continue
		}
		got.issue(test.code)
		if (got.header.Get("Accept-Encoding") != "") != (test.status == 415) {
			t.Errorf("%s: Accept-Encoding %q", test.name, got.header.Get("Accept-Encoding"))
		}
	}
	a.do("GET /Patient/t", "").want(404)
}
