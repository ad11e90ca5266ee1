package suite

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// answer is what a server said to one request. body is its JSON.
type answer struct {
	s      *Session
	call   string
	status int
	header http.Header
	raw    []byte
	body   value
}

// maxAnswer is how many bytes of an answer are read.
const maxAnswer = 64 << 20

// do sends a request, written as method and path: GET /Patient/1. A path that
// begins with http is a whole URL. Headers are written as they are sent; one
// without a value is left out where it would be sent by itself.
func (s *Session) do(call, body string, headers ...string) *answer {
	a, err := s.try(s.ctx, call, body, headers...)
	if err != nil {
		s.fatalf("%s: %v", s.expand(call), err)
	}
	return a
}

// try is do for requests sent at the same time from several goroutines.
func (s *Session) try(ctx context.Context, call, body string, headers ...string) (*answer, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(s.expand(body))
	}
	return s.send(ctx, call, reader, headers...)
}

// send sends a request with a body of any kind.
func (s *Session) send(ctx context.Context, call string, body io.Reader, headers ...string) (*answer, error) {
	method, path, _ := strings.Cut(s.expand(call), " ")
	target := path
	if !strings.HasPrefix(path, "http") {
		target = s.Base + path
	}
	request, err := http.NewRequestWithContext(ctx, method, escape(target), body)
	if err != nil {
		return nil, err
	}
	for name, values := range s.Header {
		request.Header[name] = values
	}
	request.Header.Set("Accept", "application/fhir+json")
	if body != nil {
		request.Header.Set("Content-Type", "application/fhir+json")
	}
	for _, h := range headers {
		name, text, _ := strings.Cut(s.expand(h), ":")
		if text = strings.TrimSpace(text); text == "" {
			request.Header.Del(name)
			continue
		}
		request.Header.Set(name, text)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	a := &answer{s: s, call: method + " " + path, status: response.StatusCode, header: response.Header}
	if len(a.call) > 300 {
		a.call = a.call[:300] + "..."
	}
	if a.raw, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	a.body, _ = parse(a.raw)
	s.watch.see(a, method)
	s.made.see(a, method)
	return a, nil
}

// escape percent-encodes what a URL may not hold as it is, and leaves the rest:
// checks are written in plain text.
func escape(target string) string {
	const allowed = "-._~:/?#[]@!$&'()*+,;=%"
	var b strings.Builder
	for i := range len(target) {
		c := target[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(allowed, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// want notes a status that is none of those.
func (a *answer) want(statuses ...int) *answer {
	if !slices.Contains(statuses, a.status) {
		a.s.errorf("%s: status %d, want %s: %s", a.call, a.status, either(statuses), a.excerpt())
	}
	return a
}

// must is want that ends the check.
func (a *answer) must(statuses ...int) *answer {
	if !slices.Contains(statuses, a.status) {
		a.s.fatalf("%s: status %d, want %s: %s", a.call, a.status, either(statuses), a.excerpt())
	}
	return a
}

// refused notes a status that is none of those, and an answer that is no
// OperationOutcome that tells an error.
func (a *answer) refused(statuses ...int) *answer {
	a.want(statuses...)
	if why := a.outcomeFault(); why != "" && slices.Contains(statuses, a.status) {
		a.s.errorf("%s: status %d, but %s: %s", a.call, a.status, why, a.excerpt())
	}
	return a
}

// equal notes a part of the body that is not as it must be.
func (a *answer) equal(path, want string) *answer {
	if got := a.get(path); got != a.s.expand(want) {
		a.s.errorf("%s: %s is %q, want %q", a.call, path, got, a.s.expand(want))
	}
	return a
}

// get is the text at a path of the body.
func (a *answer) get(path string) string { return a.body.get(path).text() }

// etag is the version that the ETag names, empty when there is no weak ETag.
func (a *answer) etag() string {
	tag, ok := strings.CutPrefix(a.header.Get("ETag"), `W/"`)
	if version, closed := strings.CutSuffix(tag, `"`); ok && closed {
		return version
	}
	return ""
}

var locations = regexp.MustCompile(`/([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([A-Za-z0-9\-.]{1,64}))?$`)

// location takes apart the Location of a change: type, id and version.
func location(text string) (resourceType, id, version string) {
	if m := locations.FindStringSubmatch(text); m != nil {
		return m[1], m[2], m[3]
	}
	return "", "", ""
}

// id is that of the resource that the answer is about.
func (a *answer) id() string {
	_, id, _ := location(a.header.Get("Location"))
	if id == "" && a.get("resourceType") != "OperationOutcome" {
		id = a.get("id")
	}
	return id
}

// excerpt is the beginning of the body.
func (a *answer) excerpt() string {
	const most = 300
	if len(a.raw) > most {
		return string(a.raw[:most]) + "..."
	}
	return string(a.raw)
}

func either(statuses []int) string {
	texts := make([]string, len(statuses))
	for i, status := range statuses {
		texts[i] = fmt.Sprint(status)
	}
	return strings.Join(texts, " or ")
}

// queryOf is the query of a URL, taken apart.
func queryOf(link string) url.Values {
	u, err := url.Parse(link)
	if err != nil {
		return nil
	}
	return u.Query()
}
