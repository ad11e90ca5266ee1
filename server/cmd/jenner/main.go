// Command jenner is the immunization information system: the server, and what
// is done to its store and with its forecast from a command line.
//
// Exit codes: 0 done, 1 failed, 2 wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // --timezone works where the machine has no time zones

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	done       = 0
	failed     = 1
	wrongUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends ctx; with the handler gone, a second one ends the process.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, surroundings{os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr, time.Now}))
}

// surroundings are what a process gets from outside, so that a test can start
// the whole program.
type surroundings struct {
	args           []string
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
}

// commands are what can follow "jenner". A command's Run is given the context
// and the surroundings.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Serve the FHIR API."`
	Import   importCommand   `cmd:"" help:"Load files of FHIR resources into a store, or through a server's API."`
	Forecast forecastCommand `cmd:"" help:"Evaluate and forecast the Parameters of $$immds-forecast in a file, without a server."`
	Check    checkCommand    `cmd:"" help:"Check that index, history and counts of a store agree with its resources."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

const description = `Immunization information system on FHIR R4.

Flags can also be set by the environment variable in brackets; the command line wins.`

// errUsage marks a failure for which the command line or the environment is to
// blame.
var errUsage = errors.New("wrong usage")

// run carries out one command and gives the exit code.
func run(ctx context.Context, s surroundings) int {
	command, err, finished := parse(s)
	if finished {
		return done
	}
	if err == nil {
		command.BindTo(ctx, (*context.Context)(nil))
		err = command.Run(s)
	}
	switch {
	case err == nil:
		return done
	case errors.Is(err, errUsage):
		fmt.Fprintf(s.stderr, "jenner: %v\nSee jenner --help.\n", err)
		return wrongUsage
	}
	fmt.Fprintln(s.stderr, "jenner:", err)
	return failed
}

// parse reads command line and environment. It is finished when it has printed
// the help.
func parse(s surroundings) (command *kong.Context, err error, finished bool) {
	type exit struct{} // thrown where kong wants the process to end
	defer func() {
		switch p := recover(); p.(type) {
		case nil:
		case exit:
			finished = true
		default:
			panic(p)
		}
	}()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("jenner"),
		kong.Description(description),
		kong.Writers(s.stdout, s.stderr),
		kong.Exit(func(int) { panic(exit{}) }),
		kong.Resolvers(environment(s.getenv)),
		kong.ValueFormatter(describe),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return nil, err, false
	}
	if command, err = parser.Parse(s.args); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err), false
	}
	return command, nil, false
}
