package current

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// pageSize is the number of patients that are asked of the store at once.
const pageSize = 500

// retryAfter is how long a patient whose forecast could not be stored is left alone.
const retryAfter = time.Minute

// keepDay looks at everyone when the release is another one, and when the day is another
// one at those for whom it may change something.
func (k *Keeper) keepDay(ctx context.Context) error {
	tick := time.NewTicker(k.Tick)
	defer tick.Stop()
	retried := k.Now()
	for {
		// Advice that is made meanwhile is of this day or a later one.
		today := k.Today()
		l, _ := k.now()
		var err error
		switch {
		case !l.swept:
			err = k.sweep(ctx, today)
		case l.day != today:
			err = k.turn(ctx, today)
		case k.Now().Sub(retried) >= retryAfter:
			err, retried = k.retry(ctx), k.Now()
		}
		if err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sweep looks at everyone: by the notes if they can be trusted, otherwise by the records.
// Those who change meanwhile are looked at by follow too.
func (k *Keeper) sweep(ctx context.Context, today calendar.Date) error {
	began := k.Now()
	k.Log.Info("forecasts of everyone are made anew", "release", k.Release, "program", k.Program)
	k.locks.pass()
	why := cause{code: immds.CauseRelease}
	l, _ := k.now()
	look := k.look
	if l.noted {
		look = k.skim
	}
	n, err := k.each(ctx, subjects{resourceType: "Patient"}, why, look)
	if err == nil && !l.noted { // nobody has told of those who are gone
		_, err = k.each(ctx, subjects{resourceType: "ImmunizationRecommendation", only: k.gone}, why, k.look)
	}
	if err != nil {
		return err
	}
	k.change(func(l *lag) { l.swept, l.noted, l.day = true, true, today })
	k.Log.Info("forecasts of everyone were made anew", "release", k.Release, "patients", n, "seconds", k.Now().Sub(began).Seconds())
	return k.mark(ctx)
}

// turn looks at those for whom the day may change something. Where it turns out not to,
// what is stored stays, and is looked at again the next day.
func (k *Keeper) turn(ctx context.Context, today calendar.Date) error {
	began := k.Now()
	k.locks.pass()
	due := subjects{resourceType: "ImmunizationRecommendation", query: NextChange + "=le" + today.String()}
	n, err := k.each(ctx, due, cause{code: immds.CauseDay}, k.look)
	if err != nil {
		return err
	}
	k.change(func(l *lag) { l.day = today })
	k.Log.Info("forecasts are of another day", "day", today.String(), "patients", n, "seconds", k.Now().Sub(began).Seconds())
	return nil
}

// retry looks again at those whose forecast could not be stored.
func (k *Keeper) retry(ctx context.Context) error {
	k.mu.Lock()
	tasks := make([]task, 0, len(k.failing))
	for id := range k.failing {
		tasks = append(tasks, task{id, cause{code: immds.CauseRecord}})
	}
	k.mu.Unlock()
	return k.refreshAll(ctx, tasks, 1)
}

// gone reports whether there is no such patient any more.
func (k *Keeper) gone(ctx context.Context, id string) (bool, error) {
	there, err := k.Store.Exists(ctx, resources.Everything(), "Patient", id)
	return !there, err
}

// subjects are the patients that the resources of a search are about, which have the
// patients' ids.
type subjects struct {
	resourceType, query string
	only                func(ctx context.Context, id string) (bool, error) // nil for all of them
}

// each looks at all of subjects and counts them.
func (k *Keeper) each(ctx context.Context, of subjects, why cause, look func(context.Context, []task)) (n int, err error) {
	q, err := k.Search.Parse(of.resourceType, of.query, search.Options{DefaultCount: pageSize})
	if err != nil {
		return 0, err
	}
	q.Total = search.TotalNone
	find := func(give func([]task)) error {
		return resources.EachPage(ctx, k.Store, resources.Everything(), q, func(page resources.Page) error {
			tasks := make([]task, 0, len(page.Versions))
			for _, v := range page.Versions {
				wanted := of.only == nil
				if !wanted {
					if wanted, err = of.only(ctx, v.ID); err != nil {
						return err
					}
				}
				if wanted {
					tasks = append(tasks, task{v.ID, why})
				}
			}
			n += len(tasks)
			give(tasks)
			return ctx.Err()
		})
	}
	err = concurrently(k.Workers, find, func(together []task) { look(ctx, together) })
	return n, cmp.Or(err, ctx.Err())
}

// refreshAll looks at patients, some at once. One whose forecast cannot be made or
// stored does not hold up the others; the error is that of ctx.
func (k *Keeper) refreshAll(ctx context.Context, tasks []task, atOnce int) error {
	all := func(give func([]task)) error {
		give(tasks)
		return nil
	}
	return cmp.Or(concurrently(atOnce, all, func(together []task) { k.look(ctx, together) }), ctx.Err())
}

// together is how many patients are read and stored at once: reading one after the other
// costs twice as much. Who waits for one of them waits for all.
const together = 32

// concurrently does something for each of what feed gives, a few together, by some
// goroutines, while feed goes on to find more. The error is that of feed.
func concurrently[T any](atOnce int, feed func(give func(all []T)) error, do func(together []T)) error {
	queue := make(chan []T, atOnce)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for some := range queue {
				do(some)
			}
		})
	}
	err := feed(func(all []T) {
		for some := range slices.Chunk(all, together) {
			queue <- some
		}
	})
	close(queue)
	workers.Wait()
	return err
}

// look refreshes patients and remembers for whom that failed. What fails together is
// tried one by one: of a fault of one record the others know nothing.
func (k *Keeper) look(ctx context.Context, tasks []task) {
	if ctx.Err() != nil {
		return
	}
	err := survive(func() error { return k.refresh(ctx, tasks) })
	switch {
	case ctx.Err() != nil:
	case err == nil:
		k.succeeded(tasks)
	case len(tasks) == 1:
		k.failed(tasks[0].id, err)
	default:
		for i := range tasks {
			k.look(ctx, tasks[i:i+1])
		}
	}
}

func (k *Keeper) succeeded(tasks []task) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range tasks {
		delete(k.failing, t.id)
	}
}

func (k *Keeper) failed(id string, err error) {
	k.mu.Lock()
	before := k.failing[id]
	k.failing[id] = true
	k.done.Failed++
	k.mu.Unlock()
	if !before {
		k.Log.Error("the forecast of a patient could not be stored", "patient", id, "error", err.Error())
	}
}

// skim looks at those patients whose notes do not prove that what is stored stands. Who
// changes meanwhile, and whose note is an old one then, is looked at by follow.
func (k *Keeper) skim(ctx context.Context, tasks []task) {
	left := tasks
	// Whatever is wrong with a note, the record tells.
	err := survive(func() (err error) {
		left, err = k.unproven(ctx, tasks)
		return err
	})
	if err != nil {
		k.Log.Warn("the notes of some patients could not be used", "error", err.Error())
		left = tasks
	}
	if len(left) > 0 {
		k.look(ctx, left)
	}
}

// unproven are the patients whose notes do not prove that what is stored stands.
func (k *Keeper) unproven(ctx context.Context, tasks []task) ([]task, error) {
	notes, err := k.Store.Notes(ctx, resources.Everything(), "Patient", patientIDs(tasks))
	if err != nil {
		return nil, err
	}
	var left []task
	for i, t := range tasks {
		if !k.Adviser.Stands(t.id, notes[i]) {
			left = append(left, t)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.done.Unchanged += uint64(len(tasks) - len(left))
	return left, nil
}

// survive calls f, of which a panic becomes an error: no record must be able to end the
// server.
func survive(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
