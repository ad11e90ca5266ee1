// Package disktest has disks that are slow or break, for tests and benchmarks of
// stores on pebblestore.
package disktest

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Disk is a file system that takes Delay longer to make anything durable, counts how
// often that is asked for, and can break.
type Disk struct {
	vfs.FS
	Delay  time.Duration
	Syncs  atomic.Int64
	Broken atomic.Bool
}

// Slow is the operating system's file system with a delay.
func Slow(delay time.Duration) *Disk { return &Disk{FS: vfs.Default, Delay: delay} }

// ErrBroken is what a broken Disk gives instead of making anything durable.
var ErrBroken = errors.New("the disk is broken")

// Create implements vfs.FS.
func (d *Disk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.Create(name, c)
	return d.file(f, err)
}

// ReuseForWrite implements vfs.FS.
func (d *Disk) ReuseForWrite(oldname, newname string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.ReuseForWrite(oldname, newname, c)
	return d.file(f, err)
}

func (d *Disk) file(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return diskFile{f, d}, nil
}

// diskFile is a file that was opened to be written.
type diskFile struct {
	vfs.File
	d *Disk
}

func (f diskFile) sync() error {
	f.d.Syncs.Add(1)
	time.Sleep(f.d.Delay)
	if f.d.Broken.Load() {
		return ErrBroken
	}
	return nil
}

func (f diskFile) Sync() error     { return errors.Join(f.sync(), f.File.Sync()) }
func (f diskFile) SyncData() error { return errors.Join(f.sync(), f.File.SyncData()) }
func (f diskFile) SyncTo(length int64) (bool, error) {
	if err := f.sync(); err != nil {
		return false, err
	}
	return f.File.SyncTo(length)
}
