package current

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// attempts are made to store advice before it is given up: only another process on the
// same store could hold one up.
const attempts = 5

// writesAtOnce is how many documents are committed together, if they are of several
// patients: while a large commit is applied, all others wait.
const writesAtOnce = 100

// task is a patient whose advice is to be made anew, and why.
type task struct {
	id  string
	why cause
}

func (t task) patient() string { return t.id }

func patientIDs[T interface{ patient() string }](tasks []T) []string {
	ids := make([]string, len(tasks))
	for i := range tasks {
		ids[i] = tasks[i].patient()
	}
	return ids
}

// refresh makes the advice on patients and stores what reads otherwise than what is
// stored, of each patient in one commit. When a record can have no advice (the patient
// is gone, or has no birth date), what is stored is deleted: no advice is better than
// one that is not true any more.
func (k *Keeper) refresh(ctx context.Context, tasks []task) error {
	unlock := k.locks.lock(patientIDs(tasks))
	defer unlock()
	changed, err := 0, error(nil)
	for attempt := range attempts {
		// That a document was deleted before is rare. Whether it was is looked up
		// only when the store says so.
		if changed, err = k.tryRefresh(ctx, tasks, attempt > 0); !errors.Is(err, resources.ErrStale) {
			break
		}
	}
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.done.Changed += uint64(changed)
	k.done.Unchanged += uint64(len(tasks) - changed)
	return nil
}

func (k *Keeper) tryRefresh(ctx context.Context, tasks []task, revive bool) (changed int, err error) {
	ids := patientIDs(tasks)
	notes, err := k.Store.Notes(ctx, resources.Everything(), "Patient", ids)
	if err != nil {
		return 0, fmt.Errorf("read the notes of %d patients: %w", len(ids), err)
	}
	all, err := k.Adviser.Advise(ctx, resources.Everything(), ids)
	if err != nil {
		return 0, err
	}
	var batch resources.Batch
	var due []dueTask
	for i, t := range tasks {
		before := notes[i]
		if !k.trusts(t.id) {
			before = nil
		}
		note, stands := all[i].Noted(before)
		d := dueTask{task: t, advice: &all[i]}
		if !bytes.Equal(note, notes[i]) {
			d.note = []resources.Note{{Type: "Patient", ID: t.id, Value: note}}
		}
		if stands {
			batch.Notes = append(batch.Notes, d.note...)
		} else {
			due = append(due, d)
		}
	}
	if due, err = k.compare(ctx, due); err != nil {
		return 0, err
	}
	for _, d := range due {
		writes, err := k.writes(ctx, d, revive)
		if err == nil && len(batch.Writes)+len(writes) > writesAtOnce {
			err = k.commit(ctx, batch)
			batch = resources.Batch{}
		}
		if err != nil {
			return 0, err
		}
		if len(writes) > 0 {
			changed++
		}
		batch.Writes, batch.Notes = append(batch.Writes, writes...), append(batch.Notes, d.note...)
	}
	return changed, k.commit(ctx, batch)
}

// trusts reports whether the note of a patient was stored with what is stored now. A
// program that knows of no notes may have been here since.
func (k *Keeper) trusts(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lag.noted && !k.failing[id]
}

// dueTask is a patient whose note does not prove that the stored advice stands.
type dueTask struct {
	task
	advice *immds.Advice
	note   []resources.Note // the one to be kept from now on, if it is another one
	stored documents        // nil if they stand
}

// compare reads what is stored. For those whose notes are only not trusted it stands, as a
// rule.
func (k *Keeper) compare(ctx context.Context, due []dueTask) ([]dueTask, error) {
	if len(due) == 0 {
		return nil, nil
	}
	recommendations, err := k.stored(ctx, patientIDs(due), "ImmunizationRecommendation")
	if err != nil {
		return nil, err
	}
	var others []string
	for i := range due {
		if d := &due[i]; !stands(d.advice, recommendations[d.id]) {
			d.stored = recommendations[d.id]
			others = append(others, d.id)
		}
	}
	if len(others) == 0 {
		return due, nil
	}
	evaluations, err := k.stored(ctx, others, "ImmunizationEvaluation")
	for i := range due {
		if d := &due[i]; d.stored != nil {
			maps.Copy(d.stored, evaluations[d.id])
		}
	}
	return due, err
}

func (k *Keeper) commit(ctx context.Context, b resources.Batch) error {
	if len(b.Writes) == 0 && len(b.Notes) == 0 {
		return nil
	}
	if _, err := k.Store.Commit(ctx, resources.Everything(), b); err != nil {
		return fmt.Errorf("store forecasts: %w", err)
	}
	return nil
}

// stands reports whether advice says what the stored recommendation does. Its evaluations,
// of which that has a digest, then need not be read.
func stands(advice *immds.Advice, stored documents) bool {
	if len(advice.Documents) == 0 {
		return len(stored) == 0
	}
	d := advice.Documents[len(advice.Documents)-1]
	old, ok := stored[documentKey{d.Type, d.ID}]
	return ok && len(stored) == 1 && d.Stands(old.JSON)
}

// Missing says why a patient has no forecast, as warnings. It implements
// resources.Computed.
func (k *Keeper) Missing(ctx context.Context, a resources.Access, patient string) []fhir.Issue {
	advice, err := k.Adviser.Advise(ctx, a, []string{patient})
	var invalid *fhir.Invalid
	if err != nil || !errors.As(advice[0].None, &invalid) {
		return nil
	}
	issues := slices.Clone(invalid.Issues)
	for i := range issues {
		issues[i].Severity = fhir.Warning
		issues[i].Text = "Patient/" + patient + " has no forecast: " + issues[i].Text
	}
	return issues
}

// documentKey names a stored document.
type documentKey struct{ resourceType, id string }

// documents are the stored advice on a patient.
type documents map[documentKey]resources.Version

// stored gives what is stored of types as the advice on patients, by their ids.
func (k *Keeper) stored(ctx context.Context, ids []string, types ...string) (map[string]documents, error) {
	found := make(map[string]documents, len(ids))
	for _, id := range ids {
		found[id] = documents{}
	}
	for _, resourceType := range types {
		if err := k.storedOf(ctx, resourceType, ids, found); err != nil {
			return nil, fmt.Errorf("read the stored forecasts of %d patients: %w", len(ids), err)
		}
	}
	return found, nil
}

func (k *Keeper) storedOf(ctx context.Context, resourceType string, ids []string, found map[string]documents) error {
	return resources.EachOfPatients(ctx, k.Store, resources.Everything(), k.Search, resourceType, ids, func(v resources.Version) error {
		whose, err := k.advised(v)
		for _, id := range whose {
			if of := found[id]; of != nil {
				of[documentKey{v.Type, v.ID}] = v
			}
		}
		return err
	})
}

// advised are the patients of a stored document. One that came into the store in another
// way than from a Keeper is parsed.
func (k *Keeper) advised(v resources.Version) ([]string, error) {
	if id, ok := immds.AdvisedPatient(v.JSON); ok {
		return []string{id}, nil
	}
	return resources.PatientsOf(k.Search, v)
}

// writes are what makes advice of what is stored. Documents that were deleted can be
// made again if revive is set.
func (k *Keeper) writes(ctx context.Context, due dueTask, revive bool) ([]resources.Write, error) {
	if due.stored == nil {
		return nil, nil
	}
	var writes []resources.Write
	for _, d := range due.advice.Documents {
		old, exists := due.stored[documentKey{d.Type, d.ID}]
		delete(due.stored, documentKey{d.Type, d.ID})
		if exists && d.Stands(old.JSON) {
			continue
		}
		if !exists && revive {
			var err error
			if old, err = k.deletion(ctx, d.Type, d.ID); err != nil {
				return nil, err
			}
		}
		c := due.why.of(due.advice, old)
		w, err := write(d, old, due.advice.Stored(d, c.code, c.source))
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	for _, old := range due.stored {
		writes = append(writes, resources.Write{Type: old.Type, ID: old.ID, Method: resources.DELETE, Expect: old.Version})
	}
	return writes, nil
}

// deletion is the last version of a resource that is not there, zero if it never was.
func (k *Keeper) deletion(ctx context.Context, resourceType, id string) (resources.Version, error) {
	v, err := k.Store.Read(ctx, resources.Everything(), resourceType, id)
	switch {
	case errors.Is(err, resources.ErrGone):
		return v, nil
	case errors.Is(err, resources.ErrNotFound):
		return resources.Version{}, nil
	case err == nil:
		err = resources.ErrStale // it has come into being since
	}
	return resources.Version{}, err
}

// write replaces old by a document, whose JSON this is.
func write(d immds.Document, old resources.Version, text []byte) (resources.Write, error) {
	parsed, err := codec.Parse(text, codec.Limits{})
	if err != nil {
		return resources.Write{}, fmt.Errorf("the forecast %s/%s is not a resource: %w", d.Type, d.ID, err)
	}
	return resources.Write{
		Type: d.Type, ID: d.ID, Method: resources.PUT, Expect: old.Version,
		Draft: codec.NewDraft(parsed.Root(), d.ID), Resource: parsed.Root(),
	}, nil
}

// patientLocks let one goroutine at a time store advice on a patient. Some patients
// share a lock.
type patientLocks [4096]sync.Mutex

var lockSeed = maphash.MakeSeed()

// lock takes the locks of patients in one order for all, so that nobody waits for who
// waits for him.
func (l *patientLocks) lock(ids []string) (unlock func()) {
	locks := make([]int, len(ids))
	for i, id := range ids {
		locks[i] = int(maphash.String(lockSeed, id) % uint64(len(l)))
	}
	slices.Sort(locks)
	locks = slices.Compact(locks)
	for _, i := range locks {
		l[i].Lock()
	}
	return func() {
		for _, i := range locks {
			l[i].Unlock()
		}
	}
}

// pass returns when all who hold a lock now have given it back: what they store was
// stored, perhaps for the day before.
func (l *patientLocks) pass() {
	for i := range l {
		l[i].Lock()
		l[i].Unlock() //lint:ignore SA2001 whoever had it has finished
	}
}
