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
		var heads [][]byte
		for _, e := range values {
			e.heads(parameterSpace(p), func(head []byte) { heads = append(heads, head) })
		}
		slices.SortFunc(heads, bytes.Compare)
		return x.collectPrefixes(heads, into, most)
	}
}
