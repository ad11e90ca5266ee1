package resources

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// EntryResult is what became of one entry of a batch or transaction. Of the
// three results the one that fits the entry's method is set.
type EntryResult struct {
	Method  string         // as the entry says it
	Change  *Outcome       // of POST, PUT, DELETE
	Read    *Version       // of GET Type/id and GET Type/id/_history/version
	View    search.View    // of Read: the part that is wanted
	Known   bool           // of Read: the client has this version already
	Search  *SearchResult  // of GET Type?..., ?..., Type/id/Type?...
	History *HistoryResult // of GET _history, Type/_history, Type/id/_history
	Err     error          // batch alone: the entry was refused
}

// entry is one Bundle.entry of a batch or transaction, taken apart.
type entry struct {
	number int
	path   string // Bundle.entry[3]
	method string
	change *change // of POST, PUT, DELETE
	get    *target // of GET and HEAD
	known  Known   // of a GET or HEAD of one resource
}

// Bundle carries out a batch or transaction. A transaction changes everything
// it says or nothing; then the error names the entry at fault. A batch's
// entries stand each for itself. Results are in the order of the entries.
//
// https://hl7.org/fhir/R4/http.html#transaction
func (s *Service) Bundle(ctx context.Context, a Access, bundle codec.Value, lenient bool) ([]EntryResult, error) {
	return s.BundleOnce(ctx, a, "", bundle, lenient)
}

// BundleOnce is Bundle of a request that may be sent several times, with a key
// that its sender gives to no other; an empty key is none. What a transaction
// has done is not done again; of a batch, which was carried out in part when
// the server stopped, each entry that was not done is. Reads are carried out
// again. ErrKeyReused when the key is that of another Bundle.
func (s *Service) BundleOnce(ctx context.Context, a Access, key string, bundle codec.Value, lenient bool) ([]EntryResult, error) {
	kind := bundle.Get("type").Text()
	if bundle.ResourceType() != "Bundle" || kind != "batch" && kind != "transaction" {
		return nil, fhir.NewInvalid(nil, fhir.CodeInvalid, "Bundle.type",
			"only a Bundle of type batch or transaction can be posted to the base URL; a Bundle of another type is stored by POST to [base]/Bundle")
	}
	if kind == "batch" && s.provenance.Exists() {
		return nil, fhir.NewInvalid(nil, fhir.CodeNotSupported, "Bundle.type",
			"the entries of a batch are changes of their own, and a Provenance that comes with a request is of one; send a transaction, or the Provenance as an entry")
	}
	issues := s.Validate(bundle)
	perEntry := make(map[int][]fhir.Issue)
	if kind == "batch" {
		issues, perEntry = splitByEntry(issues)
	}
	if refuses(issues) {
		return nil, &fhir.Invalid{Issues: issues}
	}
	if n := bundle.Get("entry").Len(); n > s.MaxEntries {
		return nil, fhir.NewInvalid(ErrTooCostly, fhir.CodeTooCostly, "Bundle.entry", fmt.Sprintf("the Bundle has %d entries, at most %d are allowed", n, s.MaxEntries))
	}
	once := s.newOnce(a, key, "bundle", bundle, "")
	if kind == "transaction" {
		return s.transaction(ctx, a, once, bundle, lenient)
	}
	if err := s.claim(ctx, a, once); err != nil {
		return nil, err
	}
	return s.batch(ctx, a, once, bundle, perEntry, lenient), nil
}

// splitByEntry divides issues into those of the Bundle itself and those within
// one entry's resource.
func splitByEntry(issues []fhir.Issue) ([]fhir.Issue, map[int][]fhir.Issue) {
	var own []fhir.Issue
	entries := map[int][]fhir.Issue{}
	for _, issue := range issues {
		rest, ok := strings.CutPrefix(issue.Expression, "Bundle.entry[")
		number, rest, ok2 := strings.Cut(rest, "].resource")
		i, err := strconv.Atoi(number)
		if !ok || !ok2 || err != nil || rest == "" {
			own = append(own, issue)
			continue
		}
		entries[i] = append(entries[i], issue)
	}
	return own, entries
}

func (s *Service) transaction(ctx context.Context, a Access, once *Once, bundle codec.Value, lenient bool) ([]EntryResult, error) {
	var entries []*entry
	var changes []*change
	fullURLs := map[string]string{}
	for v := range bundle.Get("entry").Each() {
		e, err := s.readEntry(v, len(entries))
		if err != nil {
			return nil, err
		}
		if e.change != nil {
			if other, ok := fullURLs[e.change.fullURL]; ok && e.change.fullURL != "" {
				return nil, fhir.NewInvalid(nil, fhir.CodeDuplicate, e.path+".fullUrl", "the fullUrl is that of "+other+" too")
			}
			fullURLs[e.change.fullURL] = e.path
			changes = append(changes, e.change)
		}
		entries = append(entries, e)
	}
	outcomes, err := s.once(ctx, a, once, func() ([]Outcome, error) {
		if err := s.checkReads(ctx, a, entries, fullURLs, lenient); err != nil {
			return nil, err
		}
		return s.perform(ctx, a, changes, once)
	})
	if err != nil {
		return nil, err
	}
	results := make([]EntryResult, len(entries))
	next := 0
	for i, e := range entries {
		if e.change != nil {
			results[i] = EntryResult{Method: e.method, Change: &outcomes[next]}
			next++
			continue
		}
		if results[i], err = s.get(ctx, a, e, lenient); err != nil {
			// What could fail was tried before the changes were made; what is
			// read now depends on them.
			results[i] = EntryResult{Method: e.method, Err: err}
		}
	}
	return results, nil
}

// namesNone refuses a search that names another entry by its fullUrl, which
// would find nothing: the resource is stored under an id.
func (s *Service) namesNone(e *entry, fullURLs map[string]string) error {
	if e.get.id != "" || e.get.history || e.get.query == "" || len(fullURLs) == 0 {
		return nil
	}
	text, _ := cutCursor(e.get.query)
	q, err := s.parseSearch(e.get.typ, text, SearchRequest{Lenient: true, Compartment: e.get.compartment})
	if err != nil {
		return nil // what is wrong with it is said when it is tried
	}
	for _, b := range q.Branches() {
		withTargets(b.Where, func(url string) (string, bool) {
			if other, ok := fullURLs[url]; ok && err == nil {
				err = fhir.NewInvalid(nil, fhir.CodeNotSupported, e.path+".request.url",
					"a search cannot name "+other+" by its fullUrl; say what identifies the resource, as in patient.identifier=")
			}
			return "", false
		})
	}
	return err
}

// checkReads fails a transaction before anything is changed when one of its
// reads cannot succeed.
func (s *Service) checkReads(ctx context.Context, a Access, entries []*entry, fullURLs map[string]string, lenient bool) error {
	for _, e := range entries {
		if e.get == nil {
			continue
		}
		if err := s.namesNone(e, fullURLs); err != nil {
			return err
		}
		writes := func(other *entry) bool {
			return other.change != nil && other.change.typ == e.get.typ && other.change.id == e.get.id
		}
		changed := false
		for _, other := range entries {
			changed = changed || e.get.id != "" && writes(other)
		}
		if changed {
			continue
		}
		if _, err := s.get(ctx, a, e, lenient); err != nil {
			return &EntryError{e.path, err}
		}
	}
	return nil
}

// batchWriters is how many changes of a batch are under way at a time: enough
// that they share the store's syncs.
const batchWriters = 16

// batch carries out the entries, each for itself: the changes first, and after
// them the reads. Changes of one resource are made in the order of the entries.
func (s *Service) batch(ctx context.Context, a Access, once *Once, bundle codec.Value, issues map[int][]fhir.Issue, lenient bool) []EntryResult {
	fullURLs := map[string]int{}
	results := make([]EntryResult, bundle.Get("entry").Len())
	var reads []*entry
	var order []string
	queues := map[string][]*entry{}
	i := 0
	for v := range bundle.Get("entry").Each() {
		// What is created under a URL of another server gets an id here, so that no
		// reference to it can be right; what is updated keeps its id.
		u, method := v.Get("fullUrl").Text(), v.Get("request").Get("method").Text()
		if strings.HasPrefix(u, "urn:") || u != "" && method == "POST" {
			fullURLs[u] = i
		}
		e, err := s.readEntry(v, i)
		if err != nil {
			results[i] = EntryResult{Method: v.Get("request").Get("method").Text(), Err: err}
			i++
			continue
		}
		e.number = i
		i++
		if e.get != nil {
			reads = append(reads, e)
			continue
		}
		queue := e.change.typ + "/" + e.change.id
		if e.change.id == "" {
			queue = e.path
		}
		if queues[queue] == nil {
			order = append(order, queue)
		}
		queues[queue] = append(queues[queue], e)
	}
	var writers sync.WaitGroup
	slots := make(chan struct{}, batchWriters)
	for _, queue := range order {
		slots <- struct{}{}
		writers.Go(func() {
			defer func() { <-slots }()
			for _, e := range queues[queue] {
				results[e.number] = s.batchChange(ctx, a, once.entry(e.number), e, issues[e.number], fullURLs)
			}
		})
	}
	writers.Wait()
	for _, e := range reads {
		result, err := s.get(ctx, a, e, lenient)
		if err != nil {
			result = EntryResult{Method: e.method, Err: err}
		}
		results[e.number] = result
	}
	return results
}

// batchChange makes one change of a batch.
func (s *Service) batchChange(ctx context.Context, a Access, once *Once, e *entry, issues []fhir.Issue, fullURLs map[string]int) EntryResult {
	result := EntryResult{Method: e.method}
	if refuses(issues) {
		result.Err = &fhir.Invalid{Issues: issues}
		return result
	}
	if result.Err = s.independent(e.change, e.number, fullURLs); result.Err != nil {
		return result
	}
	e.change.fullURL = "" // it names the resource for other entries of a transaction, of which a batch has none
	outcome, err := s.performOne(ctx, a, e.change, once)
	if err != nil {
		result.Err = err
		return result
	}
	result.Change = &outcome
	return result
}

// independent refuses an entry of a batch that refers to another entry: there
// the two would have to be a transaction.
func (s *Service) independent(c *change, i int, fullURLs map[string]int) error {
	var err error
	base := fhir.ParseReference(c.fullURL).Base
	check := func(link, expression string) {
		j, ok := fullURLs[link]
		if !ok && base != "" {
			j, ok = fullURLs[base+"/"+link]
		}
		if ok && j != i && err == nil {
			err = fhir.NewInvalid(nil, fhir.CodeInvalid, expression, fmt.Sprintf("entries of a batch cannot refer to each other, and this is entry %d; send a transaction", j))
		}
	}
	s.links.walk(c.resource, func(kind linkKind, v codec.Value) {
		if kind == referenceLink {
			check(v.Text(), v.Path())
		}
	})
	if c.criteria != nil {
		withTargets(c.criteria.Where, func(url string) (string, bool) {
			check(url, expression(c.path, "request"))
			return "", false
		})
	}
	return err
}

// get answers a GET entry.
func (s *Service) get(ctx context.Context, a Access, e *entry, lenient bool) (EntryResult, error) {
	result := EntryResult{Method: e.method}
	t := e.get
	switch {
	case t.history && t.version == "":
		h, err := s.History(ctx, a, HistoryRequest{Type: t.typ, ID: t.id, Query: t.query, Lenient: lenient})
		result.History = &h
		return result, err
	case t.id != "":
		view, err := s.View(t.typ, t.query, lenient)
		if err != nil {
			return result, err
		}
		var v Version
		if t.version != "" {
			v, err = s.VersionRead(ctx, a, t.typ, t.id, t.version)
		} else {
			v, err = s.Read(ctx, a, t.typ, t.id)
		}
		result.Read, result.View, result.Known = &v, view, e.known.Has(v)
		return result, err
	}
	found, err := s.Find(ctx, a, t.typ, SearchRequest{Query: t.query, Lenient: lenient, Compartment: t.compartment})
	result.Search = &found
	return result, err
}
