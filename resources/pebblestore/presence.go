package pebblestore

import (
	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/jenner-iis/jenner/fhir/search"
)

// Which of the parameters of its type a resource has values for is its pattern: a
// length, and a bit for each parameter. The index has the patterns of a type as the
// values of one more parameter, so that the resources of a pattern lie together.
// However many resources there are, they have few patterns, and :missing looks at
// one key of those that it passes over.

// patternsOf stands for the parameter of a type that has the patterns as values. No
// search can name it.
func patternsOf(resource string) *search.Parameter {
	return &search.Parameter{Resource: resource, Code: ":missing"}
}

// addPattern adds the key of the pattern that the entries added so far make.
func (k *keySet) addPattern(p parameterID, rid uint64) {
	k.bytes = append(append(k.bytes, parameterSpace(p)...), byte(kindPattern), byte(len(k.present)))
	k.bytes = append(k.bytes, k.present...)
	k.end(rid)
}

// patternEnd is the pattern at the beginning of b; nil if it is none.
func patternEnd(b []byte) []byte {
	if len(b) == 0 || len(b) <= int(b[0]) {
		return nil
	}
	return b[:1+int(b[0])]
}

// hasValue reports whether the pattern of a key has a parameter.
func (x *execution) hasValue(key []byte, ordinal int) bool {
	pattern := patternEnd(key[indexPrefixLength:])
	if pattern == nil {
		x.fail(errCorrupt)
		return false
	}
	return has(pattern[1:], ordinal)
}

// compileMissing decides by the patterns.
func (x *execution) compileMissing(n *node, name string, p indexed, c *search.Compare) {
	missing := c.Values[0].Missing
	prefix := indexPrefix(x.s.index.patterns(name), kindPattern)
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		return x.collectSpans([]span{{prefix, after(prefix)}}, into, most, func(key []byte) bool { return x.hasValue(key, p.ordinal) != missing })
	}
}

// fewPatterns is up to how many patterns are read side by side.
const fewPatterns = 64

// without gives the live resources that may have no value to be sorted by, and not
// many others. The entries of tokens and references may all be of another aspect,
// which only the resource tells.
func (x *execution) without(t typeID, p *search.Parameter) stream {
	i, ok := x.s.index.find(p)
	if !ok || p.Type == search.Token || p.Type == search.Reference {
		return x.live(t)
	}
	var lacking [][]byte
	x.eachGroup(indexPrefix(x.s.index.patterns(p.Resource), kindPattern), patternEnd, func(pattern []byte) bool {
		if !x.hasValue(pattern, i.ordinal) {
			lacking = append(lacking, pattern)
		}
		return true
	})
	if len(lacking) <= fewPatterns {
		u := make(union, len(lacking))
		for i, pattern := range lacking {
			u[i] = x.stream(pattern)
		}
		return u
	}
	set, most := roaring64.New(), x.limits.Collect
	if !x.collectPrefixes(lacking, set, &most) {
		return x.live(t)
	}
	return collected{set.Iterator()}
}
