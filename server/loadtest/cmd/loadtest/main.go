// Command loadtest measures a FHIR server that holds a generated population: see
// ../../README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/server/loadtest/load"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	population population.Config
	patients   int
	scenarios  string
	clients    string
	plan       load.Plan
	rounds     int
	bare       bool
	bareServer bool
	json       string
	pid        int
	run        uint64
}

func parse(args []string) (c settings, err error) {
	flags := flag.NewFlagSet("loadtest", flag.ContinueOnError)
	flags.StringVar(&c.plan.Base, "base", "http://127.0.0.1:8080/fhir", "base URL of the server")
	flags.BoolVar(&c.plan.Far, "far", false, "the server may be on another machine")
	flags.Uint64Var(&c.population.Seed, "seed", 1, "seed of the population that the server holds")
	flags.TextVar(&c.population.AsOf, "as-of", calendar.Of(2026, 1, 31), "its last day")
	flags.IntVar(&c.population.Duplicates, "duplicates", 25, "its second records, of a thousand")
	flags.IntVar(&c.patients, "patients", 10_000, "its number of patients")
	flags.StringVar(&c.scenarios, "scenario", "read", "what to measure, divided by commas: "+strings.Join(load.Scenarios(), " "))
	flags.StringVar(&c.clients, "clients", "64", "numbers of clients, divided by commas")
	flags.Float64Var(&c.plan.Rate, "rate", 0, "requests offered a second; 0 for a closed loop")
	flags.DurationVar(&c.plan.WarmUp, "warm-up", 2*time.Second, "time before the measurement")
	flags.DurationVar(&c.plan.Time, "time", 10*time.Second, "time of each measurement")
	flags.IntVar(&c.plan.Requests, "requests", 0, "end a measurement after so many requests; 0 for no bound")
	flags.IntVar(&c.rounds, "rounds", 1, "repeat each measurement")
	flags.BoolVar(&c.bare, "bare", false, "with the scenario read: compare with a bare Gin handler that sends the same bytes, in turns")
	flags.StringVar(&c.json, "json", "", "append the results to a file, as JSON lines")
	flags.IntVar(&c.pid, "pid", 0, "process of the server, to measure its processor time (Linux)")
	flags.Uint64Var(&c.run, "run", 0, "number that tells what this run creates from what others did; 0 for a random one")
	flags.BoolVar(&c.bareServer, "bare-server", false, "be the bare handler (used by -bare)")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 || c.rounds < 1 {
		return c, fmt.Errorf("unexpected %q; see -help", flags.Args())
	}
	if c.population.Duplicates == 0 {
		c.population.Duplicates = -1
	}
	if c.run == 0 {
		c.run = rand.Uint64()
	}
	return c, nil
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	c, err := parse(args)
	if err != nil {
		return err
	}
	if c.bareServer {
		return serveBare(in, out)
	}
	d, err := load.Draw(population.New(c.population), c.patients, c.run)
	if err != nil {
		return err
	}
	printHead(out)
	for name := range strings.SplitSeq(c.scenarios, ",") {
		for clients := range strings.SplitSeq(c.clients, ",") {
			plan := c.plan
			if plan.Clients, err = strconv.Atoi(clients); err != nil {
				return fmt.Errorf("-clients %s: %w", c.clients, err)
			}
			if err := measure(ctx, c, plan, name, d, out); err != nil {
				return fmt.Errorf("%s at %d clients: %w", name, plan.Clients, err)
			}
			d.Run += 1 << 32 // the next one creates other resources
		}
	}
	return nil
}

// bareBodies is how many resources are compared with the bare handler.
const bareBodies = 20_000

// target is a server that is measured.
type target struct {
	name, base string
	pid        int // 0 if not known
}

// measure makes one measurement, in rounds, and prints it.
func measure(ctx context.Context, c settings, plan load.Plan, name string, d *load.Dataset, out io.Writer) error {
	targets := []target{{"given", plan.Base, c.pid}}
	compared := c.bare && name == "read"
	if compared {
		d = d.Sample(bareBodies)
		b, err := startBare(ctx, plan.Base, plan.Far, d.Paths())
		if err != nil {
			return err
		}
		defer b.stop()
		bare := target{name: "bare", base: b.base}
		if c.pid > 0 {
			bare.pid = b.pid
		}
		targets = append(targets, bare)
	}
	var rows []row
	for round := range c.rounds {
		for _, target := range targets {
			plan.Base = target.base
			r, err := target.measure(ctx, plan, name, d)
			if err != nil {
				return err
			}
			r.Round = round + 1
			r.print(out)
			rows = append(rows, r)
			d.Run += 1 << 24
		}
	}
	if compared {
		printRatio(out, rows)
	}
	if c.json == "" {
		return nil
	}
	return writeJSON(c.json, rows)
}

// measure makes one measurement of one server.
func (t target) measure(ctx context.Context, plan load.Plan, name string, d *load.Dataset) (row, error) {
	source, err := d.Scenario(name)
	if err != nil {
		return row{}, err
	}
	before, err := t.cpu()
	if err != nil {
		return row{}, err
	}
	result, err := plan.Run(ctx, source)
	if err != nil {
		return row{}, err
	}
	after, err := t.cpu()
	return newRow(name, t.name, plan, result, after-before), err
}

func (t target) cpu() (time.Duration, error) {
	if t.pid == 0 {
		return 0, nil
	}
	return cpuTime(t.pid)
}
