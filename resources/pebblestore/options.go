package pebblestore

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

const (
	defaultCacheSize    = 256 << 20
	defaultMemTableSize = 64 << 20
	blockSize           = 16 << 10
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
		L0CompactionThreshold:      2,
		L0StopWritesThreshold:      1000,
		// Writers are held up only when this much waits to be written out.
		MemTableStopWritesThreshold: 4,
	}
	if o.CacheSize == 0 {
		o.CacheSize = defaultCacheSize
	}
	if o.MemTableSize == 0 {
		o.MemTableSize = defaultMemTableSize
	}
	// Young tables are compressed for speed; the two last levels, where nine
	// tenths of the data lie, by zstd.
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionGood })
	for i := range o.Levels {
		o.Levels[i].BlockSize = blockSize
		o.Levels[i].IndexBlockSize = 64 << 10
		o.Levels[i].FilterPolicy = resourceFilter{bloom.FilterPolicy(10)}
	}
	return o
}

// resourceFilter is a Bloom filter over the keys that are looked up one by
// one. The keys of the index, most of all keys, are only ever iterated over,
// where filters would be of no use.
type resourceFilter struct{ pebble.FilterPolicy }

// Name must change when what is filtered does: tables keep it.
func (resourceFilter) Name() string { return "jenner.resources.1" }

func filtered(key []byte) bool {
	return len(key) > 0 && (key[0] == spaceIDs || key[0] == spaceCurrent || key[0] == spaceLive)
}

func (f resourceFilter) MayContain(t pebble.FilterType, filter, key []byte) bool {
	return !filtered(key) || f.FilterPolicy.MayContain(t, filter, key)
}

func (f resourceFilter) NewWriter(t pebble.FilterType) pebble.FilterWriter {
	return resourceFilterWriter{f.FilterPolicy.NewWriter(t)}
}

type resourceFilterWriter struct{ pebble.FilterWriter }

func (w resourceFilterWriter) AddKey(key []byte) {
	if filtered(key) {
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
