package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jenner-iis/jenner/operations/immds"
)

// checkCommand is "jenner check".
type checkCommand struct {
	storeSettings
	reindexSettings
	forecastSettings
	Forecasts bool `help:"Compare the stored forecasts with the records instead. What has changed since the server ran is made current by the next one."`
}

// Run prints every fault of the store; that there are any is an error.
func (c *checkCommand) Run(ctx context.Context, s surroundings) (err error) {
	folder, err := c.folder()
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewJSONHandler(s.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p, err := c.open(openSettings{reindex: c.Reindex}, s.now, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	if c.Forecasts {
		return c.checkForecasts(ctx, s, p, logger)
	}
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

// checkForecasts prints which stored forecasts are not what the records say; that there
// are any is an error.
func (c *checkCommand) checkForecasts(ctx context.Context, s surroundings, p *parts, logger *slog.Logger) error {
	forecaster, err := c.forecaster(c.Timezone, s.now, immds.StoreRecords(p.store, p.search))
	if err != nil {
		return err
	}
	keeper, err := p.keeper(&c.forecastSettings, c.Timezone, s.now, forecaster, logger)
	if err != nil {
		return err
	}
	began := s.now()
	patients, faults, err := keeper.Check(ctx, func(fault string) { fmt.Fprintln(s.stdout, "forecast:", fault) })
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "forecasts of %d patients in %.1f s\n", patients, s.now().Sub(began).Seconds())
	if faults > 0 {
		return fmt.Errorf("the stored forecasts have %d faults", faults)
	}
	return nil
}
