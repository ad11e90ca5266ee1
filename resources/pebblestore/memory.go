package pebblestore

import "github.com/cockroachdb/pebble/v2/vfs"

// Memory is a Config.FS for a store that lives in memory alone and is gone with
// the process, for tests and trials.
func Memory() vfs.FS { return vfs.NewMem() }
