package main

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestCPUTime(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processor times of other processes come from /proc, which only Linux has")
	}
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	after, sum := before, 0
	for began := time.Now(); after < before+50*time.Millisecond && time.Since(began) < time.Minute; { // work until it shows
		for i := range 1_000_000 {
			sum ^= i
		}
		if after, err = cpuTime(os.Getpid()); err != nil {
			t.Fatal(err)
		}
	}
	if after < before+50*time.Millisecond {
		t.Errorf("after a minute of work cpuTime is %v, before it was %v (%d)", after, before, sum)
	}
	if _, err := cpuTime(1 << 30); err == nil {
		t.Error("cpuTime of no process succeeded")
	}
}
