package main

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
)

// keeper makes what keeps the stored forecasts current. Another program may say the
// same thing in other words, and other deviations other things: both count as another
// release.
func (p *parts) keeper(f *forecastSettings, where zone, now func() time.Time, forecaster *immds.Forecaster, logger *slog.Logger) (*current.Keeper, error) {
	return current.New(current.Config{
		Store:   p.store,
		Search:  p.search,
		Adviser: forecaster,
		Today:   func() calendar.Date { return calendar.OfTime(now().In(where.Location)) },
		Release: fmt.Sprintf("supporting data %s, deviations %s, Jenner %s", forecaster.Release(), f.CDSiDeviations.on, version()),
		Log:     logger,
		Now:     now,
	})
}
