// Command suite judges a FHIR R4 server from outside: it prints pass and fail by
// requirement with the clause, and exits with 1 if any fails, with 2 for wrong
// usage.
//
//	suite --base http://127.0.0.1:8080/fhir
//	suite --base http://127.0.0.1:8080/fhir --only search,read.2 --json
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/jenner-iis/jenner/conformance/suite"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("suite", flag.ContinueOnError)
	flags.SetOutput(stderr)
	base := flags.String("base", "http://127.0.0.1:8080/fhir", "service base `URL` of the server")
	only := flags.String("only", "", "requirements or families, divided by commas (`search,read.2`); all by default")
	limit := flags.Duration("timeout", 10*time.Minute, "end the run after this time; what is left fails")
	asJSON := flags.Bool("json", false, "print the results as JSON")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if u, err := url.Parse(*base); err != nil || u.Host == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "suite: --base must be a URL, and nothing may follow the flags")
		return 2
	}
	config := suite.Config{Base: *base}
	if *only != "" {
		config.Only = strings.Split(*only, ",")
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	results := suite.Run(ctx, config)
	if len(results) == 0 {
		fmt.Fprintf(stderr, "suite: no requirement is called %s\n", *only)
		return 2
	}
	var err error
	if *asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(results)
	} else {
		err = suite.WriteTable(stdout, results)
	}
	if err != nil {
		fmt.Fprintln(stderr, "suite:", err)
		return 1
	}
	if suite.Count(results, suite.Fail) > 0 {
		return 1
	}
	return 0
}
