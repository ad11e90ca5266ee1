package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	const printed = `# some registry
goos: linux
BenchmarkScale/10k/ehr/doses-of-patient-2     100   2000 ns/op   1000 cpu-ns/op   10.5 hits/op   7.2 blocks/op  3 reads/op  0 refused  64 B/op  8 allocs/op
BenchmarkScale/10k/ehr/doses-of-patient-2     100   4000 ns/op   3000 cpu-ns/op   10.5 hits/op   7.2 blocks/op  5 reads/op  0 refused  64 B/op  8 allocs/op
BenchmarkScale/1M/ehr/doses-of-patient-2      100   9000 ns/op   9000 cpu-ns/op   11.5 hits/op   9.2 blocks/op  9 reads/op  0.25 refused  0.1 uncounted  2500000 slowest-ns  64 B/op  8 allocs/op
BenchmarkScale/1M/attacker/new                  1   9000 ns/op   1234567 B/op
PASS
`
	const want = `| search | hits | µs | slowest ms | processor µs | blocks | blocks read | allocations | refused % | 1M / 10k |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| ` + "`ehr/doses-of-patient`" + ` | 10 / 12+ | 3.0 / 9.0 | – / 2.5 | 2.0 / 9.0 | 7.2 / 9.2 | 4.0 / 9.0 | 8.0 / 8.0 | 0 / 25 | 4.5 |
| ` + "`attacker/new`" + ` | – / – | – / 9.0 | – / – | – / – | – / – | – / – | – / – | – / – | – |
`
	var got strings.Builder
	if err := run(strings.NewReader(printed), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, printed := range []string{"", "PASS\n", "BenchmarkScale/10k/ehr/doses 100 much ns/op\n"} {
		if err := run(strings.NewReader(printed), new(strings.Builder)); err == nil {
			t.Errorf("run(%q) succeeds", printed)
		}
	}
}
