package pebblestore

// Metrics are plain numbers about the store, since Open or as of now.
type Metrics struct {
	Commits        uint64 // applied
	SyncBehind     int64  // microseconds from the newest synced to the newest applied commit
	DiskBytes      uint64 // files, logs included
	CacheHits      int64  // of blocks
	CacheMisses    int64
	CacheBytes     int64
	RecordHits     int64 // of resources that were read by id
	RecordMisses   int64
	RecordBytes    int64
	MemTableBytes  uint64
	CompactionDebt uint64 // bytes that wait to be compacted
	ReadTables     int    // tables that a lookup may have to look into
	Compactions    int64
	WriteStalls    int64
}

// Metrics gives the store's numbers.
func (s *Store) Metrics() Metrics {
	m, records := s.db.Metrics(), s.records.metrics()
	return Metrics{
		Commits:        s.commits.Load(),
		SyncBehind:     max(0, s.visible.Load()-s.synced.Load()),
		DiskBytes:      m.DiskSpaceUsage(),
		CacheHits:      m.BlockCache.Hits,
		CacheMisses:    m.BlockCache.Misses,
		CacheBytes:     m.BlockCache.Size,
		RecordHits:     records.hits,
		RecordMisses:   records.misses,
		RecordBytes:    records.bytes,
		MemTableBytes:  m.MemTable.Size,
		CompactionDebt: m.Compact.EstimatedDebt,
		ReadTables:     m.ReadAmp(),
		Compactions:    m.Compact.Count,
		WriteStalls:    s.stalls.Load(),
	}
}
