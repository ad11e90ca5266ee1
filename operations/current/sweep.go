package current

import (
	"context"
	"fmt"
	"maps"
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

// sweep makes all advice anew. Those who change meanwhile are looked at by follow too.
func (k *Keeper) sweep(ctx context.Context, today calendar.Date) error {
	began, n := k.Now(), 0
	k.Log.Info("forecasts of everyone are made anew", "release", k.Release)
	why := cause{code: immds.CauseRelease}
	if err := k.each(ctx, "Patient", "_total=none", why, &n, nil); err != nil {
		return err
	}
	gone := 0
	if err := k.each(ctx, "ImmunizationRecommendation", "_total=none", why, &gone, k.gone); err != nil {
		return err
	}
	k.change(func(l *lag) { l.swept, l.day = true, today })
	k.Log.Info("forecasts of everyone were made anew", "release", k.Release, "patients", n, "seconds", k.Now().Sub(began).Seconds())
	return k.mark(ctx)
}

// turn looks at those for whom the day may change something. Where it turns out not to,
// what is stored stays, and is looked at again the next day.
func (k *Keeper) turn(ctx context.Context, today calendar.Date) error {
	began, n := k.Now(), 0
	query := NextChange + "=le" + today.String() + "&_total=none"
	if err := k.each(ctx, "ImmunizationRecommendation", query, cause{code: immds.CauseDay}, &n, nil); err != nil {
		return err
	}
	k.change(func(l *lag) { l.day = today })
	k.Log.Info("forecasts are of another day", "day", today.String(), "patients", n, "seconds", k.Now().Sub(began).Seconds())
	return nil
}

// retry looks again at those whose forecast could not be stored.
func (k *Keeper) retry(ctx context.Context) error {
	k.mu.Lock()
	causes := make(map[string]cause, len(k.failing))
	for id := range k.failing {
		causes[id] = cause{code: immds.CauseRecord}
	}
	k.mu.Unlock()
	return k.refreshAll(ctx, causes, 1)
}

// gone reports whether there is no such patient any more.
func (k *Keeper) gone(ctx context.Context, id string) (bool, error) {
	there, err := k.Store.Exists(ctx, resources.Everything(), "Patient", id)
	return !there, err
}

// each looks at the patients that the resources of a search are about, which have the
// patients' ids, or at those of them for whom a condition holds, and counts them.
func (k *Keeper) each(ctx context.Context, resourceType, query string, why cause, n *int, condition func(ctx context.Context, id string) (bool, error)) error {
	q, err := k.Search.Parse(resourceType, query, search.Options{DefaultCount: pageSize})
	if err != nil {
		return err
	}
	return resources.EachPage(ctx, k.Store, resources.Everything(), q, func(page resources.Page) error {
		causes := make(map[string]cause, len(page.Versions))
		for _, v := range page.Versions {
			holds := true
			if condition != nil {
				if holds, err = condition(ctx, v.ID); err != nil {
					return err
				}
			}
			if holds {
				causes[v.ID] = why
			}
		}
		*n += len(causes)
		return k.refreshAll(ctx, causes, k.Workers)
	})
}

// refreshAll looks at patients, some at once. One whose forecast cannot be made or
// stored does not hold up the others; the error is that of ctx.
func (k *Keeper) refreshAll(ctx context.Context, causes map[string]cause, atOnce int) error {
	concurrently(atOnce, slices.Collect(maps.Keys(causes)), func(id string) { k.look(ctx, id, causes[id]) })
	return ctx.Err()
}

// concurrently does something for each of many, a few at once.
func concurrently(atOnce int, ids []string, do func(id string)) {
	queue := make(chan string)
	var workers sync.WaitGroup
	for range min(atOnce, len(ids)) {
		workers.Go(func() {
			for id := range queue {
				do(id)
			}
		})
	}
	for _, id := range ids {
		queue <- id
	}
	close(queue)
	workers.Wait()
}

// look refreshes one patient and remembers whether that failed.
func (k *Keeper) look(ctx context.Context, id string, why cause) {
	if ctx.Err() != nil {
		return
	}
	err := k.survive(ctx, id, why)
	if ctx.Err() != nil {
		return
	}
	k.mu.Lock()
	failedBefore := k.failing[id]
	if err != nil {
		k.failing[id] = true
	} else {
		delete(k.failing, id)
	}
	k.mu.Unlock()
	if err != nil && !failedBefore {
		k.Log.Error("the forecast of a patient could not be stored", "patient", id, "error", err.Error())
	}
}

// survive is refresh, of which a panic becomes an error: no record must be able to end
// the server.
func (k *Keeper) survive(ctx context.Context, id string, why cause) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return k.refresh(ctx, id, why)
}
