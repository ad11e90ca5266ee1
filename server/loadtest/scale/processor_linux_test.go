package scale_test

import (
	"runtime"
	"syscall"
	"testing"
)

// processor begins to measure the processor time of a benchmark's goroutine,
// which other work on the machine disturbs less than the clock. What it returns
// ends that and reports. What has threads of its own does not count: garbage
// collection, compaction.
func processor(b *testing.B) (end func()) {
	runtime.LockOSThread()
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
			b.Fatal(err)
		}
		return syscall.TimevalToNsec(u.Utime) + syscall.TimevalToNsec(u.Stime)
	}
	began := used()
	return func() {
		b.ReportMetric(float64(used()-began)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}
