package main

import (
	"fmt"
	"runtime/debug"

	"github.com/jenner-iis/jenner/fhir"
)

// versionCommand is "jenner version".
type versionCommand struct{}

// Run prints the versions of the software and of FHIR.
func (*versionCommand) Run(s surroundings) error {
	_, err := fmt.Fprintf(s.stdout, "jenner %s, FHIR %s\n", version(), fhir.Version)
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
