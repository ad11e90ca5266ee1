package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jenner-iis/jenner/operations/importer"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// importCommand is "jenner import PATH...".
type importCommand struct {
	storeSettings
	Server string   `help:"Import through the API of this FHIR server, in place of a store of one's own." placeholder:"URL"`
	State  string   `help:"Folder of the checkpoint and of the records refused; by default one below .jenner-import for each import." placeholder:"FOLDER"`
	Report string   `help:"Write the report to this file, as JSON." placeholder:"FILE"`
	Paths  []string `arg:"" name:"path" help:"Files or folders: bundles (.json) and NDJSON, also .gz, .zst, .xz." type:"path"`
}

// Run imports, and prints the report on the standard output. That something
// was not imported is an error.
func (c *importCommand) Run(ctx context.Context, s surroundings) (err error) {
	logger := slog.New(slog.NewJSONHandler(s.stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	target, store, err := c.target(ctx, s, logger)
	if err != nil {
		return err
	}
	if store != nil {
		defer func() { err = errors.Join(err, store.Close()) }()
	}
	cfg := importer.Config{Target: target, State: c.State, Now: s.now, Log: logger, Terminal: terminal(s.stderr)}
	if cfg.State == "" {
		cfg.State = importer.DefaultState(".", target, c.Paths)
	}
	report, err := importer.Run(ctx, cfg, c.Paths...)
	if err == nil && store != nil {
		// Who does not want to wait for it leaves it to the server.
		if err = store.Settle(ctx); ctx.Err() != nil {
			err = nil
		}
	}
	if writeErr := report.WriteText(s.stdout); writeErr != nil {
		return errors.Join(err, writeErr)
	}
	if c.Report != "" {
		err = errors.Join(err, writeReport(c.Report, report))
	}
	if err == nil && !report.Complete() {
		return errors.New("not everything was imported; the report says what was not")
	}
	return err
}

// target opens what is imported into, a store of our own or a server.
func (c *importCommand) target(ctx context.Context, s surroundings, logger *slog.Logger) (importer.Target, *pebblestore.Store, error) {
	if c.Server != "" {
		target, err := importer.NewHTTPTarget(importer.HTTPConfig{Base: c.Server, Client: &http.Client{Timeout: 5 * time.Minute}})
		return target, nil, err
	}
	folder, err := c.folder()
	if err != nil {
		return nil, nil, err
	}
	base, err := c.base()
	if err != nil {
		return nil, nil, err
	}
	p, err := c.open(openSettings{bulk: true}, s.now, logger)
	if err != nil {
		return nil, nil, err
	}
	service, err := p.service(ctx, s.now, serviceSettings{baseURL: base})
	if err != nil {
		return nil, nil, errors.Join(err, p.store.Close())
	}
	return importer.Local{Service: service, Access: resources.Everything(), Store: folder}, p.store, nil
}

// terminal is w if it is a terminal.
func terminal(w io.Writer) io.Writer {
	file, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return file
}

func writeReport(name string, report importer.Report) error {
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
