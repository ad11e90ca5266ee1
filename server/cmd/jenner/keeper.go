package main

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
)

// keeper makes what keeps the stored forecasts current. Other deviations say other things,
// and a folder corrected under the same version too: both count as another release.
func (p *parts) keeper(f *forecastSettings, where zone, now func() time.Time, forecaster *immds.Forecaster, logger *slog.Logger) (*current.Keeper, error) {
	r := forecaster.Releases()[0]
	return current.New(current.Config{
		Store:   p.store,
		Search:  p.search,
		Adviser: forecaster,
		Today:   func() calendar.Date { return calendar.OfTime(now().In(where.Location)) },
		Release: fmt.Sprintf("supporting data %s (%s), deviations %s", r.Version, r.Digest(), f.CDSiDeviations.on),
		Program: fmt.Sprintf("Jenner %s (%s)", version(), build()),
		Log:     logger,
		Now:     now,
	})
}
