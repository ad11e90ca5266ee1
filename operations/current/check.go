package current

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// Check makes the advice on everyone anew, stores nothing, and reports each document
// that is stored otherwise, or not, or should not be; of who has none, that alone. While
// nobody keeps the forecasts, that is to be expected of patients who have changed since,
// or for whom the day changes something.
func (k *Keeper) Check(ctx context.Context, report func(fault string)) (patients, faults int, err error) {
	q, err := k.Search.Parse("Patient", "_total=none", search.Options{DefaultCount: pageSize})
	if err != nil {
		return 0, 0, err
	}
	var mu sync.Mutex
	var errs []error
	feed := func(give func([]resources.Version)) error {
		return resources.EachPage(ctx, k.Store, resources.Everything(), q, func(page resources.Page) error {
			give(page.Versions)
			return nil
		})
	}
	err = concurrently(k.Workers, feed, func(together []resources.Version) {
		ids := make([]string, len(together))
		for i := range together {
			ids[i] = together[i].ID
		}
		found, err := k.check(ctx, ids)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			errs = append(errs, fmt.Errorf("check the forecasts of Patient/%s to Patient/%s: %w", ids[0], ids[len(ids)-1], err))
		}
		for _, fault := range found {
			report(fault)
		}
		patients, faults = patients+len(ids), faults+len(found)
	})
	return patients, faults, errors.Join(append(errs, err)...)
}

// check compares what is stored of patients with what ought to be.
func (k *Keeper) check(ctx context.Context, ids []string) (faults []string, err error) {
	unlock := k.locks.lock(ids)
	defer unlock()
	stored, err := k.stored(ctx, ids, Types()...)
	if err != nil {
		return nil, err
	}
	advice, err := k.Adviser.Advise(ctx, resources.Everything(), ids)
	if err != nil {
		return nil, err
	}
	notes, err := k.Store.Notes(ctx, resources.Everything(), "Patient", ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if len(stored[id]) == 0 && len(advice[i].Documents) > 0 {
			faults = append(faults, "Patient/"+id+" has no stored forecast")
			continue
		}
		found := difference(advice[i].Documents, stored[id])
		// Without a note the record is read. One that is wrong misleads.
		if note, _ := advice[i].Noted(notes[i]); len(found) == 0 && notes[i] != nil && !bytes.Equal(note, notes[i]) {
			found = []string{"the note beside Patient/" + id + " is not what the record says"}
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// difference says which documents are not stored as they should be.
func difference(want []immds.Document, stored documents) (faults []string) {
	for _, d := range want {
		key := documentKey{d.Type, d.ID}
		old, exists := stored[key]
		delete(stored, key)
		switch {
		case !exists:
			faults = append(faults, d.Type+"/"+d.ID+" is not stored")
		case !d.Stands(old.JSON):
			faults = append(faults, d.Type+"/"+d.ID+" is not what the record says")
		}
	}
	for key := range stored {
		faults = append(faults, key.resourceType+"/"+key.id+" is stored and does not follow from the record")
	}
	return faults
}
