package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/immds"
)

// forecastCommand is "jenner forecast FILE".
type forecastCommand struct {
	zoneSettings
	forecastSettings
	Explain bool   `help:"Print why, as tables for people, in place of the Parameters."`
	File    string `arg:"" help:"A Parameters resource; - is the standard input."`
}

// Run answers the file on the standard output.
func (c *forecastCommand) Run(s surroundings) error {
	text, err := c.read(s.stdin)
	if err != nil {
		return err
	}
	forecaster, err := c.forecaster(c.Timezone, s.now, nil)
	if err != nil {
		return err
	}
	var answer []byte
	if c.Explain {
		err = forecaster.ExplainFile(s.stdout, text)
	} else if answer, err = forecaster.File(text); err == nil {
		_, err = s.stdout.Write(append(answer, '\n'))
	}
	var invalid *fhir.Invalid
	if errors.As(err, &invalid) {
		for _, issue := range invalid.Issues {
			fmt.Fprintln(s.stderr, issue)
		}
		return fmt.Errorf("%s was refused", c.File)
	}
	if err != nil {
		return fmt.Errorf("forecast %s: %w", c.File, err)
	}
	return nil
}

func (c *forecastCommand) read(stdin io.Reader) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(c.File)
}

// today gives the day that it is in the zone.
func (z zone) today(now func() time.Time) func() calendar.Date {
	return func() calendar.Date { return calendar.OfTime(now().In(z.Location)) }
}

// forecaster makes $immds-forecast; records may be nil.
func (f *forecastSettings) forecaster(where zone, now func() time.Time, records immds.Records) (*immds.Forecaster, error) {
	engines, err := f.engines()
	if err != nil {
		return nil, err
	}
	return immds.New(immds.Config{
		Engines: engines,
		Records: records,
		Literal: forecast.AllDeviations &^ f.CDSiDeviations.on,
		Today:   where.today(now),
	})
}
