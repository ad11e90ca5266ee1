package importer

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
)

// Load stores the records through the server.
func (t *HTTPTarget) Load(ctx context.Context, records []resources.Record) ([]resources.LoadResult, error) {
	l := httpLoad{target: t, records: records, results: make([]resources.LoadResult, len(records)), entries: map[string]string{}}
	if err := l.match(ctx); err != nil {
		return nil, err
	}
	// Two records of one resource must not meet in a batch, whose order is the server's.
	for waiting := l.open(); len(waiting) > 0; {
		var round, later []int
		seen := map[string]bool{}
		for _, i := range waiting {
			if name := l.name(i); seen[name] {
				later = append(later, i)
			} else {
				seen[name] = true
				round = append(round, i)
			}
		}
		if err := l.round(ctx, round); err != nil {
			return nil, err
		}
		waiting = append(l.again(round), later...)
	}
	return l.results, nil
}

// again gives the records of a round whose conditional references matched
// nothing, if the round stored others: what they mean may be among these.
func (l *httpLoad) again(round []int) []int {
	var unresolved []int
	stored := false
	for _, i := range round {
		r := l.results[i]
		if errors.Is(r.Err, resources.ErrUnresolved) {
			unresolved = append(unresolved, i)
		}
		stored = stored || r.Outcome.Effect == resources.Created || r.Outcome.Effect == resources.Updated
	}
	if !stored {
		return nil
	}
	for _, i := range unresolved {
		l.results[i] = resources.LoadResult{}
	}
	return unresolved
}

// httpLoad is one Load in progress.
type httpLoad struct {
	target  *HTTPTarget
	records []resources.Record
	results []resources.LoadResult
	entries map[string]string // fullUrl to Type/id
}

func (l *httpLoad) name(i int) string {
	return l.records[i].Resource.ResourceType() + "/" + l.records[i].ID
}

// set notes the effect on a record.
func (l *httpLoad) set(i int, effect resources.Effect, id string) {
	l.results[i].Outcome = resources.Outcome{
		Effect:  effect,
		Version: resources.Version{Type: l.records[i].Resource.ResourceType(), ID: id},
	}
}

func (l *httpLoad) refuse(i int, err error) {
	l.results[i] = resources.LoadResult{Outcome: resources.Outcome{Effect: resources.Refused}, Err: err}
}

// match decides which records exist by their criteria, and what references to
// the records become.
func (l *httpLoad) match(ctx context.Context) error {
	for i, r := range l.records {
		id := r.ID
		// Both become part of a URL.
		if !isTypeName(r.Resource.ResourceType()) {
			l.refuse(i, refusal(fhir.CodeNotSupported, "resourceType", "there is no resource type of this name in FHIR R4"))
			continue
		}
		if !fhir.ValidID(id) {
			l.refuse(i, refusal(fhir.CodeValue, "id", "an id has 1 to 64 of the characters A-Z a-z 0-9 - ."))
			continue
		}
		if r.Criteria != "" && r.Criteria != onlyIfMissing(id) {
			ids, err := l.target.search(ctx, r.Resource.ResourceType(), r.Criteria)
			var invalid *fhir.Invalid
			switch {
			case errors.As(err, &invalid):
				l.refuse(i, invalid)
			case err != nil:
				return err
			case len(ids) > 1:
				l.refuse(i, fhir.NewInvalid(resources.ErrMultipleMatches, fhir.CodeMultipleMatches, "", "the criteria match more than one "+r.Resource.ResourceType()))
			case len(ids) == 1:
				id = ids[0]
				l.set(i, resources.Matched, id)
			}
		}
		if r.FullURL != "" {
			l.entries[r.FullURL] = r.Resource.ResourceType() + "/" + id
		}
	}
	return nil
}

// open gives the records without a result.
func (l *httpLoad) open() []int {
	var open []int
	for i, r := range l.results {
		if r.Outcome.Effect == 0 {
			open = append(open, i)
		}
	}
	return open
}

// round loads records of different identities: it reads what the server has,
// and sends what differs.
func (l *httpLoad) round(ctx context.Context, numbers []int) error {
	var resolved []int
	texts := map[int][]byte{}
	var reads [][]byte
	for _, i := range numbers {
		text, err := l.text(ctx, i)
		var invalid *fhir.Invalid
		if errors.As(err, &invalid) {
			l.refuse(i, err)
			continue
		}
		if err != nil {
			return err
		}
		texts[i] = text
		resolved = append(resolved, i)
		reads = append(reads, readEntry(l.name(i)))
	}
	if len(resolved) == 0 {
		return nil
	}
	current, err := l.target.batch(ctx, reads)
	if err != nil {
		return err
	}
	var puts [][]byte
	var sent []int // indexes into resolved
	for n, i := range resolved {
		if current[n].status == http.StatusOK && l.records[i].Criteria == onlyIfMissing(l.records[i].ID) {
			l.set(i, resources.Matched, l.records[i].ID)
			continue
		}
		if current[n].status == http.StatusOK && equal(texts[i], current[n].resource, l.records[i].ID) {
			l.set(i, resources.Unchanged, l.records[i].ID)
			continue
		}
		sent = append(sent, n)
		entry := append([]byte(`{"resource":`), texts[i]...)
		puts = append(puts, append(entry, `,"request":{"method":"PUT","url":"`+l.name(i)+`"}}`...))
	}
	if len(sent) == 0 {
		return nil
	}
	answers, err := l.target.batch(ctx, puts)
	if err != nil {
		return err
	}
	for a, n := range sent {
		l.conclude(resolved[n], current[n], answers[a])
	}
	return nil
}

// conclude tells from the answers to a read and an update after it what the
// update did.
func (l *httpLoad) conclude(i int, before, after answer) {
	id := l.records[i].ID
	switch {
	case after.err != nil:
		l.refuse(i, after.err)
	case before.status == http.StatusOK && before.etag != "" && before.etag == after.etag:
		l.set(i, resources.Unchanged, id)
	case after.status == http.StatusCreated || before.status == http.StatusNotFound || before.status == http.StatusGone:
		l.set(i, resources.Created, id)
	default:
		l.set(i, resources.Updated, id)
	}
}

func readEntry(name string) []byte {
	return []byte(`{"request":{"method":"GET","url":"` + name + `"}}`)
}

// text is a record's resource as it is sent: with its id, and its references
// resolved.
func (l *httpLoad) text(ctx context.Context, i int) ([]byte, error) {
	r := &l.records[i]
	edits, err := l.edits(ctx, r)
	if err != nil {
		return nil, err
	}
	b := []byte(`{"resourceType":`)
	b = codec.AppendString(b, r.Resource.ResourceType())
	b = append(b, `,"id":"`+r.ID+`"`...)
	for m := r.Resource.First(); m.Exists(); m = m.Next() {
		if name := m.Name(); name != "resourceType" && name != "id" {
			b = append(b, ',')
			b = codec.AppendString(b, name)
			b = append(b, ':')
			b = m.AppendCompact(b, edits...)
		}
	}
	return append(b, '}'), nil
}

// edits resolves the references of a resource: those to other records by their
// fullUrl, and conditional ones by a search.
func (l *httpLoad) edits(ctx context.Context, r *resources.Record) ([]codec.Edit, error) {
	var edits []codec.Edit
	base := fhir.ParseReference(r.FullURL).Base
	var walk func(codec.Value) error
	walk = func(v codec.Value) error {
		for c := v.First(); c.Exists(); c = c.Next() {
			if c.Kind() != codec.String {
				if err := walk(c); err != nil {
					return err
				}
				continue
			}
			if !isLink(c.Name()) {
				continue
			}
			text := c.Text()
			to, found := l.entries[text]
			if !found && base != "" {
				to, found = l.entries[base+"/"+text]
			}
			if ref := fhir.ParseReference(text); !found && c.Name() == "reference" && ref.Kind == fhir.Conditional {
				var err error
				if to, err = l.target.resolve(ctx, ref, c); err != nil {
					return err
				}
				found = true
			}
			if found && to != text {
				edits = append(edits, codec.Edit{At: c, With: codec.AppendString(nil, to)})
			}
		}
		return nil
	}
	return edits, walk(r.Resource)
}

// isLink reports whether an element of this name can point to another entry of
// a Bundle: references, and elements of type uri, url, oid or uuid. An
// Identifier.value that happens to be a fullUrl is none.
//
// https://hl7.org/fhir/R4/http.html#trules
func isLink(name string) bool {
	switch name {
	case "reference", "url", "uri", "instantiatesUri":
		return true
	}
	return strings.HasPrefix(name, "value") && (strings.HasSuffix(name, "Uri") || strings.HasSuffix(name, "Url") ||
		strings.HasSuffix(name, "Oid") || strings.HasSuffix(name, "Uuid"))
}

// equal reports whether a text says what the server has, but for what servers
// set themselves.
func equal(text []byte, stored codec.Value, id string) bool {
	doc, err := codec.Parse(text, codec.Limits{})
	if err != nil || stored.Kind() != codec.Object {
		return false
	}
	a, b := plain(doc.Root(), id), plain(stored, id)
	return bytes.Equal(a, b) || equalJSON(a, b)
}

// plain is a resource without meta.versionId and meta.lastUpdated of its own.
func plain(resource codec.Value, id string) []byte {
	return codec.NewDraft(resource, id).Append(nil, 1, 0)
}

func equalJSON(a, b []byte) bool {
	x, errX := codec.Parse(a, codec.Limits{})
	y, errY := codec.Parse(b, codec.Limits{})
	return errX == nil && errY == nil && codec.Equal(x.Root(), y.Root())
}
