package schedule

import (
	_ "embed"
	"sync"
)

// builtIn is the compact form of CDC's CDSi supporting data 4.64, released on
// 10 November 2025 (https://www.cdc.gov/iis/cdsi/). It holds facts read from
// the published XML files; to take another release, put its files in a folder
// and run
//
//	go run ./forecast/schedule/cmd/cdsigen -in DIR -version 4.64 -released 2025-11-10
//
//go:embed cdsi.bin
var builtIn []byte

// Default returns the schedule that is built in. It is read at the first call
// and shared by all callers; nobody may change it.
func Default() *Schedule { return readBuiltIn() }

var readBuiltIn = sync.OnceValue(func() *Schedule {
	s, err := decode(builtIn) // a test runs the checks that Decode would
	if err != nil {
		panic("schedule built in: " + err.Error())
	}
	return s
})
