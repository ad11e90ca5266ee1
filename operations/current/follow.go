package current

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// changesAtOnce is the number of changes that are looked at together. Those of one
// patient cost one forecast.
const changesAtOnce = 500

// bookmarkName is where the Keeper notes how far it has come.
const bookmarkName = "current-forecasts"

// bookmark is how far the Keeper had come when the process ended.
type bookmark struct {
	Reached fhir.Moment `json:"reached"`
	Release string      `json:"release"` // of all advice; empty while it is being made
	Program string      `json:"program"` // of all notes; empty while they are being made
}

// Run keeps forecasts current until ctx ends or the store fails.
func (k *Keeper) Run(ctx context.Context) error {
	mark, err := k.begin(ctx)
	if err != nil {
		return fmt.Errorf("keep forecasts current: %w", err)
	}
	k.change(func(l *lag) {
		l.reached, l.running = mark.Reached, true
		l.noted = mark.Program == k.Program
		l.swept = l.noted && mark.Release == k.Release
	})
	defer k.change(func(l *lag) { l.running = false })

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	swept := make(chan error, 1)
	go func() {
		err := k.keepDay(ctx)
		if err != nil {
			cancel()
		}
		swept <- err
	}()
	err = k.follow(ctx)
	cancel()
	defer k.endMark()
	if dayErr := <-swept; dayErr != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = dayErr
	}
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return fmt.Errorf("keep forecasts current: %w", err)
}

// begin reads the bookmark. Without one, or when much was changed since, everything up
// to now is left to a sweep: it looks at each patient once, whose Patient and doses may
// lie far apart in an import.
func (k *Keeper) begin(ctx context.Context) (bookmark, error) {
	var mark bookmark
	text, err := k.Store.Bookmark(ctx, bookmarkName)
	if err != nil {
		return mark, err
	}
	newest := k.Store.Newest()
	if text != nil {
		if err := json.Unmarshal(text, &mark); err != nil {
			return mark, fmt.Errorf("read the bookmark: %w", err)
		}
		through, err := k.Store.Changes(ctx, resources.Everything(), immds.RecordTypes(), mark.Reached, k.Backlog, func(resources.Version) error { return nil })
		if err != nil || through >= newest {
			return mark, err
		}
	}
	mark = bookmark{Reached: newest}
	return mark, k.setBookmark(ctx, mark)
}

func (k *Keeper) setBookmark(ctx context.Context, mark bookmark) error {
	text, err := json.Marshal(mark)
	if err != nil {
		return err
	}
	return k.Store.SetBookmark(ctx, bookmarkName, text)
}

// mark notes how far the Keeper has come, unless some forecast could not be stored: who
// goes on after this process has to look at that patient again, and knows of none.
func (k *Keeper) mark(ctx context.Context) error {
	l, _ := k.now()
	if k.Lag().Failing > 0 {
		return nil
	}
	m := bookmark{Reached: l.reached}
	if l.swept {
		m.Release = k.Release
	}
	if l.noted {
		m.Program = k.Program
	}
	return k.setBookmark(ctx, m)
}

// endMark notes how far the Keeper has come when it ends. A failure costs the next one
// some work.
func (k *Keeper) endMark() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := k.mark(ctx); err != nil {
		k.Log.Warn("the bookmark of the stored forecasts could not be set", "error", err.Error())
	}
}

// follow looks at what changes, as long as ctx lasts.
func (k *Keeper) follow(ctx context.Context) error {
	types := immds.RecordTypes()
	var marked time.Time
	for {
		l, _ := k.now()
		if err := k.Store.Await(ctx, l.reached); err != nil {
			return err
		}
		causes := map[string]cause{}
		var since fhir.Moment
		through, err := k.Store.Changes(ctx, resources.Everything(), types, l.reached, changesAtOnce, func(v resources.Version) error {
			if since == 0 {
				since = v.LastUpdated
				k.change(func(l *lag) { l.since = since })
			}
			return k.concerns(ctx, v, causes)
		})
		if err != nil {
			return err
		}
		if len(causes) > 0 {
			k.change(func(l *lag) { l.changed = len(causes) })
			// Half of the processors are left to those who make the changes.
			tasks := make([]task, 0, len(causes))
			for id, why := range causes {
				tasks = append(tasks, task{id, why})
			}
			if err := k.refreshAll(ctx, tasks, max(1, k.Workers/2)); err != nil {
				return err
			}
		}
		k.change(func(l *lag) { l.reached, l.since, l.changed = through, 0, 0 })
		// What the bookmark forgets is looked at again, and found to be as it should.
		if len(causes) > 0 && k.Now().Sub(marked) > time.Second {
			if err := k.mark(ctx); err != nil {
				return err
			}
			marked = k.Now()
		}
	}
}

// concerns adds the patients that a change bears on: whose the resource is, and whose
// it was before.
func (k *Keeper) concerns(ctx context.Context, v resources.Version, causes map[string]cause) error {
	why := cause{code: immds.CauseRecord, source: v}
	why.source.JSON = nil
	if v.Type == "Patient" {
		causes[v.ID] = why
		return nil
	}
	if err := k.patients(v, why, causes); err != nil || v.Version == 1 {
		return err
	}
	before, err := k.Store.VersionRead(ctx, resources.Everything(), v.Type, v.ID, v.Version-1)
	if err != nil {
		return fmt.Errorf("read %s/%s version %d: %w", v.Type, v.ID, v.Version-1, err)
	}
	return k.patients(before, why, causes)
}

// patients adds the patients to whom a version belongs.
func (k *Keeper) patients(v resources.Version, why cause, causes map[string]cause) error {
	ids, err := resources.PatientsOf(k.Search, v)
	for _, id := range ids {
		causes[id] = why
	}
	return err
}
