package current

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// attempts are made to store advice before it is given up: only another process on the
// same store could hold one up.
const attempts = 5

// refresh makes the advice on one patient and stores what reads otherwise than what is
// stored. When a record can have no advice (the patient is gone, or has no birth date),
// what is stored is deleted: no advice is better than one that is not true any more.
func (k *Keeper) refresh(ctx context.Context, id string, why cause) error {
	unlock := k.locks.lock(id)
	defer unlock()
	changed, err := false, error(nil)
	for attempt := range attempts {
		// That a document was deleted before is rare. Whether it was is looked up
		// only when the store says so.
		if changed, err = k.tryRefresh(ctx, id, why, attempt > 0); !errors.Is(err, resources.ErrStale) {
			break
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err != nil:
		k.done.Failed++
	case changed:
		k.done.Changed++
	default:
		k.done.Unchanged++
	}
	return err
}

func (k *Keeper) tryRefresh(ctx context.Context, id string, why cause, revive bool) (changed bool, err error) {
	// What is stored is read before the record: advice on an older record can then
	// not replace advice on a newer one.
	stored, err := k.stored(ctx, id)
	if err != nil {
		return false, err
	}
	advice, err := k.advise(ctx, id)
	if err != nil {
		return false, err
	}
	writes, err := k.writes(ctx, &advice, stored, why, revive)
	if err != nil || len(writes) == 0 {
		return false, err
	}
	if _, err := k.Store.Commit(ctx, resources.Everything(), resources.Batch{Writes: writes}); err != nil {
		return false, fmt.Errorf("store the forecast of Patient/%s: %w", id, err)
	}
	return true, nil
}

// advise gives the advice on a patient, without documents when there can be none.
func (k *Keeper) advise(ctx context.Context, id string) (immds.Advice, error) {
	advice, err := k.Adviser.Advise(ctx, resources.Everything(), id)
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) || errors.Is(err, resources.ErrNotFound) || errors.Is(err, resources.ErrGone) {
		return immds.Advice{}, nil
	}
	return advice, err
}

// Missing says why a patient has no forecast, as warnings. It implements
// resources.Computed.
func (k *Keeper) Missing(ctx context.Context, a resources.Access, patient string) []fhir.Issue {
	_, err := k.Adviser.Advise(ctx, a, patient)
	var invalid *fhir.Invalid
	if !errors.As(err, &invalid) {
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

// stored gives the stored advice on a patient.
func (k *Keeper) stored(ctx context.Context, id string) (map[documentKey]resources.Version, error) {
	found := make(map[documentKey]resources.Version, 32)
	v, err := k.Store.Read(ctx, resources.Everything(), "ImmunizationRecommendation", id)
	switch {
	case err == nil:
		found[documentKey{v.Type, v.ID}] = v
	case errors.Is(err, resources.ErrNotFound), errors.Is(err, resources.ErrGone):
		return found, nil // all documents of a patient come and go in one commit
	default:
		return nil, err
	}
	q, err := k.Search.Parse("ImmunizationEvaluation", "patient=Patient/"+id, search.Options{DefaultCount: 1000})
	if err != nil {
		return nil, err
	}
	err = resources.EachPage(ctx, k.Store, resources.Everything(), q, func(page resources.Page) error {
		for _, v := range page.Versions {
			found[documentKey{v.Type, v.ID}] = v
		}
		return nil
	})
	return found, err
}

// writes are what makes advice of what is stored. Documents that were deleted can be
// made again if revive is set.
func (k *Keeper) writes(ctx context.Context, advice *immds.Advice, stored map[documentKey]resources.Version, why cause, revive bool) ([]resources.Write, error) {
	var writes []resources.Write
	for _, d := range advice.Documents {
		old, exists := stored[documentKey{d.Type, d.ID}]
		delete(stored, documentKey{d.Type, d.ID})
		if exists && d.Stands(old.JSON) {
			continue
		}
		if !exists && revive {
			var err error
			if old, err = k.deletion(ctx, d.Type, d.ID); err != nil {
				return nil, err
			}
		}
		c := why.of(advice, old)
		w, err := write(d, old, advice.Stored(d, c.code, c.source))
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	for _, old := range stored {
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
type patientLocks [256]sync.Mutex

var lockSeed = maphash.MakeSeed()

func (l *patientLocks) lock(id string) (unlock func()) {
	m := &l[maphash.String(lockSeed, id)%uint64(len(l))]
	m.Lock()
	return m.Unlock
}
