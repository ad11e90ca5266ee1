// Package importer is what the command jenner import does: it loads files of
// FHIR resources, NDJSON and Bundles, into a store or through the API of a
// server, and reports what became of every one of them.
//
// Loading is idempotent: a resource is stored under an identity that the file
// gives it (see identity), and one that says what is stored already makes no
// new version. So an import may be repeated, and one that was interrupted goes
// on from its last checkpoint: what was loaded after that checkpoint is loaded
// again, which changes nothing but that it is counted as unchanged.
//
// The order of things: find lists the files (find.go), rank says which go first
// (rank.go), reader cuts them into batches (reader.go), workers parse and load
// these (batch.go) with a turnstile that keeps apart what must not overlap
// (turnstile.go), and acknowledge counts results in the order of the files and
// keeps the checkpoint (acknowledge.go).
package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Config is what an import is made of.
type Config struct {
	Target Target           // required
	State  string           // required: the folder of checkpoint and refused records, made if need be
	Now    func() time.Time // required

	Batch      int           // records of one load; default 2000, and 500 through a server
	Workers    int           // loads at a time; default twice the processors, and 16 through a server
	MaxLine    int64         // bytes of a line of NDJSON; default 32 MiB
	MaxFile    int64         // bytes of a .json file, decompressed; default 256 MiB
	Checkpoint time.Duration // least time between two checkpoints; default a second, negative for one after each batch
	Log        *slog.Logger  // progress where Terminal is nil; default none
	Terminal   io.Writer     // the terminal on which a progress bar is drawn, or nil
}

// ErrInterrupted is the error of an import that was asked to stop. The same
// import, run again, goes on where it was.
var ErrInterrupted = errors.New("the import was interrupted; run it again to go on")

// withDefaults checks the configuration and fills in what it leaves open.
func (c Config) withDefaults() (Config, error) {
	if c.Target == nil || c.State == "" || c.Now == nil {
		return c, errors.New("importer: Target, State and Now are required")
	}
	if _, remote := c.Target.(*HTTPTarget); remote {
		// A server may wait for its disk entry by entry; the more wait together the better.
		setDefault(&c.Workers, 16)
		setDefault(&c.Batch, 500)
	}
	setDefault(&c.Batch, 2000)
	setDefault(&c.Workers, 2*runtime.GOMAXPROCS(0))
	setDefault(&c.MaxLine, 32<<20)
	setDefault(&c.MaxFile, 256<<20)
	setDefault(&c.Checkpoint, time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func setDefault[N int | int64 | time.Duration](n *N, value N) {
	if *n == 0 {
		*n = value
	}
}

// Run imports the files and, recursively, the folders of the given paths. The
// report covers the whole import, also when earlier runs of it were
// interrupted. That records were refused or files could not be read is no
// error; the report says so (Report.Complete).
//
// The errors: ErrInterrupted when ctx ended, and those of the target and of the
// file system. After any of them the same call goes on where this one stopped.
func Run(ctx context.Context, c Config, paths ...string) (Report, error) {
	c, err := c.withDefaults()
	if err != nil {
		return Report{}, err
	}
	if err := os.MkdirAll(c.State, 0o700); err != nil {
		return Report{}, fmt.Errorf("make the state folder: %w", err)
	}
	unlock, err := lock(c.State)
	if err != nil {
		return Report{}, err
	}
	defer unlock()
	paths = slices.Clone(paths)
	for i, p := range paths {
		if paths[i], err = filepath.Abs(p); err != nil {
			return Report{}, fmt.Errorf("find %s: %w", p, err)
		}
	}
	r, err := newRun(c, paths)
	if err != nil {
		return Report{}, err
	}
	defer r.close()
	err = r.all(ctx)
	return r.report(), err
}

// run is one Run in progress.
type run struct {
	Config
	began   time.Time
	state   *state
	sources []*source
	skipped []FileNote // what was found and is not read
	refused *journal   // refused records
	links   *journal   // references whose targets are looked up at the end
	read    meter
	known   knownResources
	saved   time.Time
	saving  time.Duration // how long the last checkpoint took
}

// newRun finds the files and what an interrupted import left behind.
func newRun(c Config, paths []string) (*run, error) {
	r := &run{Config: c, began: c.Now()}
	r.saved = r.began
	var err error
	if r.sources, r.skipped, err = find(c.State, paths); err != nil {
		return nil, err
	}
	if r.state, err = openState(c.State, c.Target.Name(), paths); err != nil {
		return nil, err
	}
	for _, s := range r.sources {
		r.read.total.Add(s.size)
		r.state.attach(s)
	}
	r.known = newKnownResources(r.read.total.Load())
	if r.refused, err = openJournal(filepath.Join(c.State, RefusedFile), r.state.Refused); err != nil {
		return nil, err
	}
	if r.links, err = openJournal(filepath.Join(c.State, "references"), r.state.References); err != nil {
		r.refused.Close()
		return nil, err
	}
	return r, nil
}

func (r *run) close() {
	r.refused.Close()
	r.links.Close()
}

// all reads, loads and acknowledges everything, then looks for the references
// that point nowhere, and clears the checkpoint.
func (r *run) all(ctx context.Context) error {
	stop := r.showProgress()
	defer stop()
	rank(r.sources)
	if err := r.loadAll(ctx); err != nil {
		return errors.Join(err, r.save())
	}
	if err := r.save(); err != nil {
		return err
	}
	if err := r.findUnresolved(ctx); err != nil {
		return err
	}
	r.state.Seconds += r.Now().Sub(r.began).Seconds()
	r.began = r.Now()
	return r.clear()
}

// loadAll starts the reader and the workers, and acknowledges their batches in
// order. When it returns, all of them have ended.
func (r *run) loadAll(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	budget := newBudget(max(4*batchBytes*int64(r.Workers), 64<<20))
	work := make(chan *batch)
	order := make(chan *batch, 1024)
	var group sync.WaitGroup
	group.Go(func() {
		defer close(work)
		defer close(order)
		rd := reader{run: r, hand: func(b *batch) bool {
			budget.acquire(b.bytes)
			select {
			case work <- b:
				order <- b
				return true
			case <-ctx.Done():
				return false
			}
		}}
		rd.readAll(ctx)
	})
	gate := newTurnstile()
	for range r.Workers {
		group.Go(func() {
			for b := range work {
				b.prepare()
				if b.err = gate.enter(ctx, b); b.err == nil {
					b.load(ctx, r.Target)
				}
				gate.leave(b)
				close(b.done)
			}
		})
	}
	var failed error
	for b := range order {
		<-b.done
		if failed == nil {
			if failed = r.acknowledge(b); failed != nil {
				cancel()
			}
		}
		budget.release(b.bytes)
	}
	group.Wait()
	return interrupted(parent, failed)
}

// interrupted is ErrInterrupted when ctx has ended, otherwise err.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w: %w", ErrInterrupted, context.Cause(ctx))
}
