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
	"github.com/jenner-iis/jenner/forecast/schedule"
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

// engine is the engine for the supporting data that the settings name.
func (f *forecastSettings) engine() (*forecast.Engine, error) {
	if f.CDSiData == "" {
		return forecast.Default(), nil
	}
	if f.CDSiVersion == "" {
		return nil, fmt.Errorf("%w: --cdsi-data needs --cdsi-version, as the files do not say which release they are", errUsage)
	}
	data, err := schedule.ReadCDC(os.DirFS(f.CDSiData), schedule.Source{Name: "CDC CDSi supporting data", Version: f.CDSiVersion})
	if err != nil {
		return nil, fmt.Errorf("read the supporting data in %s: %w", f.CDSiData, err)
	}
	e, err := forecast.New(data)
	if err != nil {
		return nil, fmt.Errorf("compile the supporting data in %s: %w", f.CDSiData, err)
	}
	return e, nil
}

// forecaster makes $immds-forecast; records may be nil.
func (f *forecastSettings) forecaster(where zone, now func() time.Time, records immds.Records) (*immds.Forecaster, error) {
	engine, err := f.engine()
	if err != nil {
		return nil, err
	}
	return immds.New(immds.Config{
		Engines: []*forecast.Engine{engine},
		Records: records,
		Literal: forecast.AllDeviations &^ f.CDSiDeviations.on,
		Today:   func() calendar.Date { return calendar.OfTime(now().In(where.Location)) },
	})
}
