package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/jenner-iis/jenner/fhir"
)

// versionCommand is "jenner version".
type versionCommand struct{}

// Run prints the versions of the software and of FHIR.
func (*versionCommand) Run(s surroundings) error {
	_, err := fmt.Fprintf(s.stdout, "jenner %s, build %s, FHIR %s\n", version(), build(), fhir.Version)
	return err
}

// version is what Go noted of the source when it built this program: the tag, or
// the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return "unknown"
}

// build tells this program from every other, also from those of the same version, as
// are built of changes that were never committed: it is a digest of the program. One
// that cannot read itself is like no other.
var build = sync.OnceValue(func() string {
	sum, err := digestOfProgram()
	if err != nil {
		return "started at " + time.Now().Format(time.RFC3339Nano)
	}
	return fmt.Sprintf("%016x", sum)
})

func digestOfProgram() (uint64, error) {
	f, err := os.Open("/proc/self/exe") // also if the file was replaced since
	if err != nil {
		var name string
		if name, err = os.Executable(); err == nil {
			f, err = os.Open(name)
		}
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	h := xxhash.New()
	_, err = io.Copy(h, f)
	return h.Sum64(), err
}
