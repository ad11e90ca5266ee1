// Package pebblestore is resources.Store embedded in the process, on Pebble,
// an LSM engine. It is the default store and what most tests run on.
//
// Everything lies in one key space, divided by the first byte (keys.go). A
// resource has a number of its own, its rid, by which the index names it: rids
// grow with time, so what was written together lies together, in the index as
// among the resources.
//
// Writes are prepared by their callers at the same time, applied under one
// short lock, and made durable by fsyncs that they share (commit.go,
// durable.go). Reads take no lock; before they answer, they wait until what
// they saw is durable.
//
// A search is compiled to streams of rids in ascending order, which are united,
// intersected and subtracted without being held in memory (plan.go, stream.go).
package pebblestore
