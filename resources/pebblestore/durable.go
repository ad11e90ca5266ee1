package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"github.com/jenner-iis/jenner/fhir"
)

// durability knows how far the log is safe on disk. Moments stand for commits:
// both come in the same order.
//
// A commit is seen by readers as soon as it is applied, some milliseconds
// before its log is synced. Whoever answers from it must wait for the sync, or
// a crash could take back what a client was told.
type durability struct {
	lock *pebble.Lock

	// applying is the moment of the newest commit that may be seen. It is set
	// before a commit is applied, so that a reader who looks at it after
	// looking at the data never waits for too little.
	applying atomic.Int64
	visible  atomic.Int64 // everything up to this moment is seen by reads that begin now
	synced   atomic.Int64 // everything up to this moment is on disk

	failed atomic.Pointer[error]
	broken chan struct{} // closed when failed is set

	mu      sync.Mutex
	waiting []waiter

	unsynced chan unsynced // commits that await their sync, in order
	logEnd   chan struct{} // closed when all are done with
}

type waiter struct {
	until fhir.Moment
	ready chan struct{}
}

type unsynced struct {
	batch  *pebble.Batch
	moment fhir.Moment
}

func (d *durability) init() {
	d.broken = make(chan struct{})
	d.unsynced = make(chan unsynced, 1024)
	d.logEnd = make(chan struct{})
}

// followLog waits for the sync of one commit after the other. It is one
// goroutine and not each committer for itself, because a committer may go away
// while others depend on what it has applied.
func (d *durability) followLog() {
	defer close(d.logEnd)
	for u := range d.unsynced {
		if err := u.batch.SyncWait(); err != nil {
			d.fail(fmt.Errorf("sync the log: %w", err))
		}
		u.batch.Close()
		// Once one sync has failed nothing after it counts as synced: the
		// log is read in order, and ends at its first gap.
		if d.failure() == nil {
			d.advance(u.moment)
		}
	}
}

// endLog waits until everything applied is synced or has failed.
func (d *durability) endLog() {
	close(d.unsynced)
	<-d.logEnd
}

func (d *durability) advance(m fhir.Moment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.synced.Store(int64(m))
	kept := d.waiting[:0]
	for _, w := range d.waiting {
		if w.until <= m {
			close(w.ready)
		} else {
			kept = append(kept, w)
		}
	}
	clear(d.waiting[len(kept):])
	d.waiting = kept
}

// waitSynced returns when everything up to m is on disk.
func (d *durability) waitSynced(ctx context.Context, m fhir.Moment) error {
	if err := d.failure(); err != nil {
		return err
	}
	if d.synced.Load() >= int64(m) {
		return nil
	}
	w := waiter{m, make(chan struct{})}
	d.mu.Lock()
	if d.synced.Load() >= int64(m) {
		d.mu.Unlock()
		return nil
	}
	d.waiting = append(d.waiting, w)
	d.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-d.broken:
		return d.failure()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waitSeen returns when everything that can have been read until now is on disk.
func (d *durability) waitSeen(ctx context.Context) error {
	return d.waitSynced(ctx, fhir.Moment(d.applying.Load()))
}

// fail makes the first failure the answer to every call from now on.
func (d *durability) fail(err error) {
	err = errors.Join(ErrFailed, err)
	if d.failed.CompareAndSwap(nil, &err) {
		close(d.broken)
	}
}

func (d *durability) failure() error {
	if err := d.failed.Load(); err != nil {
		return *err
	}
	return nil
}
