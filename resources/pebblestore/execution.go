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
	lives   *pebble.Iterator // over live keys; nil until an id is wanted
	nodes   map[search.Condition]*node
	entries []search.Entry // scratch
	last    *candidate     // the resource looked at last
}

func (s *Store) newExecution(ctx context.Context, r pebble.Reader, limits Limits) *execution {
	return &execution{ctx: ctx, s: s, r: r, limits: limits, open: map[*keyStream]struct{}{}, nodes: map[search.Condition]*node{}}
}

// close ends the execution and gives its error.
func (x *execution) close() error {
	for k := range x.open {
		k.close()
	}
	for _, it := range []*pebble.Iterator{x.current, x.lives} {
		if it == nil {
			continue
		}
		if err := it.Close(); err != nil {
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

// candidate is a resource that is not read yet, unless it was the last one.
func (x *execution) candidate(name string, t typeID, rid uint64) *candidate {
	if x.last == nil || x.last.rid != rid || x.last.t != t {
		x.last = &candidate{x: x, t: t, name: name, rid: rid}
	}
	return x.last
}

// load reads a resource; nil after a failure.
func (x *execution) load(name string, t typeID, rid uint64) *candidate {
	if c := x.candidate(name, t, rid); c.read() {
		return c
	}
	return nil
}

// read reads the record, and reports false after a failure.
func (c *candidate) read() bool {
	if c.record == nil {
		c.record = bytes.Clone(c.x.at(&c.x.current, currentKey(c.t, c.rid)))
	}
	return c.record != nil
}

// id is the resource's id as keys have it, valid until the next call. What was not read
// need not be for that.
func (c *candidate) id() []byte {
	_, id, err := readLive(c.x.at(&c.x.lives, liveKey(c.t, c.rid)))
	if err != nil {
		c.x.fail(err)
	}
	return id
}

// at gives the value of a key, valid until the next call; nil after a failure. One
// iterator serves all keys of a space: what is found together mostly lies together, so
// that the key wanted next is often the next one, or in the block that has just been read.
func (x *execution) at(over **pebble.Iterator, key []byte) []byte {
	if *over == nil {
		it, err := x.r.NewIter(&pebble.IterOptions{LowerBound: key[:1], UpperBound: after(key[:1])})
		if err != nil {
			x.fail(err)
			return nil
		}
		*over = it
	}
	it := *over
	for range nearby {
		if !it.Valid() || bytes.Compare(it.Key(), key) >= 0 {
			break
		}
		it.Next()
	}
	if it.Valid() && bytes.Equal(it.Key(), key) || it.SeekGE(key) && bytes.Equal(it.Key(), key) {
		return it.Value()
	}
	x.fail(cmp.Or(it.Error(), errCorrupt))
	return nil
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
	if !c.read() {
		return resources.Version{}
	}
	v, err := readVersion(c.name, c.record)
	if err != nil {
		c.x.fail(err)
	}
	return v
}

// root is the resource's JSON, parsed once.
func (c *candidate) root() codec.Value {
	if !c.parsed.Exists() {
		if !c.read() {
			return codec.Value{}
		}
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
		if !c.read() {
			return nil
		}
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
