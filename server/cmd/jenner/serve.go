package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/server"
)

// serveCommand is "jenner serve".
type serveCommand struct {
	storeSettings
	reindexSettings
	forecastSettings
	limitSettings
	Listen        string     `help:"Address to listen on. Without authorization it must be this machine's alone." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Auth          string     `help:"Authorization: off, for a laptop. smart is not there yet." default:"off"`
	Handling      string     `help:"Unknown search parameters, where a request does not say: strict refuses, lenient ignores and reports them." enum:"strict,lenient" default:"strict"`
	MetricsListen string     `help:"Address for Prometheus metrics, at /metrics; none by default." placeholder:"HOST:PORT"`
	LogLevel      slog.Level `help:"Least level of log lines: debug, info, warn, error." default:"info"`
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, s surroundings) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	folder, err := c.folder()
	if err != nil {
		return err
	}
	logger, flush := server.NewLogger(s.stderr, c.LogLevel)
	defer flush()

	listener, err := c.listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	base := c.served(listener.Addr())

	p, err := c.open(openSettings{reindex: c.Reindex, includes: int(c.MaxIncludes)}, s.now, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()

	metrics := server.NewMetrics()
	metrics.Stored(func(ctx context.Context) (map[string]int, error) {
		return p.store.Count(ctx, resources.Everything())
	})
	forecaster, err := c.forecaster(c.Timezone, s.now, immds.StoreRecords(p.store, p.search))
	if err != nil {
		return err
	}
	today := c.Timezone.today(s.now)
	logReleases(forecaster.Releases(), today(), logger)
	metrics.Releases(forecaster.Releases(), today)
	keeper, err := p.keeper(&c.forecastSettings, c.Timezone, s.now, forecaster, logger)
	if err != nil {
		return err
	}
	metrics.Forecasts(keeper)
	service, err := p.service(ctx, s.now, serviceSettings{baseURL: base, forecasts: keeper, limits: c.limitSettings, onDangling: metrics.Dangling})
	if err != nil {
		return err
	}
	if err := storeDefinitions(ctx, service); err != nil {
		return err
	}
	handler, err := server.New(server.Config{
		Resources:     service,
		Operations:    forecaster.Operations(),
		Authorize:     func(*http.Request) (resources.Access, error) { return resources.Everything(), nil },
		Hosts:         c.hosts(base),
		Logger:        logger,
		Metrics:       metrics,
		Now:           s.now,
		Version:       version(),
		Lenient:       c.Handling == "lenient",
		MaxBody:       int64(c.MaxBody),
		Timeout:       c.Timeout,
		BundleTimeout: c.BundleTimeout,
	})
	if err != nil {
		return err
	}
	stopMetrics, err := c.serveMetrics(ctx, metrics, logger)
	if err != nil {
		return err
	}
	defer stopMetrics()
	stopKeeper := keep(ctx, keeper, logger)
	defer stopKeeper()
	logger.Info("serving", "base", base, "address", listener.Addr().String(), "store", folder, "version", version())
	c.greet(s, base)
	err = server.Serve(ctx, listener, handler, logger)
	logger.Info("stopped")
	return err
}

// keep keeps the stored forecasts current until it is stopped.
func keep(ctx context.Context, k *current.Keeper, logger *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := k.Run(ctx); err != nil {
			logger.Error("stored forecasts are not kept current any more", "error", err.Error())
		}
	}()
	return func() { cancel(); <-stopped }
}

// check refuses what cannot be served.
func (c *serveCommand) check() error {
	switch c.Auth {
	case "off":
	case "smart":
		return fmt.Errorf("%w: --auth smart is not supported yet; with --auth off the server can be reached from this machine alone", errUsage)
	default:
		return fmt.Errorf("%w: --auth must be off", errUsage)
	}
	if err := c.limitSettings.check(); err != nil {
		return err
	}
	_, err := c.base()
	return err
}

// listen listens on an address of this machine alone, as there is no
// authorization.
func (c *serveCommand) listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := server.Listen(ctx, address, true)
	if errors.Is(err, server.ErrNotLoopback) {
		return nil, fmt.Errorf("%w; while --auth is off only this machine may reach the server: use 127.0.0.1, [::1] or localhost", err)
	}
	return l, err
}

// served is the base URL as clients see it.
func (c *serveCommand) served(address net.Addr) string {
	if base, err := c.base(); err == nil && base != "" {
		return base
	}
	host, _, _ := net.SplitHostPort(c.Listen)
	_, port, _ := net.SplitHostPort(address.String())
	return "http://" + net.JoinHostPort(host, port) + server.Mount
}

// hosts are the names by which browsers of this machine may reach the server.
func (c *serveCommand) hosts(base string) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil {
		hosts = append(hosts, strings.ToLower(host))
	}
	if u, err := url.Parse(base); err == nil {
		hosts = append(hosts, strings.ToLower(u.Hostname()))
	}
	return hosts
}

// serveMetrics serves the metrics on a listener of their own, if one is wanted.
func (c *serveCommand) serveMetrics(ctx context.Context, m *server.Metrics, logger *slog.Logger) (stop func(), err error) {
	if c.MetricsListen == "" {
		return func() {}, nil
	}
	l, err := c.listen(ctx, c.MetricsListen)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := server.Serve(ctx, l, mux, logger); err != nil {
			logger.Error("metrics", "error", err.Error())
		}
	}()
	logger.Info("serving metrics", "address", l.Addr().String())
	return func() { cancel(); <-stopped }, nil
}

// greet tells a person what to try.
func (c *serveCommand) greet(s surroundings, base string) {
	fmt.Fprintf(s.stdout, `Jenner serves FHIR R4 at %[1]s (store: %[2]s). There is no authorization: this machine alone can reach it.
Try, in the folder of the source:
  curl -H 'Content-Type: application/fhir+json' --data-binary @conformance/examples/child.json %[1]s
  curl '%[1]s/Immunization?patient=example-child&_pretty=true'
  curl '%[1]s/Patient/example-child/$immds-forecast?_pretty=true'
  curl -H 'Content-Type: application/fhir+json' --data-binary @conformance/examples/forecast/parameters.json '%[1]s/$immds-forecast?_pretty=true'
Ctrl-C stops it.
`, base, c.Store)
}
