package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// checkCommand is "jenner check".
type checkCommand struct {
	storeSettings
	reindexSettings
}

// Run prints every fault of the store; that there are any is an error.
func (c *checkCommand) Run(ctx context.Context, s surroundings) (err error) {
	folder, err := c.folder()
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewJSONHandler(s.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p, err := c.open(c.Reindex, s.now, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	summary, err := p.store.Check(ctx, func(fault string) { fmt.Fprintln(s.stdout, "fault:", fault) })
	if err != nil {
		return fmt.Errorf("check the store in %s: %w", folder, err)
	}
	fmt.Fprintf(s.stdout, "%d resources, %d versions, %d index entries; %d references point to nothing that is stored\n",
		summary.Resources, summary.Versions, summary.Entries, summary.Unresolved)
	if summary.Faults > 0 {
		return fmt.Errorf("the store in %s has %d faults", folder, summary.Faults)
	}
	return nil
}
