//go:build linux

package pebblestore_test

import (
	"runtime"
	"syscall"
	"testing"
)

// processor reports the processor time of a benchmark's loop, which other work on
// the machine disturbs less than the clock. What it returns ends the loop.
// Garbage collection and compaction, which have threads of their own, do not count.
func processor(b *testing.B) (end func()) {
	b.Helper()
	runtime.LockOSThread()
	used := func() (ns int64) {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
			b.Fatal(err)
		}
		return syscall.TimevalToNsec(u.Utime) + syscall.TimevalToNsec(u.Stime)
	}
	begin := used()
	return func() {
		b.Helper()
		b.ReportMetric(float64(used()-begin)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}
