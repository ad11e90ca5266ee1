package pebblestore

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

const (
	defaultCacheSize    = 256 << 20
	defaultMemTableSize = 128 << 20
	defaultCachedIDs    = 1 << 20
	blockSize           = 8 << 10
	indexBlockSize      = 16 << 10
)

// options are Pebble's settings.
func (s *Store) options(cfg Config) *pebble.Options {
	o := &pebble.Options{
		FS:                 cfg.FS,
		FormatMajorVersion: pebble.FormatTableFormatV6, // MinLZ and statistics; the next is still experimental
		CacheSize:          cfg.CacheSize,
		MemTableSize:       cfg.MemTableSize,
		Logger:             pebbleLog{s},
		EventListener:      s.listener(),
		// Compaction may use all processors when it falls behind, as it does in imports.
		CompactionConcurrencyRange: func() (int, int) { return 1, max(1, runtime.GOMAXPROCS(0)) },
		// What was written out is merged into the levels at once: a table that waits for
		// another costs each search a third more. Larger memtables save as much merging.
		L0CompactionThreshold: 2,
		L0StopWritesThreshold: 1000,
		// Writers are held up only when this much waits to be written out.
		MemTableStopWritesThreshold: 3,
	}
	if o.CacheSize == 0 {
		o.CacheSize = defaultCacheSize
	}
	if o.MemTableSize == 0 {
		o.MemTableSize = defaultMemTableSize
		if cfg.Bulk {
			o.MemTableSize = bulkMemTableSize
		}
	}
	if cfg.Bulk {
		bulk(o)
	}
	// MinLZ takes a third more space than zstd here and a third less time to
	// read a resource that no cache holds.
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionFastest })
	last := len(o.Levels) - 1
	for i := range o.Levels {
		o.Levels[i].BlockSize = blockSize
		o.Levels[i].IndexBlockSize = indexBlockSize
		o.Levels[i].FilterPolicy = lookupFilter{bloom.FilterPolicy(10), "jenner.lookup.1", string([]byte{spaceIDs, spaceCurrent})}
	}
	// In the last level, where nearly everything is, only everWritten asks.
	o.Levels[last].FilterPolicy = lookupFilter{bloom.FilterPolicy(10), "jenner.ids.1", string([]byte{spaceIDs})}
	return o
}

// lookupFilter is a Bloom filter over keys that are looked up one by one, those
// of some spaces. The keys of the index, most of all keys, are only ever
// iterated over, where filters would be of no use.
type lookupFilter struct {
	pebble.FilterPolicy
	name   string // tables keep it: it changes when what is filtered does
	spaces string
}

// Name is for Pebble.
func (f lookupFilter) Name() string { return f.name }

func (f lookupFilter) filters(key []byte) bool {
	return len(key) > 0 && strings.IndexByte(f.spaces, key[0]) >= 0
}

// MayContain is for Pebble.
func (f lookupFilter) MayContain(t pebble.FilterType, filter, key []byte) bool {
	return !f.filters(key) || f.FilterPolicy.MayContain(t, filter, key)
}

// NewWriter is for Pebble.
func (f lookupFilter) NewWriter(t pebble.FilterType) pebble.FilterWriter {
	return lookupFilterWriter{f.FilterPolicy.NewWriter(t), f}
}

type lookupFilterWriter struct {
	pebble.FilterWriter
	filter lookupFilter
}

// AddKey is for Pebble.
func (w lookupFilterWriter) AddKey(key []byte) {
	if w.filter.filters(key) {
		w.FilterWriter.AddKey(key)
	}
}

// listener reports what an operator should know.
func (s *Store) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) { s.log.Error("store background work", "error", err) },
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			s.fail(fmt.Errorf("file %s is damaged: %w", info.Path, info.Details))
		},
		DiskSlow: func(info pebble.DiskSlowInfo) { s.log.Warn("store disk is slow", "operation", info.String()) },
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			s.stalls.Add(1)
			s.log.Warn("store holds writers up", "reason", info.Reason)
		},
		WriteStallEnd: func() { s.log.Info("store lets writers go on") },
	}
}

// pebbleLog passes Pebble's messages on.
type pebbleLog struct{ s *Store }

func (l pebbleLog) Infof(format string, args ...any) {
	if l.s.log.Enabled(context.Background(), slog.LevelDebug) {
		l.s.log.Debug(fmt.Sprintf(format, args...))
	}
}

func (l pebbleLog) Errorf(format string, args ...any) {
	l.s.log.Error(fmt.Sprintf(format, args...))
}

// Fatalf ends the store's service, as Pebble's contract is that it does not
// return. There is one place where it may: a commit that could not be written
// to the log. The caller, Commit, looks for the failure next, and no batch is
// applied after it. Everywhere else Pebble would go on as if its work had
// succeeded and delete logs of which no table holds the content, so the
// process must end.
func (l pebbleLog) Fatalf(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	l.s.fail(fmt.Errorf("%s", message))
	if format != "pebble: fatal commit error: %v" {
		panic("pebblestore: " + message)
	}
}
