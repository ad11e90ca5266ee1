package importer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// resolve finds the one resource that a conditional reference matches, and
// remembers it: the references of a file are mostly to the same few resources.
func (t *HTTPTarget) resolve(ctx context.Context, ref fhir.Reference, at codec.Value) (string, error) {
	t.mu.Lock()
	to, ok := t.resolved[ref.Text]
	t.mu.Unlock()
	if ok {
		return to, nil
	}
	ids, err := t.search(ctx, ref.Type, ref.Query)
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", fhir.NewInvalid(resources.ErrUnresolved, fhir.CodeNotFound, at.Path(), "the conditional reference matches no "+ref.Type)
	case len(ids) > 1:
		return "", fhir.NewInvalid(resources.ErrMultipleMatches, fhir.CodeMultipleMatches, at.Path(), "the conditional reference matches more than one "+ref.Type)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.resolved) >= 1_000_000 {
		clear(t.resolved)
	}
	t.resolved[ref.Text] = ref.Type + "/" + ids[0]
	return t.resolved[ref.Text], nil
}

// search gives the ids of the resources that match, two at most.
func (t *HTTPTarget) search(ctx context.Context, resourceType, query string) ([]string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, refusal(fhir.CodeInvalid, "", "the search of a condition cannot be read")
	}
	values.Set("_count", "2")
	status, bundle, err := t.exchange(ctx, t.base+"/"+resourceType+"?"+values.Encode(), nil)
	switch {
	case err != nil:
		return nil, fmt.Errorf("search for %s: %w", resourceType, err)
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500:
		return nil, fmt.Errorf("search for %s: the server answered with status %d", resourceType, status)
	case status != http.StatusOK:
		return nil, outcome(bundle)
	}
	var ids []string
	for e := range bundle.Get("entry").Each() {
		// A server that knows less than it was asked for may say so in an entry of mode outcome.
		if r := e.Get("resource"); r.ResourceType() == resourceType && e.Get("search").Get("mode").Text() != "include" {
			ids = append(ids, r.Get("id").Text())
		}
	}
	return ids, nil
}

// Missing reads the resources.
func (t *HTTPTarget) Missing(ctx context.Context, targets []string) ([]bool, error) {
	const atOnce = 200
	missing := make([]bool, 0, len(targets))
	for len(targets) > 0 {
		n := min(atOnce, len(targets))
		var reads [][]byte
		for _, target := range targets[:n] {
			reads = append(reads, readEntry(target))
		}
		answers, err := t.batch(ctx, reads)
		if err != nil {
			return nil, fmt.Errorf("look for what references point to: %w", err)
		}
		for _, a := range answers {
			missing = append(missing, a.status != http.StatusOK)
		}
		targets = targets[n:]
	}
	return missing, nil
}
