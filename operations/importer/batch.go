package importer

import (
	"context"
	"errors"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// item is one text that holds a resource or a Bundle: a line or a file.
type item struct {
	source *source
	line   int64 // from 1; 0 for a whole file
	text   string
	length int64  // of the line where text is only its beginning, otherwise 0
	fault  string // why it is refused unread, or empty
}

// mark says up to where a source has been read.
type mark struct {
	source *source
	Line   int64
	Offset int64 // bytes of the decompressed text
	Done   bool
	fault  string // why it could not be read to its end, or empty
}

// batch is what one worker takes at a time.
type batch struct {
	turn  int // the batches' order
	rank  int
	items []item
	bytes int64
	marks []mark // where the sources of the batch stand after it

	groups []group
	claims claims
	err    error         // of the target: nothing of the batch counts
	done   chan struct{} // closed when groups have their results
}

// group is what is loaded in one call, within which references by fullUrl are
// resolved: consecutive lone resources, or one Bundle.
type group struct {
	records []record
	urls    map[string]int // fullUrl to the index of the record
}

// record is one resource of the input, and what became of it.
type record struct {
	resources.Record
	item  *item
	entry int    // of Bundle.entry, from 0; -1 outside a Bundle
	typ   string // of the resource, empty when it cannot be read
	raw   string // the resource as it stood in the file
	links []link

	context bool // stored only if there is no resource of its id
	resources.LoadResult
}

func (b *batch) add(it item) {
	b.items = append(b.items, it)
	b.bytes += int64(len(it.text))
}

// mark notes how far a source has been read; the last mark of a source counts.
func (b *batch) mark(m mark) {
	if n := len(b.marks); n > 0 && b.marks[n-1].source == m.source {
		b.marks[n-1] = m
		return
	}
	b.marks = append(b.marks, m)
}

// prepare parses the items and finds out what the batch lays claim to.
func (b *batch) prepare() {
	lone := -1 // the group that lone resources go to
	for i := range b.items {
		records, bundle := b.items[i].parse()
		if bundle {
			b.groups = append(b.groups, newGroup(records))
			lone = -1
			continue
		}
		if lone < 0 {
			b.groups = append(b.groups, group{})
			lone = len(b.groups) - 1
		}
		b.groups[lone].records = append(b.groups[lone].records, records...)
	}
	b.claims = claimsOf(b.groups)
}

// newGroup is the group of a Bundle's records. Two resources cannot both be
// what a fullUrl means.
func newGroup(records []record) group {
	g := group{records: records, urls: make(map[string]int, len(records))}
	for i := range g.records {
		r := &g.records[i]
		if r.Err != nil || r.FullURL == "" {
			continue
		}
		other, taken := g.urls[r.FullURL]
		if taken && (g.records[other].typ != r.typ || g.records[other].ID != r.ID) {
			r.Err = refusal(fhir.CodeDuplicate, entryPath(r.entry)+".fullUrl", "another entry has the same fullUrl")
			continue
		}
		g.urls[r.FullURL] = i
	}
	return g
}

// load has the target load what parsing has not refused.
func (b *batch) load(ctx context.Context, t Target) {
	for _, g := range b.groups {
		var records []resources.Record
		var numbers []int
		for i := range g.records {
			if r := &g.records[i]; r.Err == nil {
				records, numbers = append(records, r.Record), append(numbers, i)
			}
		}
		if len(records) == 0 {
			continue
		}
		results, err := t.Load(ctx, records)
		var invalid *fhir.Invalid
		if err != nil && !errors.As(err, &invalid) {
			b.err = err
			return
		}
		for n, i := range numbers {
			if err != nil { // the records are refused as a whole
				g.records[i].LoadResult = resources.LoadResult{Outcome: resources.Outcome{Effect: resources.Refused}, Err: err}
				continue
			}
			g.records[i].LoadResult = results[n]
		}
	}
}
