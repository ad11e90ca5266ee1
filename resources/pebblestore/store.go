package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

var (
	// ErrLocked is Open's error when another process has the folder open.
	ErrLocked = errors.New("another Jenner process has this store open; stop it, or use its API")
	// ErrClosed is every call's error after Close.
	ErrClosed = errors.New("the store is closed")
	// ErrFailed is every call's error after the disk refused a write: what was
	// acknowledged is safe, but nothing more can be promised until the process
	// has been started again.
	ErrFailed = errors.New("the store has stopped because its disk failed")
	// ErrIndexSettings is Open's error when the index was made by other settings
	// and making it anew would take long; the text of the whole says which.
	ErrIndexSettings = errors.New("the index of the store was made by other settings")
)

// Config says where and how a store is opened. Path and Registry are required.
type Config struct {
	Path     string
	Registry *search.Registry // what is indexed, and by which settings
	Now      func() time.Time // time.Now if nil
	Logger   *slog.Logger     // slog.Default() if nil

	FS           vfs.FS // the file system; the operating system's if nil
	CacheSize    int64  // bytes of memory for blocks and resources that were read, and for memtables; default 256 MiB
	MemTableSize uint64 // bytes of memory for writes before a table is made of them; default 128 MiB, 32 in bulk
	CachedIDs    int    // ids whose place is kept in memory, 68 bytes each; rounded up to a power of two; default 1<<20

	// Reindex makes the index anew if it was made by other settings or search
	// parameters, however long it takes. A small store needs no leave for it.
	Reindex bool

	// Bulk is for loading much at once, after which Settle should be called. The
	// store remembers in memory which ids there are, two to four bytes each, so
	// that new ones need not be looked up, for which Open reads those that there
	// are already; and it puts off what serves reading.
	Bulk bool

	Limits Limits
}

// Store is a resources.Store in one folder. Its methods may be called by many
// goroutines.
type Store struct {
	db       *pebble.DB
	registry *search.Registry
	now      func() time.Time
	log      *slog.Logger
	limits   Limits

	durability
	names dictionary
	index indexer

	// turn holds one token; who has it may apply a commit. It is a channel so
	// that waiting for it can be given up.
	turn chan struct{}
	// The fields up to calls belong to who has the turn.
	last       fhir.Moment            // the newest lastUpdated given out
	lastOfType map[typeID]fhir.Moment // and of each type, since Open
	counts     map[typeID]uint64
	onceOldest fhir.Moment // no record of a Once is older
	newIDs     newIDs

	rids    ridSource
	ids     ridCache
	records *recordCache
	given   *idFilter // nil unless Config.Bulk

	commits atomic.Uint64 // for Metrics
	stalls  atomic.Int64

	calls struct {
		sync.Mutex
		running int
		closed  bool
		idle    sync.Cond
	}
}

var _ resources.Store = (*Store)(nil)

// Open opens the store in a folder, or begins one there. It holds the folder
// until Close. When the search parameters and settings are other than those the
// index was made by, Open makes the index anew if there are few resources or
// Config.Reindex is set, and otherwise fails with ErrIndexSettings.
func Open(cfg Config) (*Store, error) {
	s, err := open(cfg)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", cfg.Path, err)
	}
	return s, nil
}

func open(cfg Config) (*Store, error) {
	if cfg.Path == "" || cfg.Registry == nil {
		return nil, errors.New("a path and a registry of search parameters are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.FS == nil {
		cfg.FS = vfs.Default
	}
	if cfg.CachedIDs == 0 {
		cfg.CachedIDs = defaultCachedIDs
	}
	s := &Store{registry: cfg.Registry, now: cfg.Now, log: cfg.Logger, limits: cfg.Limits.withDefaults(), turn: make(chan struct{}, 1)}
	var err error
	if s.ids, err = newRidCache(cfg.CachedIDs); err != nil {
		return nil, err
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = defaultCacheSize
	}
	if !cfg.Bulk {
		s.records, cfg.CacheSize = newRecordCache(cfg.CacheSize)
	}
	s.calls.idle.L = &s.calls
	s.durability.init()

	lock, err := lockFolder(cfg.FS, cfg.Path)
	if err != nil {
		return nil, err
	}
	o := s.options(cfg)
	o.Lock = lock
	if s.db, err = pebble.Open(cfg.Path, o); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.lock = lock
	if err := s.load(cfg); err != nil {
		return nil, errors.Join(err, s.db.Close(), lock.Close())
	}
	go s.followLog()
	s.turn <- struct{}{}
	return s, nil
}

// lockFolder makes the folder if need be and takes its lock.
func lockFolder(fs vfs.FS, path string) (*pebble.Lock, error) {
	if err := fs.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	lock, err := pebble.LockDirectory(path, fs)
	// A lock held by this same process has an error of its own, without a type.
	if errors.Is(err, syscall.EAGAIN) || err != nil && err.Error() == "lock held by current process" {
		return nil, ErrLocked
	}
	return lock, err
}

// load reads what the store keeps in memory.
func (s *Store) load(cfg Config) error {
	if err := s.checkFormat(); err != nil {
		return err
	}
	if err := s.names.load(s.db); err != nil {
		return err
	}
	if err := s.loadState(); err != nil {
		return err
	}
	if cfg.Bulk {
		s.given = newIDFilter()
		if err := s.given.load(s.db); err != nil {
			return err
		}
	}
	s.index = indexer{registry: s.registry, known: map[*search.Parameter]indexed{}, types: map[string]parameterID{}}
	return s.refreshIndex(cfg.Reindex)
}

// Close ends the store after the calls under way.
func (s *Store) Close() error {
	s.calls.Lock()
	if s.calls.closed {
		s.calls.Unlock()
		return nil
	}
	s.calls.closed = true
	for s.calls.running > 0 {
		s.calls.idle.Wait()
	}
	s.calls.Unlock()
	s.endLog()
	s.records.close()
	return errors.Join(s.db.Close(), s.lock.Close())
}

// begin lets a call in, unless the access, a failure or Close forbids it. The
// caller must call end after it.
func (s *Store) begin(ctx context.Context, a resources.Access) error {
	if err := a.Check(); err != nil {
		return err
	}
	return s.enter(ctx)
}

func (s *Store) enter(ctx context.Context) error {
	if err := s.failure(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.calls.Lock()
	defer s.calls.Unlock()
	if s.calls.closed {
		return ErrClosed
	}
	s.calls.running++
	return nil
}

func (s *Store) end() {
	s.calls.Lock()
	defer s.calls.Unlock()
	s.calls.running--
	if s.calls.running == 0 && s.calls.closed {
		s.calls.idle.Broadcast()
	}
}
