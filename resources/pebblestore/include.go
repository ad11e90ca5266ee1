package pebblestore

import (
	"bytes"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// inclusion collects what comes along with the matches of a page:
// https://hl7.org/fhir/R4/search.html#include
type inclusion struct {
	x     *execution
	seen  map[identity]bool // the matches, and what was found
	asked map[string]bool   // the references that were looked up: many lead to one patient
	found []*candidate
}

type identity struct {
	t   typeID
	rid uint64
}

// include follows the includes from the matches, and those with :iterate on
// from what was found, until nothing new is.
func (x *execution) include(includes []search.Include, matches []match) []resources.Version {
	if len(includes) == 0 {
		return nil
	}
	n := &inclusion{x: x, seen: map[identity]bool{}, asked: map[string]bool{}}
	from := make([]*candidate, len(matches))
	for i, m := range matches {
		from[i] = m.candidate
		n.seen[identity{m.t, m.rid}] = true
	}
	again := slices.DeleteFunc(slices.Clone(includes), func(in search.Include) bool { return !in.Iterate })
	for round := 0; len(from) > 0 && len(includes) > 0 && x.err == nil; round++ {
		before := len(n.found)
		n.follow(includes, from)
		from, includes = n.found[before:], again
		if round > x.limits.Iterations && len(from) > 0 {
			x.fail(tooCostly("what it includes by :iterate goes on beyond %d steps", x.limits.Iterations))
		}
	}
	versions := make([]resources.Version, len(n.found))
	for i, c := range n.found {
		versions[i] = c.version()
	}
	return versions
}

// follow takes one step from each of the resources: first to what they refer
// to, in their order, then to what refers to them, parameter by parameter.
func (n *inclusion) follow(includes []search.Include, from []*candidate) {
	for _, c := range from {
		for i := range includes {
			if in := &includes[i]; !in.Reverse && (in.Resource == "" || in.Resource == c.name) {
				n.referredBy(c, in)
			}
		}
		c.parsed = codec.Value{} // many resources need not be held parsed
	}
	for i := range includes {
		if in := &includes[i]; in.Reverse {
			for _, p := range n.x.parametersOf(in) {
				n.referring(p, in.Target, from)
			}
		}
	}
}

// referredBy takes what a resource refers to. Which version a reference names
// makes no difference: the current one is included.
func (n *inclusion) referredBy(c *candidate, in *search.Include) {
	x := n.x
	var entries []search.Entry
	if in.Parameter != nil {
		entries = c.entriesOf(in.Parameter)
	} else {
		x.entries = x.s.registry.AppendEntries(x.entries[:0], c.root())
		entries = x.entries
	}
	for i := range entries {
		e := &entries[i]
		if e.Parameter.Type != search.Reference || e.Aspect != search.AspectValue || !isLocal(e.Target) || in.Target != "" && in.Target != e.Target.Type {
			continue
		}
		if n.asked[e.Target.Text] {
			continue
		}
		n.asked[strings.Clone(e.Target.Text)] = true // the entry's text would hold its whole resource
		if t, rid := x.lookUp(e.Target); rid != 0 {
			n.take(e.Target.Type, t, rid)
		}
	}
}

// parametersOf are the parameters by which a _revinclude leads back, of the
// types of which there is anything.
func (x *execution) parametersOf(in *search.Include) []*search.Parameter {
	switch {
	case in.Parameter != nil:
		return []*search.Parameter{in.Parameter}
	case in.Resource != "":
		return x.s.registry.References(in.Resource)
	}
	var all []*search.Parameter
	for _, t := range x.s.registry.Types() {
		if x.s.names.typeID(t) != 0 {
			all = append(all, x.s.registry.References(t)...)
		}
	}
	return all
}

// referring takes what refers to the resources, if they are of the target type,
// by a parameter. One iterator serves them all.
func (n *inclusion) referring(p *search.Parameter, target string, to []*candidate) {
	x := n.x
	indexed, ok := x.s.index.find(p)
	if !ok {
		return
	}
	all := indexPrefix(indexed.id, kindTarget)
	k := x.keyStream(all)
	if k == nil {
		return
	}
	defer k.close()
	t := x.s.names.typeID(p.Resource)
	for _, c := range to {
		if !p.MayTarget(c.name) || target != "" && target != c.name {
			continue
		}
		prefix := appendTarget(slices.Clone(all), fhir.Reference{Type: c.name, ID: c.version().ID})
		for valid := k.it.SeekGE(prefix); valid && x.step() && bytes.HasPrefix(k.it.Key(), prefix); valid = k.it.Next() {
			n.take(p.Resource, t, keyRid(k.it.Key()))
		}
	}
	if err := k.it.Error(); err != nil {
		x.fail(err)
	}
}

// take adds a current resource, unless it is there already.
func (n *inclusion) take(name string, t typeID, rid uint64) {
	who := identity{t, rid}
	if n.seen[who] || n.x.err != nil {
		return
	}
	if n.seen[who] = true; len(n.found) == n.x.limits.Includes {
		n.x.fail(tooCostly("it includes more than %d resources; ask for smaller pages by _count", n.x.limits.Includes))
		return
	}
	if c := n.x.load(name, t, rid); c != nil {
		n.found = append(n.found, c)
	}
}
