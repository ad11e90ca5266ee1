//go:build unix

package importer_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkImport imports Immunizations, ten of each patient, with validation
// and indexing, into a store on disk. The rate must not fall with the number.
// The processor time of a resource is the figure to compare where other work
// shares the machine.
//
//	go test -run=- -bench=Import -benchtime=1x ./operations/importer
func BenchmarkImport(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 400_000} {
		b.Run(fmt.Sprintf("immunizations=%d", n), func(b *testing.B) {
			folder := b.TempDir()
			write(b, filepath.Join(folder, "Patient.ndjson"), n/10, func(i int) string { return patient(fmt.Sprintf("p%d", i)) })
			write(b, filepath.Join(folder, "Immunization.ndjson"), n, func(i int) string {
				return dose(fmt.Sprintf("i%d", i), fmt.Sprintf("Patient/p%d", i/10), "Location?identifier=urn:x|l1")
			})
			write(b, filepath.Join(folder, "Location.ndjson"), 2, func(i int) string { return location(fmt.Sprintf("l%d", i)) })
			used := processorTime(b)
			for b.Loop() {
				f := open(b, filepath.Join(b.TempDir(), "store"))
				config := f.config()
				config.Batch, config.Workers, config.Checkpoint = 0, 0, 0
				report := run(b, config, folder)
				if got := report.Total().Created; got != n+n/10+2 {
					b.Fatalf("%d created: %+v", got, report)
				}
			}
			records := float64(b.N) * float64(n+n/10+2)
			b.ReportMetric(records/b.Elapsed().Seconds(), "resources/s")
			b.ReportMetric(float64((processorTime(b)-used).Microseconds())/records, "cpu-µs/resource")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkUnchanged imports what is stored already.
func BenchmarkUnchanged(b *testing.B) {
	const n = 20_000
	folder := b.TempDir()
	write(b, filepath.Join(folder, "Immunization.ndjson"), n, func(i int) string {
		return dose(fmt.Sprintf("i%d", i), "Patient/p1", "Location/l1")
	})
	f := open(b, filepath.Join(b.TempDir(), "store"))
	config := f.config()
	config.Batch, config.Workers, config.Checkpoint = 0, 0, 0
	run(b, config, folder)
	b.ResetTimer()
	for b.Loop() {
		if report := run(b, config, folder); report.Total().Unchanged != n {
			b.Fatalf("report = %+v", report)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "resources/s")
	b.ReportMetric(0, "ns/op")
}

// write writes a file of so many lines.
func write(b *testing.B, path string, n int, line func(int) string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		if _, err := io.WriteString(f, line(i)+"\n"); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}
