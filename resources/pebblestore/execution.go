package pebblestore

import (
	"bytes"
	"cmp"
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// execution is one search under way, by one goroutine. Its first error ends
// it: streams then are at their end.
type execution struct {
	ctx     context.Context
	s       *Store
	r       pebble.Reader
	limits  Limits
	quick   bool // rather read candidates than go through all of an index
	counted bool // whether counting was tried
	enough  int  // how many matches of one condition need not all be known; 0 if all are wanted
	err     error
	keys    int // looked at
	records int // read
	open    map[*keyStream]struct{}
	current *pebble.Iterator // over records; nil until one is read
	nodes   map[search.Condition]*node
	entries []search.Entry // scratch
	last    *candidate     // the resource read last
}

func (s *Store) newExecution(ctx context.Context, r pebble.Reader, limits Limits) *execution {
	return &execution{ctx: ctx, s: s, r: r, limits: limits, open: map[*keyStream]struct{}{}, nodes: map[search.Condition]*node{}}
}

// close ends the execution and gives its error.
func (x *execution) close() error {
	for k := range x.open {
		k.close()
	}
	if x.current != nil {
		if err := x.current.Close(); err != nil {
			x.fail(err)
		}
	}
	return x.err
}

// fail sets the error, unless there is one.
func (x *execution) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

// step counts a key that was looked at, and reports whether to go on.
func (x *execution) step() bool {
	if x.keys++; x.keys&0xFF == 0 {
		if err := x.ctx.Err(); err != nil {
			x.fail(err)
		}
	}
	if x.keys > x.limits.Keys {
		x.fail(tooCostly("it looks at more than %d index entries; add a more selective condition", x.limits.Keys))
	}
	return x.err == nil
}

// candidate is a resource that may match, read only as far as needed.
type candidate struct {
	x      *execution
	t      typeID
	name   string // of the type
	rid    uint64
	record []byte
	parsed codec.Value
}

// load reads a resource; nil after a failure.
func (x *execution) load(name string, t typeID, rid uint64) *candidate {
	if x.last != nil && x.last.rid == rid && x.last.t == t {
		return x.last
	}
	// One iterator serves all: what is found together mostly lies together, so
	// the next record is often in the block that has just been read.
	if x.current == nil {
		it, err := x.r.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceCurrent}, UpperBound: []byte{spaceCurrent + 1}})
		if err != nil {
			x.fail(err)
			return nil
		}
		x.current = it
	}
	key := currentKey(t, rid)
	if !x.reach(key) {
		x.fail(cmp.Or(x.current.Error(), errCorrupt))
		return nil
	}
	x.last = &candidate{x: x, t: t, name: name, rid: rid, record: bytes.Clone(x.current.Value())}
	return x.last
}

// reach moves the iterator over records to a key, and reports whether it is there. Often
// the record wanted next is the next one, or nearly.
func (x *execution) reach(key []byte) bool {
	for range nearby {
		if !x.current.Valid() || bytes.Compare(x.current.Key(), key) >= 0 {
			break
		}
		x.current.Next()
	}
	if x.current.Valid() && bytes.Equal(x.current.Key(), key) {
		return true
	}
	return x.current.SeekGE(key) && bytes.Equal(x.current.Key(), key)
}

// examined counts a resource that is read to decide a condition.
func (x *execution) examined() bool {
	if x.records++; x.records&0xF == 0 {
		if err := x.ctx.Err(); err != nil {
			x.fail(err)
		}
	}
	if x.records > x.limits.Records {
		x.fail(tooCostly("it reads more than %d resources; add a more selective condition", x.limits.Records))
	}
	return x.err == nil
}

func (c *candidate) version() resources.Version {
	v, err := readVersion(c.name, c.record)
	if err != nil {
		c.x.fail(err)
	}
	return v
}

// root is the resource's JSON, parsed once.
func (c *candidate) root() codec.Value {
	if !c.parsed.Exists() {
		_, json, err := readHead(c.record)
		if err != nil {
			c.x.fail(err)
			return codec.Value{}
		}
		document, err := parseStored(json)
		if err != nil {
			c.x.fail(errors.Join(errCorrupt, err))
			return codec.Value{}
		}
		c.parsed = document.Root()
	}
	return c.parsed
}

// entriesOf are the entries of the resource under a parameter, valid until
// the next call.
func (c *candidate) entriesOf(p *search.Parameter) []search.Entry {
	x := c.x
	if p.Code == "_lastUpdated" {
		h, _, err := readHead(c.record)
		if err != nil {
			x.fail(err)
		}
		x.entries = append(x.entries[:0], lastUpdatedEntry(p, h.lastUpdated))
		return x.entries
	}
	x.entries = x.s.registry.AppendParameter(x.entries[:0], c.root(), p)
	return x.entries
}
