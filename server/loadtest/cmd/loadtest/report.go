package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/jenner-iis/jenner/server/loadtest/load"
)

// row is one line of the report. Latencies are in milliseconds.
type row struct {
	Scenario string  `json:"scenario"`
	Server   string  `json:"server"` // "given" or "bare"
	Clients  int     `json:"clients"`
	Offered  float64 `json:"offeredPerSecond,omitempty"`
	Round    int     `json:"round"`
	Rate     float64 `json:"perSecond"`
	P50      float64 `json:"p50"`
	P90      float64 `json:"p90"`
	P99      float64 `json:"p99"`
	P999     float64 `json:"p99.9"`
	Max      float64 `json:"max"`
	LateP99  float64 `json:"lateP99,omitempty"` // sent after it should have been, at an offered rate
	Failed   uint64  `json:"failed"`
	Failure  string  `json:"failure,omitempty"` // the first
	Bytes    uint64  `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"serverCPU,omitempty"` // microseconds of the server for a request
}

func newRow(scenario, server string, p load.Plan, r *load.Result, cpu time.Duration) row {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	of := row{
		Scenario: scenario, Server: server, Clients: p.Clients, Offered: p.Rate, Rate: r.Throughput(),
		P50: ms(r.Latency.Quantile(.5)), P90: ms(r.Latency.Quantile(.9)), P99: ms(r.Latency.Quantile(.99)), P999: ms(r.Latency.Quantile(.999)),
		Max: ms(r.Latency.Max()), Failed: r.Failed, Bytes: r.Bytes, Seconds: r.Took.Seconds(),
		CPU: float64(cpu.Microseconds()) / float64(r.Sent),
	}
	if p.Rate > 0 {
		of.LateP99 = ms(r.Late.Quantile(.99))
	}
	if r.First != nil {
		of.Failure = r.First.Error()
	}
	return of
}

const (
	headLine = "%-18s %-6s %7s %8s %9s %9s %9s %9s %9s %9s %7s %7s\n"
	rowLine  = "%-18s %-6s %7d %8.0f %9.0f %9.2f %9.2f %9.2f %9.2f %9.2f %7.0f %7d\n"
)

func printHead(out io.Writer) {
	fmt.Fprintf(out, headLine, "scenario", "server", "clients", "offered", "per s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms", "cpu us", "failed")
}

func (r row) print(out io.Writer) {
	fmt.Fprintf(out, rowLine, r.Scenario, r.Server, r.Clients, r.Offered, r.Rate, r.P50, r.P90, r.P99, r.P999, r.Max, r.CPU, r.Failed)
	if r.Failure != "" {
		fmt.Fprintf(out, "  first failure: %s\n", r.Failure)
	}
}

// printRatio says how the given server compares with the bare one, by the
// medians of their rounds.
func printRatio(out io.Writer, rows []row) {
	rates, cpu := map[string][]float64{}, map[string][]float64{}
	for _, r := range rows {
		rates[r.Server] = append(rates[r.Server], r.Rate)
		cpu[r.Server] = append(cpu[r.Server], r.CPU)
	}
	given, bare := median(rates["given"]), median(rates["bare"])
	fmt.Fprintf(out, "  %.0f/s of the bare handler's %.0f/s: ratio %.2f", given, bare, given/bare)
	if given, bare := median(cpu["given"]), median(cpu["bare"]); given > 0 && bare > 0 {
		fmt.Fprintf(out, "; %.0f us of processor time for its %.0f us: ratio %.2f", given, bare, bare/given)
	}
	fmt.Fprintln(out)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.SortFunc(values, cmp.Compare[float64])
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// writeJSON appends rows to a file, one on each line.
func writeJSON(name string, rows []row) error {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(file)
	for _, r := range rows {
		if err := encoder.Encode(r); err != nil {
			file.Close()
			return err
		}
	}
	return file.Close()
}
