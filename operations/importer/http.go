package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// HTTPTarget imports through the API of an R4 server: each resource by an
// update with its own id, many at a time in Bundles of type batch. What it asks
// of the server: update as create, read, batch, and search for conditional
// references and for resources that are created on condition.
//
// A resource that the server has already, equal but for what servers set
// themselves (meta.versionId, meta.lastUpdated), is not sent. Of one that is
// sent and accepted, the entity tags before and after tell whether it made a
// new version.
//
// A condition (ifNoneExist) is a search before the update, not part of it:
// against other clients of the server it guarantees nothing.
type HTTPTarget struct {
	base     string
	client   *http.Client
	backoff  time.Duration
	mu       sync.Mutex
	resolved map[string]string // conditional references, and what they matched
}

var _ Target = (*HTTPTarget)(nil)

// HTTPConfig is what an HTTPTarget is made of.
type HTTPConfig struct {
	Base    string        // required: the server's FHIR base URL
	Client  *http.Client  // required; it adds what the server wants for authorization, and has a time limit
	Backoff time.Duration // the wait before the first repetition, doubled for each further one; default half a second
}

// NewHTTPTarget checks the configuration.
func NewHTTPTarget(c HTTPConfig) (*HTTPTarget, error) {
	u, err := url.Parse(c.Base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not the base URL of a server", c.Base)
	}
	if c.Client == nil {
		return nil, errors.New("importer: HTTPConfig.Client is required")
	}
	client := *c.Client
	// A POST that is redirected would arrive as a GET, and what is sent is not for elsewhere.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	setDefault(&c.Backoff, 500*time.Millisecond)
	return &HTTPTarget{base: strings.TrimRight(c.Base, "/"), client: &client, backoff: c.Backoff, resolved: map[string]string{}}, nil
}

// Name is the server's base URL.
func (t *HTTPTarget) Name() string { return t.base }

const (
	mediaType   = "application/fhir+json"
	maxAnswer   = 512 << 20 // bytes of an answer
	maxAttempts = 9         // with the default backoff, in all two minutes
)

// exchange sends a request and reads the answer as JSON; body nil makes it a
// GET. What may pass (no connection, 429, 502, 503, 504) is tried again. Of the
// other answers all that carry FHIR JSON are returned, with their status.
func (t *HTTPTarget) exchange(ctx context.Context, address string, body []byte) (int, codec.Value, error) {
	wait := t.backoff
	for attempt := 1; ; attempt++ {
		status, answer, after, err := t.once(ctx, address, body)
		if err == nil && !passing(status) {
			doc, err := codec.Parse(answer, codec.Limits{Values: maxValues})
			if err != nil {
				return status, codec.Value{}, fmt.Errorf("the server answered with status %d and no FHIR JSON", status)
			}
			return status, doc.Root(), nil
		}
		if err == nil {
			err = fmt.Errorf("the server answered with status %d", status)
		}
		if attempt == maxAttempts || ctx.Err() != nil {
			return 0, codec.Value{}, err
		}
		if err := pause(ctx, max(wait, after)); err != nil {
			return 0, codec.Value{}, err
		}
		wait *= 2
	}
}

// passing reports whether a status may be another one soon.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// once sends a request once. after is how long the server asks to wait.
func (t *HTTPTarget) once(ctx context.Context, address string, body []byte) (status int, answer []byte, after time.Duration, err error) {
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, 0, err
	}
	request.Header.Set("Accept", mediaType)
	if body != nil {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := t.client.Do(request)
	if err != nil {
		return 0, nil, 0, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(answer) > maxAnswer {
		err = fmt.Errorf("the server's answer is longer than %d bytes", maxAnswer)
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		after = min(time.Duration(seconds)*time.Second, 5*time.Minute)
	}
	return response.StatusCode, answer, after, err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// batch sends entries as a Bundle of type batch and gives the entries of the
// answer, as many as were sent. Entries that the server has no time for now are
// sent again. Where it refuses the Bundle as a whole, because it is too large
// for it or one entry spoils it, the halves are sent for themselves.
func (t *HTTPTarget) batch(ctx context.Context, entries [][]byte) ([]answer, error) {
	answers := make([]answer, len(entries))
	waiting := make([]int, len(entries))
	for i := range waiting {
		waiting[i] = i
	}
	wait := t.backoff
	for attempt := 1; len(waiting) > 0; attempt++ {
		if err := t.batchPart(ctx, entries, waiting, answers); err != nil {
			return nil, err
		}
		var again []int
		for _, i := range waiting {
			if passing(answers[i].status) {
				again = append(again, i)
			}
		}
		if waiting = again; len(waiting) == 0 {
			break
		}
		if attempt == maxAttempts {
			return nil, fmt.Errorf("the server answered an entry with status %d, %d times", answers[waiting[0]].status, attempt)
		}
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
		wait *= 2
	}
	return answers, nil
}

// batchPart sends the entries of the given numbers once.
func (t *HTTPTarget) batchPart(ctx context.Context, entries [][]byte, numbers []int, answers []answer) error {
	body := []byte(`{"resourceType":"Bundle","type":"batch","entry":[`)
	for n, i := range numbers {
		if n > 0 {
			body = append(body, ',')
		}
		body = append(body, entries[i]...)
	}
	body = append(body, "]}"...)
	status, bundle, err := t.exchange(ctx, t.base, body)
	switch {
	case err != nil:
		return fmt.Errorf("send a batch: %w", err)
	case status == http.StatusOK && bundle.Get("type").Text() == "batch-response" && bundle.Get("entry").Len() == len(numbers):
		e := bundle.Get("entry").First()
		for _, i := range numbers {
			answers[i] = readAnswer(e)
			e = e.Next()
		}
		return nil
	case status < 400 || status >= 500 || status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound:
		// The outcome is no refusal of the records, and must not be taken for one.
		return fmt.Errorf("send a batch: the server answered with status %d: %v", status, outcome(bundle))
	case len(numbers) == 1:
		answers[numbers[0]] = answer{status: status, err: outcome(bundle)}
		return nil
	}
	half := len(numbers) / 2
	if err := t.batchPart(ctx, entries, numbers[:half], answers); err != nil {
		return err
	}
	return t.batchPart(ctx, entries, numbers[half:], answers)
}

// answer is an entry of a batch-response.
type answer struct {
	status   int
	etag     string
	resource codec.Value
	err      *fhir.Invalid // what the server says when the status is no success
}

func readAnswer(entry codec.Value) answer {
	response := entry.Get("response")
	text := response.Get("status").Text()
	status, _ := strconv.Atoi(text[:min(3, len(text))])
	a := answer{status: status, etag: response.Get("etag").Text(), resource: entry.Get("resource")}
	if status < 200 || status >= 300 {
		said := response.Get("outcome")
		if !said.Exists() {
			said = entry.Get("resource")
		}
		a.err = outcome(said)
	}
	return a
}

// outcome reads an OperationOutcome.
func outcome(v codec.Value) *fhir.Invalid {
	invalid := &fhir.Invalid{}
	for i := range v.Get("issue").Each() {
		issue := fhir.Issue{
			Severity: fhir.Severity(printable(i.Get("severity").Text())), Code: fhir.IssueCode(printable(i.Get("code").Text())),
			Expression: printable(i.Get("expression").At(0).Text()), Text: printable(i.Get("diagnostics").Text()),
		}
		if issue.Text == "" {
			issue.Text = printable(i.Get("details").Get("text").Text())
		}
		invalid.Issues = append(invalid.Issues, issue)
	}
	if len(invalid.Issues) == 0 {
		invalid.Issues = []fhir.Issue{{Severity: fhir.Error, Code: fhir.CodeProcessing, Text: "the server refused it without saying why"}}
	}
	return invalid
}
