package pebblestore

import (
	"context"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// What a store keeps in order while it serves, level by level, costs a load of
// much data several passes over all of it. In bulk, tables stay where the memory
// for writes was put down, and are merged once, by Settle. Little reads them
// meanwhile: that an id is new is known without them (idFilter).

const (
	// bulkMemTableSize is less than what serves a server: a commit finds its
	// place among fewer keys the faster, and more tables are no matter here.
	bulkMemTableSize = 32 << 20

	// bulkDepth is how many tables may lie over one another before some are merged
	// all the same: about two million resources. It bounds what a lookup can cost and
	// what is left for the server to do if the import is never finished.
	bulkDepth = 250

	// settleDepth is how many tables over one another are worth settling.
	settleDepth = 4

	// bulkSpan is how many search parameters have tables of their own, so that
	// Settle can merge different ones at the same time.
	bulkSpan = 8
)

// bulk changes options to those of a load.
func bulk(o *pebble.Options) {
	o.L0CompactionThreshold = 2 * bulkDepth // as Pebble counts
	o.L0CompactionFileThreshold = 1 << 20
	o.LBaseMaxBytes = 1 << 40 // what is merged goes to the last level at once
	o.Experimental.SpanPolicyFunc = bulkSpans
}

// bulkSpans ends tables where a space of keys ends, and in the index after some
// parameters.
func bulkSpans(start []byte) (policy pebble.SpanPolicy, end []byte, err error) {
	if start[0] != spaceIndex || len(start) < 3 {
		return policy, []byte{start[0] + 1}, nil
	}
	next := (int(start[1])<<8|int(start[2]))/bulkSpan*bulkSpan + bulkSpan
	if next > 0xffff {
		return policy, []byte{spaceIndex + 1}, nil
	}
	return policy, []byte{spaceIndex, byte(next >> 8), byte(next)}, nil
}

// Settle merges what was loaded in bulk, when that is much of what is stored;
// little is left to the server, which does it by and by. It may be broken off and
// called again.
func (s *Store) Settle(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.end()
	m := s.db.Metrics()
	all := m.Total().TablesSize
	if loose := m.Levels[0]; loose.Sublevels < settleDepth || loose.TablesSize < all/4 {
		return nil
	}
	s.log.Info("merging the tables of the store", "bytes", all)
	if err := s.db.Compact(ctx, []byte{0}, []byte{0xff}, true); err != nil {
		return fmt.Errorf("merge the tables: %w", err)
	}
	return nil
}
