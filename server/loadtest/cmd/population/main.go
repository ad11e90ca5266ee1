// Command population makes up the records of a state's immunization registry,
// for jenner import and for load tests.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "population:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("population", flag.ContinueOnError)
	var (
		c        population.Config
		patients = flags.Int("patients", 10_000, "how many patients")
		folder   = flags.String("out", "", "folder to write to; made if need be (required)")
		bundles  = flags.Bool("bundles", false, "write a transaction Bundle for each patient in place of NDJSON for each type")
	)
	flags.Uint64Var(&c.Seed, "seed", 1, "what everything follows from")
	flags.TextVar(&c.AsOf, "as-of", calendar.Of(2026, 1, 31), "last day on which anything happened")
	flags.IntVar(&c.Duplicates, "duplicates", 25, "of a thousand persons, how many have a second record")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *folder == "" || *patients < 0 || flags.NArg() > 0 {
		return fmt.Errorf("-out must name a folder; see -help")
	}
	if c.Duplicates == 0 {
		c.Duplicates = -1
	}
	if err := os.MkdirAll(*folder, 0o755); err != nil {
		return err
	}
	s, write := population.New(c), (*population.State).Write
	if *bundles {
		write = (*population.State).WriteBundles
	}
	began := time.Now()
	counts, err := write(s, ctx, *folder, *patients)
	took := time.Since(began)
	if err != nil {
		return fmt.Errorf("write %s: %w", *folder, err)
	}
	for _, t := range slices.Sorted(maps.Keys(counts.Resources)) {
		fmt.Fprintf(out, "%-20s %10d\n", t, counts.Resources[t])
	}
	_, err = fmt.Fprintf(out, "%-20s %10d in %.1f s: %.0f resources/s, %.1f MB\n", "all", counts.Total(), took.Seconds(),
		float64(counts.Total())/took.Seconds(), float64(counts.Bytes)/1e6)
	return err
}
