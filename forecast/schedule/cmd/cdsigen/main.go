// Command cdsigen makes the compact form of the schedule that is built into
// package schedule from a folder of the CDSi supporting data, as CDC publishes
// it. Run it in the root of the module:
//
//	go run ./forecast/schedule/cmd/cdsigen -in DIR -version 4.64 -released 2025-11-10
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "cdsigen:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("cdsigen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	in := flags.String("in", "", "folder of the published XML files")
	out := flags.String("out", "forecast/schedule/cdsi.bin", "file to write")
	source := schedule.Source{}
	flags.StringVar(&source.Name, "name", "CDC CDSi supporting data", "name of the publication")
	flags.StringVar(&source.Version, "version", "", "version of the release, such as 4.64")
	flags.TextVar(&source.Released, "released", calendar.Date(0), "day of the release, YYYY-MM-DD")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *in == "" || source.Version == "" || flags.NArg() > 0 {
		flags.Usage()
		return fmt.Errorf("-in and -version are needed, and no other arguments")
	}
	s, err := schedule.ReadCDC(os.DirFS(*in), source)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, schedule.Encode(s), 0o644); err != nil {
		return fmt.Errorf("write compact form: %w", err)
	}
	return nil
}
