package current

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// Check makes the advice on everyone anew, stores nothing, and reports each document
// that is stored otherwise, or not, or should not be. While nobody keeps the forecasts,
// that is to be expected of patients who have changed since, or for whom the day changes
// something.
func (k *Keeper) Check(ctx context.Context, report func(fault string)) (patients, faults int, err error) {
	q, err := k.Search.Parse("Patient", "_total=none", search.Options{DefaultCount: pageSize})
	if err != nil {
		return 0, 0, err
	}
	err = resources.EachPage(ctx, k.Store, resources.Everything(), q, func(page resources.Page) error {
		var mu sync.Mutex
		var errs []error
		ids := make([]string, len(page.Versions))
		for i, v := range page.Versions {
			ids[i] = v.ID
		}
		concurrently(k.Workers, ids, func(id string) {
			found, err := k.check(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, fmt.Errorf("check the forecast of Patient/%s: %w", id, err))
			}
			for _, fault := range found {
				report(fault)
			}
			patients, faults = patients+1, faults+len(found)
		})
		return errors.Join(errs...)
	})
	return patients, faults, err
}

// check compares what is stored of one patient with what ought to be.
func (k *Keeper) check(ctx context.Context, id string) (faults []string, err error) {
	unlock := k.locks.lock(id)
	defer unlock()
	stored, err := k.stored(ctx, id)
	if err != nil {
		return nil, err
	}
	advice, err := k.advise(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, d := range advice.Documents {
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
	return faults, nil
}
