// Command table makes a Markdown table of what the benchmark of package scale
// prints: a line for each search, in each cell what was measured at each size.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

// columns are what is shown, by the units of the benchmark.
var columns = []struct {
	unit, title string
	per         float64 // the unit of the table in that of the benchmark
}{
	{"hits/op", "hits", 1},
	{"ns/op", "µs", 1000},
	{"slowest-ns", "slowest ms", 1e6},
	{"cpu-ns/op", "processor µs", 1000},
	{"blocks/op", "blocks", 1},
	{"reads/op", "blocks read", 1},
	{"allocs/op", "allocations", 1},
	{"refused", "refused %", 0.01},
}

// uncounted is the share of answers that found more than the hits say.
const uncounted = "uncounted"

// cost is the unit by which sizes are compared.
const cost = "cpu-ns/op"

// results are what was measured, in the order in which it was.
type results struct {
	sizes, searches []string
	// values are averages by size, search and unit, for a search may be measured
	// several times.
	values map[[3]string]average
}

type average struct {
	sum float64
	n   int
}

// line is one of the benchmark's. The number of processors, if there is one, is
// no part of the name.
var line = regexp.MustCompile(`^BenchmarkScale/([^/\s]+)/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func run(in io.Reader, out io.Writer) error {
	r, err := read(in)
	if err != nil {
		return err
	}
	if len(r.searches) == 0 {
		return fmt.Errorf("the input has no line that begins with BenchmarkScale")
	}
	var b strings.Builder
	b.WriteString("| search |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s |", c.title)
	}
	first, last := r.sizes[0], r.sizes[len(r.sizes)-1]
	fmt.Fprintf(&b, " %s / %s |\n|---|", last, first)
	b.WriteString(strings.Repeat("--:|", len(columns)+1) + "\n")
	for _, search := range r.searches {
		fmt.Fprintf(&b, "| `%s` |", search)
		for _, c := range columns {
			var cells []string
			for _, size := range r.sizes {
				cells = append(cells, r.cell(size, search, c.unit, c.per))
			}
			fmt.Fprintf(&b, " %s |", strings.Join(cells, " / "))
		}
		fmt.Fprintf(&b, " %s |\n", r.ratio(first, last, search))
	}
	_, err = io.WriteString(out, b.String())
	return err
}

func read(in io.Reader) (results, error) {
	r := results{values: map[[3]string]average{}}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		size, search, fields := m[1], m[2], strings.Fields(m[3])
		if !slices.Contains(r.sizes, size) {
			r.sizes = append(r.sizes, size)
		}
		if !slices.Contains(r.searches, search) {
			r.searches = append(r.searches, search)
		}
		for i := 0; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return r, fmt.Errorf("read %q: %w", lines.Text(), err)
			}
			key := [3]string{size, search, fields[i+1]}
			sofar := r.values[key]
			r.values[key] = average{sofar.sum + value, sofar.n + 1}
		}
	}
	return r, lines.Err()
}

// value is what was measured, and false if nothing was.
func (r results) value(size, search, unit string) (float64, bool) {
	a := r.values[[3]string{size, search, unit}]
	return a.sum / float64(max(1, a.n)), a.n > 0
}

func (r results) cell(size, search, unit string, per float64) string {
	value, ok := r.value(size, search, unit)
	if !ok {
		return "–"
	}
	text := short(value / per)
	if share, _ := r.value(size, search, uncounted); share > 0 && unit == "hits/op" {
		text += "+"
	}
	return text
}

// ratio is how many times as much a search costs at the last size.
func (r results) ratio(first, last, search string) string {
	small, ok := r.value(first, search, cost)
	large, also := r.value(last, search, cost)
	if !ok || !also || small == 0 {
		return "–"
	}
	return short(large / small)
}

// short is a number with two digits or all before the point.
func short(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0.1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
