package pebblestore

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// compileMany compiles a list of so many values of which each is compared exactly that
// a stream for each would cost more than to collect all matches: one iterator passes
// over the values in the order of the index.
func (x *execution) compileMany(n *node, p parameterID, values []exactly) {
	n.collect = func(into *roaring64.Bitmap, most *int) bool {
		var spans []span
		for _, e := range values {
			e.heads(parameterSpace(p), func(head []byte) { spans = append(spans, span{head, after(head)}) })
		}
		slices.SortFunc(spans, func(a, b span) int { return bytes.Compare(a.low, b.low) })
		return x.collectSpans(spans, into, most, func([]byte) bool { return true })
	}
}
