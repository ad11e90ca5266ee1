package suite

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Count is how many results have a verdict.
func Count(results []Result, v Verdict) int {
	n := 0
	for _, r := range results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

// marks are the verdicts as the table has them.
var marks = map[Verdict]string{Pass: "pass", Fail: "FAIL", NotClaimed: "-"}

// WriteTable writes results for people: by family, each with its verdict and
// clause, what failed in full, and the totals.
func WriteTable(w io.Writer, results []Result) error {
	t := table{w: w}
	group := ""
	for _, r := range results {
		if top, _, _ := strings.Cut(r.Family, "."); top != group {
			group = top
			t.printf("\n%s\n", top)
		}
		t.printf("  %-4s  %-26s %s\n", marks[r.Verdict], r.ID, r.Text)
		t.printf("        %-26s %s\n", "", r.Clause)
		for _, d := range r.Details {
			if r.Verdict == Fail {
				t.printf("          > %s\n", strings.ReplaceAll(strings.TrimSpace(d), "\n", "\n            "))
			} else if len(r.Details) == 1 {
				t.printf("          (not claimed: %s)\n", d)
			}
		}
		if r.Verdict == NotClaimed && len(r.Details) > 1 {
			t.printf("          (not claimed: %s)\n", r.Details[0])
		}
	}
	var elapsed time.Duration
	for _, r := range results {
		elapsed += r.Elapsed
	}
	t.printf("\n%d passed, %d failed, %d not claimed, in %v\n",
		Count(results, Pass), Count(results, Fail), Count(results, NotClaimed), elapsed.Round(time.Millisecond))
	return t.err
}

// table remembers the first error of its writer.
type table struct {
	w   io.Writer
	err error
}

func (t *table) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}
