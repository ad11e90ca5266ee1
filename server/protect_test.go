package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/server"
)

func TestWrongPaths(t *testing.T) {
	a := serve(t)
	root := strings.TrimSuffix(a.base, server.Mount)
	for call, want := range map[string]struct {
		status int
		allow  string
	}{
		"GET " + root + "/":              {404, ""},
		"GET " + root + "/Patient/p":     {404, ""},
		"GET " + root + "/metrics":       {404, ""},
		"GET " + root + "/debug/pprof/":  {404, ""},
		"GET /Patient/p/nonsense":        {404, ""},
		"GET /Patient/p/$everything":     {404, ""},
		"GET /Patient/p/_history/1/2":    {404, ""},
		"GET /Patient/":                  {404, ""},
		"POST /$nonsense":                {404, ""},
		"GET /$nonsense":                 {404, ""},
		"DELETE /$immds-forecast":        {405, "POST"},
		"PUT /Patient/p/$immds-forecast": {405, "GET, HEAD, POST"},
		"POST /Patient/$nonsense":        {404, ""},
		"GET /Patient/$nonsense":         {404, ""},
		"GET /Patient/_search?name=x":    {405, "POST"},
		"PUT /Patient/_search":           {405, "POST"},
		"GET /_search":                   {405, "POST"},
		"DELETE /Patient/_history":       {405, "GET, HEAD"},
		"PUT /Patient/_history":          {405, "GET, HEAD"},
		"POST /Patient/_history":         {405, "GET, HEAD"},
		"POST /Patient/p/_history":       {405, "GET, HEAD"},
		"PUT /_history":                  {405, "GET, HEAD"},
		"GET /_history/1":                {404, ""},
		"POST /metadata":                 {405, "GET, HEAD"},
		"DELETE /metadata":               {405, "GET, HEAD"},
		"OPTIONS /metadata":              {405, "GET, HEAD"},
		"OPTIONS /Patient/_search":       {405, "POST"},
		"GET /Patient/p/_search":         {404, ""},
		"POST " + root + "/healthz":      {405, "GET, HEAD"},
		"DELETE ":                        {405, "GET, HEAD, POST"},
		"DELETE /Patient/p/Observation":  {405, "GET, HEAD"},
		"POST /Patient/p/$nonsense":      {404, ""},
		"GET /Patient/p/$nonsense":       {404, ""},
		"PATCH /Patient/p/_history/1":    {405, "GET, HEAD"},
		"POST /Patient/p":                {405, "GET, HEAD, PUT, PATCH, DELETE"},
		"DELETE /Patient/p/_history/1":   {405, "GET, HEAD"},
		"OPTIONS /Patient/p":             {405, "GET, HEAD, PUT, PATCH, DELETE"},
		"BREW /Patient/p":                {405, "GET, HEAD, PUT, PATCH, DELETE"},
	} {
		got := a.do(call, "").want(want.status).issue("not-supported")
		if !sameMethods(got.header.Get("Allow"), want.allow) {
			t.Errorf("%s: Allow %q, want %q", call, got.header.Get("Allow"), want.allow)
		}
	}
}

// sameMethods compares two Allow headers, in which order means nothing.
func sameMethods(got, want string) bool {
	count := map[string]int{}
	for m := range strings.SplitSeq(got, ", ") {
		count[m]++
	}
	for m := range strings.SplitSeq(want, ", ") {
		count[m]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestRefusedTargets(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "A")).want(201)
	a.do("GET /Patient/%70", "").want(200) // an encoding that says nothing else
	for call, want := range map[string]struct {
		status int
		code   string
	}{
		"GET /Patient%2Fp":                {400, "invalid"},
		"GET /Patient/p%2f_history":       {400, "invalid"},
		"DELETE /Patient%2fp":             {400, "invalid"},
		"GET /Patient/..%2F..%2Fmetadata": {400, "invalid"},
		"GET /Patient/../metadata":        {404, "not-supported"},
		"GET //Patient/p":                 {404, "not-supported"},
		"GET /Patient//p":                 {404, "not-supported"},
		"GET /Patient/p/":                 {404, "not-supported"},
		"GET /Patient/%00":                {404, "not-found"},
		"GET /Patient/..":                 {404, ""},
		"GET /Patient?family=" + strings.Repeat("x", 33_000):  {414, "too-long"},
		"DELETE /Patient/" + strings.Repeat("x", 33_000):      {414, "too-long"},
		"GET /Patient?_id=" + strings.Repeat("p,", 400) + "p": {200, ""},
		"GET /Patient/p?_format=nonsense":                     {406, "not-supported"},
		"GET /Patient/none?_format=xml":                       {406, "not-supported"},
		"POST /Patient/p?_method=DELETE":                      {405, "not-supported"},
		"POST /Patient?_method=DELETE":                        {400, "not-supported"},
	} {
		got := a.do(call, "", "X-HTTP-Method-Override: DELETE", "X-Http-Method: DELETE", "X-Method-Override: DELETE")
		if got.status != want.status {
			t.Errorf("%.80s: status %d, want %d\n%s", call, got.status, want.status, got.text)
			continue
		}
		if want.code != "" {
			got.issue(want.code)
		}
	}
	a.do("GET /Patient/p", "").want(200)
	for _, call := range []string{"HEAD /Patient/none", "HEAD /none", "HEAD /Patient?shoe-size=44"} {
		got, get := a.do(call, ""), a.do(strings.Replace(call, "HEAD", "GET", 1), "")
		if got.text != "" || got.status != get.status || got.header.Get("Content-Length") != get.header.Get("Content-Length") || got.header.Get("Content-Type") != get.header.Get("Content-Type") {
			t.Errorf("%s: %d %v, GET: %d %v", call, got.status, got.header, get.status, get.header)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	a := serve(t, func(c *server.Config) { c.MaxBody = 1000 })
	a.do("PUT /Patient/p", patient("p", "Short")).want(201)
	long := patient("q", strings.Repeat("x", 1000))
	a.do("PUT /Patient/q", long).want(413).issue("too-long")
	a.do("PUT /Patient/q", long, "Transfer-Encoding: chunked").want(413)
	a.do("POST ", transaction(put("Patient/q", long))).want(413).issue("too-long")
	a.do("POST /$immds-forecast", ask("2021-01-01", long)).want(413).issue("too-long")
	a.do("POST /Patient/_search", "family="+strings.Repeat("x", 1000), "Content-Type: application/x-www-form-urlencoded").want(413).issue("too-long")
	a.do("GET /Patient/q", "").want(404)

	// A length that is not told is found out.
	r, err := http.NewRequest("POST", a.base+"/Patient", struct{ *strings.Reader }{strings.NewReader(long)})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/fhir+json")
	response, err := a.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if r.ContentLength != 0 || response.StatusCode != 413 {
		t.Errorf("a long body without Content-Length: status %d, want 413", response.StatusCode)
	}
}

func TestRequestID(t *testing.T) {
	a := serve(t)
	for sent, echoed := range map[string]bool{
		"abc-1.2_3":             true,
		"":                      false,
		"two words":             false,
		`x"y`:                   false,
		strings.Repeat("x", 65): false,
	} {
		got := a.do("GET /Patient/p", "", "X-Request-Id: "+sent).header.Get("X-Request-Id")
		if got == "" || (got == sent) != echoed {
			t.Errorf("X-Request-Id %q was answered with %q", sent, got)
		}
		if !strings.Contains(a.log.String(), `"request":"`+got+`"`) {
			t.Errorf("the log does not have %q", got)
		}
	}
}

// No name, query value, token or content reaches the log.
func TestLogHoldsNoContent(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "Kowalczyk")).want(201)
	a.do("GET /Patient?family=Kowalczyk", "", "Authorization: Bearer kowalczyk").want(200)
	a.do("GET /Patient/Kowalczyk%0d%0aKowalczyk", "").want(404)
	a.do("GET /Kowalczyk/p", "").want(404)
	a.do("GET /Kowalczyk/p/q/r/s", "").want(404)
	a.do("GET /Patient?birthdate=Kowalczyk", "").want(400)
	a.do("POST /Patient", `{"resourceType":"Patient","gender":"Kowalczyk","Kowalczyk":1}`).want(400)
	a.do("POST /Patient", `{"resourceType":"Patient","name":"Kowalczyk`).want(400)
	a.do("KOWALCZYK /Patient/p", "").want(405)
	text := a.log.String()
	if strings.Contains(strings.ToLower(text), "kowalczyk") {
		t.Errorf("the log has a name:\n%s", text)
	}
	for _, want := range []string{`"route":"/fhir/:type/:id"`, `"type":"Patient"`, `"id":"p"`, `"status":201`, `"code":"not-found"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not have %s:\n%s", want, text)
		}
	}
}

// operation adds a system level operation that does what a test wants.
func operation(code string, run func(context.Context) error) func(*server.Config) {
	return func(c *server.Config) {
		c.Operations = append(c.Operations, operations.Operation{Code: code, Definition: "http://example.org/" + code, GET: true,
			Run: func(ctx context.Context, dst []byte, _ operations.Request) ([]byte, error) {
				return append(dst, `{"resourceType":"Parameters"}`...), run(ctx)
			}})
	}
}

func TestInternalErrors(t *testing.T) {
	a := serve(t,
		operation("panic", func(context.Context) error { panic("secret of Kowalczyk") }),
		operation("fail", func(context.Context) error { return errors.New("secret path") }),
		operation("late", func(context.Context) error { return fmt.Errorf("look: %w", context.DeadlineExceeded) }),
		operation("busy", func(context.Context) error { return fmt.Errorf("look: %w", resources.ErrBusy) }),
		operation("forbidden", func(context.Context) error { return fmt.Errorf("look at secret: %w", resources.ErrForbidden) }),
	)
	for call, want := range map[string]struct {
		status int
		code   string
	}{
		"GET /$panic": {500, "exception"}, "GET /$fail": {500, "exception"}, "GET /$late": {504, "timeout"},
		"GET /$busy": {503, "conflict"}, "GET /$forbidden": {403, "forbidden"},
	} {
		got := a.do(call, "").want(want.status).issue(want.code)
		if strings.Contains(got.text, "secret") || strings.Contains(got.text, ".go") {
			t.Errorf("%s tells internals: %s", call, got.text)
		}
		if (want.status == 503) != (got.header.Get("Retry-After") != "") {
			t.Errorf("%s: Retry-After %q", call, got.header.Get("Retry-After"))
		}
	}
	text := a.log.String()
	if !strings.Contains(text, "secret path") || !strings.Contains(text, "protect_test.go") || strings.Contains(text, "Kowalczyk") {
		t.Errorf("the log must have the error's text and the panic's stack, not what was thrown:\n%s", text)
	}
	a.do("GET /metadata", "").want(200) // still serves
}

func TestTooManyRequests(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	a := serve(t, func(c *server.Config) { c.MaxRequests = 1 },
		operation("wait", func(context.Context) error { entered <- struct{}{}; <-leave; return nil }))
	done := make(chan error, 1)
	go func() {
		_, err := a.try("GET /$wait", "")
		done <- err
	}()
	<-entered
	if got := a.do("GET /Patient/p", "").want(503).issue("throttled"); got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	a.do("GET "+strings.TrimSuffix(a.base, server.Mount)+"/healthz", "").want(200)
	close(leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	a.do("GET /Patient/p", "").want(404)
}

// Of requests with large bodies only so many are read at a time; the others wait.
func TestLargeBodies(t *testing.T) {
	a := serve(t, func(c *server.Config) { c.MaxLarge = 1 })
	large := patient("p", "Long") + strings.Repeat(" ", 3<<20)
	for i, got := range together(t, 4, func(i int) (answer, error) {
		return a.try(fmt.Sprintf("PUT /Patient/p%d", i), strings.Replace(large, `"p"`, fmt.Sprintf(`"p%d"`, i), 1))
	}) {
		if got.status != 201 {
			t.Errorf("large body %d: status %d %.200s", i, got.status, got.text)
		}
	}
	a.do("PUT /Patient/p", large).want(201) // every place was given back
}

// A page of a stranger, in a browser on this machine, can neither read nor write.
func TestForeignPages(t *testing.T) {
	a := serve(t, func(c *server.Config) { c.Hosts = []string{"localhost", "127.0.0.1", "::1"} })
	body := patient("p", "First")
	for _, host := range []string{"localhost", "localhost:8080", "LOCALHOST", "127.0.0.1:1", "[::1]:8080", "localhost."} {
		a.do("PUT /Patient/p", body, "Host: "+host)
		a.do("GET /Patient/p", "", "Host: "+host).want(200)
	}
	for _, host := range []string{"rebound.example", "127.0.0.1.example", "localhost.example:8080", "[::2]:80", "127.0.0.2"} {
		a.do("GET /Patient/p", "", "Host: "+host).want(421).issue("security")
		a.do("DELETE /Patient/p", "", "Host: "+host).want(421).issue("security")
	}
	a.do("DELETE /Patient/p", "", "Sec-Fetch-Site: cross-site").want(403).issue("security")
	a.do("DELETE /Patient/p", "", "Origin: https://evil.example").want(403).issue("security")
	if got := a.do("GET /Patient/p", "", "Origin: https://evil.example").want(200); got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("an origin is allowed")
	}
	a.do("DELETE /Patient/p", "", "Sec-Fetch-Site: same-origin").want(204)
}

func TestHealth(t *testing.T) {
	a := serve(t)
	root := strings.TrimSuffix(a.base, server.Mount)
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := a.do("GET "+root+path, "").want(200); got.text != "ok\n" {
			t.Errorf("%s: %q", path, got.text)
		}
	}
}

func TestAuthorize(t *testing.T) {
	a := serve(t, func(c *server.Config) {
		c.Authorize = func(r *http.Request) (resources.Access, error) {
			if r.Header.Get("Authorization") == "" {
				return resources.Access{}, resources.ErrForbidden
			}
			return resources.Access{}, nil // may see nothing
		}
	})
	a.do("GET /Patient/p", "").want(403).issue("forbidden")
	for _, call := range []string{"GET /Patient/p", "GET /Patient?family=x", "GET /Patient/p/_history", "GET /Patient/p/$immds-forecast", "DELETE /Patient/p"} {
		a.do(call, "", "Authorization: Bearer x").want(403).issue("forbidden")
	}
	a.do("PUT /Patient/p", patient("p", "A"), "Authorization: Bearer x").want(403).issue("forbidden")
}
